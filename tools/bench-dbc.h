/* The harness of tools/bench-dbc: included once for each DBC, beside what cantools generated for it. */
#include <stdio.h>
#include <stdlib.h>

#include "can/codec.h"
#include "can/dbc.h"
#include "can/dispatch.h"
#include "test/bench.h"

enum { FRAMES = 4096, ROUNDS = 200 };

static struct frame frames[FRAMES];
static struct dispatch dispatch;
static struct dbc *dbc;
static int64_t raw[DBC_SIGNALS_MAX];

static void ours(const struct frame *frame)
{
    int found = dispatch_find(&dispatch, frame->id, false);
    if (found >= 0)
        codec_decode(&dbc->messages[found], frame->data, raw);
    __asm__ volatile("" : : "r"(raw) : "memory");
}

static double round_ns(void (*decode)(const struct frame *frame))
{
    double began = bench_now_s();
    for (int i = 0; i < FRAMES; i++)
        decode(&frames[i]);
    return (bench_now_s() - began) * 1e9 / FRAMES;
}

int main(void)
{
    static double a[ROUNDS], b[ROUNDS];
    uint32_t seed = 1;
    dispatch_init(&dispatch);
    if (dbc_load(&dbc, DBC, stderr) != 0)
        return 1;
    for (size_t i = 0; i < dbc->message_count; i++)
        dispatch_add(&dispatch, dbc->messages[i].id, false, (uint16_t)i);
    for (int i = 0; i < FRAMES; i++) {
        seed = seed * 1664525u + 1013904223u;
        frames[i].id = dbc->messages[(seed >> 8) % dbc->message_count].id;
        frames[i].len = 8;
        for (int k = 0; k < 8; k++)
            frames[i].data[k] = (uint8_t)((seed = seed * 1664525u + 1013904223u) >> 24);
    }
    for (int i = 0; i < ROUNDS; i++) {
        a[i] = round_ns(ours);
#ifdef THEIRS
        b[i] = round_ns(theirs);
#endif
    }
    qsort(a, ROUNDS, sizeof a[0], bench_compare);
    qsort(b, ROUNDS, sizeof b[0], bench_compare);
    printf("{\"bench\": \"decode\", \"dbc\": \"" NAME "\", \"messages\": %zu, \"ns_per_frame\": %.1f",
           dbc->message_count, a[ROUNDS / 2]);
#ifdef THEIRS
    printf(", \"cantools_c_ns\": %.1f, \"ratio\": %.2f", b[ROUNDS / 2], a[ROUNDS / 2] / b[ROUNDS / 2]);
#endif
    puts("}");
    dbc_free(dbc);
    return 0;
}
