#include "bms/emulate.h"

#include <assert.h>

#define READ(member)  offsetof(struct emulate_readings, member)
#define ORDER(member) offsetof(struct emulate_orders, member)
#define FLAG(member)                                                                               \
    {                                                                                              \
#member, ORDER(member), 0, 1, NULL                                                         \
    }
#define ALARMS(name, bit)                                                                          \
    {"alarm_" name, ORDER(alarm[bit]), 0, 1, NULL},                                                \
    {                                                                                              \
        "warning_" name, ORDER(warning[bit]), 0, 1, NULL                                           \
    }

/* clang-format off */
static const struct field readings[] = {
    {"heartbeat", READ(heartbeat), 0, UINT16_MAX, NULL},
    {"rival",     READ(rival),     0, UINT16_MAX, NULL},
};

/* Ranges are what the 0x35x frames can hold: 16 bits at 0.1 V, 0.01 V, 0.1 A and 0.1 degC. */
static const struct field order_rows[] = {
    {"cvl_mV",         ORDER(cvl_mV),                0, 6553500, NULL},
    {"dvl_mV",         ORDER(dvl_mV),                0, 6553500, NULL},
    {"ccl_mA",         ORDER(ccl_mA),                0, 3276700, NULL},
    {"dcl_mA",         ORDER(dcl_mA),                0, 3276700, NULL},
    {"soc_permille",   ORDER(soc_permille),          0,    1000, NULL},
    {"soh_permille",   ORDER(soh_permille),          0,    1000, NULL},
    {"voltage_mV",     ORDER(voltage_mV),            0,  327670, NULL},
    {"current_mA",     ORDER(current_mA),     -3276800, 3276700, NULL},
    {"temp_dC",        ORDER(temp_dC),            -500,    1250, NULL},
    {"temp_min_dC",    ORDER(temp_min_dC),        -500,    1250, NULL},
    {"temp_max_dC",    ORDER(temp_max_dC),        -500,    1250, NULL},
    {"cell_min_mV",    ORDER(cell_min_mV),           0,   65535, NULL},
    {"cell_max_mV",    ORDER(cell_max_mV),           0,   65535, NULL},
    {"capacity_Ah",    ORDER(capacity_Ah),           0,   65535, NULL},
    {"modules",        ORDER(modules),               0,     255, NULL},
    FLAG(charge_ok),
    FLAG(discharge_ok),
    FLAG(force_charge),
    ALARMS("general",           ALARM_GENERAL),
    ALARMS("cell_high",         ALARM_CELL_HIGH),
    ALARMS("cell_low",          ALARM_CELL_LOW),
    ALARMS("temp_high",         ALARM_TEMP_HIGH),
    ALARMS("temp_low",          ALARM_TEMP_LOW),
    ALARMS("charge_temp_high",  ALARM_CHARGE_TEMP_HIGH),
    ALARMS("charge_temp_low",   ALARM_CHARGE_TEMP_LOW),
    ALARMS("discharge_current", ALARM_DISCHARGE_CURRENT),
    ALARMS("charge_current",    ALARM_CHARGE_CURRENT),
    ALARMS("contactor",         ALARM_CONTACTOR),
    ALARMS("short",             ALARM_SHORT),
    ALARMS("internal",          ALARM_INTERNAL),
    ALARMS("imbalance",         ALARM_IMBALANCE),
    FLAG(alarm_hot), FLAG(alarm_cold), FLAG(alarm_system),
    FLAG(warning_hot), FLAG(warning_cold), FLAG(warning_system),
};

const struct field_table emulate_fields = {readings, sizeof readings / sizeof readings[0]};
const struct field_table emulate_order_fields = {order_rows, sizeof order_rows / sizeof order_rows[0]};
/* clang-format on */

const char *emulate_state_name(enum emulate_state state)
{
    static const char *const names[EMULATE_STATES] = {[EMULATE_SILENT] = "silent",
                                                      [EMULATE_SPEAKS] = "speaks",
                                                      [EMULATE_ZERO] = "allows nothing"};
    assert((unsigned)state < EMULATE_STATES);
    return names[state];
}

const char *emulate_why_text(enum emulate_why why)
{
    static const char *const texts[EMULATE_WHYS] = {
        [EMULATE_START] = "the bank has not been known yet",
        [EMULATE_KNOWN] = "the bank is known",
        [EMULATE_BANK_UNKNOWN] = "no fresh voltage, current or temperature of the bank",
        [EMULATE_CHARGE_UNKNOWN] = "the bank's charge is not known",
        [EMULATE_PACK_GONE] = "a pack is silent",
        [EMULATE_RIVAL] = "another battery speaks on this bus",
    };
    assert((unsigned)why < EMULATE_WHYS);
    return texts[why];
}

int32_t emulate_soh_permille(const struct pack_readings packs[], size_t count)
{
    int32_t least = 1000;
    for (size_t i = 0; i < count; i++)
        if (packs[i].soh_permille.heard_ms > 0 && packs[i].soh_permille.value < least)
            least = packs[i].soh_permille.value;
    return least;
}

/* --- state --- */

static enum emulate_why look(const struct emulate_input *in)
{
    if (!in->bank->known || !in->bank->temp_known)
        return EMULATE_BANK_UNKNOWN;
    if (in->bank->bms_age_ms > BANK_GONE_MS)
        return EMULATE_PACK_GONE;
    return in->soc->known ? EMULATE_KNOWN : EMULATE_CHARGE_UNKNOWN;
}

static void state_step(struct emulate *e, const struct emulate_config *config,
                       enum emulate_why seen, int64_t now_ms)
{
    if (seen == EMULATE_RIVAL) {
        e->state = EMULATE_SILENT;
        e->why = seen;
        return;
    }
    if (seen == EMULATE_KNOWN) {
        e->state = EMULATE_SPEAKS;
        e->known_ms = now_ms;
    } else if (e->state == EMULATE_SPEAKS && now_ms - e->known_ms > EMULATE_KEEP_MS) {
        e->state = EMULATE_ZERO;
        e->zero_ms = now_ms;
    } else if (e->state == EMULATE_ZERO && now_ms - e->zero_ms >= config->silent_after_ms) {
        e->state = EMULATE_SILENT;
    }
    e->why = e->known_ms ? seen : EMULATE_START;
}

/* --- words --- */

static int32_t step_down(int64_t value)
{
    return (int32_t)(value - value % EMULATE_STEP);
}

static int32_t step_up(int32_t value)
{
    return step_down((int64_t)value + EMULATE_STEP - 1);
}

static int32_t farther(int32_t cold_dC, int32_t hot_dC)
{
    return 200 - cold_dC > hot_dC - 200 ? cold_dC : hot_dC;
}

static void say_measured(struct emulate_orders *out, const struct emulate_input *in)
{
    const struct bank_view *bank = in->bank;
    int32_t mean_mV = bank->voltage_mV / in->config->cells;
    out->voltage_mV = bank->voltage_mV;
    out->current_mA = bank->current_mA;
    out->temp_dC = farther(bank->temp_min_dC, bank->temp_max_dC);
    out->temp_min_dC = bank->temp_min_dC;
    out->temp_max_dC = bank->temp_max_dC;
    out->cell_min_mV = bank->cells_known ? bank->cell_min_mV : mean_mV;
    out->cell_max_mV = bank->cells_known ? bank->cell_max_mV : mean_mV;
    out->soc_permille = in->soc->soc_permille;
    out->soh_permille = in->soh_permille;
    out->capacity_Ah = in->config->capacity_mAh / 1000;
}

static void say_alarms(int32_t bits[PACK_ALARMS], uint32_t alarms)
{
    for (unsigned i = 0; i < PACK_ALARMS; i++)
        bits[i] = alarms >> i & 1;
}

static void say_trouble(struct emulate_orders *out, const struct bank_view *bank, bool zero)
{
    const int32_t *a = out->alarm, *w = out->warning;
    say_alarms(out->alarm, bank->alarms);
    say_alarms(out->warning, bank->warnings | (zero ? 1u << ALARM_INTERNAL : 0));
    out->alarm_hot = a[ALARM_TEMP_HIGH] | a[ALARM_CHARGE_TEMP_HIGH];
    out->alarm_cold = a[ALARM_TEMP_LOW] | a[ALARM_CHARGE_TEMP_LOW];
    out->alarm_system = a[ALARM_GENERAL] | a[ALARM_CONTACTOR] | a[ALARM_SHORT] | a[ALARM_INTERNAL];
    out->warning_hot = w[ALARM_TEMP_HIGH] | w[ALARM_CHARGE_TEMP_HIGH];
    out->warning_cold = w[ALARM_TEMP_LOW] | w[ALARM_CHARGE_TEMP_LOW];
    out->warning_system =
        w[ALARM_GENERAL] | w[ALARM_CONTACTOR] | w[ALARM_SHORT] | w[ALARM_INTERNAL];
    out->modules = bank->packs_fresh;
}

static int32_t share_mA(const struct limit *limit, const struct emulate_config *config)
{
    return step_down((int64_t)limit->value * config->share_permille / 1000);
}

static void say_limits(struct emulate_orders *out, const struct emulate_config *config,
                       const struct emulate_input *in, bool zero)
{
    const struct bank_limits *limits = in->limits;
    out->ccl_mA = zero ? 0 : share_mA(&limits->charge_mA, config);
    out->dcl_mA = zero ? 0 : share_mA(&limits->discharge_mA, config);
    out->cvl_mV = step_down(limits->charge_mV.value);
    out->dvl_mV = step_up(limits->discharge_mV);
    if (limits->charge_mV.value < out->voltage_mV - EMULATE_DUMP_mV) {
        out->cvl_mV = step_up(out->voltage_mV);
        out->ccl_mA = 0;
    }
    out->charge_ok = out->ccl_mA > 0;
    out->discharge_ok = out->dcl_mA > 0;
    out->force_charge = out->charge_ok && in->bank->force_charge;
}

/* The bank's current is all inverters': this says that one of them does not obey. */
static void obedience_look(struct emulate *e, const struct emulate_input *in, int64_t now_ms)
{
    bool against = e->state == EMULATE_SPEAKS && in->bank->known &&
                   in->limits->charge_mA.value == 0 && in->bank->current_mA > EMULATE_OBEY_mA;
    e->against_ms = !against ? 0 : e->against_ms ? e->against_ms : now_ms;
    e->disobeyed = against && now_ms - e->against_ms >= EMULATE_OBEY_MS;
}

void emulate_step(struct emulate *emulate, const struct emulate_config *config,
                  const struct emulate_input *input, const struct emulate_readings *heard,
                  struct emulate_orders *orders, int64_t now_ms)
{
    assert(emulate && config && input && heard && orders && input->config->cells > 0);
    bool rival = reading_fresh(&heard->rival, now_ms, EMULATE_RIVAL_MS);
    enum emulate_why seen = rival ? EMULATE_RIVAL : look(input);
    state_step(emulate, config, seen, now_ms);
    obedience_look(emulate, input, now_ms);
    if (emulate->state == EMULATE_SILENT)
        return;
    bool zero = emulate->state == EMULATE_ZERO;
    if (seen == EMULATE_KNOWN)
        say_measured(orders, input);
    say_limits(orders, config, input, zero);
    say_trouble(orders, input->bank, zero);
}
