/* A Status as JSON and as one screen of text. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app/client.h"

static json_t *limit_json(const Busbar__Limit *limit)
{
    return json_pack("{s:i, s:s}", "value", limit->value, "cause", limit->cause);
}

static json_t *battery_json(const Busbar__Battery *b)
{
    json_t *out = json_pack(
        "{s:b, s:i, s:i, s:i, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:o, s:o, s:i, "
        "s:i, s:i, s:i}",
        "known", b->known, "voltage_mV", b->voltage_mv, "current_mA", b->current_ma,
        "current_sigma_mA", b->current_sigma_ma, "current_from", b->current_from, "soc_permille",
        b->soc_permille, "soc_error_permille", b->soc_error_permille, "bms_soc_permille",
        b->bms_soc_permille, "cap_permille", b->cap_permille, "temp_min_dC", b->temp_min_dc,
        "temp_max_dC", b->temp_max_dc, "cell_min_mV", b->cell_min_mv, "cell_max_mV", b->cell_max_mv,
        "charge_mA", limit_json(b->charge_ma), "discharge_mA", limit_json(b->discharge_ma),
        "charge_mV", b->charge_mv, "packs_fresh", b->packs_fresh, "packs", b->packs, "alarms",
        b->alarms);
    battery_more_json(out, b);
    battery_charge_json(out, b);
    return out;
}

static json_t *inverter_json(const Busbar__Inverter *u)
{
    json_t *passed = json_array();
    for (size_t i = 0; i < u->n_passed_over; i++)
        json_array_append_new(passed, json_string(u->passed_over[i]));
    return json_pack("{s:s, s:b, s:s, s:i, s:i, s:i, s:i, s:b, s:s, s:s, s:i, s:i, s:i, s:i, s:i, "
                     "s:s, s:o, s:i}",
                     "name", u->name, "fresh", u->fresh, "mode", u->mode, "phase", u->phase, "pv_W",
                     u->pv_w, "output_W", u->output_w, "charge_max_A", u->charge_max_a,
                     "charger_off", u->charger_off, "output_priority", u->output_priority, "serial",
                     u->serial, "answers", u->answers, "naks", u->naks, "timeouts", u->timeouts,
                     "refused", u->refused, "writes", u->writes, "means", u->means, "passed_over",
                     passed, "bms_mA", u->bms_ma);
}

static json_t *string_json(const Busbar__PvString *s)
{
    return json_pack("{s:s, s:s, s:i, s:i, s:b, s:b, s:i}", "name", s->name, "input", s->input,
                     "current_mA", s->current_ma, "voltage_mV", s->voltage_mv, "switch_on",
                     s->switch_on, "locked", s->locked, "moved_today", s->moved_today);
}

static json_t *time_json(const Busbar__ContactTime *t)
{
    return json_pack("{s:I, s:i, s:i, s:b, s:i, s:i}", "measured", (json_int_t)t->measured,
                     "newest_ms", t->newest_ms, "mean_us", t->mean_us, "drift_known",
                     t->drift_known, "drift_us", t->drift_us, "drift_permille", t->drift_permille);
}

static json_t *contact_json(const Busbar__Contact *c)
{
    return json_pack(
        "{s:s, s:s, s:b, s:I, s:s, s:I, s:I, s:I, s:o, s:o, s:I, s:I, s:b, s:I, s:I, s:I}", "name",
        c->name, "seen", c->seen, "ordered", c->ordered, "operations", (json_int_t)c->operations,
        "board", c->board, "channel", (json_int_t)c->channel, "cold", (json_int_t)c->cold, "hot",
        (json_int_t)c->hot, "operate", time_json(c->operate), "release", time_json(c->release),
        "bounces", (json_int_t)c->bounces, "welds", (json_int_t)c->welds, "life_told", c->life_told,
        "used_permille", (json_int_t)c->used_permille, "remaining", (json_int_t)c->remaining,
        "moved_ago_ms", (json_int_t)c->moved_ago_ms);
}

static json_t *point_json(const Busbar__ChargePoint *p)
{
    return json_pack("{s:s, s:s, s:s, s:i, s:o, s:i, s:s, s:i}", "name", p->name, "session",
                     p->session, "car_state", p->car_state, "current_dA", p->current_da, "limit_dA",
                     limit_json(p->limit_da), "power_W", p->power_w, "source", p->source, "strings",
                     p->strings);
}

static json_t *part_json(const Busbar__Part *p)
{
    return json_pack("{s:s, s:s, s:b, s:s, s:I, s:I, s:I}", "kind", p->kind, "name", p->name,
                     "well", p->well, "problem", p->problem, "age_ms", (json_int_t)p->age_ms,
                     "taken", (json_int_t)p->taken, "refused", (json_int_t)p->refused);
}

static json_t *bus_json(const Busbar__Bus *b)
{
    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "name", b->name, "port",
                     b->port, "state", b->state, "rx", (json_int_t)b->rx, "tx", (json_int_t)b->tx,
                     "foreign", (json_int_t)b->foreign, "lost", (json_int_t)b->lost, "dropped",
                     (json_int_t)b->dropped, "vetoed", (json_int_t)b->vetoed);
}

static json_t *sensor_json(const Busbar__CurrentSensor *s)
{
    return json_pack("{s:s, s:s, s:b, s:i, s:b, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:s}", "name",
                     s->name, "wire", s->wire, "heard", s->heard, "current_mA", s->current_ma,
                     "fused_known", s->fused_known, "fused_mA", s->fused_ma, "sigma_mA",
                     s->sigma_ma, "offset_mA", s->offset_ma, "offset_sigma_mA", s->offset_sigma_ma,
                     "gain_ppm", s->gain_ppm, "gain_sigma_ppm", s->gain_sigma_ppm, "residual_mA",
                     s->residual_ma, "dropped", s->dropped);
}

static json_t *busbar_json(const Busbar__Busbar *b)
{
    return json_pack("{s:s, s:b, s:b, s:b, s:i}", "name", b->name, "counts", b->counts, "doubted",
                     b->doubted, "missing_known", b->missing_known, "missing_mA", b->missing_ma);
}

#define ARRAY(into, key, function, items, count)                                                   \
    do {                                                                                           \
        json_t *array_ = json_array();                                                             \
        for (size_t i_ = 0; i_ < (count); i_++)                                                    \
            json_array_append_new(array_, function((items)[i_]));                                  \
        json_object_set_new(into, key, array_);                                                    \
    } while (0)

json_t *status_json(const Busbar__Status *s)
{
    json_t *out =
        json_pack("{s:s, s:I, s:I, s:s, s:s, s:i, s:b, s:o}", "plant", s->plant, "uptime_ms",
                  (json_int_t)s->uptime_ms, "ticks", (json_int_t)s->ticks, "router_state",
                  s->router_state, "router_why", s->router_why, "transfers", s->transfers,
                  "foreign_lock", s->foreign_lock, "battery", battery_json(s->battery));
    json_object_set_new(out, "limits", limits_json(s->battery));
    ARRAY(out, "inverters", inverter_json, s->inverters, s->n_inverters);
    ARRAY(out, "strings", string_json, s->strings, s->n_strings);
    ARRAY(out, "contacts", contact_json, s->contacts, s->n_contacts);
    ARRAY(out, "charge_points", point_json, s->charge_points, s->n_charge_points);
    ARRAY(out, "parts", part_json, s->parts, s->n_parts);
    ARRAY(out, "buses", bus_json, s->buses, s->n_buses);
    ARRAY(out, "ports", port_json, s->ports, s->n_ports);
    ARRAY(out, "current_sensors", sensor_json, s->current_sensors, s->n_current_sensors);
    ARRAY(out, "busbars", busbar_json, s->busbars, s->n_busbars);
    ARRAY(out, "inverter_news", json_string, s->inverter_news, s->n_inverter_news);
    ARRAY(out, "why", json_string, s->why, s->n_why);
    return out;
}

static void battery_print(const Busbar__Battery *b)
{
    if (!b->known) {
        puts("battery     unknown: no fresh voltage and current");
        battery_charge_print(b);
        battery_cap_print(b);
        return;
    }
    printf("battery     %.2f V  %+.1f +- %.1f A (%s)  SoC ", b->voltage_mv / 1000.0,
           b->current_ma / 1000.0, b->current_sigma_ma / 1000.0, b->current_from);
    if (b->soc_permille < 0)
        printf("unknown");
    else
        printf("%.1f +- %.1f %%", b->soc_permille / 10.0, b->soc_error_permille / 10.0);
    printf("  cap %.1f %%\n", b->cap_permille / 10.0);
    battery_charge_print(b);
    battery_cap_print(b);
    printf("  charge    up to %.1f A, held by %s\n", b->charge_ma->value / 1000.0,
           b->charge_ma->cause);
    printf("  discharge up to %.1f A, held by %s\n", b->discharge_ma->value / 1000.0,
           b->discharge_ma->cause);
    for (size_t i = 0; i < b->n_pack; i++)
        if (*b->pack[i]->says)
            printf("  pack      %s: %s: %s\n", b->pack[i]->name, b->pack[i]->place,
                   b->pack[i]->says);
}

static void currents_print(const Busbar__Status *s)
{
    for (size_t i = 0; i < s->n_current_sensors; i++) {
        const Busbar__CurrentSensor *k = s->current_sensors[i];
        printf("  %-9s reads %8.2f A of %s", k->name, k->current_ma / 1000.0, k->wire);
        if (*k->dropped)
            printf("  DROPPED: %s\n", k->dropped);
        else if (!k->heard)
            puts("  silent");
        else
            printf("  offset %+.3f +- %.3f A  gain %+.2f +- %.2f %%  residual %+.3f A\n",
                   k->offset_ma / 1000.0, k->offset_sigma_ma / 1000.0, k->gain_ppm / 1e4,
                   k->gain_sigma_ppm / 1e4, k->residual_ma / 1000.0);
    }
    for (size_t i = 0; i < s->n_busbars; i++) {
        const Busbar__Busbar *b = s->busbars[i];
        if (b->doubted)
            printf("  %-9s does not add up: %.1f A are missing\n", b->name, b->missing_ma / 1000.0);
    }
}

static void parts_print(const Busbar__Status *s)
{
    size_t well = 0;
    for (size_t i = 0; i < s->n_parts; i++)
        well += s->parts[i]->well ? 1 : 0;
    printf("parts       %zu of %zu well\n", well, s->n_parts);
    for (size_t i = 0; i < s->n_parts; i++) {
        const Busbar__Part *p = s->parts[i];
        if (!p->well)
            printf("  missing   %s %s: %s\n", p->kind, p->name, p->problem);
    }
}

void status_print(const Busbar__Status *s)
{
    printf("plant       %s, up %lld s\n", s->plant, (long long)(s->uptime_ms / 1000));
    battery_print(s->battery);
    currents_print(s);
    for (size_t i = 0; i < s->n_charge_points; i++) {
        const Busbar__ChargePoint *p = s->charge_points[i];
        printf("%-11s car %s, %s, %d W of %.1f A allowed from %s, %u strings; held by %s\n",
               p->name, p->car_state, p->session, p->power_w, p->limit_da->value / 10.0, p->source,
               p->strings, p->limit_da->cause);
    }
    printf("router      %s: %s%s\n", s->router_state, s->router_why,
           s->foreign_lock ? " (LOCKED: a foreign frame on our identifiers)" : "");
    for (size_t i = 0; i < s->n_strings; i++) {
        const Busbar__PvString *p = s->strings[i];
        printf("  %-9s on %-10s %6.1f V %6.2f A  switch %s%s\n", p->name,
               *p->input ? p->input : "nothing", p->voltage_mv / 1000.0, p->current_ma / 1000.0,
               p->switch_on ? "on" : "off", p->locked ? "  LOCKED" : "");
    }
    for (size_t i = 0; i < s->n_inverters; i++) {
        const Busbar__Inverter *u = s->inverters[i];
        printf("  %-9s L%u %-9s PV %5d W  out %5d W  charge max %3d A%s  %s\n", u->name, u->phase,
               u->fresh ? u->mode : "silent", u->pv_w, u->output_w, u->charge_max_a,
               u->charger_off ? " off" : "", u->output_priority);
        if (u->bms_ma >= 0)
            printf("            its charge is kept at %.1f A by %s\n", u->bms_ma / 1000.0,
                   u->means);
    }
    inverter_news_print(s);
    for (size_t i = 0; i < s->n_buses; i++) {
        const Busbar__Bus *b = s->buses[i];
        printf(
            "  %-9s %s: %s, %llu in, %llu out, %llu foreign, %llu lost, %llu refused by the gate\n",
            b->name, b->port, b->state, (unsigned long long)b->rx, (unsigned long long)b->tx,
            (unsigned long long)b->foreign, (unsigned long long)(b->lost + b->dropped),
            (unsigned long long)b->vetoed);
    }
    parts_print(s);
}

/* --- what each contact has gone through --- */

static void time_print(const Busbar__ContactTime *t)
{
    char drift[32];
    if (t->drift_known)
        snprintf(drift, sizeof drift, "%+.1f ms %+d o/oo", t->drift_us / 1000.0, t->drift_permille);
    else
        snprintf(drift, sizeof drift, "first %u of 100", t->measured);
    if (t->measured)
        printf("%6.1f %-19s ", t->mean_us / 1000.0, drift);
    else
        printf("%6s %-19s ", "-", "not measured");
}

/* The controller tells how long ago, this machine's clock when. */
static void moved_print(int64_t moved_ago_ms)
{
    char when[32] = "never";
    time_t at = time(NULL) - (time_t)(moved_ago_ms / 1000);
    struct tm local;
    if (moved_ago_ms >= 0 && localtime_r(&at, &local))
        strftime(when, sizeof when, "%Y-%m-%d %H:%M", &local);
    printf("%-16s ", when);
}

static void life_print(const Busbar__Contact *c)
{
    uint32_t left = c->used_permille < 1000 ? 1000 - c->used_permille : 0;
    if (!c->life_told)
        puts("life not told in the config");
    else
        printf("%u.%u %%, %u operations\n", left / 10, left % 10, c->remaining);
}

void contacts_print(const Busbar__Status *s)
{
    printf("%-24s %-16s %-7s %8s %6s %6s %-19s %6s %-19s %7s %5s %-16s %s\n", "contact", "relay",
           "seen", "cold", "hot", "on ms", "drift", "off ms", "drift", "bounces", "welds",
           "last moved", "life left");
    for (size_t i = 0; i < s->n_contacts; i++) {
        const Busbar__Contact *c = s->contacts[i];
        char relay[64];
        snprintf(relay, sizeof relay, "%s %u", c->board, c->channel);
        printf("%-24s %-16s %-7s %8u %6u ", c->name, relay, c->seen, c->cold, c->hot);
        time_print(c->operate);
        time_print(c->release);
        printf("%7u %5u ", c->bounces, c->welds);
        moved_print(c->moved_ago_ms);
        life_print(c);
    }
}
