/* What may be written: from an order to a value that the unit allows, or the reason why not. */
#include "inverter/unit_inner.h"

#include <string.h>

enum { BATTERY_USER = 2, MODE_AGE_MS = 10000 };

/* clang-format off */
static const struct {
    int8_t safer;           /* which way charges less: up, down, 0 = no way */
    bool rounds;            /* down to an allowed value, up to the least one */
    bool person;            /* only on a person's request */
    uint8_t small;          /* a rise by less is not worth a write, unless a person asked */
} traits[SETTINGS] = {
    [SET_PV_OFF]           = {0},
    [SET_CHARGER_OFF]      = {.safer = +1},
    [SET_CHARGE_MAX]       = {.safer = -1, .rounds = true, .small = 2},
    [SET_AC_CHARGE_MAX]    = {.safer = -1, .rounds = true, .small = 2},
    [SET_FLOAT]            = {.safer = -1},
    [SET_BULK]             = {.safer = -1},
    [SET_OUTPUT_PRIORITY]  = {0},
    [SET_CHARGER_PRIORITY] = {0},
    [SET_RECHARGE]         = {0},
    [SET_REDISCHARGE]      = {0},
    [SET_CUTOFF]           = {0},
    [SET_DISCHARGE_MAX]    = {.rounds = true, .small = 2},
    [SET_PV_BALANCE]       = {0},
    [SET_BATTERY_TYPE]     = {.person = true},
    [SET_INPUT_RANGE]      = {.person = true},
    [SET_OUTPUT_MODE]      = {.person = true},
};
/* clang-format on */

bool setting_safer(enum setting which, int32_t value, int32_t than)
{
    return traits[which].safer * value > traits[which].safer * than;
}

static const struct setter *setter_of(const struct unit *unit, enum setting which)
{
    return unit->protocol && which != SET_PV_OFF ? protocol_setter(unit->protocol, which) : NULL;
}

enum ask setting_proof(const struct unit *unit, enum setting which)
{
    const struct setter *setter = setter_of(unit, which);
    const struct question *question;
    if (!setter || !protocol_row(unit->protocol, setter->proof, &question))
        return ASKS;
    return question->ask;
}

int32_t setting_actual(const struct unit *unit, enum setting which)
{
    const struct setter *setter = setter_of(unit, which);
    const struct reading *reading = which == SET_PV_OFF ? &unit->readings.pv_off
                                    : setter            ? unit_reading(unit, setter->proof)
                                                        : NULL;
    return reading && reading->heard_ms >= unit->since_ms ? reading->value : -1;
}

/* --- allowed values --- */

static bool is_battery_volts(enum quantity is)
{
    return is == BULK_DV || is == FLOAT_DV || is == CUTOFF_DV || is == RECHARGE_DV ||
           is == REDISCHARGE_DV;
}

/* Tables have the volts of a 48 V unit. */
static int32_t for_battery(const struct unit *unit, int32_t dV)
{
    enum { USUAL_DV = 480 };
    int32_t rated_dV = unit->readings.rated_battery_dV.value;
    bool other = rated_dV == USUAL_DV / 2 || rated_dV == USUAL_DV / 4;
    return other ? dV * rated_dV / USUAL_DV : dV;
}

bool unit_allows(const struct unit *unit, enum setting which, struct setting_allowed *allowed)
{
    const struct setter *setter = setter_of(unit, which);
    const struct question *question;
    const struct field_row *row =
        setter ? protocol_row(unit->protocol, setter->proof, &question) : NULL;
    if (!row)
        return false;
    *allowed = (struct setting_allowed){.row = row,
                                        .min = setter->min,
                                        .max = setter->max,
                                        .step = setter->step,
                                        .words_only = setter->min == 0 && setter->max == 0};
    if (setter->list == ASK_CHARGE_LIST) {
        allowed->list = unit->charge_list_A;
        allowed->count = unit->charge_list_count;
    } else if (setter->list == ASK_AC_CHARGE_LIST) {
        allowed->list = unit->ac_charge_list_A;
        allowed->count = unit->ac_charge_list_count;
    }
    if (is_battery_volts(setter->proof)) {
        allowed->min = for_battery(unit, allowed->min);
        allowed->max = for_battery(unit, allowed->max);
        allowed->step = for_battery(unit, allowed->step);
    }
    allowed->step = allowed->step > 0 ? allowed->step : 1;
    return true;
}

/* The greatest allowed value that is not above the wanted one; the least where none is. */
static int32_t rounded(const struct setting_allowed *allowed, int32_t want)
{
    if (allowed->count == 0) {
        int32_t most = want > allowed->max ? allowed->max : want;
        return most < allowed->min ? allowed->min : most - (most - allowed->min) % allowed->step;
    }
    int32_t found = allowed->list[0];
    for (int i = 1; i < allowed->count; i++)
        if (allowed->list[i] <= want)
            found = allowed->list[i];
    return found;
}

/* A number, its special values besides; or one of the row's words. -1 = not allowed. */
static int32_t allowed_value(const struct setting_allowed *allowed, int32_t want, bool rounds)
{
    int32_t code;
    bool worded = allowed->row->words && field_code(allowed->row, want, &code);
    if (allowed->words_only || (worded && *allowed->row->unit))
        return worded ? want : -1;
    int32_t value = rounded(allowed, want);
    return rounds || value == want ? value : -1;
}

/* --- its number in parallel --- */

/* The digit just before the value is the unit's number: "MNCHGC0###", "MCHGC0,###". Where it stands;
 * -1 = the form has none, or the unit stands alone. */
static int number_at(const struct unit *unit, const char *form)
{
    const char *value = strchr(form, '#');
    int at = value ? (int)(value - form) - 1 : -1;
    if (at >= 0 && form[at] == ',')
        at--;
    return at >= 0 && form[at] == '0' && unit->readings.output_mode.value > 0 ? at : -1;
}

/* Another unit would be set with the wrong number, so it is waited for, yet not for ever: 0 is what a
 * unit takes that knows of no others. */
static bool number_pending(const struct unit *unit, const struct setter *setter, int64_t now_ms)
{
    enum { WAIT_MS = 30000 };
    return number_at(unit, setter->form[0]) >= 0 && unit->config.parallel > 0 &&
           parallel_number(unit) < 0 && !unit_lacks(unit, ASK_PARALLEL) &&
           now_ms - unit->since_ms < WAIT_MS;
}

/* --- what must hold --- */

static enum setting_reason precondition(const struct unit *unit, const struct setter *setter,
                                        int64_t now_ms)
{
    const struct unit_readings *r = &unit->readings;
    switch (setter->when) {
    case WHEN_ALWAYS:
        break;
    case WHEN_USER_BATTERY:
        return r->battery_type.heard_ms && r->battery_type.value == BATTERY_USER
                   ? REASON_NONE
                   : REASON_USER_BATTERY;
    case WHEN_STANDBY:
        return reading_or(&r->mode, now_ms, MODE_AGE_MS, MODE_UNKNOWN) == MODE_STANDBY
                   ? REASON_NONE
                   : REASON_STANDBY;
    }
    return REASON_NONE;
}

/* Float may never be above bulk: the one that makes room goes first. */
static enum setting_reason partner(const struct unit *unit, enum setting which, int32_t value)
{
    enum setting other = which == SET_FLOAT ? SET_BULK : SET_FLOAT;
    int32_t has = setting_actual(unit, other), will = unit->orders.want[other];
    bool is_float = which == SET_FLOAT;
    if (will >= 0 && (is_float ? value > will : value < will))
        return REASON_CONTRADICTED;
    if (has < 0 || (is_float ? value <= has : value >= has))
        return REASON_NONE;
    return will >= 0 ? REASON_PARTNER : REASON_CONTRADICTED;
}

static enum setting_reason reason_against(const struct unit *unit, enum setting which,
                                          const struct setter *setter, int32_t value,
                                          int64_t now_ms)
{
    int32_t has = setting_actual(unit, which);
    bool person = unit->orders.person >> which & 1;
    if (value == has)
        return REASON_NONE;
    if (traits[which].person && !person)
        return REASON_PERSON;
    enum setting_reason reason = precondition(unit, setter, now_ms);
    if (reason == REASON_NONE && (which == SET_FLOAT || which == SET_BULK))
        reason = partner(unit, which, value);
    if (reason == REASON_NONE && number_pending(unit, setter, now_ms))
        reason = REASON_NUMBER;
    bool rise = has >= 0 && value > has;
    if (reason == REASON_NONE && !person && rise && value - has < traits[which].small)
        reason = REASON_SMALL;
    return reason;
}

int32_t setting_target(const struct unit *unit, enum setting which, enum setting_reason *reason,
                       int64_t now_ms)
{
    int32_t want = unit->orders.want[which];
    *reason = REASON_NONE;
    if (want < 0)
        return -1;
    if (which == SET_PV_OFF)
        return *unit->config.pv_command[1] ? want : -1;
    struct setting_allowed allowed;
    if (!unit_allows(unit, which, &allowed)) {
        *reason = REASON_UNSUPPORTED;
        return want;
    }
    int32_t value = allowed_value(&allowed, want, traits[which].rounds);
    if (value < 0) {
        *reason = REASON_NOT_ALLOWED;
        return want;
    }
    *reason = reason_against(unit, which, setter_of(unit, which), value, now_ms);
    return value;
}

/* --- its words --- */

/* Where the unit sets two at once, the other one stays as it reads. */
static size_t word_of(const struct unit *unit, const struct setter *setter, const char *form,
                      int32_t code, char *out, size_t room)
{
    const struct reading *partner = setter->partner ? unit_reading(unit, setter->partner) : NULL;
    if (!partner)
        return setter_word(out, room, form, code);
    if (partner->heard_ms < unit->since_ms)
        return 0;
    return setter_word_with(out, room, form, code, partner->value);
}

size_t setting_word(const struct unit *unit, enum setting which, unsigned form, int32_t value,
                    char *out, size_t room)
{
    const struct setter *setter = setter_of(unit, which);
    const struct question *question;
    const struct field_row *row =
        setter ? protocol_row(unit->protocol, setter->proof, &question) : NULL;
    int32_t code;
    if (!row || form >= SETTER_FORMS || !setter->form[form])
        return 0;
    if (!field_code(row, value, &code))
        code = value;
    size_t length = word_of(unit, setter, setter->form[form], code, out, room);
    int at = number_at(unit, setter->form[form]), number = parallel_number(unit);
    if (length && at >= 0 && number >= 0 && number <= 9)
        out[at] = (char)('0' + number);
    return length;
}
