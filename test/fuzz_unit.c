/* Foreign bytes against the framing, every question of every protocol, and the conversation: from
 * the first word, and amid a unit that is identified and being set. The first byte picks the
 * protocol, how the rest is cut into pieces, and which of both. */
#include <stdlib.h>
#include <string.h>

#include "far_axpert.h"
#include "inverter/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void judge(const struct protocol *protocol, const uint8_t *bytes, size_t size)
{
    size_t start, count;
    if (!answer_find(bytes, size, &start, &count))
        return;
    require(start + count <= size);
    for (size_t i = 0; i < protocol->question_count; i++) {
        struct answer answer = {.count = 0xEE};
        struct refusal refusal;
        enum verdict verdict = answer_judge(&protocol->questions[i], protocol->framing,
                                            bytes + start, count, &answer, &refusal);
        require(verdict == VERDICT_TAKEN || answer.count == 0xEE);
        require(verdict != VERDICT_TAKEN || answer.count <= 64);
        require(memchr(answer.text, '\0', sizeof answer.text) != NULL);
    }
}

static void order_all(struct unit *unit, uint32_t seed)
{
    struct unit_orders orders = unit_orders_none();
    for (int i = 0; i < SETTINGS; i++)
        orders.want[i] = (int32_t)(seed = seed * 1664525u + 1013904223u) >> 22;
    orders.person = seed;
    unit_order(unit, &orders);
}

/* The bytes arrive in pieces while the unit asks; it must keep asking in time. */
static void converse(struct unit *unit, int64_t now_ms, const uint8_t *bytes, size_t size,
                     size_t piece)
{
    while (size > 0) {
        uint8_t out[UNIT_REQUEST];
        size_t count, part = piece < size ? piece : size;
        bool drain;
        int64_t wake_ms = unit_step(unit, out, sizeof out, &count, &drain, now_ms);
        require(wake_ms > now_ms && count <= sizeof out && drain == (count > 0));
        unit_bytes(unit, bytes, part, now_ms + 20);
        require(unit->rx_len <= UNIT_BUFFER);
        require(!unit->identified || unit->protocol);
        bytes += part;
        size -= part;
        now_ms += piece % 2 ? 60 : 700;
    }
}

/* A unit at its first word, and one that is identified. */
static const struct unit *unit_at(bool identified)
{
    static struct far_line lines[2];
    static struct far_axpert axpert;
    struct far_line *line = &lines[identified];
    if (line->tell)
        return &line->unit;
    axpert = far_axpert_new;
    line->tell = axpert_tell;
    line->world = &axpert;
    line_start(line, &(struct unit_config){.name = "fuzz", .parallel = 4}, 1);
    if (identified)
        line_run(line, 6000, NULL);
    require(check_failed == 0 && line->unit.identified == identified);
    return &line->unit;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 4096)
        return 0;
    judge(protocols[data[0] % protocol_count], data + 1, size - 1);
    struct unit unit = *unit_at(data[0] & 1);
    order_all(&unit, data[0]);
    converse(&unit, 6010, data + 1, size - 1, 1 + data[0] / 2);
    return 0;
}
