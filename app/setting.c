#include "app/setting.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct word {
    int32_t value;
    const char *text;
};

/* clang-format off */
static const struct word switch_words[] = {{0, "no"}, {1, "yes"}, {-1, NULL}};
static const struct word output_words[] = {
    {OUTPUT_UTILITY, "utility"}, {OUTPUT_SOLAR, "solar"}, {OUTPUT_SBU, "sbu"}, {-1, NULL}};
static const struct word charger_words[] = {
    {CHARGER_UTILITY_FIRST, "utility"}, {CHARGER_SOLAR_FIRST, "solar"},
    {CHARGER_SOLAR_AND_UTILITY, "both"}, {CHARGER_SOLAR_ONLY, "solar-only"}, {-1, NULL}};
static const struct word battery_words[] = {{0, "agm"}, {1, "flooded"}, {2, "user"}, {-1, NULL}};
static const struct word range_words[] = {{0, "appliance"}, {1, "ups"}, {-1, NULL}};
static const struct word mode_words[] = {
    {0, "single"}, {1, "parallel"}, {2, "phase-1"}, {3, "phase-2"}, {4, "phase-3"}, {-1, NULL}};

static const char battery_type[] =
    "it sets the charge voltages anew and may make the inverter wait for a BMS";
static const char output_mode[] =
    "a wrong one joins outputs that are not in step; it can be set in standby only";
static const char input_range[] =
    "a wider one passes grid voltage on that the loads may not stand";
static const char cutoff[] = "a lower one lets the battery be emptied further";

static const struct form {
    const char *key, *unit;
    uint8_t decimals;
    const struct word *words;
    const char *hazard;
} forms[SETTINGS] = {
    [SET_PV_OFF]           = {"pv-off",                  "",   0, switch_words,  NULL},
    [SET_CHARGER_OFF]      = {"charger-off",             "",   0, switch_words,  NULL},
    [SET_CHARGE_MAX]       = {"charge-current",          " A", 0, NULL,          NULL},
    [SET_AC_CHARGE_MAX]    = {"grid-charge-current",     " A", 0, NULL,          NULL},
    [SET_FLOAT]            = {"float-voltage",           " V", 1, NULL,          NULL},
    [SET_BULK]             = {"bulk-voltage",            " V", 1, NULL,          NULL},
    [SET_OUTPUT_PRIORITY]  = {"output-priority",         "",   0, output_words,  NULL},
    [SET_CHARGER_PRIORITY] = {"charger-priority",        "",   0, charger_words, NULL},
    [SET_RECHARGE]         = {"back-to-grid-voltage",    " V", 1, NULL,          NULL},
    [SET_REDISCHARGE]      = {"back-to-battery-voltage", " V", 1, NULL,          NULL},
    [SET_CUTOFF]           = {"cut-off-voltage",         " V", 1, NULL,          cutoff},
    [SET_DISCHARGE_MAX]    = {"discharge-current",       " A", 0, NULL,          NULL},
    [SET_PV_BALANCE]       = {"pv-balance",              "",   0, switch_words,  NULL},
    [SET_BATTERY_TYPE]     = {"battery-type",            "",   0, battery_words, battery_type},
    [SET_INPUT_RANGE]      = {"input-range",             "",   0, range_words,   input_range},
    [SET_OUTPUT_MODE]      = {"output-mode",             "",   0, mode_words,    output_mode},
};
/* clang-format on */

const char *setting_key(enum setting setting)
{
    return forms[setting].key;
}

const char *setting_hazard(enum setting setting)
{
    return forms[setting].hazard;
}

enum setting setting_find(const char *key)
{
    for (int s = 0; s < SETTINGS; s++)
        if (strcmp(forms[s].key, key) == 0 || strcmp(setting_name((enum setting)s), key) == 0)
            return (enum setting)s;
    return SETTINGS;
}

/* The setting's own word for it; NULL = none. */
static const char *word_of(enum setting setting, int32_t value)
{
    for (const struct word *w = forms[setting].words; w && w->text; w++)
        if (w->value == value)
            return w->text;
    return NULL;
}

static void number_text(enum setting setting, int32_t value, char *out, size_t room)
{
    if (forms[setting].decimals)
        snprintf(out, room, "%d.%d", value / 10, value % 10);
    else
        snprintf(out, room, "%d", value);
}

void setting_value_text(enum setting setting, int32_t value, char *out, size_t room)
{
    const char *word = word_of(setting, value);
    char number[16];
    number_text(setting, value, number, sizeof number);
    if (word)
        snprintf(out, room, "%s", word);
    else if (value < 0)
        snprintf(out, room, "?");
    else
        snprintf(out, room, "%s%s", number, forms[setting].unit);
}

/* --- as the unit tells it --- */

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
        [SET_RECHARGE] = &r->recharge_dV,
        [SET_REDISCHARGE] = &r->redischarge_dV,
        [SET_CUTOFF] = &r->cutoff_dV,
        [SET_DISCHARGE_MAX] = &r->discharge_max_A,
        [SET_PV_BALANCE] = &r->pv_balance,
        [SET_BATTERY_TYPE] = &r->battery_type,
        [SET_INPUT_RANGE] = &r->input_range,
        [SET_OUTPUT_MODE] = &r->output_mode,
    };
    return readings[setting];
}

int32_t setting_read(const struct unit *unit, enum setting setting)
{
    const struct reading *reading = setting_reading(unit, setting);
    return reading->heard_ms ? reading->value : -1;
}

/* --- what is allowed --- */

static bool in_words(const struct setting_allowed *allowed, int32_t value)
{
    for (const struct field_word *w = allowed->row->words; w && w->text; w++)
        if (w->means == value)
            return true;
    return false;
}

static bool in_numbers(const struct setting_allowed *allowed, int32_t value)
{
    for (size_t i = 0; i < allowed->count; i++)
        if (allowed->list[i] == value)
            return true;
    return allowed->count == 0 && value >= allowed->min && value <= allowed->max &&
           (value - allowed->min) % allowed->step == 0;
}

/* Words besides numbers only where a word says what no number does: 0 V = "when it is full". */
static bool is_allowed(const struct setting_allowed *allowed, int32_t value)
{
    if (allowed->words_only)
        return in_words(allowed, value);
    return in_numbers(allowed, value) || (*allowed->row->unit && in_words(allowed, value));
}

static void add(char *out, size_t room, const char *separator, const char *text)
{
    size_t used = strlen(out);
    snprintf(out + used, room - used, "%s%s", used ? separator : "", text);
}

/* Several codes may mean the same. */
static bool is_first(const struct field_word *words, const struct field_word *word)
{
    while (words->means != word->means)
        words++;
    return words == word;
}

static void add_value(enum setting setting, const struct field_word *word, int32_t value, char *out,
                      size_t room)
{
    char text[64], number[16];
    const char *own = word_of(setting, value);
    number_text(setting, value, number, sizeof number);
    if (own || !word)
        snprintf(text, sizeof text, "%s", own ? own : number);
    else
        snprintf(text, sizeof text, "%s = %s", number, word->text);
    add(out, room, ", ", text);
}

static void range_text(enum setting setting, const struct setting_allowed *allowed, char *out,
                       size_t room)
{
    char min[16], max[16], step[16];
    number_text(setting, allowed->min, min, sizeof min);
    number_text(setting, allowed->max, max, sizeof max);
    number_text(setting, allowed->step, step, sizeof step);
    snprintf(out, room, "%s to %s", min, max);
    if (allowed->step > 1) {
        add(out, room, "", " in steps of ");
        add(out, room, "", step);
    }
}

static void numbers_text(enum setting setting, const struct setting_allowed *allowed, char *out,
                         size_t room)
{
    for (size_t i = 0; i < allowed->count; i++)
        add_value(setting, NULL, allowed->list[i], out, room);
    if (allowed->count == 0)
        range_text(setting, allowed, out, room);
    add(out, room, "", forms[setting].unit);
}

bool setting_allowed_text(const struct unit *unit, enum setting setting, char *out, size_t room)
{
    struct setting_allowed allowed;
    out[0] = '\0';
    if (!unit->protocol) {
        snprintf(out, room, "not known yet: the inverter has not told what it is");
        return false;
    }
    if (!unit_allows(unit, setting, &allowed)) {
        snprintf(out, room, "there is no command for it in protocol %s", unit->protocol->name);
        return false;
    }
    bool worded = allowed.words_only || *forms[setting].unit == '\0';
    if (!worded)
        numbers_text(setting, &allowed, out, room);
    for (const struct field_word *w = allowed.row->words; w && w->text; w++)
        if (is_allowed(&allowed, w->means) && is_first(allowed.row->words, w))
            add_value(setting, w, w->means, out, room);
    for (int32_t v = allowed.min; worded && *out == '\0' && v <= allowed.max; v += allowed.step)
        add_value(setting, NULL, v, out, room);
    return true;
}

/* A word, or digits with at most so many after a point; -1 = neither. */
static int32_t value_read(const struct form *form, const char *text)
{
    int32_t value = 0;
    for (const struct word *w = form->words; w && w->text; w++)
        if (strcmp(w->text, text) == 0)
            return w->value;
    int after = -1, digits = 0;
    for (const char *p = text; *p; p++) {
        if (*p == '.' && after < 0 && form->decimals) {
            after = 0;
            continue;
        }
        if (*p < '0' || *p > '9' || ++digits > 6 || (after >= 0 && ++after > form->decimals))
            return -1;
        value = value * 10 + (*p - '0');
    }
    for (int have = after < 0 ? 0 : after; have < form->decimals; have++)
        value *= 10;
    return digits ? value : -1;
}

int setting_parse(const struct unit *unit, enum setting setting, const char *text, int32_t *value,
                  char *why, size_t room)
{
    char words[SETTING_ALLOWED];
    struct setting_allowed allowed;
    if (!setting_allowed_text(unit, setting, words, sizeof words) ||
        !unit_allows(unit, setting, &allowed)) {
        snprintf(why, room, "%s: %s", setting_key(setting), words);
        return -ENOTSUP;
    }
    int32_t read = value_read(&forms[setting], text);
    if (read < 0 || !is_allowed(&allowed, read)) {
        snprintf(why, room, "%s \"%.20s\" is not allowed: %s", setting_key(setting), text, words);
        return read < 0 ? -EINVAL : -ERANGE;
    }
    *value = read;
    return 0;
}
