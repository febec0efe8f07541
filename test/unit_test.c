/* The conversation with one inverter against a scripted line in virtual time.
 *
 * The far end is a small inverter of the test's own: answers in the words of a captured Axpert MAX
 * II, requests taken only with the right bytes, and a fault that befalls the next n replies. A
 * scenario is a table: at this time, expect that, then do this. */
#include "inverter/unit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* Another road to the CRC than the code under test takes: bit by bit, message as one long number. */
static uint16_t crc_slow(const char *text, size_t count)
{
    uint32_t rest = 0;
    for (size_t i = 0; i < (count + 2) * 8; i++) {
        unsigned byte = i / 8 < count ? (unsigned char)text[i / 8] : 0;
        unsigned bit = byte >> (7 - i % 8) & 1;
        rest = rest << 1 | bit;
        if (rest & 0x10000)
            rest ^= 0x11021;
    }
    return (uint16_t)rest;
}

static char raise_byte(unsigned byte)
{
    return (char)(byte == 0x28 || byte == 0x0D || byte == 0x0A ? byte + 1 : byte);
}

static size_t close_frame(char *text, size_t count)
{
    uint16_t crc = crc_slow(text, count);
    text[count] = raise_byte(crc >> 8);
    text[count + 1] = raise_byte(crc & 0xFF);
    text[count + 2] = '\r';
    return count + 3;
}

enum fault {
    NO_FAULT,
    SILENT,       /* no reply; the request was not heard */
    DEAF_REPLY,   /* heard and obeyed, but the reply is lost */
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
    bool charger_off, has_batcd, has_old_charge, has_pv2, has_list, has_id, plugged, other_family;
    enum fault fault;
    int fault_count;
    const char *fault_to;            /* letters of the commands it befalls, NULL = any */
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
        snprintf(text, room, f->other_family ? "(PI34" : "(PI30");
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
        put(reply, "(NAO" "ss\r", 7);
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
    bool good = fault != NAK && (setter ? obey(word, text, sizeof text)
                                        : tell(word, text, sizeof text));
    f->fault_count -= hit;
    if (setter && good)
        f->last_setter_ms = now_ms + 60 + 4 * 4;     /* when the ACK is through */
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
            size_t half = next->count / 2;       /* replies come in pieces */
            unit_bytes(&unit, (const uint8_t *)next->bytes, half, clock_ms);
            unit_bytes(&unit, (const uint8_t *)next->bytes + half, next->count - half, clock_ms);
            next->count = 0;
        }
    }
}

/* clang-format off */
enum look {
    NOTHING, IDENTIFIED, STATUS_AGE_MAX, CHARGE_STATE, OFF_STATE, OUTPUT_STATE, FAR_CHARGE, FAR_OFF,
    FAR_PRIORITY, CHARGE_WRITES, OFF_WRITES, OUTPUT_WRITES, CHARGE_UNSUPPORTED, OFF_UNSUPPORTED,
    OFF_READ, CHARGE_READ, TIMEOUTS_MIN, NAKS_MIN, CHECKS_MIN, SHAPES_MIN, RANGES_MIN, FAR_SETTERS,
    HEARD_AGE_MIN, CHARGE_MA
};
enum act {
    STAY, CHARGE, OFF, PRIORITY, FAULT_SILENT, FAULT_DEAF, FAULT_NAK, FAULT_CRC, FAULT_SHIFT,
    FAULT_LOST, FAULT_LATE, FAULT_NOISE, FAULT_SWAPPED, FAULT_ENDLESS, FAULT_RANGE, FAULT_LIES,
    SETTER_SILENT, SETTER_NAK,
    UNPLUG, PLUG, PORT_LOST, OLD_CHARGE, NO_BATCD, NO_LIST, NO_ID, BY_HAND, GARBAGE
};

struct step {
    int64_t at_ms;
    enum look look;
    int64_t expected;
    enum act act;
    int amount;
    const char *sentence;
};

static const struct step plain_day[] = {
    {    1, NOTHING,        0,                 STAY,       0, "starts" },
    { 1500, STATUS_AGE_MAX, 1000,              STAY,       0, "status before everything is known" },
    { 3000, IDENTIFIED,     1,                 STAY,       0, "knows the unit" },
    { 9000, STATUS_AGE_MAX, 1300,              STAY,       0, "status about each second" },
    { 9000, CHARGE_MA,      12000,             STAY,       0, "12 A into the battery" },
    { 9000, CHARGE_READ,    40,                STAY,       0, "the unit's own limit" },
    {70000, FAR_SETTERS,    0,                 CHARGE,    40, "nothing wanted writes nothing" },
    {73000, FAR_SETTERS,    0,                 CHARGE,    47, "it is so already" },
    {76000, FAR_SETTERS,    0,                 CHARGE,    35, "rounded down it is so already" },
    {79000, FAR_CHARGE,     30,                STAY,       0, "lowered, in a step of the list" },
    {79000, CHARGE_STATE,   SETTING_CONFIRMED, CHARGE,   120, "and read back" },
    {90000, FAR_CHARGE,     30,                STAY,       0, "raising waits for the dwell" },
    {90000, CHARGE_STATE,   SETTING_WANTED,    CHARGE,    25, "and says so" },
    {93000, FAR_CHARGE,     20,                CHARGE,     5, "a second lowering does not wait" },
    {96000, FAR_CHARGE,     10,                CHARGE,   500, "10 A is the least there is" },
    {150000, FAR_CHARGE,    10,                STAY,       0, "the dwell runs from the last write" },
    {160000, FAR_CHARGE,    120,               PRIORITY,   2, "the most of the list" },
    {163000, FAR_PRIORITY,  2,                 STAY,       0, "SBU: the fake had it" },
    {163000, OUTPUT_WRITES, 0,                 PRIORITY,   0, "so it cost no write" },
    {166000, FAR_PRIORITY,  0,                 OFF,        1, "utility" },
    {169000, FAR_OFF,       1,                 STAY,       0, "charger off" },
    {169000, OFF_READ,      1,                 OFF,        0, "as read back" },
    {180000, FAR_OFF,       1,                 STAY,       0, "back on waits for the dwell" },
    {235000, FAR_OFF,       0,                 CHARGE,    -1, "then is on" },
    {240000, CHARGE_STATE,  SETTING_IDLE,      STAY,       0, "nothing wanted is idle" },
};

static const struct step faults[] = {
    { 4000, IDENTIFIED,     1,   FAULT_SILENT,  2, "knows the unit" },
    { 9000, TIMEOUTS_MIN,   2,   STAY,          0, "two replies missing" },
    { 9000, IDENTIFIED,     1,   FAULT_CRC,     2, "three tries are enough" },
    {12000, CHECKS_MIN,     2,   STAY,          0, "bad CRCs" },
    {12000, STATUS_AGE_MAX, 1500, FAULT_SHIFT,  2, "cost a gap, not the time limit" },
    {15000, CHECKS_MIN,     4,   FAULT_LOST,    2, "a frame shifted by a bit" },
    {18000, CHECKS_MIN,     6,   FAULT_NOISE,   6, "a byte lost" },
    {22000, STATUS_AGE_MAX, 1300, FAULT_SWAPPED, 6, "noise before the reply does no harm" },
    {26000, SHAPES_MIN,     4,   STAY,          0, "replies to another command are not believed" },
    {26000, STATUS_AGE_MAX, 1300, FAULT_LATE,   2, "and the right one is still taken" },
    {34000, STATUS_AGE_MAX, 1300, FAULT_RANGE,  2, "late replies" },
    {38000, RANGES_MIN,     1,   FAULT_ENDLESS, 2, "out of range" },
    {48000, STATUS_AGE_MAX, 1300, FAULT_NAK,    1, "bytes without end" },
    {50000, NAKS_MIN,       1,   STAY,          0, "a NAK" },
    {50000, IDENTIFIED,     1,   STAY,          0, "is asked again" },
    {50000, STATUS_AGE_MAX, 1300, FAULT_NAK,   20, "and does no harm" },
    {90000, STATUS_AGE_MAX, 1300, GARBAGE,      0, "a burst of NAKs passes" },
    {96000, STATUS_AGE_MAX, 1300, STAY,         0, "garbage of any length" },
    {96000, FAR_SETTERS,    0,   STAY,          0, "nothing was ever written" },
};

static const struct step loss[] = {
    { 4000, IDENTIFIED,     1,    UNPLUG,    0, "knows the unit" },
    {12000, IDENTIFIED,     0,    STAY,      0, "silence: may be another unit" },
    {12000, HEARD_AGE_MIN,  7000, PLUG,      0, "nothing is heard" },
    {17000, IDENTIFIED,     1,    STAY,      0, "adopted within 5 s" },
    {17000, STATUS_AGE_MAX, 1300, PORT_LOST, 0, "and read again" },
    {17001, IDENTIFIED,     0,    STAY,      0, "a lost port asks anew" },
    {22000, IDENTIFIED,     1,    FAULT_DEAF, 1, "and finds the unit" },
    {22000, NOTHING,        0,    CHARGE,   20, "a setter" },
    {23000, CHARGE_STATE,   SETTING_SENT, PORT_LOST, 0, "amid which the port is lost" },
    {27000, FAR_CHARGE,     20,   STAY,      0, "it had arrived" },
    {27000, CHARGE_STATE,   SETTING_CONFIRMED, STAY, 0, "reading tells so" },
    {27000, FAR_SETTERS,    1,    STAY,      0, "without a second write" },
};

static const struct step setters[] = {
    {  4000, IDENTIFIED,    1,                 FAULT_LIES,  1, "knows the unit" },
    {  4000, NOTHING,       0,                 CHARGE,     30, "ACK without effect" },
    {  9000, FAR_CHARGE,    30,                STAY,        0, "is written once more" },
    {  9000, CHARGE_WRITES, 2,                 STAY,        0, "which counts" },
    {  9000, CHARGE_STATE,  SETTING_CONFIRMED, FAULT_LIES, 99, "and is confirmed" },
    {  9000, NOTHING,       0,                 CHARGE,     20, "a unit that never obeys" },
    { 20000, CHARGE_STATE,  SETTING_REFUSED,   STAY,        0, "is said to refuse" },
    { 20000, CHARGE_WRITES, 4,                 STAY,        0, "after two writes" },
    { 60000, CHARGE_WRITES, 4,                 STAY,        0, "and is left alone for the dwell" },
    { 80000, CHARGE_WRITES, 6,                 FAULT_LIES,  0, "then tried again" },
    {140000, CHARGE_STATE,  SETTING_CONFIRMED, FAULT_DEAF,  1, "until it obeys" },
    {140000, NOTHING,       0,                 CHARGE,     10, "the ACK is lost" },
    {146000, CHARGE_STATE,  SETTING_CONFIRMED, STAY,        0, "reading back tells it was heard" },
    {146000, FAR_SETTERS,   8,                 SETTER_SILENT, 1, "no blind repeat" },
    {146000, NOTHING,       0,                 OFF,         1, "the setter itself is lost" },
    {153000, FAR_OFF,       1,                 SETTER_NAK,  1, "written again after reading back" },
    {153000, NOTHING,       0,                 PRIORITY,    1, "one NAK" },
    {156000, OUTPUT_STATE,  SETTING_CONFIRMED, SETTER_NAK,  2, "is retried" },
    {220000, NOTHING,       0,                 PRIORITY,    2, "two NAKs" },
    {223000, OUTPUT_STATE,  SETTING_REFUSED,   STAY,        0, "refuse" },
    {223000, FAR_PRIORITY,  1,                 STAY,        0, "what a unit has obeyed before" },
    {275000, FAR_PRIORITY,  1,                 STAY,        0, "for the dwell" },
    {284000, FAR_PRIORITY,  2,                 BY_HAND,    50, "somebody turns the charge limit" },
    {350000, FAR_CHARGE,    10,                STAY,        0, "the minute's reading finds it" },
};

static const struct step others[] = {
    {    1, NOTHING,            0,  OLD_CHARGE, 0, "an old unit" },
    {    1, NOTHING,            0,  NO_BATCD,   0, "without charger switch" },
    {    1, NOTHING,            0,  NO_ID,      0, "whose number is long" },
    { 5000, IDENTIFIED,         1,  CHARGE,    30, "is identified" },
    { 9000, FAR_CHARGE,         30, STAY,       0, "the third form fits" },
    { 9000, CHARGE_STATE,       SETTING_CONFIRMED, OFF, 1, "and is confirmed" },
    {12000, OFF_UNSUPPORTED,    1,  STAY,       0, "what cannot be proved is not written" },
    {12000, OFF_STATE,          SETTING_REFUSED, CHARGE, 20, "and refused" },
    {15000, CHARGE_WRITES,      2,  STAY,       0, "the form is remembered" },
    {15000, FAR_CHARGE,         20, STAY,       0, "lowered" },
    {15000, CHARGE_UNSUPPORTED, 0,  STAY,       0, "supported" },
};

static const struct step no_list[] = {
    {    1, NOTHING,        0,  NO_LIST,   0, "a unit without QMCHGCR" },
    { 5000, IDENTIFIED,     1,  CHARGE,   36, "is identified" },
    { 9000, FAR_CHARGE,     30, CHARGE,    0, "steps of 10 A" },
    {12000, FAR_CHARGE,     10, STAY,      0, "10 A at least" },
};
/* clang-format on */

static int64_t age(int64_t heard_ms)
{
    return heard_ms ? clock_ms - heard_ms : 1 << 30;
}

static int64_t see(enum look look)
{
    const struct unit_readings *r = &unit.readings;
    switch (look) {
    case NOTHING:
        return 0;
    case IDENTIFIED:
        return unit.identified;
    case STATUS_AGE_MAX:
        return age(r->battery_cV.heard_ms);
    case HEARD_AGE_MIN:
        return age(unit.heard_ms);
    case CHARGE_STATE:
        return unit.settings[SET_CHARGE_MAX].state;
    case OFF_STATE:
        return unit.settings[SET_CHARGER_OFF].state;
    case OUTPUT_STATE:
        return unit.settings[SET_OUTPUT_PRIORITY].state;
    case FAR_CHARGE:
        return far_end.charge_A;
    case FAR_OFF:
        return far_end.charger_off;
    case FAR_PRIORITY:
        return far_end.priority;
    case FAR_SETTERS:
        return far_end.setter_count;
    case CHARGE_WRITES:
        return unit.settings[SET_CHARGE_MAX].writes;
    case OFF_WRITES:
        return unit.settings[SET_CHARGER_OFF].writes;
    case OUTPUT_WRITES:
        return unit.settings[SET_OUTPUT_PRIORITY].writes;
    case CHARGE_UNSUPPORTED:
        return unit.settings[SET_CHARGE_MAX].unsupported;
    case OFF_UNSUPPORTED:
        return unit.settings[SET_CHARGER_OFF].unsupported;
    case OFF_READ:
        return r->charger_off.value;
    case CHARGE_READ:
        return r->charge_max_A.value;
    case CHARGE_MA:
        return r->charge_mA.value;
    case TIMEOUTS_MIN:
        return unit.timeouts;
    case NAKS_MIN:
        return unit.naks;
    case CHECKS_MIN:
        return unit.verdicts.n[VERDICT_CHECK];
    case SHAPES_MIN:
        return unit.verdicts.n[VERDICT_SHAPE];
    case RANGES_MIN:
        return unit.verdicts.n[VERDICT_RANGE];
    }
    return -1;
}

static bool as_expected(const struct step *step)
{
    int64_t seen = see(step->look);
    switch (step->look) {
    case STATUS_AGE_MAX:
        return seen <= step->expected;
    case HEARD_AGE_MIN:
    case TIMEOUTS_MIN:
    case NAKS_MIN:
    case CHECKS_MIN:
    case SHAPES_MIN:
    case RANGES_MIN:
        return seen >= step->expected;
    case NOTHING:
    case IDENTIFIED:
    case CHARGE_STATE:
    case OFF_STATE:
    case OUTPUT_STATE:
    case FAR_CHARGE:
    case FAR_OFF:
    case FAR_PRIORITY:
    case FAR_SETTERS:
    case CHARGE_WRITES:
    case OFF_WRITES:
    case OUTPUT_WRITES:
    case CHARGE_UNSUPPORTED:
    case OFF_UNSUPPORTED:
    case OFF_READ:
    case CHARGE_READ:
    case CHARGE_MA:
        return seen == step->expected;
    }
    return false;
}

static void befalls(enum fault fault, int count, const char *to)
{
    far_end.fault = fault;
    far_end.fault_count = count;
    far_end.fault_to = to;
}

static void give_garbage(void)
{
    uint32_t seed = 1;
    for (int i = 0; i < 5000; i++) {
        uint8_t bytes[300];
        size_t count = 0;
        for (; count < sizeof bytes && count < (size_t)i % 300; count++) {
            seed = seed * 1664525u + 1013904223u;
            static const uint8_t likely[] = "(\r\n 01.ACKN";
            bytes[count] = seed & 0x10000000 ? likely[seed >> 8 & 7] : (uint8_t)(seed >> 16);
        }
        unit_bytes(&unit, bytes, count, clock_ms);
    }
    CHECK(unit.rx_len <= UNIT_BUFFER, "rx_len %zu", unit.rx_len);
}

static void act_on(const struct step *step)
{
    struct unit_orders orders = unit.orders;
    switch (step->act) {
    case STAY:
        break;
    case CHARGE:
        orders.charge_max_A = step->amount;
        break;
    case OFF:
        orders.charger_off = step->amount;
        break;
    case PRIORITY:
        orders.output_priority = step->amount;
        break;
    case FAULT_SILENT:
        befalls(SILENT, step->amount, NULL);
        break;
    case FAULT_DEAF:
        befalls(DEAF_REPLY, step->amount, "MP");
        break;
    case FAULT_NAK:
        befalls(NAK, step->amount, NULL);
        break;
    case SETTER_SILENT:
        befalls(SILENT, step->amount, "MP");
        break;
    case SETTER_NAK:
        befalls(NAK, step->amount, "MP");
        break;
    case FAULT_CRC:
        befalls(BAD_CRC, step->amount, NULL);
        break;
    case FAULT_SHIFT:
        befalls(BIT_SHIFT, step->amount, NULL);
        break;
    case FAULT_LOST:
        befalls(LOST_BYTE, step->amount, NULL);
        break;
    case FAULT_LATE:
        befalls(LATE, step->amount, NULL);
        break;
    case FAULT_NOISE:
        befalls(NOISE, step->amount, NULL);
        break;
    case FAULT_SWAPPED:
        befalls(SWAPPED, step->amount, NULL);
        break;
    case FAULT_ENDLESS:
        befalls(ENDLESS, step->amount, NULL);
        break;
    case FAULT_RANGE:
        befalls(OUT_OF_RANGE, step->amount, NULL);
        break;
    case FAULT_LIES:
        befalls(LIES, step->amount, "MP");
        break;
    case UNPLUG:
        far_end.plugged = false;
        break;
    case PLUG:
        far_end.plugged = true;
        break;
    case PORT_LOST:
        unit_port_changed(&unit, clock_ms);
        break;
    case OLD_CHARGE:
        far_end.has_old_charge = true;
        break;
    case NO_BATCD:
        far_end.has_batcd = false;
        break;
    case NO_LIST:
        far_end.has_list = false;
        break;
    case NO_ID:
        far_end.has_id = false;
        break;
    case BY_HAND:
        far_end.charge_A = step->amount;
        break;
    case GARBAGE:
        give_garbage();
        break;
    }
    unit_order(&unit, &orders);
}

static void start(const struct unit_config *config)
{
    far_end = (struct far_end){.charge_A = 40, .priority = 2, .has_batcd = true, .has_list = true,
                               .has_id = true, .has_pv2 = true, .plugged = true};
    clock_ms = 1;
    unit_init(&unit, config, clock_ms);
}

static void play(const char *name, const struct step *rows, size_t count)
{
    start(&(struct unit_config){.name = "inv1"});
    for (size_t i = 0; i < count; i++) {
        run_to(rows[i].at_ms);
        CHECK(as_expected(&rows[i]), "%s at %" PRId64 ": %s: %" PRId64 ", not %" PRId64, name,
              clock_ms, rows[i].sentence, see(rows[i].look), rows[i].expected);
        act_on(&rows[i]);
    }
}

static void check_readings(void)
{
    start(&(struct unit_config){0});
    run_to(8000);
    const struct unit_readings *r = &unit.readings;
    CHECK(r->battery_cV.value == 5430 && r->grid_dV.value == 2220, "volts");
    CHECK(r->output_W.value == 472 && r->output_VA.value == 529, "load");
    CHECK(r->charge_mA.value == 12000 && r->discharge_mA.value == 3000, "battery current");
    CHECK(r->pv_mA[0].value == 1000 && r->pv_dV[0].value == 2150 && r->pv_W[0].value == 226, "pv");
    CHECK(r->pv_mA[1].value == 2700 && r->pv_dV[1].value == 2712 && r->pv_W[1].value == 736, "pv2");
    CHECK(r->heatsink_C.value == 39, "heat sink");
    CHECK(r->mode.value == MODE_BATTERY, "mode");
    CHECK(r->warnings_low.value == 1 && r->warnings_high.value == 0, "warnings");
    CHECK(r->rated_VA.value == 8000 && r->rated_dA.value == 347, "rating");
    CHECK(r->bulk_dV.value == 552 && r->float_dV.value == 550, "voltages");
    CHECK(r->charger_off.heard_ms > 0 && r->charger_off.value == 0, "charger");
    CHECK(!strcmp(r->serial, "92931905106463"), "serial %s", r->serial);
    CHECK(!strcmp(r->firmware, "00072.70") && !strcmp(r->protocol, "PI30"), "versions");
    CHECK(unit.charge_list_count == 12 && unit.charge_list_A[11] == 120, "list");
    CHECK(!strncmp(far_end.asked, "QPI QID QPIRI QPIGS QMOD QMCHGCR QBATCD QVFW QPIWS QPIGS2 ", 57),
          "%.70s", far_end.asked);
    far_end.has_id = false;
    unit_port_changed(&unit, clock_ms);
    CHECK(r->serial[0] == '\0', "a lost port forgets who it was");
    run_to(clock_ms + 6000);
    CHECK(!strcmp(r->serial, "92932105105335"), "long serial %s", r->serial);
}

/* Reads what one frame does to the readings, out of turn. */
static void give(const char *text)
{
    char frame[256];
    size_t count = strlen(text);
    memcpy(frame, text, count);
    unit_bytes(&unit, (const uint8_t *)frame, close_frame(frame, count), clock_ms);
}

static void ask_for(const char *word)
{
    far_end.plugged = false;
    for (int i = 0; i < 100000 && strcmp(far_end.last, word); i++) {
        far_end.plugged = strcmp(far_end.last, word) != 0;
        run_to(clock_ms + 1);
    }
    memset(far_end.replies, 0, sizeof far_end.replies);
}

static void check_oddities(void)
{
    start(&(struct unit_config){0});
    run_to(8500);
    far_end.last[0] = '\0';
    ask_for("QPIGS");
    give("(232.6 50.0 229.9 49.9 0391 0312 007 402 54.40 042 072 0566 0042 284.6 00.00 00000 "
         "00010010 00 00 02901 010");
    CHECK(unit.readings.pv_mA[0].value == 10193, "2901 W over 284.6 V: %d",
          (int)unit.readings.pv_mA[0].value);
    CHECK(unit.readings.charge_mA.value == 42000, "42 A is the charge current");
    CHECK(unit.readings.heatsink_C.value == 39, "a raw heat sink value is not believed");
    far_end.plugged = true;
    ask_for("QPIRI");
    give("(230.0 44.3 230.0 50.0 44.3 0200 0200 48.0 46.0 41.0 58.4 58.0 3 050 060 1 1 0 1 01 0 0 "
         "54.0 0 1 46.0 10 44.0");
    CHECK(unit.readings.rated_VA.value == 10200 && unit.readings.rated_W.value == 10200,
          "0200 means 10200: %d", (int)unit.readings.rated_VA.value);
    start(&(struct unit_config){0});
    far_end.other_family = true;
    run_to(25000);
    CHECK(!unit.identified && far_end.request_count == 3, "a charger is not driven: %d requests",
          far_end.request_count);
    CHECK(!strcmp(unit.readings.protocol, "PI34"), "but named");
}

/* The read-back comes at least a second after the ACK; the budget of a day holds. */
static void check_wear(void)
{
    start(&(struct unit_config){.dwell_ms = 1000, .writes_per_day = 4});
    run_to(5000);
    unit_order(&unit, &(struct unit_orders){20, -1, -1});
    run_to(9000);
    CHECK(far_end.prove_after_ms >= 1000, "read back after %" PRId64 " ms", far_end.prove_after_ms);
    for (int i = 0; i < 20; i++) {
        unit_order(&unit, &(struct unit_orders){i % 2 ? 20 : 50, -1, -1});
        run_to(clock_ms + 5000);
    }
    CHECK(unit.settings[SET_CHARGE_MAX].writes == 5, "%u writes: four, and one more to lower",
          unit.settings[SET_CHARGE_MAX].writes);
    CHECK(far_end.charge_A == 20, "ends low: %d", far_end.charge_A);
    unit_order(&unit, &(struct unit_orders){50, -1, -1});
    run_to(86400000 + 3000);
    CHECK(far_end.charge_A == 20 || clock_ms > 86400000, "not today");
    run_to(86400000 + 20000);
    CHECK(far_end.charge_A == 50, "tomorrow: %d", far_end.charge_A);
    far_end.setter_count = 0;
    befalls(LIES, 1000000, "M");
    for (int i = 0; i < 40; i++) {
        unit_order(&unit, &(struct unit_orders){i % 2 ? 20 : 10, -1, -1});
        run_to(clock_ms + 30000);
    }
    CHECK(far_end.setter_count <= 8, "%d writes: never more than twice the budget",
          far_end.setter_count);
}

/* A NAK for every form, then ten minutes of rest, then the unit has learnt it. */
static void check_unsupported(void)
{
    start(&(struct unit_config){0});
    run_to(5000);
    befalls(NAK, 6, "M");
    unit_order(&unit, &(struct unit_orders){20, -1, -1});
    run_to(9000);
    const struct unit_setting *charge = &unit.settings[SET_CHARGE_MAX];
    CHECK(charge->unsupported && charge->state == SETTING_REFUSED, "three forms, two NAKs each");
    CHECK(strstr(far_end.asked, "MNCHGC0020 MNCHGC0020 MNCHGC020 MNCHGC020 MCHGC020 MCHGC020 "),
          "%s", far_end.asked);
    CHECK(charge->writes == 0, "a NAK is no write");
    run_to(500000);
    CHECK(far_end.charge_A == 40, "rests");
    run_to(620000);
    CHECK(far_end.charge_A == 20 && charge->state == SETTING_CONFIRMED, "asked again");
}

int main(void)
{
#define PLAY(rows) play(#rows, rows, sizeof rows / sizeof *rows)
    PLAY(plain_day);
    PLAY(faults);
    PLAY(loss);
    PLAY(setters);
    PLAY(others);
    PLAY(no_list);
    check_readings();
    check_oddities();
    check_wear();
    check_unsupported();
    printf("%" PRIu64 " steps\n", steps);
    return check_done("unit");
}
