/* The serial line of a simulated inverter: frames at 2400 baud, 40 to 80 ms to think, one answer at a
 * time (docs/axpert.md, The line). What goes wrong on it is in pi30_line.c. */
#include "sim/pi30_line.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "sim/variants.h"

enum { BYTES_A_SECOND = 240, LATE_MS = 1700, ANSWER_ROOM = 256 };

static void say_frame(struct sim *sim, struct sim_unit *unit)
{
    double think_ms = 40 + 40 * sim_random(sim);
    double line_ms = 1000.0 * (double)(unit->request_len + unit->answer_len) / BYTES_A_SECOND;
    unit->answer_ms = sim->now_ms + (int64_t)(think_ms + line_ms);
}

static void say(struct sim *sim, struct sim_unit *unit, const char *text)
{
    unit->answer_len = sim_frame_crc(unit->answer, text);
    say_frame(sim, unit);
}

static void say_sum(struct sim *sim, struct sim_unit *unit, const char *text)
{
    unit->answer_len = sim_frame_sum(unit->answer, text);
    say_frame(sim, unit);
}

static bool numbered(const struct variant *variant)
{
    return variant->framing == SIM_PI18 || variant->framing == SIM_PI17;
}

static void say_nak(struct sim *sim, int u)
{
    struct sim_unit *unit = &sim->unit[u];
    const struct variant *variant = sim_variant_of(&sim->config.inverter[u]);
    if (variant->framing == SIM_REVO && sim_request_summed(unit->request, unit->request_len))
        say_sum(sim, unit, "(NAK");
    else
        say(sim, unit, numbered(variant) ? "^0" : "(NAK");
}

/* REVO answers PSET with a sum and without a parenthesis. */
static void say_ack(struct sim *sim, int u)
{
    struct sim_unit *unit = &sim->unit[u];
    const struct variant *variant = sim_variant_of(&sim->config.inverter[u]);
    if (variant->framing == SIM_REVO && sim_request_summed(unit->request, unit->request_len))
        say_sum(sim, unit, "ACK");
    else
        say(sim, unit, numbered(variant) ? "^1" : "(ACK");
}

static void say_row(struct sim *sim, int u, const struct sim_row *row, const struct look *look)
{
    char text[ANSWER_ROOM], framed[ANSWER_ROOM + 8];
    bool filled = sim_look_fill(look, row->answer, text, sizeof text);
    assert(filled);
    if (numbered(sim_variant_of(&sim->config.inverter[u])))
        snprintf(framed, sizeof framed, "^D%03zu%s", strlen(text) + 3, text);
    else
        snprintf(framed, sizeof framed, "%s", text);
    if (row->kind == ROW_SUM)
        say_sum(sim, &sim->unit[u], framed);
    else
        say(sim, &sim->unit[u], framed);
}

/* Frozen, it tells again what it told when that began. */
static void look_now(struct sim *sim, int u, const char *word, struct look *look)
{
    struct sim_unit *unit = &sim->unit[u];
    sim_look(sim, u, word, look);
    if (!quirk_holds(sim, u, SIM_QUIRK_FROZEN, NULL)) {
        unit->frozen_held = false;
        return;
    }
    if (!unit->frozen_held)
        unit->frozen = *look;
    unit->frozen_held = true;
    double asked_Wh = look->asked_Wh;
    *look = unit->frozen;
    look->asked_Wh = asked_Wh;
}

/* QPGSn tells of unit n of the group, from any unit's port. One alone answers where it is known to,
 * for 0 with its data. */
static bool member_answer(struct sim *sim, int u, const char *word)
{
    const struct variant *variant = sim_variant_of(&sim->config.inverter[u]);
    int number = word[strlen(word) - 1] - '0', member = group_member(sim, u, number);
    if (sim->config.inverter[u].group == 0) {
        if (!(variant->ways & WAY_ALONE_ANSWERS))
            return false;
        member = number == 0 ? u : -1;
    }
    const struct sim_row *row =
        sim_row_find(variant, word, 1u << (member >= 0 ? ROW_MEMBER : ROW_NO_MEMBER));
    if (!row)
        return false;
    struct look look;
    look_now(sim, member >= 0 ? member : u, word, &look);
    say_row(sim, u, row, &look);
    return true;
}

static bool question_answer(struct sim *sim, int u, const char *word)
{
    const struct variant *variant = sim_variant_of(&sim->config.inverter[u]);
    if (sim_row_find(variant, word, 1u << ROW_MEMBER))
        return member_answer(sim, u, word);
    const struct sim_row *row = sim_row_find(variant, word, 1u << ROW_ANSWER | 1u << ROW_SUM);
    if (!row)
        return false;
    struct look look;
    look_now(sim, u, word, &look);
    say_row(sim, u, row, &look);
    return true;
}

/* Every setter that is taken is a write. */
static bool setter_answer(struct sim *sim, int u, const char *word)
{
    struct sim_unit before = sim->unit[u];
    struct sim_written written = pi30_setter(sim, u, word);
    if (!written.acknowledged)
        return false;
    if (quirk_strikes(sim, u, SIM_QUIRK_ACK_ONLY, NULL)) {
        before.quirk_random = sim->unit[u].quirk_random;
        sim->unit[u] = before;
        written.applied = false;
    }
    if (written.applied) {
        sim->unit[u].writes++;
        sim->truth.writes[u][written.setting]++;
    }
    say_ack(sim, u);
    return true;
}

/* Most say NAK; some echo, some say nothing. */
static void unknown_answer(struct sim *sim, int u)
{
    struct sim_unit *unit = &sim->unit[u];
    if (quirk_holds(sim, u, SIM_QUIRK_SILENT, NULL)) {
        sim->truth.quirks[u][SIM_QUIRK_SILENT]++;
    } else if (quirk_holds(sim, u, SIM_QUIRK_ECHO, NULL)) {
        sim->truth.quirks[u][SIM_QUIRK_ECHO]++;
        memcpy(unit->answer, unit->request, unit->request_len);
        unit->answer_len = unit->request_len;
        say_frame(sim, unit);
    } else {
        say_nak(sim, u);
    }
}

static void request_answer(struct sim *sim, int u)
{
    struct sim_unit *unit = &sim->unit[u];
    const struct variant *variant = sim_variant_of(&sim->config.inverter[u]);
    char word[sizeof unit->request + 1];
    switch (
        sim_request_read(variant->framing, unit->request, unit->request_len, word, sizeof word)) {
    case SIM_REQUEST_DAMAGED:
        say(sim, unit, "(NAK");
        break;
    case SIM_REQUEST_FOREIGN:
        say_nak(sim, u);
        break;
    case SIM_REQUEST_WORD:
        if (!question_answer(sim, u, word) && !setter_answer(sim, u, word))
            unknown_answer(sim, u);
        break;
    }
    sim->truth.setter_writes[u] = unit->writes;
}

/* Trouble on the line, in turn: a wrong bit, a NAK for nothing, an answer that comes late. */
static void noise_add(struct sim *sim, struct sim_unit *unit)
{
    if (!unit->noisy)
        return;
    switch (unit->noise++ % 4) {
    case 0:
        unit->answer[unit->answer_len / 2] ^= 0x40;
        break;
    case 1:
        say(sim, unit, "(NAK");
        break;
    case 2:
        unit->answer_ms += LATE_MS;
        break;
    default:
        break;
    }
}

static void answer_count(struct sim *sim, int u)
{
    const struct sim_unit *unit = &sim->unit[u];
    sim->truth.answers[u]++;
    if (unit->answer_len > 3)
        sim->truth.zero_crc[u] +=
            unit->answer[unit->answer_len - 2] == 0 || unit->answer[unit->answer_len - 3] == 0;
}

/* What comes while an answer is under way is not heard. */
void sim_bytes(struct sim *sim, int u, const uint8_t *bytes, size_t count)
{
    struct sim_unit *unit = &sim->unit[u];
    for (size_t i = 0; i < count; i++) {
        if (unit->request_len == sizeof unit->request)
            unit->request_len = 0;
        unit->request[unit->request_len++] = bytes[i];
        if (bytes[i] != '\r')
            continue;
        if (unit->request_len >= 4 && !unit->silent && !unit->hung && unit->answer_len == 0) {
            request_answer(sim, u);
            if (unit->answer_len > 0) {
                answer_count(sim, u);
                noise_add(sim, unit);
                line_quirks_add(sim, u);
            }
        }
        unit->request_len = 0;
    }
}

void sim_reopened(struct sim *sim, int u)
{
    struct sim_unit *unit = &sim->unit[u];
    if (unit->hung)
        unit->request_len = unit->out_len = 0;
    unit->hung = false;
}

void pi30_step(struct sim *sim, int u)
{
    struct sim_unit *unit = &sim->unit[u];
    if (unit->answer_len == 0 || sim->now_ms < unit->answer_ms)
        return;
    if (unit->out_len + unit->answer_len > sizeof unit->out)
        unit->out_len = 0; /* nobody fetches: the line does not keep it either */
    memcpy(unit->out + unit->out_len, unit->answer, unit->answer_len);
    unit->out_len += unit->answer_len;
    unit->answer_len = 0;
}

size_t sim_answer(struct sim *sim, int u, uint8_t *bytes, size_t room)
{
    struct sim_unit *unit = &sim->unit[u];
    size_t count = unit->out_len < room ? unit->out_len : room;
    memcpy(bytes, unit->out, count);
    memmove(unit->out, unit->out + count, unit->out_len - count);
    unit->out_len -= count;
    return count;
}
