#include "app/status.h"

#include "app/bms_port.h"

#include <stdio.h>
#include <string.h>

#include "app/status_inverters.h"

enum { UNIT_FRESH_MS = 10000, DEVICE_FRESH_MS = 3000 };

/* protobuf-c wants char * though it only reads. */
static void limit_fill(Busbar__Limit *out, const struct limit *limit)
{
    busbar__limit__init(out);
    out->value = limit->value;
    out->cause = as_text(limit_cause_text(limit->cause));
}

static void battery_fill(struct status *status, const struct controller *c)
{
    Busbar__Battery *out = &status->battery;
    busbar__battery__init(out);
    const struct bank_view *bank = &c->bank;
    out->known = bank->known;
    out->voltage_mv = bank->voltage_mV;
    out->current_ma = bank->current_mA;
    out->current_sigma_ma = bank->current_sigma_mA;
    out->current_from = as_text(bank->current_from ? bank->current_from : "");
    out->soc_permille = c->soc.known ? c->soc.soc_permille : -1;
    out->soc_error_permille = c->soc.error_permille;
    out->bms_soc_permille = bank->bms_soc_permille;
    out->cap_permille = c->guard.cap_request_permille ? c->guard.cap_request_permille
                                                      : c->config->bank.cap_permille;
    out->temp_min_dc = bank->temp_min_dC;
    out->temp_max_dc = bank->temp_max_dC;
    out->cell_min_mv = bank->cell_min_mV;
    out->cell_max_mv = bank->cell_max_mV;
    limit_fill(&status->charge, &c->limits.charge_mA);
    limit_fill(&status->discharge, &c->limits.discharge_mA);
    out->charge_ma = &status->charge;
    out->discharge_ma = &status->discharge;
    out->charge_mv = c->limits.charge_mV.value;
    out->packs_fresh = bank->packs_fresh;
    out->packs = bank->packs;
    out->alarms = bank->alarms;
    status_cap_fill(status, c);
    status->message.battery = out;
}

static uint32_t refused_of(const struct verdict_counts *counts)
{
    uint32_t sum = 0;
    for (int v = VERDICT_LENGTH; v < VERDICTS; v++)
        sum += counts->n[v];
    return sum;
}

static bool hears_busbar(const struct config *config, size_t inverter)
{
    for (size_t e = 0; e < config->emulation_count; e++)
        if (config->emulation_link[e].inverter == inverter)
            return true;
    return false;
}

static void means_fill(struct status *status, const struct controller *c, size_t i)
{
    const struct policy_inverter_order *order = &c->decided.inverter[i];
    Busbar__Inverter *out = &status->inverters[i];
    out->means = as_text(means_name(order->means.by));
    out->bms_ma = hears_busbar(c->config, i) ? order->bms_mA : -1;
    out->passed_over = status->passed_at[i];
    for (enum means m = MEANS_BMS_PORT; m < MEANS_COUNT; m++) {
        char *line = status->passed[i][out->n_passed_over];
        policy_means_passed(line, sizeof status->passed[i][0], &order->means, m);
        status->passed_at[i][out->n_passed_over] = line;
        out->n_passed_over += *line != '\0';
    }
}

static void inverters_fill(struct status *status, const struct controller *c, int64_t now_ms)
{
    for (size_t i = 0; i < c->config->inverter_count; i++) {
        const struct unit *unit = &c->plant.units[i];
        const struct unit_readings *r = &unit->readings;
        Busbar__Inverter *out = &status->inverters[i];
        busbar__inverter__init(out);
        out->name = as_text(c->config->inverters[i].name);
        out->fresh = unit->heard_ms > 0 && now_ms - unit->heard_ms <= UNIT_FRESH_MS;
        out->mode = as_text(unit_mode_name(r->mode.value));
        out->phase = c->config->inverters[i].phase;
        out->pv_w = r->pv_W[0].value + r->pv_W[1].value;
        out->output_w = r->output_W.value;
        out->charge_max_a = r->charge_max_A.value;
        out->charger_off = r->charger_off.value != 0;
        out->output_priority = as_text(output_priority_name(r->output_priority.value));
        out->serial = as_text(r->serial);
        out->answers = unit->statistics.answers;
        out->naks = unit->statistics.naks;
        out->timeouts = unit->statistics.timeouts;
        out->refused = refused_of(&unit->verdicts);
        for (int s = 0; s < SETTINGS; s++)
            out->writes += unit->settings[s].writes;
        means_fill(status, c, i);
        status->inverter_at[i] = out;
    }
    status->message.n_inverters = c->config->inverter_count;
    status->message.inverters = status->inverter_at;
}

static const char *input_name(const struct controller *c, size_t string)
{
    const struct topology *topology = &c->config->topology;
    uint8_t seen[MAX_STRINGS];
    if (!router_layout_seen(&c->router, &c->view, seen))
        return "?";
    return seen[string] < topology->inputs ? topology->input[seen[string]].name : "";
}

static void strings_fill(struct status *status, const struct controller *c)
{
    const struct topology *topology = &c->config->topology;
    for (size_t s = 0; s < topology->strings; s++) {
        Busbar__PvString *out = &status->strings[s];
        busbar__pv_string__init(out);
        out->name = as_text(topology->string[s].name);
        out->input = as_text(input_name(c, s));
        out->current_ma = c->view.current_mA[s].value;
        out->voltage_mv = c->view.voltage_mV[s].value;
        out->switch_on = c->view.switch_output[s];
        out->locked = c->router.locked[s];
        out->moved_today = c->router.moved_today[s];
        status->string_at[s] = out;
    }
    status->message.n_strings = topology->strings;
    status->message.strings = status->string_at;
}

static Busbar__ContactTime *time_fill(Busbar__ContactTime *out, const struct wear_time *time)
{
    busbar__contact_time__init(out);
    out->measured = time->measured;
    out->newest_ms = time->newest_ms;
    out->mean_us = time->mean_us;
    out->drift_known = wear_drift(time, &out->drift_us, &out->drift_permille);
    return out;
}

static void wear_fill(struct status *status, const struct controller *c, size_t k, int64_t now_ms)
{
    const struct topology_contact *contact = &c->config->topology.contact[k];
    const struct wear_record *wear = &c->wear[k].record;
    Busbar__Contact *out = &status->contacts[k];
    out->board = as_text(c->config->boards[c->config->contact_at[k].device].name);
    out->channel = c->config->contact_at[k].channel + 1u;
    out->cold = wear->cold;
    out->hot = wear->hot;
    out->operate = time_fill(&status->operate[k], &wear->operate);
    out->release = time_fill(&status->release[k], &wear->release);
    out->bounces = wear->bounces;
    out->welds = wear->welds;
    out->life_told = wear_life_told(wear, contact);
    out->used_permille = wear_used_permille(wear, contact);
    out->remaining = wear_remaining(wear, contact);
    out->moved_ago_ms = wear->cold || wear->hot ? now_ms - wear->newest_ms : -1;
}

static void contacts_fill(struct status *status, const struct controller *c, int64_t now_ms)
{
    static const char *const seen[] = {
        [CONTACT_UNKNOWN] = "unknown", [CONTACT_OPEN] = "open", [CONTACT_CLOSED] = "closed"};
    const struct topology *topology = &c->config->topology;
    for (size_t k = 0; k < topology->contacts; k++) {
        Busbar__Contact *out = &status->contacts[k];
        busbar__contact__init(out);
        snprintf(status->contact_names[k], sizeof status->contact_names[k], "%s > %s",
                 topology->string[topology->contact[k].string].name,
                 topology->input[topology->contact[k].input].name);
        out->name = status->contact_names[k];
        out->seen = as_text(seen[c->view.contact[k]]);
        out->ordered = c->router.orders.contact_closed[k];
        out->operations = c->router.operations[k];
        wear_fill(status, c, k, now_ms);
        status->contact_at[k] = out;
    }
    status->message.n_contacts = topology->contacts;
    status->message.contacts = status->contact_at;
}

static void points_fill(struct status *status, const struct controller *c)
{
    for (size_t i = 0; i < c->config->wallbox_count; i++) {
        const struct policy_point_order *decided = &c->decided.charge_point[i];
        const struct wallbox_readings *box =
            &c->plant.wallboxes[c->config->charge_points[i].device];
        Busbar__ChargePoint *out = &status->points[i];
        busbar__charge_point__init(out);
        out->name = as_text(c->config->wallboxes[c->config->charge_points[i].device].name);
        out->session = as_text(session_state_name(c->sessions[i].state));
        out->car_state =
            as_text(car_state_name(box->car_state.heard_ms ? box->car_state.value : -1));
        out->current_da = box->current_dA.value;
        limit_fill(&status->point_limits[i], &decided->limit);
        out->limit_da = &status->point_limits[i];
        out->power_w = decided->power_W;
        out->source = as_text(source_name(decided->source));
        out->strings = decided->strings;
        status->point_at[i] = out;
    }
    status->message.n_charge_points = c->config->wallbox_count;
    status->message.charge_points = status->point_at;
}

static Busbar__Part *part_add(struct status *status, const char *kind, const char *name)
{
    size_t at = status->message.n_parts++;
    Busbar__Part *out = &status->parts[at];
    busbar__part__init(out);
    out->kind = as_text(kind);
    out->name = as_text(name);
    status->part_at[at] = out;
    return out;
}

static void part_age(Busbar__Part *part, int64_t heard_ms, int64_t fresh_ms, int64_t now_ms)
{
    part->age_ms = heard_ms ? now_ms - heard_ms : -1;
    part->well = heard_ms && part->age_ms <= fresh_ms;
    part->problem = as_text(part->well ? "" : heard_ms ? "silent" : "never heard");
}

/* Its inverter's keep-alive tells how it is; and whether busbar says anything to it. */
static void emulation_fill(Busbar__Part *part, const struct controller *c, size_t i, int64_t now_ms)
{
    const struct emulate *emulate = &c->emulations[i];
    int64_t heard_ms = c->plant.emulations[i].heartbeat.heard_ms;
    part_age(part, heard_ms, EMULATE_INVERTER_MS, now_ms);
    if (!part->well)
        part->problem =
            as_text(heard_ms ? "its inverter is silent" : "its inverter was never heard");
    if (emulate->disobeyed)
        part->problem = as_text("the bank is charged though 0 A is allowed");
    if (emulate->state != EMULATE_SPEAKS)
        part->problem = as_text(emulate_why_text(emulate->why));
    part->well = part->well && !emulate->disobeyed && emulate->state == EMULATE_SPEAKS;
}

/* One on a port has no frames: its requests count, and its line may be missing. */
static void link_fill(Busbar__Part *part, const struct controller *c, const struct io *io, size_t i)
{
    const struct verdict_counts *counts = &c->lib_ports[i].verdicts;
    part->taken = counts->n[VERDICT_TAKEN];
    part->refused = refused_of(counts);
    if (!io || !io->bms || io->bms->streams[i].fd >= 0)
        return;
    part->well = false;
    part->problem = as_text(io->bms->streams[i].problem);
}

static void devices_fill(struct status *status, const struct controller *c, const struct io *io,
                         int64_t now_ms)
{
    for (enum device_kind kind = 0; kind < DEVICE_KINDS; kind++) {
        size_t count;
        const struct config_device *devices = plant_devices(c->config, kind, &count);
        for (size_t i = 0; i < count; i++) {
            Busbar__Part *part = part_add(status, device_kind_name(kind), devices[i].name);
            const struct verdict_counts *counts = &c->plant.dialects[kind][i].verdicts;
            part_age(part, plant_heard_ms(&c->plant, kind, i), DEVICE_FRESH_MS, now_ms);
            if (kind == DEVICE_EMULATION)
                emulation_fill(part, c, i, now_ms);
            part->taken = counts->n[VERDICT_TAKEN];
            part->refused = refused_of(counts);
            if (kind == DEVICE_EMULATION && *c->config->emulation_link[i].port)
                link_fill(part, c, io, i);
        }
    }
}

static void ports_fill(struct status *status, const struct controller *c, const struct io *io,
                       int64_t now_ms)
{
    for (size_t i = 0; i < c->config->inverter_count; i++) {
        Busbar__Part *part = part_add(status, "inverter", c->config->inverters[i].name);
        part_age(part, c->plant.units[i].heard_ms, UNIT_FRESH_MS, now_ms);
        part->taken = c->plant.units[i].statistics.answers;
        part->refused = refused_of(&c->plant.units[i].verdicts);
        if (!plant_unit_expected(&c->plant, i)) {
            part->well = false;
            part->problem =
                as_text("another unit answers there: its serial number is not the config's");
        }
        if (io && !ports_of(&io->ports, i)) {
            part->well = false;
            ports_problem(&io->ports, i, status->port_problem[i], sizeof status->port_problem[i]);
            part->problem = status->port_problem[i];
        }
    }
    status->message.parts = status->part_at;
}

static void buses_fill(struct status *status, const struct controller *c, const struct io *io)
{
    for (size_t b = 0; b < c->config->bus_count; b++) {
        Busbar__Bus *out = &status->buses[b];
        busbar__bus__init(out);
        out->name = as_text(c->config->buses[b].name);
        out->port = as_text(c->config->buses[b].port);
        out->foreign = c->plant.foreign[b];
        out->vetoed = c->bus_vetoes[b];
        out->state = as_text("log");
        if (io) {
            const struct bus *bus = &io->buses[b];
            out->state = as_text(bus->fd < 0 ? bus->problem : bus_state_name(bus->state));
            out->rx = bus->stats.rx;
            out->tx = bus->stats.tx;
            out->lost = bus->stats.rx_lost;
            out->dropped = bus->stats.tx_dropped;
        }
        status->bus_at[b] = out;
    }
    status->message.n_buses = c->config->bus_count;
    status->message.buses = status->bus_at;
}

void status_fill(struct status *status, const struct controller *c, const struct io *io,
                 int64_t now_ms)
{
    busbar__status__init(&status->message);
    status->message.plant = as_text(c->config->plant);
    status->message.uptime_ms = now_ms - c->start_ms;
    status->message.ticks = c->ticks;
    status->message.router_state = as_text(router_state_name(c->router.state));
    status->message.router_why = as_text(router_why_text(c->router.why));
    status->message.transfers = c->router.transfers;
    status->message.foreign_lock = c->gate.foreign;
    battery_fill(status, c);
    status_limits(status, c, now_ms);
    status_charge(status, c, now_ms);
    inverters_fill(status, c, now_ms);
    strings_fill(status, c);
    contacts_fill(status, c, now_ms);
    points_fill(status, c);
    devices_fill(status, c, io, now_ms);
    ports_fill(status, c, io, now_ms);
    buses_fill(status, c, io);
    status_ports(status, c, io, now_ms);
    status_currents(status, c, now_ms);
    status->inverter_news.count = 0;
    inverter_news(&status->inverter_news, c);
    status->message.inverter_news_count = (uint32_t)status->inverter_news.count;
    for (size_t i = 0; i < status->inverter_news.count && i < STATUS_NEWS; i++)
        status->inverter_news_at[status->message.n_inverter_news++] =
            status->inverter_news.lines[i];
    status->message.inverter_news = status->inverter_news_at;
    status->why.count = 0;
    why_fill(&status->why, c, now_ms);
    for (size_t i = 0; i < status->why.count; i++)
        status->why_at[i] = status->why.lines[i];
    status->message.n_why = status->why.count;
    status->message.why = status->why_at;
}
