/* Setters with proof: the part of the conversation that writes. */
#include "inverter/unit_inner.h"

#include <assert.h>
#include <string.h>

enum { TRIES = 2 };

static bool has_form(const struct unit *unit, enum setting which, unsigned form, int32_t value)
{
    char word[REQUEST_MAX];
    return setting_word(unit, which, form, value, word, sizeof word) > 0;
}

/* The first form from this one on that takes the value; SETTER_FORMS for none. */
static unsigned form_from(const struct unit *unit, enum setting which, unsigned form, int32_t value)
{
    while (form < SETTER_FORMS && !has_form(unit, which, form, value))
        form++;
    return form;
}

static bool waits(enum setting_reason reason)
{
    return reason == REASON_PARTNER || reason == REASON_SMALL || reason == REASON_NUMBER ||
           reason == REASON_DWELL || reason == REASON_BUDGET;
}

static void settle(struct unit_setting *setting, enum setting_state state,
                   enum setting_reason reason)
{
    setting->state = state;
    setting->reason = reason;
}

/* What was found out about the unit is believed for a while, then asked again. */
static void review(struct unit *unit, enum setting which, int64_t now_ms)
{
    struct unit_setting *setting = &unit->settings[which];
    enum ask proof = setting_proof(unit, which);
    bool lacking =
        which != SET_PV_OFF && unit->protocol && (proof == ASKS || unit_lacks(unit, proof));
    if (lacking || (setting->unsupported && now_ms >= setting->retry_ms)) {
        setting->unsupported = lacking;
        setting->form = 0;
    }
}

/* Restates what is wanted of a setting that is not under way. */
static void refresh(struct unit *unit, enum setting which, int64_t now_ms)
{
    struct unit_setting *setting = &unit->settings[which];
    enum setting_reason reason;
    review(unit, which, now_ms);
    int32_t has = setting_actual(unit, which);
    setting->want = setting_target(unit, which, &reason, now_ms);
    if (setting->want < 0)
        settle(setting, SETTING_IDLE, REASON_NONE);
    else if (setting->unsupported || (has < 0 && which != SET_PV_OFF))
        settle(setting, SETTING_REFUSED,
               setting->reason == REASON_NAKED ? REASON_NAKED : REASON_UNSUPPORTED);
    else if (reason != REASON_NONE)
        settle(setting, waits(reason) ? SETTING_WANTED : SETTING_REFUSED, reason);
    else if (setting->want == has)
        settle(setting, SETTING_CONFIRMED, REASON_NONE);
    else if (setting->refused && setting->wrote == setting->want)
        settle(setting, SETTING_REFUSED, setting->verdict);
    else
        settle(setting, SETTING_WANTED, REASON_NONE);
}

/* Towards safety twice as often. */
static bool budget_spent(const struct unit *unit, enum setting which, bool safer)
{
    return unit->settings[which].writes_today >= (safer ? 2 : 1) * unit->config.writes_per_day;
}

/* When it may be written, INT64_MAX when not today or not at all; *why it waits. */
static int64_t write_at(const struct unit *unit, enum setting which, enum setting_reason *why,
                        int64_t now_ms)
{
    enum { DAY_MS = 86400000 };
    const struct unit_setting *setting = &unit->settings[which];
    bool again = setting->state == SETTING_REFUSED && setting->reason == setting->verdict &&
                 setting->refused && setting->wrote == setting->want;
    *why = setting->reason;
    if (setting->unsupported)
        return unit_lacks(unit, setting_proof(unit, which)) ? INT64_MAX : setting->retry_ms;
    if ((setting->state != SETTING_WANTED || setting->reason != REASON_NONE) && !again)
        return INT64_MAX;
    bool safer = setting_safer(which, setting->want, setting_actual(unit, which));
    if (budget_spent(unit, which, safer)) {
        *why = REASON_BUDGET;
        return unit->day_ms + DAY_MS;
    }
    bool other = !setting->refused ||
                 (which == SET_PV_OFF ? setting->want != setting->wrote
                                      : setting_safer(which, setting->want, setting->wrote));
    if (((safer || which == SET_PV_OFF) && other) || setting->wrote_ms == 0)
        return now_ms;
    *why = again ? setting->verdict : REASON_DWELL;
    return setting->wrote_ms + unit->config.dwell_ms;
}

static struct unit_setting *under_way(struct unit *unit)
{
    assert(unit->setting_now >= 1 && unit->setting_now <= SETTINGS);
    return &unit->settings[unit->setting_now - 1];
}

static void finish(struct unit *unit, enum setting_state state, enum setting_reason reason)
{
    struct unit_setting *setting = under_way(unit);
    settle(setting, state, reason);
    setting->refused = state == SETTING_REFUSED;
    setting->verdict = reason;
    setting->tries = 0;
    unit->setting_now = 0;
}

static void give_up_forms(struct unit *unit, int64_t now_ms)
{
    struct unit_setting *setting = under_way(unit);
    setting->unsupported = true;
    setting->retry_ms = now_ms + UNIT_LACKING_MS;
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
        struct unit_setting *setting = &unit->settings[i];
        enum setting_reason why;
        if (write_at(unit, (enum setting)i, &why, now_ms) > now_ms) {
            setting->reason = why;
            continue;
        }
        unit->setting_now = (uint8_t)(i + 1);
        setting->wrote = setting->want;
        settle(setting, SETTING_WANTED, REASON_NONE);
        if (i == SET_PV_OFF)
            return UNIT_SET_WRITE;
        setting->form = (uint8_t)form_from(unit, (enum setting)i, setting->form, setting->wrote);
        if (setting->form < SETTER_FORMS)
            return UNIT_SET_WRITE;
        give_up_forms(unit, now_ms);
        finish(unit, SETTING_REFUSED, REASON_NOT_ALLOWED);
    }
    return UNIT_SET_NOTHING;
}

size_t unit_set_write(struct unit *unit, char *out, size_t room, int64_t now_ms)
{
    struct unit_setting *setting = under_way(unit);
    enum setting which = (enum setting)(unit->setting_now - 1);
    setting->state = SETTING_SENT;
    setting->wrote_ms = now_ms;
    setting->writes_today++;
    if (which != SET_PV_OFF)
        return setting_word(unit, which, setting->form, setting->wrote, out, room);
    const char *command = unit->config.pv_command[setting->wrote > 0];
    size_t length = strlen(command);
    assert(length < room);
    memcpy(out, command, length + 1);
    return length;
}

enum ask unit_set_proof(const struct unit *unit)
{
    assert(unit->setting_now >= 1 && unit->setting_now <= SETTINGS);
    return setting_proof(unit, (enum setting)(unit->setting_now - 1));
}

static void count_write(struct unit_setting *setting)
{
    setting->tries++;
    setting->writes++;
}

void unit_set_not_written(struct unit *unit)
{
    struct unit_setting *setting = under_way(unit);
    if (setting->writes_today > 0)
        setting->writes_today--;
}

void unit_set_acked(struct unit *unit, int64_t now_ms)
{
    struct unit_setting *setting = under_way(unit);
    count_write(setting);
    setting->state = SETTING_ACKED;
    setting->proven = true;
    if (unit_set_proof(unit) != ASKS)
        return;
    reading_set(&unit->readings.pv_off, setting->wrote, now_ms);
    finish(unit, SETTING_CONFIRMED, REASON_NONE);
}

/* It may have been heard: counts as a write, and the proof will tell; without one nothing is known. */
void unit_set_silent(struct unit *unit)
{
    struct unit_setting *setting = under_way(unit);
    count_write(setting);
    if (unit_set_proof(unit) != ASKS)
        return;
    unit->readings.pv_off.heard_ms = 0;
    if (setting->tries >= TRIES || budget_spent(unit, SET_PV_OFF, false))
        finish(unit, SETTING_REFUSED, REASON_NO_ANSWER);
    else
        setting->state = SETTING_WANTED;
}

void unit_set_nakked(struct unit *unit, int64_t now_ms)
{
    struct unit_setting *setting = under_way(unit);
    enum setting which = (enum setting)(unit->setting_now - 1);
    if (!setting->proven && which != SET_PV_OFF) {
        unsigned form = form_from(unit, which, setting->form + 1u, setting->wrote);
        if (form < SETTER_FORMS) {
            setting->form = (uint8_t)form;
            setting->state = SETTING_WANTED;
            return;
        }
    }
    if (!setting->proven)
        give_up_forms(unit, now_ms);
    finish(unit, SETTING_REFUSED, REASON_NAKED);
}

void unit_set_read_back(struct unit *unit, int64_t now_ms)
{
    enum setting which = (enum setting)(unit->setting_now - 1);
    struct unit_setting *setting = under_way(unit);
    enum setting_reason reason;
    int32_t has = setting_actual(unit, which);
    if (has == setting->wrote)
        finish(unit, SETTING_CONFIRMED, REASON_NONE);
    else if (setting->tries >= TRIES ||
             budget_spent(unit, which, setting_safer(which, setting->wrote, has)))
        finish(unit, SETTING_REFUSED, REASON_NOT_APPLIED);
    else if (setting_target(unit, which, &reason, now_ms) == setting->wrote &&
             (reason == REASON_NONE || reason == REASON_SMALL))
        setting->state = SETTING_WANTED;
    else
        finish(unit, SETTING_WANTED, REASON_NONE);
}

void unit_set_unproved(struct unit *unit)
{
    finish(unit, SETTING_REFUSED, REASON_NO_ANSWER);
}

void unit_set_forget(struct unit *unit)
{
    unit->setting_now = 0;
    unit->readings.pv_off.heard_ms = 0;
    for (int i = 0; i < SETTINGS; i++) {
        struct unit_setting *setting = &unit->settings[i];
        settle(setting, SETTING_IDLE, REASON_NONE);
        setting->want = -1;
        setting->tries = 0;
        setting->form = 0;
        setting->unsupported = setting->proven = setting->refused = false;
    }
}

int64_t unit_set_wake(struct unit *unit, int64_t now_ms)
{
    int64_t wake = INT64_MAX;
    enum setting_reason why;
    if (!unit->identified)
        return wake;
    for (int i = 0; i < SETTINGS; i++) {
        int64_t at = write_at(unit, (enum setting)i, &why, now_ms);
        if (at < wake)
            wake = at;
    }
    return wake;
}
