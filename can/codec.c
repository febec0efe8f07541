/* A signal of up to 57 bits, or up to 64 when it starts on a byte, is one unaligned 64-bit load, two
 * shifts and a sign fix; there is no branch per kind of signal:
 *
 *     x = load(data + byte), bytes swapped for Motorola
 *     x = x << up >> down                     cuts what stands left and right of the signal
 *     x = (x ^ sign) - sign                   sign is the top bit for signed signals, else 0
 *
 * Wider misaligned signals span nine bytes and go bit by bit. A message that lies in its first eight bytes
 * in one byte order, as nearly all do, is loaded once and unpacked four signals at a time:
 *
 *     raw = (((x >> shift) & mask) ^ sign) - sign */
#include "can/codec.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum plan_flag { PLAN_BIG = 1, PLAN_SLOW = 2 };

/* Motorola: where the most significant bit stands when bits are counted as they are sent. */
static unsigned stream_start(const struct dbc_signal *signal)
{
    return signal->start / 8u * 8u + (7u - signal->start % 8u);
}

/* Position of the signal's k-th bit counted from its least significant one. */
static unsigned bit_position(const struct dbc_signal *signal, unsigned k)
{
    if (!signal->big_endian)
        return signal->start + k;
    unsigned stream = stream_start(signal) + signal->length - 1 - k;
    return stream / 8 * 8 + (7 - stream % 8);
}

bool codec_plan(struct dbc_signal *signal, unsigned length)
{
    unsigned bits = signal->length;
    unsigned first = signal->big_endian ? stream_start(signal) : signal->start;
    if (bits < 1 || bits > 64 || first + bits > length * 8)
        return false;
    unsigned byte = first / 8, bit = first % 8;
    if (byte + 8 > CODEC_ROOM) {
        bit += (byte - (CODEC_ROOM - 8)) * 8;
        byte = CODEC_ROOM - 8;
    }
    signal->last_byte = (uint8_t)((first + bits - 1) / 8);
    struct dbc_plan *plan = &signal->plan;
    plan->byte = (uint8_t)byte;
    plan->down = (uint8_t)(64 - bits);
    plan->sign = signal->is_signed ? (uint64_t)1 << (bits - 1) : 0;
    plan->flags = signal->big_endian ? PLAN_BIG : 0;
    if (bit + bits > 64)
        plan->flags |= PLAN_SLOW;
    else
        plan->up = (uint8_t)(signal->big_endian ? bit : 64 - bits - bit);
    return true;
}

static uint64_t load(const struct dbc_plan *plan, const uint8_t *data)
{
    uint64_t x;
    memcpy(&x, data + plan->byte, sizeof x);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return plan->flags & PLAN_BIG ? x : __builtin_bswap64(x);
#else
    return plan->flags & PLAN_BIG ? __builtin_bswap64(x) : x;
#endif
}

static void store(const struct dbc_plan *plan, uint8_t *data, uint64_t x)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = plan->flags & PLAN_BIG ? x : __builtin_bswap64(x);
#else
    x = plan->flags & PLAN_BIG ? __builtin_bswap64(x) : x;
#endif
    memcpy(data + plan->byte, &x, sizeof x);
}

static uint64_t bits_slow(const struct dbc_signal *signal, const uint8_t *data)
{
    uint64_t x = 0;
    for (unsigned k = 0; k < signal->length; k++) {
        unsigned at = bit_position(signal, k);
        x |= (uint64_t)(data[at / 8] >> at % 8 & 1) << k;
    }
    return x;
}

static void put_slow(const struct dbc_signal *signal, uint64_t raw, uint8_t *data)
{
    for (unsigned k = 0; k < signal->length; k++) {
        unsigned at = bit_position(signal, k);
        unsigned mask = 1u << at % 8;
        data[at / 8] = (uint8_t)(raw >> k & 1 ? data[at / 8] | mask : data[at / 8] & ~mask);
    }
}

int64_t codec_signal(const struct dbc_signal *signal, const uint8_t data[CODEC_ROOM])
{
    const struct dbc_plan *plan = &signal->plan;
    uint64_t x = __builtin_expect(plan->flags & PLAN_SLOW, 0)
                     ? bits_slow(signal, data)
                     : load(plan, data) << plan->up >> plan->down;
    return (int64_t)((x ^ plan->sign) - plan->sign);
}

bool codec_lanes(const struct dbc_message *message, struct dbc_lanes *blocks)
{
    memset(blocks, 0, CODEC_RAW(message->signal_count) / DBC_LANES * sizeof *blocks);
    for (size_t i = 0; i < message->signal_count; i++) {
        const struct dbc_signal *signal = &message->signals[i];
        if (signal->last_byte > 7 || signal->big_endian != message->signals[0].big_endian)
            return false;
        struct dbc_lanes *block = &blocks[i / DBC_LANES];
        block->shift[i % DBC_LANES] =
            signal->big_endian ? 64u - stream_start(signal) - signal->length : signal->start;
        block->mask[i % DBC_LANES] = UINT64_MAX >> (64 - signal->length);
        block->sign[i % DBC_LANES] = signal->plan.sign;
    }
    return message->signal_count > 0;
}

typedef uint64_t lanes __attribute__((vector_size(8 * DBC_LANES), aligned(8), may_alias));

/* Processors with shifts by lane (AVX2) get their own copy of this loop. */
#if defined(__x86_64__) && defined(__linux__)
__attribute__((target_clones("avx2", "default")))
#endif
static void
blocks_decode(const struct dbc_lanes *block, size_t count, uint64_t word, int64_t raw[])
{
    lanes words = {word, word, word, word};
    for (size_t i = 0; i < count; i++) {
        lanes shift = *(const lanes *)block[i].shift, mask = *(const lanes *)block[i].mask;
        lanes sign = *(const lanes *)block[i].sign;
        *(lanes *)(void *)&raw[i * DBC_LANES] = (((words >> shift) & mask) ^ sign) - sign;
    }
}

void codec_decode(const struct dbc_message *message, const uint8_t data[CODEC_ROOM], int64_t raw[])
{
    if (message->lanes) {
        const struct dbc_plan whole = {.flags = message->lanes_big ? PLAN_BIG : 0};
        blocks_decode(message->lanes, message->lane_blocks, load(&whole, data), raw);
        return;
    }
    for (size_t i = 0; i < message->signal_count; i++)
        raw[i] = codec_signal(&message->signals[i], data);
}

bool codec_present(const struct dbc_message *message, const int64_t raw[], int signal)
{
    /* A chain of multiplexers is at most as long as the message has signals. */
    for (size_t depth = 0; depth <= message->signal_count; depth++) {
        const struct dbc_signal *s = &message->signals[signal];
        if (s->mux_by == DBC_NOT_MUXED)
            return true;
        bool chosen = false;
        for (size_t r = 0; r < s->mux_range_count && !chosen; r++)
            chosen =
                raw[s->mux_by] >= s->mux_ranges[r].from && raw[s->mux_by] <= s->mux_ranges[r].to;
        if (!chosen)
            return false;
        signal = s->mux_by;
    }
    return false;
}

void codec_put(const struct dbc_signal *signal, int64_t raw, uint8_t data[CODEC_ROOM])
{
    const struct dbc_plan *plan = &signal->plan;
    if (plan->flags & PLAN_SLOW) {
        put_slow(signal, (uint64_t)raw, data);
        return;
    }
    uint64_t mask = UINT64_MAX << plan->down >> plan->up;
    uint64_t bits = (uint64_t)raw << plan->down >> plan->up;
    store(plan, data, (load(plan, data) & ~mask) | bits);
}

void codec_encode(const struct dbc_message *message, const int64_t raw[], uint8_t data[CODEC_ROOM])
{
    for (size_t i = 0; i < message->signal_count; i++)
        if (!message->muxed || codec_present(message, raw, (int)i))
            codec_put(&message->signals[i], raw[i], data);
}

double codec_physical(const struct dbc_signal *signal, int64_t raw)
{
    double value = (double)raw;
    if (signal->kind == DBC_FLOAT) {
        uint32_t bits = (uint32_t)raw;
        float single;
        memcpy(&single, &bits, sizeof single);
        value = (double)single;
    } else if (signal->kind == DBC_DOUBLE) {
        memcpy(&value, &raw, sizeof value);
    } else if (!signal->is_signed) {
        value = (double)(uint64_t)raw;
    }
    return value * signal->factor + signal->offset;
}

int64_t codec_raw(const struct dbc_signal *signal, double physical)
{
    double value = (physical - signal->offset) / signal->factor;
    int64_t raw = 0;
    if (signal->kind == DBC_FLOAT) {
        float single = (float)value;
        uint32_t bits;
        memcpy(&bits, &single, sizeof bits);
        return (int64_t)bits;
    }
    if (signal->kind == DBC_DOUBLE) {
        memcpy(&raw, &value, sizeof raw);
        return raw;
    }
    if (!(value > -9.2e18 && value < 9.2e18))
        return 0;
    return (int64_t)(value < 0 ? value - 0.5 : value + 0.5);
}
