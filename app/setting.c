#include "app/setting.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct word {
    int32_t value;
    const char *text;
};

static const struct word switch_words[] = {{0, "no"}, {1, "yes"}, {-1, NULL}};
static const struct word priority_words[] = {
    {OUTPUT_UTILITY, "utility"}, {OUTPUT_SOLAR, "solar"}, {OUTPUT_SBU, "sbu"}, {-1, NULL}};

static const char battery_type[] =
    "another battery type sets the charge voltages anew and may make the inverter wait for a BMS";
static const char output_mode[] =
    "a wrong output mode joins outputs that are not in step; it can be set in standby only";
static const char input_range[] =
    "a wider input range passes grid voltage on that the loads may not stand";
static const char cutoff[] = "a lower cut-off voltage lets the battery be emptied further";

/* clang-format off */
static const struct row {
    const char *word, *unit;
    uint8_t decimals;
    const struct word *words;
    const char *hazard;
} rows[SETTINGS] = {
    [SET_PV_OFF]           = {"pv-off",                  "",   0, switch_words,   NULL},
    [SET_CHARGER_OFF]      = {"charger-off",             "",   0, switch_words,   NULL},
    [SET_CHARGE_MAX]       = {"charge-current",          " A", 0, NULL,           NULL},
    [SET_AC_CHARGE_MAX]    = {"grid-charge-current",     " A", 0, NULL,           NULL},
    [SET_FLOAT]            = {"float-voltage",           " V", 1, NULL,           NULL},
    [SET_BULK]             = {"bulk-voltage",            " V", 1, NULL,           NULL},
    [SET_OUTPUT_PRIORITY]  = {"output-priority",         "",   0, priority_words, NULL},
    [SET_CHARGER_PRIORITY] = {"charger-priority",        "",   0, NULL,           NULL},
    [SET_RECHARGE]         = {"back-to-grid-voltage",    " V", 1, NULL,           NULL},
    [SET_REDISCHARGE]      = {"back-to-battery-voltage", " V", 1, NULL,           NULL},
    [SET_CUTOFF]           = {"cut-off-voltage",         " V", 1, NULL,           cutoff},
    [SET_DISCHARGE_MAX]    = {"discharge-current",       " A", 0, NULL,           NULL},
    [SET_PV_BALANCE]       = {"pv-balance",              "",   0, switch_words,   NULL},
    [SET_BATTERY_TYPE]     = {"battery-type",            "",   0, NULL,           battery_type},
    [SET_INPUT_RANGE]      = {"input-range",             "",   0, NULL,           input_range},
    [SET_OUTPUT_MODE]      = {"output-mode",             "",   0, NULL,           output_mode},
};
/* clang-format on */

const char *setting_word(enum setting setting)
{
    return rows[setting].word;
}

const char *setting_hazard(enum setting setting)
{
    return rows[setting].hazard;
}

enum setting setting_find(const char *word)
{
    for (int s = 0; s < SETTINGS; s++)
        if (strcmp(rows[s].word, word) == 0 || strcmp(setting_name((enum setting)s), word) == 0)
            return (enum setting)s;
    return SETTINGS;
}

void setting_value_text(enum setting setting, int32_t value, char *out, size_t room)
{
    const struct row *row = &rows[setting];
    for (const struct word *w = row->words; w && w->text; w++)
        if (w->value == value) {
            snprintf(out, room, "%s", w->text);
            return;
        }
    if (value < 0)
        snprintf(out, room, "?");
    else if (row->decimals)
        snprintf(out, room, "%d.%d%s", value / 10, value % 10, row->unit);
    else
        snprintf(out, room, "%d%s", value, row->unit);
}

const struct reading *setting_reading(const struct unit *unit, enum setting setting)
{
    const struct unit_readings *r = &unit->readings;
    const struct reading *const readings[SETTINGS] = {
        [SET_PV_OFF] = &r->pv_off,
        [SET_CHARGER_OFF] = &r->charger_off,
        [SET_CHARGE_MAX] = &r->charge_max_A,
        [SET_AC_CHARGE_MAX] = &r->ac_charge_max_A,
        [SET_FLOAT] = &r->float_dV,
        [SET_BULK] = &r->bulk_dV,
        [SET_OUTPUT_PRIORITY] = &r->output_priority,
        [SET_CHARGER_PRIORITY] = &r->charger_priority,
    };
    return readings[setting];
}

int32_t setting_read(const struct unit *unit, enum setting setting)
{
    const struct reading *reading = setting_reading(unit, setting);
    return reading && reading->heard_ms ? reading->value : -1;
}

/* --- what is allowed --- */

enum { TENS_MAX_A = 500 };

static void add(char *out, size_t room, const char *separator, const char *text)
{
    size_t used = strlen(out);
    snprintf(out + used, room - used, "%s%s", used ? separator : "", text);
}

static bool told_by(enum setting setting)
{
    return setting == SET_CHARGE_MAX || setting == SET_CHARGER_OFF ||
           setting == SET_OUTPUT_PRIORITY;
}

static void amperes_text(const struct unit *unit, char *out, size_t room)
{
    char number[16];
    for (size_t i = 0; i < unit->charge_list_count; i++) {
        snprintf(number, sizeof number, "%d", unit->charge_list_A[i]);
        add(out, room, ", ", number);
    }
    if (unit->charge_list_count == 0)
        add(out, room, "", "tens of amperes");
    else
        add(out, room, "", " A");
}

bool setting_allowed(const struct unit *unit, enum setting setting, char *out, size_t room)
{
    out[0] = '\0';
    if (!told_by(setting) || unit->settings[setting].unsupported) {
        snprintf(out, room,
                 told_by(setting) ? "this inverter has refused every form of it"
                                  : "there is no command for it in this inverter's protocol");
        return false;
    }
    for (const struct word *w = rows[setting].words; w && w->text; w++)
        add(out, room, ", ", w->text);
    if (setting == SET_CHARGE_MAX)
        amperes_text(unit, out, room);
    return true;
}

static bool is_allowed(const struct unit *unit, enum setting setting, int32_t value)
{
    for (const struct word *w = rows[setting].words; w && w->text; w++)
        if (w->value == value)
            return true;
    if (rows[setting].words)
        return false;
    for (size_t i = 0; i < unit->charge_list_count; i++)
        if (unit->charge_list_A[i] == value)
            return true;
    return unit->charge_list_count == 0 && value >= 10 && value <= TENS_MAX_A && value % 10 == 0;
}

/* A word, or digits with at most so many after a point; -1 = neither. */
static int32_t value_read(const struct row *row, const char *text)
{
    int32_t value = 0;
    for (const struct word *w = row->words; w && w->text; w++)
        if (strcmp(w->text, text) == 0)
            return w->value;
    int after = -1, digits = 0;
    for (const char *p = text; *p; p++) {
        if (*p == '.' && after < 0 && row->decimals) {
            after = 0;
            continue;
        }
        if (*p < '0' || *p > '9' || ++digits > 6 || (after >= 0 && ++after > row->decimals))
            return -1;
        value = value * 10 + (*p - '0');
    }
    for (int have = after < 0 ? 0 : after; have < row->decimals; have++)
        value *= 10;
    return digits ? value : -1;
}

int setting_parse(const struct unit *unit, enum setting setting, const char *text, int32_t *value,
                  char *why, size_t room)
{
    char allowed[SETTING_ALLOWED];
    if (!setting_allowed(unit, setting, allowed, sizeof allowed)) {
        snprintf(why, room, "%s: %s", setting_word(setting), allowed);
        return -ENOTSUP;
    }
    int32_t read = value_read(&rows[setting], text);
    if (read < 0 || !is_allowed(unit, setting, read)) {
        snprintf(why, room, "%s \"%.20s\" is not allowed: %s", setting_word(setting), text,
                 allowed);
        return read < 0 ? -EINVAL : -ERANGE;
    }
    *value = read;
    return 0;
}
