#include "inverter/unit_set.h"

#include <assert.h>

enum { TRIES = 2 };

#define NO_PROOF PI30_COMMANDS

/* clang-format off */
static const struct {
    enum pi30_command proof;
    uint8_t forms;
    int8_t safer;           /* which way charges less: up, down, 0 = no way */
} setters[SETTINGS] = {
    [SET_CHARGE_MAX]      = {PI30_QPIRI,  PI30_CHARGE_FORMS, -1},
    [SET_CHARGER_OFF]     = {PI30_QBATCD, 1,                 +1},
    [SET_OUTPUT_PRIORITY] = {PI30_QPIRI,  1,                  0},
    [SET_PV_OFF]          = {NO_PROOF,    1,                  0},
};
/* clang-format on */

static bool is_lacking(const struct unit *unit, enum pi30_command command)
{
    return command != NO_PROOF && unit->lacking >> command & 1;
}

static int32_t actual(const struct unit *unit, enum setting which)
{
    const struct unit_readings *readings = &unit->readings;
    if (which == SET_CHARGE_MAX)
        return readings->charge_max_A.value;
    if (which == SET_CHARGER_OFF)
        return readings->charger_off.value;
    if (which == SET_OUTPUT_PRIORITY)
        return readings->output_priority.value;
    if (which == SET_PV_OFF && readings->pv_off.heard_ms)
        return readings->pv_off.value;
    return -1;
}

/* Steps of 10 A are in every list known; they serve the unit that has no QMCHGCR. */
static int32_t allowed_charge(const struct unit *unit, int32_t amperes)
{
    enum { STEP_A = 10, MOST_A = 500 };
    if (amperes < 0)
        return -1;
    if (unit->charge_list_count == 0) {
        int32_t most = amperes > MOST_A ? MOST_A : amperes;
        return most < STEP_A ? STEP_A : most / STEP_A * STEP_A;
    }
    int32_t allowed = unit->charge_list_A[0];
    for (int i = 1; i < unit->charge_list_count; i++)
        if (unit->charge_list_A[i] <= amperes)
            allowed = unit->charge_list_A[i];
    return allowed;
}

static int32_t target(const struct unit *unit, enum setting which)
{
    int32_t want = unit->orders.want[which];
    if (which == SET_CHARGE_MAX)
        return allowed_charge(unit, want);
    if (setters[which].forms == 0 || (which == SET_PV_OFF && !*unit->config.pv_command[1]))
        return -1;
    return want;
}

static bool is_safer(enum setting which, int32_t value, int32_t than)
{
    return setters[which].safer * value > setters[which].safer * than;
}

/* Restates what is wanted of a setting that is not under way. */
static void refresh(struct unit *unit, enum setting which, int64_t now_ms)
{
    struct unit_setting *setting = &unit->settings[which];
    int32_t want = target(unit, which);
    bool lacking = is_lacking(unit, setters[which].proof);
    if (lacking || (setting->unsupported && now_ms >= setting->retry_ms)) {
        setting->unsupported = lacking;
        setting->form = 0;
    }
    setting->want = want;
    if (want < 0)
        setting->state = SETTING_IDLE;
    else if (setting->unsupported)
        setting->state = SETTING_REFUSED;
    else if (want == actual(unit, which))
        setting->state = SETTING_CONFIRMED;
    else if (setting->refused && setting->wrote == want)
        setting->state = SETTING_REFUSED;
    else
        setting->state = SETTING_WANTED;
}

/* When it may be written, INT64_MAX when not today or not at all. */
static int64_t write_at(const struct unit *unit, enum setting which, int64_t now_ms)
{
    enum { DAY_MS = 86400000 };
    const struct unit_setting *setting = &unit->settings[which];
    const struct unit_config *config = &unit->config;
    if (setting->state != SETTING_WANTED && setting->state != SETTING_REFUSED)
        return INT64_MAX;
    if (setting->unsupported)
        return is_lacking(unit, setters[which].proof) ? INT64_MAX : setting->retry_ms;
    bool safer = is_safer(which, setting->want, actual(unit, which));
    if (setting->writes_today >= (safer ? 2 : 1) * config->writes_per_day)
        return unit->day_ms + DAY_MS;
    bool other =
        !setting->refused || (which == SET_PV_OFF ? setting->want != setting->wrote
                                                  : is_safer(which, setting->want, setting->wrote));
    bool at_once = (safer || which == SET_PV_OFF) && other;
    if (at_once || setting->wrote_ms == 0)
        return now_ms;
    return setting->wrote_ms + config->dwell_ms;
}

static struct unit_setting *under_way(struct unit *unit)
{
    assert(unit->setting_now >= 1 && unit->setting_now <= SETTINGS);
    return &unit->settings[unit->setting_now - 1];
}

static void finish(struct unit *unit, enum setting_state state)
{
    struct unit_setting *setting = under_way(unit);
    setting->state = state;
    setting->refused = state == SETTING_REFUSED;
    setting->tries = 0;
    unit->setting_now = 0;
}

enum unit_set_step unit_set_next(struct unit *unit, int64_t now_ms)
{
    if (unit->setting_now)
        return under_way(unit)->state == SETTING_WANTED ? UNIT_SET_WRITE : UNIT_SET_PROVE;
    if (!unit->identified)
        return UNIT_SET_NOTHING;
    for (int i = 0; i < SETTINGS; i++)
        refresh(unit, (enum setting)i, now_ms);
    for (int i = 0; i < SETTINGS; i++) {
        enum setting which = (enum setting)i;
        if (write_at(unit, which, now_ms) > now_ms)
            continue;
        unit->setting_now = (uint8_t)(which + 1);
        unit->settings[which].wrote = unit->settings[which].want;
        unit->settings[which].state = SETTING_WANTED;
        return UNIT_SET_WRITE;
    }
    return UNIT_SET_NOTHING;
}

size_t unit_set_write(struct unit *unit, uint8_t *out, size_t room, int64_t now_ms)
{
    struct unit_setting *setting = under_way(unit);
    setting->state = SETTING_SENT;
    setting->wrote_ms = now_ms;
    enum setting which = (enum setting)(unit->setting_now - 1);
    if (which == SET_CHARGE_MAX)
        return pi30_set_charge(out, room, setting->form, setting->wrote);
    if (which == SET_CHARGER_OFF)
        return pi30_set_charger_off(out, room, setting->wrote > 0);
    if (which == SET_OUTPUT_PRIORITY)
        return pi30_set_output_priority(out, room, setting->wrote);
    return pi30_request(out, room, unit->config.pv_command[setting->wrote > 0]);
}

enum pi30_command unit_set_proof(const struct unit *unit)
{
    assert(unit->setting_now >= 1 && unit->setting_now <= SETTINGS);
    return setters[unit->setting_now - 1].proof;
}

static void count_write(struct unit_setting *setting)
{
    setting->tries++;
    setting->writes++;
    setting->writes_today++;
}

void unit_set_acked(struct unit *unit, int64_t now_ms)
{
    struct unit_setting *setting = under_way(unit);
    count_write(setting);
    setting->state = SETTING_ACKED;
    setting->proven = true;
    if (unit_set_proof(unit) != NO_PROOF)
        return;
    reading_set(&unit->readings.pv_off, setting->wrote, now_ms);
    finish(unit, SETTING_CONFIRMED);
}

/* It may have been heard: counts as a write, and the proof will tell; without one nothing is known. */
void unit_set_silent(struct unit *unit)
{
    struct unit_setting *setting = under_way(unit);
    count_write(setting);
    if (unit_set_proof(unit) != NO_PROOF)
        return;
    unit->readings.pv_off.heard_ms = 0;
    if (setting->tries >= TRIES)
        finish(unit, SETTING_REFUSED);
    else
        setting->state = SETTING_WANTED;
}

void unit_set_nakked(struct unit *unit, int64_t now_ms)
{
    struct unit_setting *setting = under_way(unit);
    if (!setting->proven && setting->form + 1 < setters[unit->setting_now - 1].forms) {
        setting->form++;
        setting->state = SETTING_WANTED;
        return;
    }
    if (!setting->proven) {
        setting->unsupported = true;
        setting->retry_ms = now_ms + UNIT_LACKING_MS;
    }
    finish(unit, SETTING_REFUSED);
}

void unit_set_read_back(struct unit *unit)
{
    enum setting which = (enum setting)(unit->setting_now - 1);
    struct unit_setting *setting = under_way(unit);
    if (actual(unit, which) == setting->wrote)
        finish(unit, SETTING_CONFIRMED);
    else if (setting->tries >= TRIES)
        finish(unit, SETTING_REFUSED);
    else if (target(unit, which) == setting->wrote)
        setting->state = SETTING_WANTED;
    else
        finish(unit, SETTING_WANTED);
}

void unit_set_unproved(struct unit *unit)
{
    finish(unit, SETTING_REFUSED);
}

void unit_set_forget(struct unit *unit)
{
    unit->setting_now = 0;
    unit->readings.pv_off.heard_ms = 0;
    for (int i = 0; i < SETTINGS; i++) {
        struct unit_setting *setting = &unit->settings[i];
        setting->state = SETTING_IDLE;
        setting->want = -1;
        setting->tries = 0;
        setting->form = 0;
        setting->unsupported = setting->proven = setting->refused = false;
    }
}

int64_t unit_set_wake(struct unit *unit, int64_t now_ms)
{
    int64_t wake = INT64_MAX;
    if (!unit->identified)
        return wake;
    for (int i = 0; i < SETTINGS; i++) {
        int64_t at = write_at(unit, (enum setting)i, now_ms);
        if (at < wake)
            wake = at;
    }
    return wake;
}
