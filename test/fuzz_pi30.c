/* Foreign bytes against the framing, every decoder and the conversation. The first byte picks the
 * command, and how the rest is cut into pieces. */
#include <stdlib.h>
#include <string.h>

#include "inverter/unit.h"

#include "inverter/pi30.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void decode(enum pi30_command command, const uint8_t *bytes, size_t size)
{
    size_t start, count;
    struct pi30_fields fields = {.count = 0xEE};
    if (!pi30_find(bytes, size, &start, &count))
        return;
    require(start + count <= size && pi30_check(bytes + start, count));
    if (pi30_decode(command, bytes + start, count, &fields) == VERDICT_TAKEN) {
        require(strlen(fields.text) < PI30_TEXT && strlen(fields.surplus) < PI30_SURPLUS);
        require(fields.count <= 38);
    } else {
        require(fields.count == 0xEE);
    }
}

/* The bytes arrive in pieces while the unit asks; it must keep asking in time. */
static void converse(const uint8_t *bytes, size_t size, size_t piece)
{
    static struct unit unit;
    struct unit_orders orders = unit_orders_none();
    orders.want[SET_CHARGE_MAX] = 30;
    orders.want[SET_CHARGER_OFF] = 1;
    orders.want[SET_OUTPUT_PRIORITY] = OUTPUT_SBU;
    int64_t now_ms = 1;
    unit_init(&unit, &(struct unit_config){.name = "fuzz"}, now_ms);
    unit_order(&unit, &orders);
    while (size > 0) {
        uint8_t out[PI30_REQUEST_MAX];
        size_t count, part = piece < size ? piece : size;
        bool drain;
        int64_t wake_ms = unit_step(&unit, out, sizeof out, &count, &drain, now_ms);
        require(wake_ms > now_ms && count <= sizeof out && drain == (count > 0));
        unit_bytes(&unit, bytes, part, now_ms + 20);
        require(unit.rx_len <= UNIT_BUFFER);
        bytes += part;
        size -= part;
        now_ms += piece % 2 ? 60 : 700;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 4096)
        return 0;
    decode((enum pi30_command)(data[0] % PI30_COMMANDS), data + 1, size - 1);
    converse(data + 1, size - 1, 1 + data[0] / 2);
    return 0;
}
