#include "inverter/unit.h"

#include <assert.h>
#include <string.h>

#include "inverter/unit_read.h"
#include "inverter/unit_set.h"

enum { TRIES = 3, DAY_MS = 86400000 };
enum { PERIOD_ONCE = 0, RETRY_MS = 10000 };

#define NEVER INT64_MAX

/* clang-format off */
/* In the order of the first round. A needed one that stays silent means that the unit is gone. */
static const struct poll {
    enum pi30_command command;
    int32_t period_ms;
    bool needed, identifies;
} polls[] = {
    {PI30_QPI,     PERIOD_ONCE, true,  true},
    {PI30_QID,     PERIOD_ONCE, false, true},
    {PI30_QSID,    PERIOD_ONCE, false, false},   /* where there is no QID */
    {PI30_QPIRI,   60000,       true,  true},
    {PI30_QPIGS,   1000,        true,  false},
    {PI30_QMOD,    1000,        true,  false},
    {PI30_QMCHGCR, PERIOD_ONCE, false, true},
    {PI30_QBATCD,  60000,       false, true},
    {PI30_QVFW,    PERIOD_ONCE, false, true},
    {PI30_QPIWS,   5000,        false, false},
    {PI30_QPIGS2,  1000,        false, false},
};
/* clang-format on */

enum { POLLS = sizeof polls / sizeof *polls };

static bool has_bit(uint32_t bits, enum pi30_command command)
{
    return bits >> command & 1;
}

static const struct poll *poll_of(enum pi30_command command)
{
    for (size_t i = 0; i < POLLS; i++)
        if (polls[i].command == command)
            return &polls[i];
    return NULL;
}

/* Back to the first question. */
static void forget(struct unit *unit, int64_t now_ms)
{
    unit->asking = unit->again = 0;
    unit->tries = unit->refusals = 0;
    unit->rx_len = 0;
    unit->broken = false;
    unit->settled = unit->lacking = 0;
    unit->identified = false;
    unit->charge_list_count = 0;
    unit->quiet_until_ms = now_ms;
    unit->readings.serial[0] = unit->readings.firmware[0] = unit->readings.protocol[0] = '\0';
    for (size_t i = 0; i < POLLS; i++)
        unit->due_ms[polls[i].command] = now_ms + (int64_t)i;
    unit_set_forget(unit);
}

static void default_to(int32_t *value, int32_t standard)
{
    if (*value <= 0)
        *value = standard;
}

void unit_init(struct unit *unit, const struct unit_config *config, int64_t now_ms)
{
    static_assert(PI30_COMMANDS <= sizeof unit->due_ms / sizeof *unit->due_ms, "due_ms too short");
    *unit = (struct unit){.config = *config, .orders = unit_orders_none(), .day_ms = now_ms};
    default_to(&unit->config.answer_ms, 1500);
    default_to(&unit->config.gap_ms, 100);
    default_to(&unit->config.pause_ms, 50);
    default_to(&unit->config.setter_pause_ms, 1000);
    default_to(&unit->config.dwell_ms, 60000);
    default_to(&unit->config.writes_per_day, 50);
    for (int i = 0; i < SETTINGS; i++)
        unit->settings[i].wrote = -1;
    forget(unit, now_ms);
}

struct unit_orders unit_orders_none(void)
{
    struct unit_orders orders;
    for (int i = 0; i < SETTINGS; i++)
        orders.want[i] = -1;
    return orders;
}

void unit_order(struct unit *unit, const struct unit_orders *orders)
{
    assert(orders->want[SET_CHARGER_OFF] <= 1 && orders->want[SET_OUTPUT_PRIORITY] <= OUTPUT_SBU);
    unit->orders = *orders;
}

void unit_port_changed(struct unit *unit, int64_t now_ms)
{
    forget(unit, now_ms);
}

/* Answered, or known to be lacking: the first round goes on. */
static void settle(struct unit *unit, enum pi30_command command)
{
    bool all = true;
    unit->settled |= 1u << command;
    for (size_t i = 0; i < POLLS; i++)
        all = all && (!polls[i].identifies || has_bit(unit->settled, polls[i].command));
    unit->identified = all;
}

/* The unit does not have it; a NAK may have been a damaged request, so not for ever, and not for
 * long where every unit has it. */
static void lack(struct unit *unit, enum pi30_command command, int64_t now_ms)
{
    unit->lacking |= 1u << command;
    unit->due_ms[command] = now_ms + (poll_of(command)->needed ? RETRY_MS : UNIT_LACKING_MS);
    settle(unit, command);
    if (unit->setting_now && unit_set_proof(unit) == command)
        unit_set_unproved(unit);
}

static void reply_is_over(struct unit *unit, int32_t pause_ms, int64_t now_ms)
{
    unit->asking = 0;
    unit->rx_len = 0;
    unit->broken = false;
    unit->quiet_until_ms = now_ms + pause_ms;
}

static void on_nak(struct unit *unit, enum pi30_command command, int64_t now_ms)
{
    unit->naks++;
    unit->refusals++;
    reply_is_over(unit, unit->config.pause_ms, now_ms);
    if (unit->refusals < 2)
        unit->again = (uint8_t)(command + 1);
    else if (command == PI30_SETTER)
        unit_set_nakked(unit, now_ms);
    else
        lack(unit, command, now_ms);
}

static void on_ack(struct unit *unit, int64_t now_ms)
{
    unit->heard_ms = now_ms;
    unit->answers++;
    unit_set_acked(unit, now_ms);
    reply_is_over(unit, unit->config.setter_pause_ms, now_ms);
}

static void on_values(struct unit *unit, enum pi30_command command,
                      const struct pi30_fields *fields, int64_t now_ms)
{
    const struct poll *poll = poll_of(command);
    unit->heard_ms = now_ms;
    unit->answers++;
    unit->lacking &= ~(1u << command);
    unit->due_ms[command] = poll->period_ms ? unit->asked_ms + poll->period_ms : NEVER;
    reply_is_over(unit, unit->config.pause_ms, now_ms);
    unit_read(unit, command, fields, now_ms);
    if (command == PI30_QPI && !unit_speaks(fields)) {
        unit->due_ms[command] = now_ms + RETRY_MS;
        return;
    }
    settle(unit, command);
    if (unit->setting_now && unit_set_proof(unit) == command)
        unit_set_read_back(unit);
}

static void on_frame(struct unit *unit, const uint8_t *frame, size_t count, int64_t now_ms)
{
    struct pi30_fields fields;
    if (!unit->asking) {
        unit->verdicts.n[VERDICT_FOREIGN]++;
        return;
    }
    enum pi30_command command = (enum pi30_command)(unit->asking - 1);
    enum verdict verdict = pi30_decode(command, frame, count, &fields);
    unit->verdicts.n[verdict]++;
    if (verdict == VERDICT_RANGE)
        unit->broken = true;
    if (verdict != VERDICT_TAKEN)
        return;
    switch (fields.answer) {
    case PI30_VALUES:
        on_values(unit, command, &fields, now_ms);
        break;
    case PI30_ACK:
        on_ack(unit, now_ms);
        break;
    case PI30_NAK:
        on_nak(unit, command, now_ms);
        break;
    }
}

/* No room: what follows the last '(' may still become a frame. */
static void make_room(struct unit *unit)
{
    size_t from = unit->rx_len - 1;
    while (from > 0 && unit->rx[from] != '(')
        from--;
    if (from == 0)
        from = unit->rx_len;
    unit->verdicts.n[VERDICT_LENGTH]++;
    unit->rx_len -= from;
    memmove(unit->rx, unit->rx + from, unit->rx_len);
}

/* A reply came to its end and does not check; a raw CRC byte may be a CR too, so wait for more. */
static void on_bad_end(struct unit *unit)
{
    if (!unit->broken && memchr(unit->rx, '(', unit->rx_len)) {
        unit->broken = true;
        unit->verdicts.n[VERDICT_CHECK]++;
    }
}

void unit_bytes(struct unit *unit, const uint8_t *bytes, size_t count, int64_t now_ms)
{
    for (size_t i = 0; i < count; i++) {
        size_t start;
        if (unit->rx_len == UNIT_BUFFER)
            make_room(unit);
        unit->rx[unit->rx_len++] = bytes[i];
        unit->rx_ms = now_ms;
        if (bytes[i] != '\r' && bytes[i] != '\n')
            continue;
        if (pi30_frame_ends(unit->rx, unit->rx_len, &start)) {
            on_frame(unit, unit->rx + start, unit->rx_len - start, now_ms);
            unit->rx_len = 0;
        } else {
            on_bad_end(unit);
        }
    }
}

static int64_t reply_deadline(const struct unit *unit)
{
    int64_t deadline = unit->asked_ms + unit->config.answer_ms;
    int64_t quiet = unit->rx_ms + unit->config.gap_ms;
    return unit->broken && quiet < deadline ? quiet : deadline;
}

static void on_silence(struct unit *unit, int64_t now_ms)
{
    enum pi30_command command = (enum pi30_command)(unit->asking - 1);
    unit->timeouts += !unit->broken;
    reply_is_over(unit, unit->config.pause_ms, now_ms);
    if (command == PI30_SETTER) {
        unit_set_silent(unit);
        unit->quiet_until_ms = now_ms + unit->config.setter_pause_ms;
    } else if (unit->tries < TRIES) {
        unit->again = (uint8_t)(command + 1);
    } else if (poll_of(command)->needed) {
        forget(unit, now_ms);
    } else {
        lack(unit, command, now_ms);
    }
}

/* May be asked at all: before QPI is settled nothing else, QSID only where there is no QID. */
static bool is_open(const struct unit *unit, enum pi30_command command)
{
    if (command != PI30_QPI && !has_bit(unit->settled, PI30_QPI))
        return false;
    return command != PI30_QSID || has_bit(unit->lacking, PI30_QID);
}

static enum pi30_command earliest(const struct unit *unit)
{
    enum pi30_command found = PI30_QPI;
    for (size_t i = 0; i < POLLS; i++) {
        enum pi30_command command = polls[i].command;
        if (is_open(unit, command) && unit->due_ms[command] < unit->due_ms[found])
            found = command;
    }
    return found;
}

/* The next question or setter; PI30_COMMANDS for none now. */
static enum pi30_command choose(struct unit *unit, int64_t now_ms)
{
    if (unit->again)
        return (enum pi30_command)(unit->again - 1);
    unit->tries = unit->refusals = 0;
    switch (unit_set_next(unit, now_ms)) {
    case UNIT_SET_WRITE:
        return PI30_SETTER;
    case UNIT_SET_PROVE:
        return unit_set_proof(unit);
    case UNIT_SET_NOTHING:
        break;
    }
    enum pi30_command command = earliest(unit);
    return unit->due_ms[command] <= now_ms ? command : PI30_COMMANDS;
}

static size_t ask(struct unit *unit, enum pi30_command command, uint8_t *out, size_t room,
                  int64_t now_ms)
{
    unit->asking = (uint8_t)(command + 1);
    unit->again = 0;
    unit->tries++;
    unit->asked_ms = now_ms;
    unit->rx_len = 0;
    unit->broken = false;
    if (command == PI30_SETTER)
        return unit_set_write(unit, out, room, now_ms);
    return pi30_request(out, room, pi30_word(command));
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
    assert(room >= PI30_REQUEST_MAX);
    *count = 0;
    *drain = false;
    roll_day(unit, now_ms);
    if (unit->asking && now_ms < reply_deadline(unit))
        return reply_deadline(unit);
    if (unit->asking)
        on_silence(unit, now_ms);
    if (now_ms < unit->quiet_until_ms)
        return unit->quiet_until_ms;
    enum pi30_command command = choose(unit, now_ms);
    if (command == PI30_COMMANDS) {
        int64_t due = unit->due_ms[earliest(unit)], setter = unit_set_wake(unit, now_ms);
        return due < setter ? due : setter;
    }
    *count = ask(unit, command, out, room, now_ms);
    *drain = true;
    return reply_deadline(unit);
}
