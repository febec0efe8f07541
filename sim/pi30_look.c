#include "sim/pi30_look.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/state.h"
#include "sim/variants.h"

static const double PV_EFFICIENCY = 0.98, POWER_FACTOR = 1 / 1.02;
enum { BUS_V = 402 };

struct input_view {
    double volts, amperes, watts;
};

/* The unit's PV input number 0 or 1; strings on it share its voltage. */
static struct input_view input_read(const struct sim *sim, int u, int number)
{
    struct input_view view = {0};
    int found = -1;
    for (int i = 0; i < sim->config.inputs && found < 0; i++)
        if (sim->config.input[i].inverter == u && number-- == 0)
            found = i;
    if (found < 0)
        return view;
    view.volts = sim->mppt[found].cap_V;
    for (int s = 0; s < sim->config.strings; s++)
        if (sim->mppt[found].strings >> s & 1 && sim->mppt[found].share > 0)
            view.amperes += sim->truth.string_A[s];
    view.watts = view.volts * view.amperes;
    return view;
}

static bool alive(const struct sim_unit *unit)
{
    return unit->mode == 'B' || unit->mode == 'L';
}

static void look_ac(const struct sim *sim, int u, struct look *look)
{
    const struct sim_unit *unit = &sim->unit[u];
    const struct variant *variant = sim_variant_of(&sim->config.inverter[u]);
    look->grid_V = unit->ac_present ? variant->out_V + 1 : 0;
    look->grid_Hz = unit->ac_present ? variant->out_Hz : 0;
    look->out_V = alive(unit) ? variant->out_V : 0;
    look->out_Hz = alive(unit) ? variant->out_Hz : 0;
    look->W = unit->load_W;
    look->VA = unit->load_W / POWER_FACTOR;
    look->load = 100 * look->VA / sim->config.inverter[u].rated_W;
    look->half_W = look->W / 2;
    look->half_VA = look->VA / 2;
    look->third_W = look->W / 3;
    look->third_VA = look->VA / 3;
    look->grid_W = unit->grid_W;
    look->grid_third_W = unit->grid_W / 3;
    look->grid_A = look->grid_V > 0 ? look->grid_third_W / look->grid_V : 0;
    look->out_A = look->out_V > 0 ? look->third_VA / look->out_V : 0;
    look->load_on = alive(unit) && unit->load_W > 20;
    look->bus_V = BUS_V;
    look->heat_C = fmin(99, 32 + unit->load_W / 400);
    look->fan = fmin(100, unit->load_W / 80);
}

static void look_dc(const struct sim *sim, int u, struct look *look)
{
    const struct sim_unit *unit = &sim->unit[u];
    struct input_view one = input_read(sim, u, 0), two = input_read(sim, u, 1);
    look->battery_V = unit_battery_V(sim, u);
    look->battery_A = unit->dc_W / sim->battery_V;
    look->charge_A = fmax(0, look->battery_A);
    look->discharge_A = fmax(0, -look->battery_A);
    look->soc = fmin(100, sim->soc * 100);
    look->pv1_A = one.amperes;
    look->pv1_V = one.volts;
    look->pv1_W = one.watts;
    look->pv2_A = two.amperes;
    look->pv2_V = two.volts;
    look->pv2_W = two.watts;
    look->pv_A = one.amperes + two.amperes;
    look->pv_W = one.watts + two.watts;
    look->pv1_battery_A = one.watts * PV_EFFICIENCY / sim->battery_V;
    look->pv2_battery_A = two.watts * PV_EFFICIENCY / sim->battery_V;
    look->sun1 = one.watts > 1;
    look->sun2 = two.watts > 1;
    look->sun = unit->pv_W > 1;
    look->mppt1 = one.watts > 1 ? 2 : 1;
    look->mppt2 = two.watts > 1 ? 2 : two.volts > 60 ? 1 : 0;
    look->mppt_C = 28 + unit->pv_W / 200;
    look->stage = unit->stage;
    look->absorb_left_s =
        unit->stage == SIM_STAGE_ABSORB ? fmax(0, charger_absorb_s(unit) - unit->stage_s) : 0;
}

/* PI18 and PI17 tell directions: 0 nothing, 1 into the battery, from AC to DC, from the grid; 2 the
 * other way. */
static void look_ways(const struct sim *sim, int u, struct look *look)
{
    const struct sim_unit *unit = &sim->unit[u];
    look->battery_way = look->battery_A >= 0.5 ? 1 : look->battery_A <= -0.5 ? 2 : 0;
    look->converter_way =
        unit->mode == 'B' && unit->load_W > 20 ? 2 : unit->grid_W > unit->load_W + 1;
    look->line_way = unit->ac_present && unit->grid_W > 1;
    look->mode_number = unit->mode == 'S' ? 1 : unit->mode == 'B' ? 3 : unit->mode == 'F' ? 4 : 5;
}

static void look_settings(const struct sim *sim, int u, struct look *look)
{
    const struct sim_unit *unit = &sim->unit[u];
    const struct sim_inverter_config *config = &sim->config.inverter[u];
    const struct variant *variant = sim_variant_of(config);
    look->rated_V = variant->out_V;
    look->rated_Hz = variant->out_Hz;
    look->rated_A = config->rated_A;
    look->rated_W = config->rated_W;
    look->rated_VA = config->variant ? variant->rated_VA : config->rated_W;
    look->rated_battery_V = variant->battery_V;
    look->recharge_V = unit->to_grid_V;
    look->redischarge_V = unit->to_battery_V;
    look->cutoff_V = unit->cut_off_V;
    look->bulk_V = unit->bulk_V;
    look->float_V = unit->float_V;
    look->battery_type = unit->battery_type;
    look->revo_type = unit->battery_type == 2 ? 3 : unit->battery_type > 2;
    look->ac_max_A = unit->ac_charge_max_A;
    look->charge_max_A = unit->charge_max_A;
    look->range_A = variant->charge_max_A;
    look->discharge_max_A = unit->discharge_max_A;
    look->input_range = unit->input_range;
    look->out_priority = unit->output_priority;
    look->charger_priority = unit->charger_priority;
    look->out_priority18 = unit->output_priority == 2;
    look->charger_priority18 = fmax(0, unit->charger_priority - 1);
    look->parallel_max = variant->parallel_max;
    look->output_mode = unit->output_mode;
    look->pv_ok = unit->pv_ok;
    look->balance = unit->balance;
    look->cv_min = unit->cv_min;
    look->logic = unit->logic;
    look->fault = unit->code;
    look->exists = config->group > 0;
    look->number = config->group > 0 ? unit->number : 0;
}

/* The live totals of QPGSn: of its group, of one alone its own. */
static void look_totals(const struct sim *sim, int u, struct look *look)
{
    const struct sim_config *config = &sim->config;
    double rated_W = 0;
    for (int i = 0; i < config->inverters; i++) {
        const struct sim_unit *unit = &sim->unit[i];
        if (i != u && (config->inverter[i].group != config->inverter[u].group ||
                       config->inverter[u].group == 0))
            continue;
        look->total_W += unit->load_W;
        look->total_VA += unit->load_W / POWER_FACTOR;
        look->total_charge_A += fmax(0, unit->dc_W / sim->battery_V);
        rated_W += config->inverter[i].rated_W;
    }
    look->total_load = 100 * look->total_VA / rated_W;
}

static void digits_put(char *out, size_t room, size_t count, unsigned bits)
{
    for (size_t i = 0; i < count && i + 1 < room; i++)
        out[i] = bits >> (count - 1 - i) & 1 ? '1' : '0';
    out[count < room ? count : room - 1] = '\0';
}

static void look_flags(const struct sim *sim, int u, struct look *look)
{
    const struct sim_unit *unit = &sim->unit[u];
    bool charging = look->charge_A >= 0.5, ac = charging && unit->grid_W > unit->load_W + 1;
    bool under = sim->battery_V < unit->cut_off_V + 1;
    unsigned on = look->load_on > 0, scc = charging && look->sun > 0;
    digits_put(look->status, sizeof look->status, 8,
               on << 4 | (unsigned)charging << 2 | scc << 1 | ac);
    digits_put(look->status2, sizeof look->status2, 3,
               (unsigned)(unit->stage == SIM_STAGE_FLOAT) << 2 |
                   (unsigned)!quirk_holds(sim, u, SIM_QUIRK_OFF, NULL) << 1);
    digits_put(look->gs_bits, sizeof look->gs_bits, 8,
               (unsigned)(look->sun1 > 0) << 7 | (unsigned)ac << 6 | scc << 5 |
                   (unsigned)under << 3 | (unsigned)!unit->ac_present << 2 | on << 1);
    memcpy(look->status41, look->gs_bits, sizeof look->status41);
}

/* Bits a0.. from the left: 0 PV loss, 1 fault, 5 line fail, 12 battery low, 16 overload, 17 EEPROM,
 * and where a fault code has a bit of its own. */
static void look_warnings(const struct sim *sim, int u, struct look *look)
{
    static const struct {
        int code, bit;
    } faults[] = {{1, 10}, {2, 9},   {3, 11}, {4, 14},  {5, 6},   {6, 8},   {7, 16},  {8, 2},
                  {9, 4},  {51, 18}, {52, 3}, {53, 19}, {55, 21}, {56, 22}, {57, 23}, {58, 7}};
    const struct sim_unit *unit = &sim->unit[u];
    const struct variant *variant = sim_variant_of(&sim->config.inverter[u]);
    bool old = !(variant->ways & (WAY_DIGITS_31 | WAY_DIGITS_32));
    char *bits = look->warnings;
    memset(bits, '0', 36);
    bits[old ? 32 : 36] = '\0';
    bits[0] = look->pv1_V > 60 || look->pv2_V > 60 ? '0' : '1';
    bits[1] = unit->mode == 'F' ? '1' : '0';
    bits[5] = unit->ac_present ? '0' : '1';
    bits[12] = sim->battery_V < unit->cut_off_V + 1 ? '1' : '0';
    bits[16] = unit->over_s > 0 ? '1' : '0';
    bits[17] = look->eeprom > 0 ? '1' : '0';
    for (size_t i = 0; i < COUNT(faults); i++)
        if (unit->code == faults[i].code)
            bits[faults[i].bit] = '1';
    if (old || !unit->code)
        return;
    char *digits = bits + (variant->ways & WAY_DIGITS_31 ? 31 : 32);
    digits[0] = (char)('0' + unit->code / 10);
    digits[1] = (char)('0' + unit->code % 10);
}

/* The same things in PI18's order (FWS) and in PI17's (WS), with commas. */
static void look_comma_warnings(struct look *look)
{
    const char *w = look->warnings;
    char fws[17] = {w[5], w[6], w[9], w[10], w[11], w[12], w[14], w[16], w[17]};
    char ws[22] = {
        look->pv1_V > 60 ? '0' : '1', look->pv2_V > 60 ? '0' : '1', '0', '0', w[14], w[12]};
    ws[14] = w[5];
    ws[18] = w[9];
    ws[19] = w[16];
    for (size_t i = 0; i < 22; i++) {
        look->ws[2 * i] = ws[i] ? ws[i] : '0';
        look->ws[2 * i + 1] = i < 21 ? ',' : '\0';
    }
    for (size_t i = 0; i < 17; i++) {
        look->fws[2 * i] = fws[i] ? fws[i] : '0';
        look->fws[2 * i + 1] = i < 16 ? ',' : '\0';
    }
}

static void list_print(int least, int most, const char *separator, char *out, size_t room)
{
    int list[24];
    size_t count = sim_charge_list(least, most, list), at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count && at < room; i++)
        at += (size_t)snprintf(out + at, room - at, "%.*s%03d", i > 0, separator, list[i]);
}

static void look_texts(const struct sim *sim, int u, struct look *look)
{
    const struct sim_unit *unit = &sim->unit[u];
    const struct sim_inverter_config *config = &sim->config.inverter[u];
    const struct variant *variant = sim_variant_of(config);
    const char *separator = variant->framing == SIM_PI18 ? "," : " ";
    snprintf(look->serial, sizeof look->serial, "%.14s", config->serial);
    snprintf(look->model, sizeof look->model, "%.20s", config->model);
    snprintf(look->firmware, sizeof look->firmware, "%.10s",
             config->firmware ? config->firmware : variant->firmware);
    snprintf(look->switches, sizeof look->switches, "%s", unit->switches);
    look->mode[0] = unit->mode;
    list_print(variant->charge_least_A, variant->charge_max_A, separator, look->charge_list,
               sizeof look->charge_list);
    list_print(2, variant->ac_charge_max_A, separator, look->ac_charge_list,
               sizeof look->ac_charge_list);
    size_t at = 0;
    for (int on = 1; on >= 0; on--) {
        look->flags[at++] = on ? 'E' : 'D';
        for (const char *letter = variant->letters; *letter; letter++)
            if ((int)(unit->flags >> (*letter - 'a') & 1) == on)
                look->flags[at++] = *letter;
    }
}

/* The plant's day has no year; any will do. */
static void look_time(const struct sim *sim, struct look *look)
{
    static const int month_days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    long day = sim->config.day_of_year - 1 + (long)(sim->truth.day_s / 86400);
    long day_s = (long)sim->truth.day_s % 86400;
    int month = 0;
    for (day %= 365; day >= month_days[month]; month++)
        day -= month_days[month];
    int year = 2026, date = (int)day + 1, now_s = (int)day_s;
    snprintf(look->time, sizeof look->time, "%04d%02d%02d%02d%02d%02d", year, month + 1, date % 100,
             now_s / 3600 % 24, now_s / 60 % 60, now_s % 60);
    snprintf(look->date, sizeof look->date, "%04d %02d %02d %02d %02d", year, month + 1, date % 100,
             now_s / 3600 % 24, now_s / 60 % 60);
}

/* QED20260621, PEY2026: what was made since its counter was reset, if that is now's year, month, day. */
static void look_energy(const struct sim *sim, int u, const char *word, struct look *look)
{
    const struct sim_unit *unit = &sim->unit[u];
    double pv_Wh = (unit->pv_Ws - unit->pv_base_Ws) / 3600;
    look->pv_Wh = pv_Wh;
    look->pv_kWh = pv_Wh / 1000;
    look->pv_day_Wh = fmin(pv_Wh, unit->pv_day_Ws / 3600);
    look->load_Wh = (unit->load_Ws - unit->load_base_Ws) / 3600;
    if (strlen(word) < 7)
        return;
    bool load = word[1] == 'L', day = word[2] == 'D' || word[2] == 'H';
    size_t digits = word[2] == 'Y' ? 4 : word[2] == 'M' ? 6 : word[2] == 'D' ? 8 : 10;
    if (strncmp(word + 3, look->time, digits) == 0)
        look->asked_Wh = load ? look->load_Wh : day ? look->pv_day_Wh : pv_Wh;
}

static bool eeprom_worn(const struct sim *sim, int u)
{
    double most;
    if (!quirk_holds(sim, u, SIM_QUIRK_EEPROM, &most))
        return false;
    for (int s = 0; s < SIM_SETTINGS; s++)
        if (sim->truth.writes[u][s] >= most)
            return true;
    return false;
}

void sim_look(const struct sim *sim, int u, const char *word, struct look *look)
{
    memset(look, 0, sizeof *look);
    look_ac(sim, u, look);
    look_dc(sim, u, look);
    look_ways(sim, u, look);
    look_settings(sim, u, look);
    look_totals(sim, u, look);
    look_flags(sim, u, look);
    look->eeprom = eeprom_worn(sim, u);
    look_warnings(sim, u, look);
    look_comma_warnings(look);
    look_texts(sim, u, look);
    look_time(sim, look);
    look_energy(sim, u, word, look);
}
