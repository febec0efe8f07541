#include "inverter/unit.h"

#include <assert.h>
#include <string.h>

#include "inverter/unit_inner.h"

enum { TRIES = 3, SYNC_TRIES = 2, DAY_MS = 86400000 };

void unit_forget(struct unit *unit, int64_t now_ms)
{
    struct unit_readings *r = &unit->readings;
    unit->asking = unit->again = 0;
    unit->tries = unit->refusals = unit->sync_tries = 0;
    unit->rx_len = 0;
    unit->broken = unit->unsure = unit->syncing = false;
    unit->settled = unit->lacking = 0;
    unit->identified = unit->fitted = false;
    unit->protocol = NULL;
    unit->parallel_n = 0;
    unit->charge_list_count = unit->ac_charge_list_count = 0;
    unit->quiet_until_ms = now_ms;
    unit->since_ms = now_ms;
    r->serial[0] = r->firmware[0] = r->protocol[0] = '\0';
    memcpy(r->model, "unknown", sizeof "unknown");
    memset(unit->parallel, 0, sizeof unit->parallel);
    memset(unit->missed, 0, sizeof unit->missed);
    form_forget(unit);
    plan_begin(unit, now_ms);
    unit_set_forget(unit);
}

static void default_to(int32_t *value, int32_t standard)
{
    if (*value <= 0)
        *value = standard;
}

void unit_init(struct unit *unit, const struct unit_config *config, int64_t now_ms)
{
    static_assert(ASKS < 32 && SETTINGS <= 32, "bits of settled, lacking and person");
    *unit = (struct unit){.config = *config, .orders = unit_orders_none(), .day_ms = now_ms};
    default_to(&unit->config.answer_ms, 1500);
    default_to(&unit->config.gap_ms, 100);
    default_to(&unit->config.pause_ms, 25);
    default_to(&unit->config.setter_pause_ms, 1000);
    default_to(&unit->config.dwell_ms, 60000);
    default_to(&unit->config.writes_per_day, 50);
    for (int i = 0; i < SETTINGS; i++)
        unit->settings[i].wrote = -1;
    unit_forget(unit, now_ms);
}

struct unit_orders unit_orders_none(void)
{
    struct unit_orders orders = {.person = 0};
    for (int i = 0; i < SETTINGS; i++)
        orders.want[i] = -1;
    return orders;
}

void unit_order(struct unit *unit, const struct unit_orders *orders)
{
    unit->orders = *orders;
}

void unit_port_changed(struct unit *unit, int64_t now_ms)
{
    unit_forget(unit, now_ms);
}

static int64_t reply_deadline(const struct unit *unit)
{
    int64_t patience_ms = unit->syncing ? 2 * unit->config.answer_ms : unit->config.answer_ms;
    int64_t deadline = unit->asked_ms + patience_ms;
    int64_t quiet = unit->rx_ms + unit->config.gap_ms;
    return unit->broken && quiet < deadline ? quiet : deadline;
}

/* Who it is was asked in vain: in the next framing. */
static void on_nameless(struct unit *unit, int64_t now_ms)
{
    identify_next(unit);
    int64_t quiet_until_ms = unit->quiet_until_ms;
    unit_forget(unit, now_ms);
    unit->quiet_until_ms = quiet_until_ms;
}

static void on_silence(struct unit *unit, int64_t now_ms)
{
    enum ask ask = (enum ask)(unit->asking - 1);
    bool sync = unit->syncing;
    unit->statistics.timeouts += !unit->broken;
    unit_reply_over(unit, unit->config.pause_ms, now_ms);
    if (!unit->protocol) {
        on_nameless(unit, now_ms);
        return;
    }
    unit->unsure = true;
    if (sync) {
        if (++unit->sync_tries >= SYNC_TRIES)
            unit_forget(unit, now_ms);
    } else if (ask == UNIT_SETTER) {
        unit_set_silent(unit);
        unit->quiet_until_ms = now_ms + unit->config.setter_pause_ms;
    } else if (plan_needed(ask) && unit->tries < TRIES) {
        unit->again = (uint8_t)(ask + 1);
    } else if (plan_needed(ask)) {
        unit_forget(unit, now_ms);
    } else if (plan_missed(unit, ask, now_ms)) {
        unit_lack(unit, ask, now_ms);
    }
}

/* The next question or setter; *due_ms is when. */
static enum ask choose(struct unit *unit, int64_t *due_ms, int64_t now_ms)
{
    *due_ms = now_ms;
    if (unit->unsure) {
        enum ask ask = sync_next(unit, due_ms, now_ms);
        if (*due_ms <= now_ms || unit->sync_tries == 0)
            return ask;
        unit_forget(unit, now_ms); /* each of them was silent */
    }
    if (unit->again)
        return (enum ask)(unit->again - 1);
    unit->tries = unit->refusals = 0;
    switch (unit_set_next(unit, now_ms)) {
    case UNIT_SET_WRITE:
        return UNIT_SETTER;
    case UNIT_SET_PROVE:
        return unit_set_proof(unit);
    case UNIT_SET_NOTHING:
        break;
    }
    return plan_next(unit, due_ms);
}

/* The words of a question; QPGSn with its digit. */
static void question_word(const struct unit *unit, enum ask ask, char word[REQUEST_MAX])
{
    const struct question *question = protocol_question(identify_protocol(unit), ask);
    size_t length = strlen(question->word);
    assert(length < REQUEST_MAX);
    memcpy(word, question->word, length + 1);
    char *digit = strchr(word, 'n');
    if (digit)
        *digit = (char)('0' + unit->parallel_n);
}

static size_t ask_for(struct unit *unit, enum ask ask, uint8_t *out, size_t room, int64_t now_ms)
{
    char word[REQUEST_MAX] = "";
    unit->asking = (uint8_t)(ask + 1);
    unit->asked_ms = now_ms;
    unit->rx_len = 0;
    unit->broken = false;
    unit->statistics.requests++;
    unit->syncing = unit->unsure;
    sync_asked(unit, ask, now_ms);
    if (!unit->syncing) {
        unit->again = 0;
        unit->tries++;
    }
    if (ask == UNIT_SETTER)
        unit_set_write(unit, word, sizeof word, now_ms);
    else
        question_word(unit, ask, word);
    return answer_request(out, room, identify_protocol(unit)->framing,
                          ask == UNIT_SETTER ? 'S' : 'P', word);
}

static void roll_day(struct unit *unit, int64_t now_ms)
{
    if (now_ms - unit->day_ms < DAY_MS)
        return;
    unit->day_ms = now_ms;
    for (int i = 0; i < SETTINGS; i++)
        unit->settings[i].writes_today = 0;
}

int64_t unit_step(struct unit *unit, uint8_t *out, size_t room, size_t *count, bool *drain,
                  int64_t now_ms)
{
    assert(room >= UNIT_REQUEST);
    *count = 0;
    *drain = false;
    roll_day(unit, now_ms);
    if (unit->asking && now_ms < reply_deadline(unit))
        return reply_deadline(unit);
    if (unit->asking)
        on_silence(unit, now_ms);
    if (now_ms < unit->quiet_until_ms)
        return unit->quiet_until_ms;
    int64_t due_ms;
    enum ask ask = choose(unit, &due_ms, now_ms);
    if (due_ms > now_ms) {
        if (unit->unsure)
            return due_ms;
        int64_t setter_ms = unit_set_wake(unit, now_ms);
        return due_ms < setter_ms ? due_ms : setter_ms;
    }
    *count = ask_for(unit, ask, out, room, now_ms);
    *drain = true;
    return reply_deadline(unit);
}
