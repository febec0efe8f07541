/* Judging what is about to be sent. */
#include "devices/gate.h"

#include <assert.h>
#include <stddef.h>

#include "devices/gate_ac.h"

enum {
    ZERO_HOLD_MS = 500,
    SAMPLE_AGE_MS = 200,
    OPEN_HOLD_MS = 500, /* seen open, and not commanded closed, for this long */
    BOARD_AGE_MS = 1500,
    PICKUP_GAP_MS = 200,
    TOLD_MS = 250,      /* what a board tells later than this after an order, it tells knowing it */
    ANSWER_MS = 450,    /* an order and the board's answer on the bus (safety.md, times) */
    BOUNCE_MS = 250,    /* a contact is commanded closed this long before it gets current */
    COMMAND_GAP_MS = 5, /* 100 ms is the pace; on change sooner */
    STOP_AGE_MS = 1000,
    STOP_WAIT_MS = 5000, /* Battery-Emulator waits 7 s (safety.md, section 0) */
};

/* One relay command under judgement. */
struct command {
    const struct gate *gate;
    uint8_t board;
    uint16_t pattern;
    int64_t now_ms;
};

static bool recent(int64_t at_ms, int64_t limit_ms, int64_t now_ms)
{
    return at_ms != 0 && now_ms - at_ms <= limit_ms;
}

static bool since_long(int64_t at_ms, int64_t limit_ms, int64_t now_ms)
{
    return at_ms != 0 && now_ms - at_ms >= limit_ms;
}

static bool board_heard(const struct command *command, size_t b)
{
    return recent(command->gate->boards[b].heard_ms, BOARD_AGE_MS, command->now_ms);
}

/* Every board has spoken since the start, and before anything goes on every stop button too
 * (invariant 14). */
static bool all_heard(const struct gate *gate, bool goes_on)
{
    bool all = true;
    for (size_t b = 0; b < gate->config.board_count; b++)
        all &= gate->boards[b].heard_ms != 0;
    for (size_t n = 0; n < gate->config.stop_count && goes_on; n++)
        all &= gate->stops[n].heard_ms != 0;
    return all;
}

/* What the channel is commanded once this command is sent. */
static bool commanded_on(const struct command *command, size_t b, unsigned channel)
{
    const struct gate_seen_board *seen = &command->gate->boards[b];
    uint16_t pattern = b == command->board ? command->pattern
                       : seen->synced      ? seen->sent
                                           : seen->outputs;
    return pattern >> channel & 1;
}

/* --- the emergency stop --- */

/* Pressed when last heard: a button that is silent since does not release it. */
static bool stop_pressed(const struct command *command)
{
    bool pressed = false;
    for (size_t n = 0; n < command->gate->config.stop_count; n++)
        pressed |= command->gate->stops[n].pressed_ms != 0;
    return pressed;
}

/* Heard to be pressed, now and all through the bounded wait. */
static bool stop_waited(const struct command *command)
{
    bool waited = false;
    for (size_t n = 0; n < command->gate->config.stop_count; n++)
        waited |= recent(command->gate->stops[n].heard_ms, STOP_AGE_MS, command->now_ms) &&
                  since_long(command->gate->stops[n].pressed_ms, STOP_WAIT_MS, command->now_ms);
    return waited;
}

/* --- a string, over all boards --- */

static enum gate_verdict string_zero(const struct command *command, uint8_t s, int64_t hold_ms)
{
    const struct gate_seen_string *string = &command->gate->strings[s];
    if (!recent(string->heard_ms, SAMPLE_AGE_MS, command->now_ms))
        return GATE_UNSEEN;
    return since_long(string->zero_ms, hold_ms, command->now_ms) ? GATE_PASS : GATE_CURRENT;
}

/* Not commanded on for this long, and its board has spoken since. */
static bool off_since(const struct command *command, size_t b, unsigned channel, int64_t hold_ms)
{
    const struct gate_seen_board *seen = &command->gate->boards[b];
    int64_t on_ms = seen->on_ms[channel];
    bool long_ago = command->now_ms - on_ms >= hold_ms && seen->heard_ms - on_ms >= TOLD_MS;
    return !commanded_on(command, b, channel) && (on_ms == 0 || long_ago);
}

/* Off for as long as the current must be zero, by its board's own word and by what was commanded:
 * the counter does not see a short pulse. */
static enum gate_verdict switch_off(const struct command *command, size_t b, unsigned channel)
{
    const struct gate_seen_board *seen = &command->gate->boards[b];
    if (!board_heard(command, b))
        return GATE_UNSEEN;
    bool off = since_long(seen->opened_ms[channel], ZERO_HOLD_MS, command->now_ms) &&
               off_since(command, b, channel, ZERO_HOLD_MS);
    return off ? GATE_PASS : GATE_CURRENT;
}

/* Open, for long, by the mirror contact and by what was commanded. */
static enum gate_verdict contact_open(const struct command *command, size_t b, unsigned channel)
{
    const struct gate_seen_board *seen = &command->gate->boards[b];
    if (!board_heard(command, b))
        return GATE_UNSEEN;
    bool open = since_long(seen->opened_ms[channel], OPEN_HOLD_MS, command->now_ms) &&
                off_since(command, b, channel, OPEN_HOLD_MS);
    return open ? GATE_PASS : GATE_EXCLUSIVE;
}

/* Closed by feedback, by the board's coil and by command for long enough not to bounce. */
static enum gate_verdict contact_closed(const struct command *command, size_t b, unsigned channel)
{
    const struct gate_seen_board *seen = &command->gate->boards[b];
    unsigned bit = 1u << channel;
    bool closed = seen->closed & bit && !(seen->opened & bit) && seen->outputs & bit &&
                  commanded_on(command, b, channel) &&
                  since_long(seen->on_since_ms[channel], BOUNCE_MS, command->now_ms);
    return board_heard(command, b) && closed ? GATE_PASS : GATE_EXCLUSIVE;
}

/* How the contacts of a string must stand for a change. */
struct stand {
    unsigned contacts, open, closed, switches;
    enum gate_verdict not_open, not_off; /* the first that is not so */
};

static struct stand string_stand(const struct command *command, uint8_t s, size_t own_board,
                                 unsigned own_channel)
{
    const struct gate_config *config = &command->gate->config;
    struct stand stand = {.not_open = GATE_PASS, .not_off = GATE_PASS};
    for (size_t b = 0; b < config->board_count; b++)
        for (unsigned channel = 0; channel < BOARD_CHANNELS; channel++) {
            unsigned bit = 1u << channel;
            if (config->boards[b].string_of[channel] != s ||
                (b == own_board && channel == own_channel))
                continue;
            if (config->boards[b].contacts & bit) {
                enum gate_verdict open = contact_open(command, b, channel);
                stand.contacts++;
                stand.open += open == GATE_PASS;
                stand.closed += contact_closed(command, b, channel) == GATE_PASS;
                stand.not_open = stand.not_open == GATE_PASS ? open : stand.not_open;
            } else if (config->boards[b].switches & bit) {
                enum gate_verdict off = switch_off(command, b, channel);
                stand.switches++;
                stand.not_off = stand.not_off == GATE_PASS ? off : stand.not_off;
            }
        }
    return stand;
}

/* --- one changed channel --- */

/* Without current, and with no way for it to come back: switched off, or calm for long where there
 * is no switch. */
static enum gate_verdict cold(const struct command *command, uint8_t s, const struct stand *stand)
{
    uint16_t calm_ms = command->gate->config.calm_ms[s];
    if (stand->switches == 0)
        return calm_ms ? string_zero(command, s, calm_ms) : GATE_UNSEEN;
    return stand->not_off != GATE_PASS ? stand->not_off : string_zero(command, s, ZERO_HOLD_MS);
}

/* Whoever may stand on the input is cold too (invariant 4). */
static enum gate_verdict input_cold(const struct command *command, uint8_t s, uint8_t input)
{
    const struct gate_config *config = &command->gate->config;
    for (size_t b = 0; b < config->board_count && input != 0; b++)
        for (unsigned channel = 0; channel < BOARD_CHANNELS; channel++) {
            const struct gate_board *board = &config->boards[b];
            uint8_t other = board->string_of[channel];
            if (!(board->contacts >> channel & 1) || board->input_of[channel] != input ||
                other == s || contact_open(command, b, channel) == GATE_PASS)
                continue;
            if (other >= MAX_STRINGS)
                return GATE_UNSEEN;
            struct stand stand = string_stand(command, other, MAX_BOARDS, 0);
            enum gate_verdict verdict = cold(command, other, &stand);
            if (verdict != GATE_PASS)
                return verdict;
        }
    return GATE_PASS;
}

/* The partner of an interlocked contact is open. */
static enum gate_verdict partner_open(const struct command *command, unsigned channel)
{
    const struct gate_config *config = &command->gate->config;
    for (size_t i = 0; i < config->interlock_count; i++)
        for (unsigned side = 0; side < 2; side++) {
            const struct gate_interlock *lock = &config->interlocks[i];
            if (lock->board[side] != command->board || lock->channel[side] != channel)
                continue;
            enum gate_verdict open =
                contact_open(command, lock->board[1 - side], lock->channel[1 - side]);
            if (open != GATE_PASS)
                return open;
        }
    return GATE_PASS;
}

static enum gate_verdict close_judge(const struct command *command, uint8_t s, unsigned channel)
{
    const struct gate *gate = command->gate;
    struct stand stand = string_stand(command, s, command->board, channel);
    enum gate_verdict partner = partner_open(command, channel);
    if (partner != GATE_PASS)
        return partner;
    enum gate_verdict own = stand.not_open != GATE_PASS ? stand.not_open : cold(command, s, &stand);
    uint8_t input = gate->config.boards[command->board].input_of[channel];
    return own != GATE_PASS ? own : input_cold(command, s, input);
}

/* Ordered closed a moment ago, or told so again: its current may not have been heard yet. */
static bool closes_now(const struct command *command, unsigned channel)
{
    const struct gate *gate = command->gate;
    const struct gate_seen_board *seen = &gate->boards[command->board];
    bool again = gate->pickup_board == command->board && gate->pickup_channel == channel &&
                 recent(gate->pickup_ms, SAMPLE_AGE_MS, command->now_ms);
    return seen->sent >> channel & 1 &&
           (again || recent(seen->on_since_ms[channel], SAMPLE_AGE_MS, command->now_ms));
}

static enum gate_verdict open_judge(const struct command *command, uint8_t s, unsigned channel)
{
    struct stand stand = string_stand(command, s, command->board, channel);
    return closes_now(command, channel) ? GATE_CURRENT : cold(command, s, &stand);
}

/* On only for a string that stands on exactly one input and is not about to leave it. */
static enum gate_verdict switch_on_judge(const struct command *command, uint8_t s)
{
    struct stand stand = string_stand(command, s, MAX_BOARDS, 0);
    return stand.closed == 1 && stand.open == stand.contacts - 1 ? GATE_PASS : GATE_EXCLUSIVE;
}

/* Coils that pick up by this command: ordered now, or before and not told to be on since. */
static unsigned pickups(const struct command *command)
{
    const struct gate_board *board = &command->gate->config.boards[command->board];
    const struct gate_seen_board *seen = &command->gate->boards[command->board];
    unsigned coils = command->pattern ^ board->normally_closed;
    unsigned before = seen->sent ^ board->normally_closed;
    unsigned told = seen->outputs ^ board->normally_closed;
    return coils & ~(before & told) & board->contacts;
}

/* The coil picks up now, and another one did a moment ago. The same one may be told again. */
static bool picks_up_soon(const struct command *command, unsigned channel)
{
    const struct gate *gate = command->gate;
    const struct gate_board *board = &gate->config.boards[command->board];
    unsigned before = gate->boards[command->board].sent ^ board->normally_closed;
    bool again = before >> channel & 1 && gate->pickup_board == command->board &&
                 gate->pickup_channel == channel;
    return pickups(command) >> channel & 1 && !again && gate->pickup_ms &&
           command->now_ms - gate->pickup_ms < PICKUP_GAP_MS;
}

static enum gate_verdict contact_judge(const struct command *command, uint8_t s, unsigned channel)
{
    bool on = command->pattern >> channel & 1;
    if (!on && stop_waited(command))
        return GATE_PASS;
    if (command->gate->strings[s].locked && !(stop_pressed(command) && !on))
        return GATE_MISMATCH;
    if (picks_up_soon(command, channel))
        return GATE_PICKUP;
    return on ? close_judge(command, s, channel) : open_judge(command, s, channel);
}

static enum gate_verdict channel_judge(const struct command *command, unsigned channel)
{
    const struct gate_board *board = &command->gate->config.boards[command->board];
    bool on = command->pattern >> channel & 1;
    bool contact = board->contacts >> channel & 1, string_switch = board->switches >> channel & 1;
    uint8_t s = board->string_of[channel];
    if (!contact && (!string_switch || !on))
        return GATE_PASS;
    if (s >= MAX_STRINGS)
        return GATE_UNSEEN;
    if (contact)
        return contact_judge(command, s, channel);
    return command->gate->strings[s].locked ? GATE_MISMATCH : switch_on_judge(command, s);
}

/* --- one command --- */

static enum gate_verdict form_judge(const struct gate_board *board,
                                    const struct gate_seen_board *seen, const struct frame *frame)
{
    const uint8_t *d = frame->data;
    bool well = frame->len == 4 && frame->dlc == 0 && frame->flags == 0 && (d[0] ^ d[1]) == 0xFF &&
                (d[2] & 0xF0) == 0 && d[3] == 0 && (d[0] & ~board->allowed) == 0 &&
                (seen->sent_ms == 0 || d[2] != seen->sent_counter);
    return well ? GATE_PASS : GATE_FORM;
}

/* Bits taken back before the board had time to tell what it did with them. */
static unsigned taken_back(const struct command *command)
{
    const struct gate_seen_board *seen = &command->gate->boards[command->board];
    unsigned differ = command->pattern ^ seen->sent, back = 0;
    for (unsigned channel = 0; channel < BOARD_CHANNELS; channel++)
        if (differ >> channel & 1 && seen->changed_ms[channel] &&
            seen->heard_ms - seen->changed_ms[channel] < ANSWER_MS)
            back |= 1u << channel;
    return back;
}

static enum gate_verdict changes_judge(const struct command *command)
{
    const struct gate_board *board = &command->gate->config.boards[command->board];
    unsigned changes =
        (command->pattern ^ command->gate->boards[command->board].outputs) | taken_back(command);
    unsigned contacts = changes & board->contacts;
    bool opens_all = stop_waited(command) && !(contacts & command->pattern);
    if (changes & command->pattern && stop_pressed(command))
        return GATE_STOP;
    if (changes && !all_heard(command->gate, changes & command->pattern) && !stop_pressed(command))
        return GATE_UNSEEN;
    if (contacts & (contacts - 1) && !opens_all)
        return GATE_PICKUP;
    enum gate_verdict ac = !command->gate->ac
                               ? GATE_PASS
                               : gate_ac_check(command->gate->ac, board->bus, board->node,
                                               command->pattern, command->now_ms);
    if (ac != GATE_PASS)
        return ac;
    for (unsigned channel = 0; channel < BOARD_CHANNELS; channel++) {
        enum gate_verdict verdict =
            changes >> channel & 1 ? channel_judge(command, channel) : GATE_PASS;
        if (verdict != GATE_PASS)
            return verdict;
    }
    return GATE_PASS;
}

static enum gate_verdict command_judge(const struct command *command, const struct frame *frame)
{
    const struct gate *gate = command->gate;
    const struct gate_seen_board *seen = &gate->boards[command->board];
    bool unchanged = command->pattern == seen->outputs;
    bool opens = stop_pressed(command) && !(command->pattern & ~seen->outputs);
    enum gate_verdict form = form_judge(&gate->config.boards[command->board], seen, frame);
    if (form != GATE_PASS)
        return form;
    if (seen->sent_ms && command->now_ms - seen->sent_ms < COMMAND_GAP_MS)
        return GATE_RATE;
    if (!board_heard(command, command->board))
        return GATE_UNSEEN;
    if (gate->foreign && !opens && !(unchanged && seen->synced && command->pattern == seen->sent))
        return GATE_FOREIGN_LOCK;
    if (!seen->synced)
        return unchanged ? GATE_PASS : GATE_UNSEEN;
    return changes_judge(command);
}

/* Contacts that this command is the first to open, under current. */
static unsigned hot_openings(const struct command *command)
{
    const struct gate_board *board = &command->gate->config.boards[command->board];
    const struct gate_seen_board *seen = &command->gate->boards[command->board];
    unsigned opens = seen->sent & ~command->pattern & board->contacts, hot = 0;
    for (unsigned channel = 0; channel < BOARD_CHANNELS && seen->synced; channel++)
        hot += opens >> channel & 1 && board->string_of[channel] < MAX_STRINGS &&
               string_zero(command, board->string_of[channel], ZERO_HOLD_MS) != GATE_PASS;
    return hot;
}

static void pickup_note(struct gate *gate, const struct command *command)
{
    unsigned picks = pickups(command);
    if (picks == 0 || !gate->boards[command->board].synced)
        return;
    gate->pickup_ms = command->now_ms;
    gate->pickup_board = command->board;
    for (uint8_t channel = 0; channel < BOARD_CHANNELS; channel++)
        if (picks >> channel & 1)
            gate->pickup_channel = channel;
}

/* What was on was so until now. */
static void channel_note(struct gate_seen_board *seen, const struct command *command,
                         unsigned channel)
{
    bool on = command->pattern >> channel & 1, was_on = seen->on_since_ms[channel] != 0;
    if (on || was_on)
        seen->on_ms[channel] = command->now_ms;
    if (!on || !was_on)
        seen->on_since_ms[channel] = on ? command->now_ms : 0;
    unsigned changes = (command->pattern ^ seen->sent) | (command->pattern ^ seen->outputs);
    if (seen->synced && changes >> channel & 1)
        seen->changed_ms[channel] = command->now_ms;
}

static void command_note(struct gate *gate, const struct command *command, uint8_t counter)
{
    struct gate_seen_board *seen = &gate->boards[command->board];
    gate->hot_openings += hot_openings(command);
    pickup_note(gate, command);
    for (unsigned channel = 0; channel < BOARD_CHANNELS; channel++)
        channel_note(seen, command, channel);
    seen->sent = command->pattern;
    seen->sent_ms = command->now_ms;
    seen->sent_counter = counter;
    seen->synced = true;
}

static enum gate_verdict command_check(struct gate *gate, uint8_t board, const struct frame *frame,
                                       int64_t now_ms)
{
    uint16_t pattern = frame->data[0] ^ gate->config.boards[board].normally_closed;
    struct command command = {gate, board, pattern, now_ms};
    enum gate_verdict verdict = command_judge(&command, frame);
    if (verdict == GATE_PASS)
        command_note(gate, &command, frame->data[2]);
    if (verdict == GATE_PASS && gate->ac)
        gate_ac_sent(gate->ac, gate->config.boards[board].bus, gate->config.boards[board].node,
                     command.pattern, now_ms);
    return verdict;
}

/* --- everything else --- */

/* Network management (reset node, stop), other receive PDOs and SDO writes reach a board's outputs
 * past the judgement above: never, whatever the list says. */
static bool reaches_board(const struct gate *gate, uint8_t bus, const struct frame *frame)
{
    static const uint32_t bases[] = {0x200, 0x300, 0x400, 0x500, 0x600};
    for (size_t b = 0; b < gate->config.board_count; b++) {
        if (gate->config.boards[b].bus != bus || frame->flags & FRAME_EXT)
            continue;
        if (frame->id == 0)
            return true;
        for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++)
            if (frame->id == bases[i] + gate->config.boards[b].node)
                return true;
    }
    return false;
}

static enum gate_verdict allow_check(struct gate *gate, uint8_t bus, const struct frame *frame,
                                     int64_t now_ms)
{
    bool ext = frame->flags & FRAME_EXT;
    for (size_t a = 0; a < gate->config.allow_count && !reaches_board(gate, bus, frame); a++) {
        const struct gate_allow *allow = &gate->config.allows[a];
        if (allow->bus != bus || allow->id != frame->id || allow->ext != ext)
            continue;
        if (frame->len != allow->len || frame->dlc || frame->flags & ~FRAME_EXT)
            return GATE_FORM;
        if (gate->allow_sent_ms[a] && now_ms - gate->allow_sent_ms[a] < allow->every_min_ms)
            return GATE_RATE;
        gate->allow_sent_ms[a] = now_ms;
        return GATE_PASS;
    }
    return GATE_NOT_OURS;
}

enum gate_verdict gate_check(struct gate *gate, uint8_t bus, const struct frame *frame,
                             int64_t now_ms)
{
    uint8_t board = 0;
    for (; board < gate->config.board_count; board++)
        if (gate->config.boards[board].bus == bus && !(frame->flags & FRAME_EXT) &&
            frame->id == 0x200u + gate->config.boards[board].node)
            break;
    enum gate_verdict verdict = board < gate->config.board_count
                                    ? command_check(gate, board, frame, now_ms)
                                    : allow_check(gate, bus, frame, now_ms);
    gate->vetoes[verdict]++;
    return verdict;
}

const char *gate_verdict_text(enum gate_verdict verdict)
{
    static const char *const text[GATE_VERDICTS] = {
        [GATE_PASS] = "may be sent",
        [GATE_NOT_OURS] = "not on the list of what may be sent",
        [GATE_FORM] = "wrong length, inverted copy, counter or unused bits",
        [GATE_RATE] = "too soon after the last one",
        [GATE_UNSEEN] = "the board or the sensor has not been heard or read back",
        [GATE_CURRENT] = "the string carries current, or did a moment ago, or its switch is on",
        [GATE_EXCLUSIVE] = "the string's other contacts are not seen open for long enough",
        [GATE_PICKUP] = "one contact at a time, 200 ms apart",
        [GATE_FOREIGN_LOCK] = "somebody else sends on our identifiers",
        [GATE_MISMATCH] = "coil and feedback of this string differ",
        [GATE_STOP] = "the emergency stop is pressed",
        [GATE_AC_CAR] = "the car is not seen off for three seconds",
        [GATE_AC_SOURCE] = "another source's contact is not seen open for long enough",
        [GATE_AC_ORDER] = "a neutral opens after its line and closes before it",
        [GATE_AC_LIVE] = "the AC bus is not seen dead for long enough",
    };
    assert((unsigned)verdict < GATE_VERDICTS);
    return text[verdict];
}
