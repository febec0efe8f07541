/* A small inverter of the tests' own at the far end of a scripted line, and virtual time.
 *
 * It answers in the words of a captured Axpert MAX II, takes requests only with the right bytes,
 * and a fault befalls its next n replies. */
#ifndef BUSBAR_TEST_FAR_END_H
#define BUSBAR_TEST_FAR_END_H

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "far_frame.h"
#include "inverter/unit.h"

enum fault {
    NO_FAULT,
    SILENT,     /* no reply; the request was not heard */
    DEAF_REPLY, /* heard and obeyed, but the reply is lost */
    NAK,
    BAD_CRC,
    BIT_SHIFT,
    LOST_BYTE,
    LATE,         /* 100 ms after the time limit */
    NOISE,        /* 0xFF and brackets before the reply */
    SWAPPED,      /* a reply to another command comes first */
    ENDLESS,      /* 3000 bytes without an end */
    OUT_OF_RANGE, /* a good CRC around an impossible grid voltage */
    LIES,         /* ACK without effect */
};

struct reply {
    int64_t at_ms;
    size_t count;
    char bytes[3200];
};

struct far_end {
    int charge_A, priority;
    bool charger_off, has_batcd, has_old_charge, has_pv2, has_list, has_id, plugged;
    enum fault fault;
    int fault_count;
    const char *fault_to; /* letters of the commands it befalls, NULL = any */
    struct reply replies[8];
    int setter_count, request_count;
    int64_t last_setter_ms, least_gap_ms, prove_after_ms;
    char last[32], asked[4096];
};

static struct far_end far_end;
static struct unit unit;

/* The text of the reply, without frame. */
static bool obey(const char *word, char *text, size_t room)
{
    struct far_end *f = &far_end;
    int value;
    bool lies = f->fault == LIES && f->fault_count > 0;
    if (sscanf(word, f->has_old_charge ? "MCHGC%3d" : "MNCHGC0%3d", &value) == 1) {
        if (value < 10 || value > 120 || value % 10)
            return false;
        f->charge_A = lies ? f->charge_A : value;
    } else if (sscanf(word, "POP%2d", &value) == 1 && value <= 2) {
        f->priority = lies ? f->priority : value;
    } else if (!strncmp(word, "PBATCD", 6) && f->has_batcd) {
        f->charger_off = lies ? f->charger_off : !strcmp(word, "PBATCD110");
    } else {
        return false;
    }
    snprintf(text, room, "(ACK");
    f->setter_count++;
    return true;
}

static bool tell(const char *word, char *text, size_t room)
{
    struct far_end *f = &far_end;
    if (!strcmp(word, "QPI"))
        snprintf(text, room, "(PI30");
    else if (!strcmp(word, "QID") && f->has_id)
        snprintf(text, room, "(92931905106463");
    else if (!strcmp(word, "QSID"))
        snprintf(text, room, "(1492932105105335005535");
    else if (!strcmp(word, "QVFW"))
        snprintf(text, room, "(VERFW:00072.70");
    else if (!strcmp(word, "QMCHGCR") && f->has_list)
        snprintf(text, room, "(010 020 030 040 050 060 070 080 090 100 110 120");
    else if (!strcmp(word, "QPIRI"))
        snprintf(text, room,
                 "(230.0 34.7 230.0 50.0 34.7 8000 8000 48.0 51.0 48.0 55.2 55.0 2 010 %03d 0 %d 3 "
                 "9 01 0 0 52.0 1 1 480 0 140",
                 f->charge_A, f->priority);
    else if (!strcmp(word, "QPIGS"))
        snprintf(text, room,
                 "(222.0 50.0 230.0 50.0 0529 0472 006 398 54.30 012 061 0039 01.0 215.0 00.00 "
                 "00003 00010110 00 00 00226 010");
    else if (!strcmp(word, "QPIGS2") && f->has_pv2)
        snprintf(text, room, "(02.7 271.2 00736 ");
    else if (!strcmp(word, "QMOD"))
        snprintf(text, room, "(B");
    else if (!strcmp(word, "QPIWS"))
        snprintf(text, room, "(100000000000000000000000000000000000");
    else if (!strcmp(word, "QBATCD") && f->has_batcd)
        snprintf(text, room, f->charger_off ? "(110" : "(000");
    else
        return false;
    return true;
}

static struct reply *free_reply(void)
{
    for (size_t i = 0; i < sizeof far_end.replies / sizeof *far_end.replies; i++)
        if (far_end.replies[i].count == 0)
            return &far_end.replies[i];
    abort();
}

static void put(struct reply *reply, const char *bytes, size_t count)
{
    memcpy(reply->bytes + reply->count, bytes, count);
    reply->count += count;
}

static void befall(struct reply *reply, enum fault fault, char *text, size_t count)
{
    static const char noise[] = "\xFF\xFF((\xFF\x00\r(\xFE";
    switch (fault) {
    case NO_FAULT:
    case LIES:
    case NAK:
        put(reply, text, count);
        break;
    case SILENT:
    case DEAF_REPLY:
        break;
    case BAD_CRC:
        text[count - 2] ^= 0x10;
        put(reply, text, count);
        break;
    case BIT_SHIFT:
        for (size_t i = count / 2; i < count - 1; i++)
            text[i] = (char)((unsigned char)text[i] * 2);
        put(reply, text, count);
        break;
    case LOST_BYTE:
        memmove(text + 2, text + 3, count - 3);
        put(reply, text, count - 1);
        break;
    case LATE:
        reply->at_ms += 1600;
        put(reply, text, count);
        break;
    case NOISE:
        put(reply, noise, sizeof noise - 1);
        put(reply, text, count);
        break;
    case SWAPPED:
        put(reply, "(L\x06\x07\r", 5);
        put(reply,
            "(NAO"
            "ss\r",
            7);
        put(reply, text, count);
        break;
    case ENDLESS:
        memset(reply->bytes, '(', 3000);
        reply->count = 3000;
        break;
    case OUT_OF_RANGE:
        if (count > 100)
            memcpy(text + 1, "999.9", 5);
        put(reply, text, close_frame(text, count - 3));
        break;
    }
}

/* The far end hears a request. */
static void hear(const uint8_t *bytes, size_t count, int64_t now_ms)
{
    struct far_end *f = &far_end;
    char word[40] = "", text[256], check[48];
    memcpy(word, bytes, count - 3);
    memcpy(check, word, sizeof word);
    size_t whole = close_frame(check, count - 3);
    if (whole != count || memcmp(check, bytes, count))
        CHECK(false, "request bytes of %s", word);
    f->request_count++;
    snprintf(f->last, sizeof f->last, "%.31s", word);
    size_t used = strlen(f->asked);
    snprintf(f->asked + used, sizeof f->asked - used, "%s ", word);
    bool setter = word[0] != 'Q';
    if (!setter && !strcmp(word, "QPIRI") && f->last_setter_ms) {
        f->prove_after_ms = now_ms - f->last_setter_ms;
        f->last_setter_ms = 0;
    }
    bool hit = f->fault_count > 0 && (!f->fault_to || strchr(f->fault_to, word[0])) &&
               (f->fault != OUT_OF_RANGE || !strcmp(word, "QPIGS"));
    enum fault fault = hit ? f->fault : NO_FAULT;
    if (!f->plugged || fault == SILENT) {
        f->fault_count -= hit;
        return;
    }
    bool good =
        fault != NAK && (setter ? obey(word, text, sizeof text) : tell(word, text, sizeof text));
    f->fault_count -= hit;
    if (setter && good)
        f->last_setter_ms = now_ms + 60 + 4 * 4; /* when the ACK is through */
    if (!good)
        snprintf(text, sizeof text, "(NAK");
    struct reply *reply = free_reply();
    reply->at_ms = now_ms + 60 + (int64_t)strlen(text) * 4;
    befall(reply, fault, text, close_frame(text, strlen(text)));
}

static int64_t clock_ms;
static uint64_t steps;

/* Runs both ends to a moment, waking only when somebody asked to be woken. */
static void run_to(int64_t end_ms)
{
    while (clock_ms < end_ms) {
        uint8_t out[64];
        size_t count;
        bool drain;
        int64_t wake = unit_step(&unit, out, sizeof out, &count, &drain, clock_ms);
        steps++;
        if (wake <= clock_ms)
            CHECK(wake > clock_ms, "wakes at %" PRId64 ", now %" PRId64, wake, clock_ms);
        if (count) {
            if (!drain)
                CHECK(drain, "asked without a drain");
            hear(out, count, clock_ms);
        }
        if (wake > end_ms)
            wake = end_ms;
        struct reply *next = NULL;
        for (size_t i = 0; i < sizeof far_end.replies / sizeof *far_end.replies; i++) {
            struct reply *reply = &far_end.replies[i];
            if (reply->count && reply->at_ms <= wake && (!next || reply->at_ms < next->at_ms))
                next = reply;
        }
        clock_ms = next && next->at_ms > clock_ms ? next->at_ms : next ? clock_ms : wake;
        if (next) {
            size_t half = next->count / 2; /* replies come in pieces */
            unit_bytes(&unit, (const uint8_t *)next->bytes, half, clock_ms);
            unit_bytes(&unit, (const uint8_t *)next->bytes + half, next->count - half, clock_ms);
            next->count = 0;
        }
    }
}

static void befalls(enum fault fault, int count, const char *to)
{
    far_end.fault = fault;
    far_end.fault_count = count;
    far_end.fault_to = to;
}

static inline void order_only(enum setting setting, int32_t want)
{
    struct unit_orders orders = unit_orders_none();
    orders.want[setting] = want;
    unit_order(&unit, &orders);
}

static void start(const struct unit_config *config)
{
    far_end = (struct far_end){.charge_A = 40,
                               .priority = 2,
                               .has_batcd = true,
                               .has_list = true,
                               .has_id = true,
                               .has_pv2 = true,
                               .plugged = true};
    clock_ms = 1;
    unit_init(&unit, config, clock_ms);
}

#endif
