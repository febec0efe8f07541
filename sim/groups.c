/* Inverters in parallel: they share the load of a phase, number themselves anew after each start, and
 * stop together over what does not fit (docs/axpert.md, 2.4 and 4.4; fault codes 2.5). */
#include <math.h>
#include <string.h>

#include "sim/state.h"
#include "sim/variants.h"

enum {
    FAULT_FIRMWARE = 71,
    FAULT_SHARING = 72,
    FAULT_HOST = 81,
    FAULT_SYNC = 82,
    FAULT_BATTERY = 83,
    FAULT_MODE = 86
};
static const double BATTERIES_DIFFER_V = 2;

static bool together(const struct sim *sim, int a, int b)
{
    int group = sim->config.inverter[a].group;
    return group > 0 && sim->config.inverter[b].group == group;
}

static bool feeds(const struct sim_unit *unit)
{
    return unit->mode == 'B' || unit->mode == 'L';
}

double unit_battery_V(const struct sim *sim, int u)
{
    double offset_V = 0;
    quirk_holds(sim, u, SIM_QUIRK_BATTERY_OFFSET, &offset_V);
    return sim->battery_V + offset_V;
}

int group_member(const struct sim *sim, int u, int number)
{
    for (int i = 0; i < sim->config.inverters; i++)
        if (together(sim, u, i) && sim->unit[i].number == number)
            return i;
    return -1;
}

/* The master is who is first: a matter of chance. */
static void group_number(struct sim *sim, int group)
{
    int order[SIM_INVERTERS], count = 0;
    for (int u = 0; u < sim->config.inverters; u++)
        if (sim->config.inverter[u].group == group)
            order[count++] = u;
    for (int i = 0; i < count; i++) {
        int with = i + (int)(quirk_random(&sim->unit[order[0]]) * (count - i));
        int other = order[with];
        order[with] = order[i];
        order[i] = other;
        sim->unit[other].number = i;
    }
}

static bool is_first(const struct sim *sim, int u)
{
    for (int i = 0; i < u; i++)
        if (together(sim, u, i))
            return false;
    return sim->config.inverter[u].group > 0;
}

void groups_begin(struct sim *sim)
{
    for (int u = 0; u < sim->config.inverters; u++)
        if (is_first(sim, u))
            group_number(sim, sim->config.inverter[u].group);
}

/* What a phase's units carry together: its house once, and the wallbox where one of them feeds it. */
static double phase_load_W(const struct sim *sim, int u, int *feeding)
{
    int phase = sim->config.inverter[u].phase;
    double load_W = 0;
    bool house = false;
    *feeding = 0;
    for (int i = 0; i < sim->config.inverters; i++) {
        if (!together(sim, u, i) || sim->config.inverter[i].phase != phase)
            continue;
        *feeding += feeds(&sim->unit[i]);
        house = house || i != sim->config.wallbox_inverter;
        load_W += sim_wallbox_loads(sim, i) ? sim->truth.wallbox_W : 0;
    }
    return load_W + (house ? sim->truth.house_W[phase] : 0);
}

void groups_share(struct sim *sim)
{
    for (int u = 0; u < sim->config.inverters; u++) {
        int feeding;
        double load_W = phase_load_W(sim, u, &feeding);
        if (feeding > 0)
            sim->unit[u].load_W = feeds(&sim->unit[u]) ? load_W / feeding : 0;
    }
}

static const char *firmware(const struct sim *sim, int u)
{
    const struct sim_inverter_config *config = &sim->config.inverter[u];
    return config->firmware ? config->firmware : sim_variant_of(config)->firmware;
}

/* One output for all, or a phase of three each. */
static bool modes_agree(int a, int b)
{
    return (a == 1 && b == 1) || (a >= 2 && a <= 4 && b >= 2 && b <= 4) || (a >= 5 && b >= 5);
}

/* What one unit finds wrong with another. */
static int pair_code(const struct sim *sim, int u, int other)
{
    if (strcmp(firmware(sim, u), firmware(sim, other)) != 0)
        return FAULT_FIRMWARE;
    if (!modes_agree(sim->unit[u].output_mode, sim->unit[other].output_mode))
        return FAULT_MODE;
    if (fabs(unit_battery_V(sim, u) - unit_battery_V(sim, other)) > BATTERIES_DIFFER_V)
        return FAULT_BATTERY;
    if (sim_variant_of(&sim->config.inverter[u]) != sim_variant_of(&sim->config.inverter[other]))
        return FAULT_SHARING;
    return 0;
}

/* By itself out of work: what the group did to it does not count. */
static bool lost(const struct sim *sim, int u)
{
    const struct sim_unit *unit = &sim->unit[u];
    return unit->trip_s > 0 || unit->failed || quirk_holds(sim, u, SIM_QUIRK_FAULT, NULL);
}

/* The last unit of a phase of three has gone: the others stop, for want of their host or its signal. */
static int phase_code(const struct sim *sim, int u)
{
    int working[3] = {0}, gone[3] = {0};
    bool host = false;
    for (int i = 0; i < sim->config.inverters; i++) {
        int phase = sim->unit[i].output_mode - 2;
        if (!together(sim, u, i) || phase < 0 || phase > 2)
            continue;
        working[phase] += !lost(sim, i);
        gone[phase] += lost(sim, i);
        host = host || (lost(sim, i) && sim->unit[i].number == 0);
    }
    for (int phase = 0; phase < 3; phase++)
        if (gone[phase] && !working[phase])
            return host ? FAULT_HOST : FAULT_SYNC;
    return 0;
}

static int group_code_of(const struct sim *sim, int u)
{
    for (int i = 0; i < sim->config.inverters; i++) {
        int code = i != u && together(sim, u, i) ? pair_code(sim, u, i) : 0;
        if (code)
            return code;
    }
    return lost(sim, u) ? 0 : phase_code(sim, u);
}

/* A group that starts again after such a fault numbers itself anew. */
void groups_watch(struct sim *sim)
{
    int codes[SIM_INVERTERS] = {0};
    for (int u = 0; u < sim->config.inverters; u++)
        codes[u] = sim->config.inverter[u].group > 0 ? group_code_of(sim, u) : 0;
    for (int u = 0; u < sim->config.inverters; u++) {
        bool again = sim->unit[u].group_code && !codes[u] && is_first(sim, u);
        sim->unit[u].group_code = codes[u];
        if (again)
            group_number(sim, sim->config.inverter[u].group);
    }
}
