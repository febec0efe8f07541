/* What a simulated inverter lets itself be told: the setters of the vendor's documents (KS/MKS 2015,
 * GK/MK, MAX 2021, REVO 2020, PI18 2017, PI17 2016), with allowed values for 48 V; other batteries
 * scale. */
#include "sim/pi30_set.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static bool on_list(int least, int most, int value)
{
    int list[24];
    size_t count = sim_charge_list(least, most, list);
    for (size_t i = 0; i < count; i++)
        if (list[i] == value)
            return true;
    return false;
}

bool setter_within(const struct setter *s, double volts, double low_V, double high_V)
{
    return volts > low_V * s->part - 0.01 && volts < high_V * s->part + 0.01;
}

/* 48 V models take whole volts. */
static bool step_fits(const struct setter *s, const char *value)
{
    return s->part < 1 || value[3] == '0';
}

bool setter_int(int *member, int value, int low, int high)
{
    if (value < low || value > high)
        return false;
    *member = value;
    return true;
}

static bool set_pop(struct setter *s, const char *value)
{
    return setter_int(&s->unit->output_priority, atoi(value), 0, 2);
}

static bool set_pcp(struct setter *s, const char *value)
{
    bool utility = s->variant->takes & TAKES_UTILITY;
    return setter_int(&s->unit->charger_priority, atoi(value), utility ? 0 : 1, 3);
}

/* The first digit is the unit's number in a parallel bank; one alone is 0. */
bool setter_number(const struct setter *s, char digit)
{
    return digit - '0' == (s->grouped ? s->unit->number : 0);
}

static bool set_ppcp(struct setter *s, const char *value)
{
    return setter_number(s, *value) && set_pcp(s, value + 1);
}

bool setter_charge(struct setter *s, int amperes)
{
    if (!on_list(s->variant->charge_least_A, s->variant->charge_max_A, amperes))
        return false;
    s->unit->charge_max_A = amperes;
    return true;
}

bool setter_ac_charge(struct setter *s, int amperes)
{
    if (!on_list(2, s->variant->ac_charge_max_A, amperes))
        return false;
    s->unit->ac_charge_max_A = amperes;
    return true;
}

static bool set_charge3(struct setter *s, const char *value)
{
    return setter_charge(s, atoi(value));
}

static bool set_charge4(struct setter *s, const char *value)
{
    return setter_number(s, *value) && setter_charge(s, atoi(value + 1));
}

static bool set_ac_charge3(struct setter *s, const char *value)
{
    return setter_ac_charge(s, atoi(value));
}

static bool set_ac_charge4(struct setter *s, const char *value)
{
    return setter_number(s, *value) && setter_ac_charge(s, atoi(value + 1));
}

/* PBATCDabc: 111 both on, 011 and 101 discharger off, 110 charger off, 010 and 100 both off, 000
 * the unit's own settings. */
static bool set_batcd(struct setter *s, const char *value)
{
    static const struct {
        const char *digits;
        bool charger_off, discharger_off;
    } rows[] = {{"111", false, false}, {"011", false, true}, {"101", false, true},
                {"110", true, false},  {"010", true, true},  {"100", true, true},
                {"000", false, false}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (strcmp(value, rows[i].digits) != 0)
            continue;
        memcpy(s->unit->switches, value, sizeof s->unit->switches);
        s->unit->charger_off = rows[i].charger_off;
        s->unit->discharger_off = rows[i].discharger_off;
        return true;
    }
    return false;
}

static bool set_back_to_grid(struct setter *s, const char *value)
{
    if (!setter_within(s, atof(value), 44, 51) || !step_fits(s, value))
        return false;
    s->unit->to_grid_V = atof(value);
    return true;
}

/* 00.0 = when the battery is full. */
static bool set_back_to_battery(struct setter *s, const char *value)
{
    double volts = atof(value);
    if ((!setter_within(s, volts, 48, 58) || !step_fits(s, value)) && strcmp(value, "00.0") != 0)
        return false;
    s->unit->to_battery_V = volts;
    return true;
}

/* Only with battery type user are these the owner's; with another type the unit says ACK and keeps
 * its own (syssi #8). */
bool setter_user_volts(struct setter *s, double *member, double volts, bool fits)
{
    if (!fits)
        return false;
    s->ignored = s->unit->battery_type != 2;
    if (!s->ignored)
        *member = volts;
    return true;
}

static bool set_cut_off(struct setter *s, const char *value)
{
    double volts = atof(value);
    return setter_user_volts(s, &s->unit->cut_off_V, volts, setter_within(s, volts, 40, 48));
}

static bool set_bulk(struct setter *s, const char *value)
{
    double volts = atof(value);
    return setter_user_volts(s, &s->unit->bulk_V, volts,
                             volts >= s->unit->float_V && volts < 58.4 * s->part + 0.01);
}

static bool set_float(struct setter *s, const char *value)
{
    double volts = atof(value);
    return setter_user_volts(s, &s->unit->float_V, volts,
                             volts > 48 * s->part - 0.01 && volts <= s->unit->bulk_V);
}

/* Another type brings its own voltages; user starts from those of AGM. */
static bool set_battery_type(struct setter *s, const char *value)
{
    int type = atoi(value), most = s->variant->takes & TAKES_SHORT_BATTERIES ? 2 : 9;
    if (!setter_int(&s->unit->battery_type, type, 0, most))
        return false;
    s->unit->bulk_V = (type == 1 ? 58.4 : 56.4) * s->part;
    s->unit->float_V = 54 * s->part;
    s->unit->cut_off_V = 42 * s->part;
    return true;
}

static bool set_input_range(struct setter *s, const char *value)
{
    return setter_int(&s->unit->input_range, atoi(value), 0, 1);
}

/* Only with the output off: "otherwise the setting can not be programmed" (KS/MKS manual). */
static bool set_output_mode(struct setter *s, const char *value)
{
    if (s->unit->mode != 'S' || s->variant->parallel_max < 2)
        return false;
    return setter_int(&s->unit->output_mode, atoi(value), 0, s->variant->ways & WAY_SPLIT ? 7 : 4);
}

static bool set_logic(struct setter *s, const char *value)
{
    return setter_int(&s->unit->logic, atoi(value), 0, 2);
}

static bool set_pv_ok(struct setter *s, const char *value)
{
    return setter_int(&s->unit->pv_ok, atoi(value), 0, 1);
}

static bool set_balance(struct setter *s, const char *value)
{
    return setter_int(&s->unit->balance, atoi(value), 0, 1);
}

static bool set_cv_time(struct setter *s, const char *value)
{
    return atoi(value) % 5 == 0 && setter_int(&s->unit->cv_min, atoi(value), 0, 900);
}

static bool set_discharge(struct setter *s, const char *value)
{
    if (atoi(value) > 0 && atoi(value) < 30)
        return false;
    return setter_int(&s->unit->discharge_max_A, atoi(value), 0, 150);
}

/* PEx and PDx: whether the letter shall be on. */
static bool flag_set(struct setter *s, const char *word)
{
    if (!strchr(s->variant->letters, word[2]))
        return false;
    uint32_t bit = 1u << (word[2] - 'a');
    s->unit->flags = word[1] == 'E' ? s->unit->flags | bit : s->unit->flags & ~bit;
    return true;
}

static void factory(struct sim_unit *unit, const struct variant *variant);

static bool set_factory(struct setter *s, const char *value)
{
    (void)value;
    factory(s->unit, s->variant);
    return true;
}

/* No document of the family has such a command. It stands for one that an owner has proven on his
 * model: all PV current goes while it is off. */
static bool set_pv(struct setter *s, const char *value)
{
    s->unit->pv_off = strcmp(value, "OFF") == 0;
    return true;
}

/* clang-format off */
static const struct {
    const char *pattern;
    size_t value_at;
    unsigned takes;
    enum sim_setting setting;
    bool (*set)(struct setter *s, const char *value);
} rows[] = {
    {"POPnn",       3, TAKES_PI30,    SIM_SET_OUTPUT_PRIORITY,  set_pop},
    {"PCPnn",       3, TAKES_PI30,    SIM_SET_CHARGER_PRIORITY, set_pcp},
    {"PPCPnnn",     4, TAKES_PI30,    SIM_SET_CHARGER_PRIORITY, set_ppcp},
    {"MCHGCnnn",    5, TAKES_MCHGC3,  SIM_SET_CHARGE,           set_charge3},
    {"MNCHGCnnn",   6, TAKES_MNCHGC3, SIM_SET_CHARGE,           set_charge3},
    {"MNCHGCnnnn",  6, TAKES_MNCHGC4, SIM_SET_CHARGE,           set_charge4},
    {"MUCHGCnnn",   6, TAKES_MUCHGC3, SIM_SET_AC_CHARGE,        set_ac_charge3},
    {"MUCHGCnnnn",  6, TAKES_MUCHGC4, SIM_SET_AC_CHARGE,        set_ac_charge4},
    {"PBATCDnnn",   6, TAKES_MAX,     SIM_SET_SWITCHES,         set_batcd},
    {"PBATMAXDISCnnn", 11, TAKES_MAX, SIM_SET_DISCHARGE,        set_discharge},
    {"PCVTnnn",     4, TAKES_MAX,     SIM_SET_CV_TIME,          set_cv_time},
    {"PBCVnn.n",    4, TAKES_PI30,    SIM_SET_RECHARGE,         set_back_to_grid},
    {"PBDVnn.n",    4, TAKES_PI30,    SIM_SET_REDISCHARGE,      set_back_to_battery},
    {"PSDVnn.n",    4, TAKES_PI30,    SIM_SET_CUT_OFF,          set_cut_off},
    {"PCVVnn.n",    4, TAKES_PI30,    SIM_SET_BULK,             set_bulk},
    {"PBFTnn.n",    4, TAKES_PI30,    SIM_SET_FLOAT,            set_float},
    {"PBTnn",       3, TAKES_PI30,    SIM_SET_BATTERY_TYPE,     set_battery_type},
    {"PGRnn",       3, TAKES_PI30,    SIM_SET_INPUT_RANGE,      set_input_range},
    {"POPMnn",      4, TAKES_PI30,    SIM_SET_OUTPUT_MODE,      set_output_mode},
    {"POPLGnn",     5, TAKES_LOGIC,   SIM_SET_OTHER,            set_logic},
    {"PPVOKCn",     6, TAKES_PI30,    SIM_SET_OTHER,            set_pv_ok},
    {"PSPBn",       4, TAKES_PI30,    SIM_SET_BALANCE,          set_balance},
    {"PF",          2, TAKES_PI30,    SIM_SET_OTHER,            set_factory},
    {"PPVON",       3, TAKES_PV,      SIM_SET_OTHER,            set_pv},
    {"PPVOFF",      3, TAKES_PV,      SIM_SET_OTHER,            set_pv},
    {"PSETnnnnnn nn.n nn.n nn.n nn.n nnn nnn nnnn nn nn nn nn nn", 4, TAKES_REVO, SIM_SET_OTHER, revo_all},
    {"SPOPn",           4, TAKES_PI18, SIM_SET_OUTPUT_PRIORITY,  pi18_pop},
    {"SPCPn,n",         4, TAKES_PI18, SIM_SET_CHARGER_PRIORITY, pi18_pcp},
    {"SMCHGCn,nnn",     6, TAKES_PI18, SIM_SET_CHARGE,           pi18_charge},
    {"SMUCHGCn,nnn",    7, TAKES_PI18, SIM_SET_AC_CHARGE,        pi18_ac_charge},
    {"SMCHGVnnn,nnn",   6, TAKES_PI18, SIM_SET_BULK,             pi18_charge_volts},
    {"SPSDVnnn",        5, TAKES_PI18, SIM_SET_CUT_OFF,          pi18_cut_off},
    {"SBUCDnnn,nnn",    5, TAKES_PI18, SIM_SET_RECHARGE,         pi18_back_volts},
    {"SPSPn",           4, TAKES_PI18, SIM_SET_BALANCE,          set_balance},
    {"SPGRn",           4, TAKES_PI18, SIM_SET_INPUT_RANGE,      set_input_range},
    {"SPBTn",           4, TAKES_PI18, SIM_SET_BATTERY_TYPE,     set_battery_type},
    {"SMCHGCnnnn",      6, TAKES_PI17, SIM_SET_CHARGE,           pi17_charge},
    {"SMUCHGCnnnn",     7, TAKES_PI17, SIM_SET_AC_CHARGE,        pi17_ac_charge},
    {"SMCHGVnnnn,nnnn", 6, TAKES_PI17, SIM_SET_BULK,             pi18_charge_volts},
};
/* clang-format on */

static void factory(struct sim_unit *unit, const struct variant *variant)
{
    double part = variant->battery_V / 48;
    unit->output_priority = 2;
    unit->charger_priority = 3;
    unit->charge_max_A = variant->charge_max_A < 60 ? variant->charge_max_A : 60;
    unit->ac_charge_max_A = 2;
    unit->to_grid_V = 46 * part;
    unit->to_battery_V = 51 * part;
    unit->cut_off_V = 44 * part;
    unit->bulk_V = 56.4 * part;
    unit->float_V = 54 * part;
    unit->battery_type = 2;
    unit->input_range = unit->output_mode = unit->logic = 0;
    unit->pv_ok = unit->balance = 1;
    unit->cv_min = variant->cv_min;
    unit->discharge_max_A = 140;
    unit->flags = 0;
    for (const char *letter = variant->letters_on; *letter; letter++)
        unit->flags |= 1u << (*letter - 'a');
    memcpy(unit->switches, "000", sizeof unit->switches);
    unit->charger_off = unit->discharger_off = false;
}

void pi30_settings_begin(struct sim *sim, int u)
{
    factory(&sim->unit[u], sim_variant_of(&sim->config.inverter[u]));
    sim->unit[u].output_mode = sim->config.inverter[u].output_mode;
}

/* PEx and PDx: the letter may be any small one. */
static bool is_flag_word(const struct setter *s, const char *word)
{
    return s->variant->takes & TAKES_PI30 && word[0] == 'P' && (word[1] == 'E' || word[1] == 'D') &&
           word[2] >= 'a' && word[2] <= 'z' && word[3] == '\0';
}

struct sim_written pi30_setter(struct sim *sim, int u, const char *word)
{
    const struct variant *variant = sim_variant_of(&sim->config.inverter[u]);
    struct setter s = {&sim->unit[u], variant, sim->config.inverter[u].group > 0, false,
                       variant->battery_V / 48};
    struct sim_written written = {.setting = SIM_SET_FLAGS};
    if (is_flag_word(&s, word)) {
        written.acknowledged = written.applied = flag_set(&s, word);
        return written;
    }
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!(rows[i].takes & variant->takes) || !sim_word_fits(word, rows[i].pattern))
            continue;
        written.setting = rows[i].setting;
        written.acknowledged = rows[i].set(&s, word + rows[i].value_at);
        written.applied = written.acknowledged && !s.ignored;
        return written;
    }
    return written;
}
