/* The bank of inverters as JSON and as tables. */
#include <stdio.h>
#include <string.h>

#include "app/client.h"

/* --- JSON --- */

static json_t *maybe(bool known, int32_t value)
{
    return known ? json_integer(value) : json_null();
}

static json_t *fault_json(const Busbar__InverterFault *f)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "severity", f->severity, "text", f->text,
                     "means", f->means, "first", f->first, "code", maybe(f->bit < 0, f->code),
                     "bit", maybe(f->bit >= 0, f->bit));
}

static json_t *energy_json(const Busbar__Energy *e)
{
    return json_pack("{s:s, s:I, s:I, s:b, s:I, s:i}", "name", e->name, "total_Wh",
                     (json_int_t)e->total_wh, "today_Wh", (json_int_t)e->today_wh, "own_count",
                     e->own_count, "gap_s", (json_int_t)e->gap_s, "resets", e->resets);
}

static json_t *unit_json(const Busbar__InverterUnit *u)
{
    json_t *faults = json_array(), *energy = json_array();
    for (size_t i = 0; i < u->n_faults; i++)
        json_array_append_new(faults, fault_json(u->faults[i]));
    for (size_t i = 0; i < u->n_energy; i++)
        json_array_append_new(energy, energy_json(u->energy[i]));
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:i, s:s, s:i, s:i, s:i, s:o, s:i, s:i, s:i, s:o, "
        "s:i, s:o, s:o, s:i, s:s, s:s, s:o}",
        "name", u->name, "serial", u->serial, "model", u->model, "protocol", u->protocol,
        "firmware", u->firmware, "heard", u->heard, "mode", u->mode, "phase", u->phase, "group",
        u->group, "output_W", u->output_w, "output_VA", u->output_va, "rated_W", u->rated_w,
        "load_permille", maybe(u->load_permille >= 0, u->load_permille), "battery_mA",
        u->battery_ma, "battery_mV", u->battery_mv, "pv_W", u->pv_w, "heatsink_C",
        maybe(u->heatsink_known, u->heatsink_c), "fault_code", u->fault_code, "faults", faults,
        "overload_left_ms", maybe(u->overload_left_ms >= 0, u->overload_left_ms),
        "overload_used_permille", u->overload_used_permille, "overload_curve", u->overload_curve,
        "charge_stage", u->charge_stage, "energy", energy);
}

static json_t *phase_json(const Busbar__InverterPhase *p)
{
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:o, s:o}", "phase", p->phase, "units",
                     p->units, "running", p->running, "output_W", p->output_w, "output_VA",
                     p->output_va, "rated_W", p->rated_w, "headroom_W", p->headroom_w, "current_mA",
                     maybe(p->current_ma >= 0, p->current_ma), "overload_left_ms",
                     maybe(p->overload_left_ms >= 0, p->overload_left_ms));
}

static json_t *group_json(const Busbar__InverterGroup *g)
{
    json_t *phases = json_array();
    for (size_t i = 0; i < g->n_phases; i++)
        json_array_append_new(phases, phase_json(g->phases[i]));
    return json_pack("{s:s, s:s, s:o, s:o, s:o}", "name", g->name, "wiring", g->wiring, "phases",
                     phases, "neutral_low_mA", maybe(g->neutral_known, g->neutral_low_ma),
                     "neutral_high_mA", maybe(g->neutral_known, g->neutral_high_ma));
}

static json_t *plant_json(const Busbar__PlantEnergy *e)
{
    return json_pack("{s:I, s:I, s:I, s:I}", "P_Wh", (json_int_t)e->p, "L_Wh", (json_int_t)e->l,
                     "T_Wh", (json_int_t)e->t, "V_Wh", (json_int_t)e->v);
}

json_t *inverters_json(const Busbar__InverterBank *bank)
{
    json_t *units = json_array(), *groups = json_array(), *news = json_array();
    for (size_t i = 0; i < bank->n_units; i++)
        json_array_append_new(units, unit_json(bank->units[i]));
    for (size_t i = 0; i < bank->n_groups; i++)
        json_array_append_new(groups, group_json(bank->groups[i]));
    for (size_t i = 0; i < bank->n_news; i++)
        json_array_append_new(news, json_string(bank->news[i]));
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "inverters", units, "groups", groups, "energy",
                     plant_json(bank->energy), "today",
                     bank->day_known ? plant_json(bank->today) : json_null(), "news", news);
}

/* --- tables --- */

/* "9.4 s", "-" where the load may stay. */
static const char *left_text(int32_t left_ms, char out[16])
{
    if (left_ms < 0)
        return "-";
    snprintf(out, 16, "%.1f s", left_ms / 1000.0);
    return out;
}

static void unit_print(const Busbar__InverterUnit *u)
{
    char watts[24], load[16] = "-", heat[16] = "-", left[16];
    if (!u->heard) {
        printf("%-10s %-15s %-12s %-9s L%u\n", u->name, *u->serial ? u->serial : "-",
               *u->model      ? u->model
               : *u->protocol ? u->protocol
                              : "-",
               "silent", u->phase);
        return;
    }
    snprintf(watts, sizeof watts, "%d/%d", u->output_w, u->rated_w);
    if (u->load_permille >= 0)
        snprintf(load, sizeof load, "%.0f %%", u->load_permille / 10.0);
    if (u->heatsink_known)
        snprintf(heat, sizeof heat, "%d", u->heatsink_c);
    printf("%-10s %-15s %-12s %-9s L%u %12s %6s %8.1f %6d %4s %s\n", u->name,
           *u->serial ? u->serial : "-", *u->model ? u->model : u->protocol, u->mode, u->phase,
           watts, load, u->battery_ma / 1000.0, u->pv_w, heat,
           left_text(u->overload_left_ms, left));
}

static void units_print(const Busbar__InverterBank *bank)
{
    printf("%-10s %-15s %-12s %-9s %-2s %12s %6s %8s %6s %4s %s\n", "inverter", "serial", "model",
           "mode", "ph", "W/rated", "load", "bat A", "PV W", "C", "overload in");
    for (size_t i = 0; i < bank->n_units; i++) {
        const Busbar__InverterUnit *u = bank->units[i];
        unit_print(u);
        for (size_t k = 0; k < u->n_faults; k++) {
            const Busbar__InverterFault *f = u->faults[k];
            if (strcmp(f->severity, "usual") == 0)
                printf("  %s\n", f->text);
            else
                printf("  %s: %s. %s First: %s.\n", f->severity, f->text, f->means, f->first);
        }
    }
}

static void groups_print(const Busbar__InverterBank *bank)
{
    printf("\n%-10s %-11s %-2s %5s %7s %7s %7s %9s %7s %11s\n", "group", "wiring", "ph", "units",
           "W", "VA", "rated W", "headroom W", "A", "overload in");
    for (size_t g = 0; g < bank->n_groups; g++) {
        const Busbar__InverterGroup *group = bank->groups[g];
        for (size_t i = 0; i < group->n_phases; i++) {
            const Busbar__InverterPhase *p = group->phases[i];
            char amperes[16] = "-", left[16];
            if (p->current_ma >= 0)
                snprintf(amperes, sizeof amperes, "%.1f", p->current_ma / 1000.0);
            printf("%-10s %-11s L%u %3u/%u %7d %7d %7d %10d %7s %11s\n", i ? "" : group->name,
                   i ? "" : group->wiring, p->phase, p->running, p->units, p->output_w,
                   p->output_va, p->rated_w, p->headroom_w, amperes,
                   left_text(p->overload_left_ms, left));
        }
        if (group->n_phases == 1 && group->phases[0]->units == 1)
            continue;
        if (!group->neutral_known)
            printf("%-10s neutral not known: a unit is silent\n", "");
        else
            printf("%-10s neutral %.1f to %.1f A\n", "", group->neutral_low_ma / 1000.0,
                   group->neutral_high_ma / 1000.0);
    }
}

static void kWh_print(int64_t Wh)
{
    printf(" %11.2f", (double)Wh / 1000.0);
}

static void plant_print(const char *name, const Busbar__PlantEnergy *e)
{
    printf("%-10s P %.2f  L %.2f  T %.2f  V %.2f kWh\n", name, (double)e->p / 1000.0,
           (double)e->l / 1000.0, (double)e->t / 1000.0, (double)e->v / 1000.0);
}

static void energies_print(const Busbar__InverterBank *bank)
{
    printf("\n%-10s", "kWh");
    for (size_t k = 0; bank->n_units && k < bank->units[0]->n_energy; k++)
        printf(" %11s", bank->units[0]->energy[k]->name);
    putchar('\n');
    for (size_t i = 0; i < bank->n_units; i++) {
        const Busbar__InverterUnit *u = bank->units[i];
        printf("%-10s", u->name);
        for (size_t k = 0; k < u->n_energy; k++)
            kWh_print(u->energy[k]->total_wh);
        printf("\n%-10s", bank->day_known ? "  today" : "  counting");
        for (size_t k = 0; k < u->n_energy; k++)
            kWh_print(u->energy[k]->today_wh);
        putchar('\n');
    }
    plant_print("plant", bank->energy);
    if (bank->day_known)
        plant_print("  today", bank->today);
}

void inverters_print(const Busbar__InverterBank *bank)
{
    if (bank->n_units == 0) {
        puts("no inverters in the config");
        return;
    }
    units_print(bank);
    groups_print(bank);
    energies_print(bank);
    for (size_t i = 0; i < bank->n_news; i++)
        printf("%s! %s\n", i ? "" : "\n", bank->news[i]);
}

/* One line in `busbar status`, and only when there is something. */
void inverter_news_print(const Busbar__Status *s)
{
    if (s->inverter_news_count == 0)
        return;
    printf("inverters   %s\n", s->inverter_news[0]);
    if (s->inverter_news_count > 1)
        printf("            and %u more: busbar inverters\n", s->inverter_news_count - 1);
}
