/* The simulated plant against figures from documents and by hand: its frames byte by byte, its
 * physics, its faults; and a bad controller for each invariant it checks. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/state.h"
#include "test/check.h"

enum { IDS = 0x800 };

/* A plant and what was last heard from it. */
static struct sim *sim;
static struct sim_config plant;
static struct frame heard[SIM_BUSES][IDS];
static unsigned count[SIM_BUSES][IDS];
static int64_t now_ms;
static uint8_t counter;

static void listen(void)
{
    struct frame frames[64];
    for (int b = 0; b < SIM_BUSES; b++)
        for (size_t n; (n = sim_frames(sim, (enum sim_bus)b, frames, 64)) > 0;)
            for (size_t i = 0; i < n; i++) {
                heard[b][frames[i].id] = frames[i];
                count[b][frames[i].id]++;
            }
}

static void run(int64_t ms)
{
    for (int64_t until_ms = now_ms + ms; now_ms < until_ms;) {
        now_ms += 50 < until_ms - now_ms ? 50 : until_ms - now_ms;
        sim_step(sim, now_ms);
        listen();
    }
}

static void begin(void)
{
    memset(heard, 0, sizeof heard);
    memset(count, 0, sizeof count);
    now_ms = 1000;
    sim_init(sim, &plant, now_ms);
}

static void begin_at(double start_h)
{
    sim_uc001(&plant);
    plant.start_h = start_h;
    begin();
}

static const struct sim_truth *truth(void)
{
    return sim_truth(sim);
}

static bool is(enum sim_bus bus, uint32_t id, const char *hex)
{
    char text[17] = "";
    const struct frame *frame = &heard[bus][id];
    for (int i = 0; i < frame->len && i < 8; i++)
        snprintf(text + 2 * i, 3, "%02X", frame->data[i]);
    if (strcmp(text, hex) == 0)
        return true;
    printf("%03X is %s, expected %s\n", id, text, hex);
    return false;
}

static void order(int board, uint8_t outputs)
{
    struct frame frame = {.id = 0x210u + (uint32_t)board, .len = 4};
    frame.data[0] = outputs;
    frame.data[1] = (uint8_t)~outputs;
    frame.data[2] = ++counter & 15;
    sim_frame(sim, SIM_BACKBONE, &frame);
}

static void limit(double amperes)
{
    struct frame frame = {.id = 0x213, .len = 4};
    unsigned dA = (unsigned)lround(amperes * 10);
    frame.data[0] = (uint8_t)dA;
    frame.data[1] = (uint8_t)(dA >> 8 | (++counter & 15u) << 4);
    frame.data[2] = (uint8_t)~dA;
    frame.data[3] = (uint8_t)((~dA >> 8) & 15);
    sim_frame(sim, SIM_BACKBONE, &frame);
}

/* Sends a limit each second. */
static void charge(double amperes, int seconds)
{
    for (int i = 0; i < seconds; i++) {
        limit(amperes);
        run(1000);
    }
}

static const char *ask(int inverter, const char *word)
{
    static char text[256];
    uint8_t request[32];
    size_t length = strlen(word);
    uint16_t crc = 0;
    memcpy(request, word, length);
    for (size_t i = 0; i < length; i++) {
        crc ^= (uint16_t)(request[i] << 8);
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
    }
    uint8_t ends[2] = {(uint8_t)(crc >> 8), (uint8_t)crc};
    for (int i = 0; i < 2; i++)
        request[length++] =
            (uint8_t)(ends[i] + (ends[i] == 0x28 || ends[i] == 0x0D || ends[i] == 0x0A));
    request[length++] = '\r';
    sim_bytes(sim, inverter, request, length);
    run(1000);
    size_t got = sim_answer(sim, inverter, (uint8_t *)text, sizeof text - 1);
    text[got > 3 ? got - 3 : 0] = '\0';
    return text;
}

/* Moves one string as it should be done: switch off, half a second without current, open, dead
 * time, close, switch on. Masks are of board 0; the string's switch is its bit on board 1. */
static void move(int string, uint8_t from, uint8_t to)
{
    uint8_t contacts = sim->board[0].outputs, switches = sim->board[1].outputs;
    uint8_t off = (uint8_t)(switches & ~(1 << string)), open = (uint8_t)(contacts & ~from);
    order(1, off);
    run(1000);
    order(0, open);
    run(1000);
    order(0, (uint8_t)(open | to));
    run(1000);
    order(1, (uint8_t)(off | 1 << string));
    run(1000);
}

/* --- frames --- */

static void frames_as_documented(void)
{
    begin_at(13);
    run(1000);
    /* home contacts closed, the others open, no fault; up for 60.95 s, tenth frame */
    CHECK(is(SIM_BACKBONE, 0x190, "070778003C0009F8"), "contact board");
    CHECK(is(SIM_BACKBONE, 0x191, "070000003C0009F8"), "switch board: no contacts with feedback");
    CHECK(is(SIM_BACKBONE, 0x710, "05") && is(SIM_BACKBONE, 0x714, "05"), "heartbeats");

    /* Pylontech LV V1.2: CVL 56.8 V, CCL 200.0 A, DCL 300.0 A, DVL 46.0 V; 60 %, 99 %; 23.0 C */
    CHECK(is(SIM_BATTERY, 0x351, "3802D007B80BCC01"), "limits");
    CHECK(is(SIM_BATTERY, 0x355, "3C006300"), "charge");
    CHECK(is(SIM_BATTERY, 0x359, "0000000006504E"), "no alarm, six modules, PN");
    CHECK(is(SIM_BATTERY, 0x35C, "C000"), "charge and discharge enabled");
    CHECK(is(SIM_BATTERY, 0x35E, "50594C4F4E202020"), "PYLON");
    const struct frame *measured = &heard[SIM_BATTERY][0x356];
    int volts = measured->data[0] | measured->data[1] << 8;
    CHECK(measured->len == 6 && abs(volts - (int)lround(truth()->battery_V * 100)) <= 2,
          "pack voltage in 0.01 V: %d", volts);
    CHECK(measured->data[4] == 230 && measured->data[5] == 0, "23.0 C");

    /* IVT-S: big endian, + charges, the shunt reads truth * gain + offset */
    const struct frame *shunt = &heard[SIM_NATIVE][0x521];
    int32_t mA = (int32_t)((uint32_t)shunt->data[2] << 24 | (uint32_t)shunt->data[3] << 16 |
                           (uint32_t)shunt->data[4] << 8 | shunt->data[5]);
    CHECK(shunt->len == 6 && shunt->data[0] == 0, "current is channel 0");
    CHECK(fabs(mA - (truth()->battery_A * 1002 + 40)) < 1, "shunt current %d mA at %.3f A", mA,
          truth()->battery_A);
    CHECK(heard[SIM_NATIVE][0x522].data[0] == 1 && heard[SIM_NATIVE][0x525].data[0] == 4 &&
              heard[SIM_NATIVE][0x527].data[0] == 6,
          "channels 1, 4, 6");
    CHECK(is(SIM_NATIVE, 0x525, "0401000000E6"), "23.0 C, the second of its kind");
}

static void frames_in_time(void)
{
    static const struct {
        enum sim_bus bus;
        uint32_t id;
        unsigned in_ten_s;
    } rows[] = {
        {SIM_BACKBONE, 0x190, 100}, {SIM_BACKBONE, 0x191, 100}, {SIM_BACKBONE, 0x192, 200},
        {SIM_BACKBONE, 0x292, 50},  {SIM_BACKBONE, 0x193, 50},  {SIM_BACKBONE, 0x194, 100},
        {SIM_BACKBONE, 0x710, 20},  {SIM_BACKBONE, 0x714, 20},  {SIM_BATTERY, 0x351, 10},
        {SIM_NATIVE, 0x521, 500},   {SIM_NATIVE, 0x522, 100},   {SIM_NATIVE, 0x527, 10},
    };
    begin_at(13);
    run(1000);
    memset(count, 0, sizeof count);
    run(10000);
    for (size_t i = 0; i < COUNT(rows); i++)
        CHECK(count[rows[i].bus][rows[i].id] == rows[i].in_ten_s, "%03X: %u in 10 s, expected %u",
              rows[i].id, count[rows[i].bus][rows[i].id], rows[i].in_ten_s);
    uint8_t before = heard[SIM_BACKBONE][0x192].data[7];
    run(50);
    CHECK(heard[SIM_BACKBONE][0x192].data[7] == (uint8_t)(before + 1), "the counter moves");
}

/* Lengths of the documents, and counters that move by one. */
static void lengths_and_counters(void)
{
    static const struct {
        enum sim_bus bus;
        uint32_t id;
        uint8_t len, counter_at; /* 8 = no counter */
    } rows[] = {
        {SIM_BACKBONE, 0x190, 8, 6}, {SIM_BACKBONE, 0x191, 8, 6}, {SIM_BACKBONE, 0x192, 8, 7},
        {SIM_BACKBONE, 0x292, 8, 7}, {SIM_BACKBONE, 0x193, 8, 7}, {SIM_BACKBONE, 0x194, 4, 2},
        {SIM_BACKBONE, 0x710, 1, 8}, {SIM_BATTERY, 0x351, 8, 8},  {SIM_BATTERY, 0x355, 4, 8},
        {SIM_BATTERY, 0x356, 6, 8},  {SIM_BATTERY, 0x359, 7, 8},  {SIM_BATTERY, 0x35C, 2, 8},
        {SIM_BATTERY, 0x35E, 8, 8},  {SIM_NATIVE, 0x521, 6, 1},   {SIM_NATIVE, 0x522, 6, 1},
        {SIM_NATIVE, 0x525, 6, 1},   {SIM_NATIVE, 0x527, 6, 1},
    };
    begin_at(13);
    run(3000);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct frame *frame = &heard[rows[i].bus][rows[i].id];
        CHECK(frame->len == rows[i].len, "%03X: %u bytes", rows[i].id, frame->len);
        if (rows[i].counter_at == 8)
            continue;
        uint8_t before = frame->data[rows[i].counter_at];
        unsigned seen = count[rows[i].bus][rows[i].id];
        run(1000);
        unsigned steps = count[rows[i].bus][rows[i].id] - seen;
        uint8_t mask = rows[i].bus == SIM_NATIVE ? 15 : 255;
        CHECK(steps > 0 && frame->data[rows[i].counter_at] == ((before + steps) & mask),
              "%03X: its counter went from %u to %u in %u frames", rows[i].id, before,
              frame->data[rows[i].counter_at], steps);
    }
}

/* What the BMS allows by charge and temperature. 0x359: bit 2 under-voltage, 3 and 4 too warm
 * and too cold, 7 and 8 discharge and charge current; warnings sixteen higher. */
static void bms(void)
{
    static const struct {
        double soc, C;
        const char *limits, *alarms, *requests;
    } rows[] = {
        {0.60, 23, "3802D007B80BCC01", "0000000006504E", "C000"},
        {0.60, 5, "3802E803B80BCC01", "0000000006504E", "C000"},  /* 5 C: half the charge */
        {0.60, -1, "38020000B80BCC01", "0000100006504E", "4000"}, /* frost: none, warning */
        {0.60, 50, "3802E803B80BCC01", "0000000006504E", "C000"},
        {0.60, 52, "38025802B80BCC01", "0000080006504E", "C000"},
        {0.60, 56, "38020000B80BCC01", "0800080006504E", "4000"},
        {0.60, 61, "380200000000CC01", "0800080006504E", "0000"},
        {0.96, 23, "3802F401B80BCC01", "0000000006504E", "C000"}, /* a quarter */
        {0.99, 23, "38020000B80BCC01", "0000000006504E", "4000"},
        {0.08, 23, "3802D007E803CC01", "0000000006504E", "E000"}, /* a third; charge me */
        {0.04, 23, "3802D0070000CC01", "0000000006504E", "A000"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        sim_uc001(&plant);
        plant.start_h = 2;
        plant.battery_soc = rows[i].soc;
        plant.battery_C = rows[i].C;
        for (int u = 0; u < 4; u++)
            plant.inverter[u].idle_W = 0;
        plant.house_W[1] = plant.house_W[2] = plant.house_W[3] = 0;
        begin();
        run(2000);
        CHECK(is(SIM_BATTERY, 0x351, rows[i].limits), "limits at %.0f %%, %.0f C",
              rows[i].soc * 100, rows[i].C);
        CHECK(is(SIM_BATTERY, 0x359, rows[i].alarms), "alarms");
        CHECK(is(SIM_BATTERY, 0x35C, rows[i].requests), "requests");
    }
    begin_at(2);
    run(1000);
    sim->config.battery_C = -25; /* its discharge limit is 0, and the house draws */
    run(2000);
    CHECK(is(SIM_BATTERY, 0x359, "9000900006504E"), "frost and discharge");
    begin_at(13);
    run(1000);
    sim->config.battery_C = -5;
    run(2000);
    CHECK(is(SIM_BATTERY, 0x359, "0001100106504E"), "charged in frost");
    begin_at(2);
    sim_set_soc(sim, 0.0);
    run(2000);
    CHECK(heard[SIM_BATTERY][0x359].data[2] == 0x84, "empty: low voltage, %02X",
          heard[SIM_BATTERY][0x359].data[2]);
}

/* 14 bits each: string 1 at bit 0, string 2 at bit 14, string 3 at bit 28. */
static void string_counter(void)
{
    begin_at(13);
    run(120000);
    uint64_t bits = 0, volts = 0;
    for (int i = 7; i >= 0; i--) {
        bits = bits << 8 | heard[SIM_BACKBONE][0x192].data[i];
        volts = volts << 8 | heard[SIM_BACKBONE][0x292].data[i];
    }
    for (int s = 0; s < 3; s++) {
        double amperes = (double)(bits >> 14 * s & 0x3FFF) / 100;
        double V = (double)(volts >> 14 * s & 0x3FFF) / 10;
        CHECK(truth()->string_A[s] > 3 && fabs(amperes - truth()->string_A[s]) < 0.02,
              "string %d: %.2f A, really %.3f A", s, amperes, truth()->string_A[s]);
        CHECK(fabs(V - truth()->string_V[s]) < 1, "string %d: %.1f V", s, V);
    }
}

/* --- sun and strings --- */

static void module_at_stc(void)
{
    begin_at(13);
    run(1000);
    /* The curve keeps the type plate's ratios at any sun: MPP at Vmp/Voc, there Imp/Isc. */
    for (int s = 0; s < 3; s++) {
        const struct sim_pv *pv = &sim->pv[s];
        CHECK(fabs(pv_current(pv, 0) - pv->isc_A) < 0.01, "Isc at 0 V");
        CHECK(fabs(pv_current(pv, pv->voc_V)) < 0.05, "no current at Voc");
        CHECK(fabs(pv_current(pv, pv->voc_V * 34.5 / 41.1) - pv->isc_A * 10.9 / 11.6) < 0.05,
              "MPP");
        CHECK(pv_current(pv, pv->voc_V * 1.02) < 0, "past Voc it takes current");
        double g = sim->pv[0].isc_A / (11.6 * (1 + 0.0005 * (sim->cell_C[0] - 25)));
        CHECK(s || fabs(g - truth()->irradiance_Wm2 / 1000) < 1e-6, "Isc follows the sun: %.3f", g);
        double C = sim->cell_C[s], k = 1 - 0.0027 * (C - 25) + 0.06 * log(pv->isc_A / 11.6);
        CHECK(fabs(pv->voc_V - 9 * 41.1 * k) < 0.5, "Voc at %.0f C: %.1f V", C, pv->voc_V);
        /* warm modules: -0.27 %/K from 369.9 V */
        CHECK(pv->voc_V > 330 && pv->voc_V < 370, "Voc %.1f V", pv->voc_V);
    }
}

static void the_sun_goes_round(void)
{
    static const struct {
        double hour, low, high;
        const char *what;
    } rows[] = {
        {0, 0, 0, "midnight"},
        {7, 40, 250, "seven, the sun behind a south-west roof"},
        {13, 960, 1030, "one o'clock: 64 degrees high, 23 off the roof's normal"},
        {15.5, 890, 960, "half past three: 42 degrees high, 14 off"},
        {19, 150, 260, "seven in the evening: 8 degrees high, 58 off"},
        {22, 0, 0, "night"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        begin_at(rows[i].hour);
        run(100);
        CHECK(truth()->irradiance_Wm2 >= rows[i].low && truth()->irradiance_Wm2 <= rows[i].high,
              "%s: %.0f W/m2", rows[i].what, truth()->irradiance_Wm2);
    }
    begin_at(13);
    run(1000);
    double clear = truth()->irradiance_Wm2;
    sim_cloud(sim, 1);
    run(2000);
    CHECK(truth()->irradiance_Wm2 < 0.8 * clear, "clouds take the sun: %.0f of %.0f W/m2",
          truth()->irradiance_Wm2, clear);
}

/* Strings 2 and 3 stand on inv4's two inputs: what UC001 counts on at 16:00. */
static void bundled_at_four(void)
{
    begin_at(15.9);
    run(2000);
    ask(3, "POP02");
    ask(3, "MNCHGC0120");
    move(1, 0x02, 0x20);
    CHECK(truth()->string_input[1] == 4 && truth()->switch_on[1], "string 2 stands on inv4.pv2");
    move(0, 0x01, 0x08);
    CHECK(truth()->string_input[0] == 3, "string 1 stands on inv4.pv1");
    CHECK(truth()->violations_total == 0, "moved as it should be: %s", truth()->violation);
    double at_once_W = truth()->pv_W[3];
    run(8000);
    CHECK(at_once_W < 200, "the MPPT has not started at once: %.0f W", at_once_W);
    run(60000);
    CHECK(truth()->pv_W[3] > 5500 && truth()->pv_W[3] < 6400, "two strings at 16:00: %.0f W",
          truth()->pv_W[3]);
    CHECK(truth()->transfers == 2, "%u transfers", truth()->transfers);
    CHECK(truth()->contact_operations[3] == 1 && truth()->contact_hot[0] == 0, "wear");
}

/* 1 and 2 on inv4.pv1: one voltage, the sum of the currents, clipped to 18 A and 4 kW. */
static void two_strings_on_one_input(void)
{
    begin_at(15.9);
    ask(3, "POP02");
    ask(3, "MNCHGC0120");
    move(0, 0x01, 0x08);
    move(1, 0x02, 0x10);
    run(60000);
    CHECK(truth()->string_input[0] == 3 && truth()->string_input[1] == 3, "both on input 3");
    CHECK(fabs(truth()->string_V[0] - truth()->string_V[1]) < 1e-6, "one voltage");
    CHECK(fabs(truth()->pv_W[3] - 4000) < 20, "clipped to 4 kW: %.0f W", truth()->pv_W[3]);
    CHECK(truth()->string_A[0] + truth()->string_A[1] <= 18.01, "at most 18 A");
    CHECK(truth()->violations[9] == 1, "two short-circuit currents of 11.6 A on an input of 18 A");
}

static void string_switch(void)
{
    begin_at(13);
    run(60000);
    double before_W = truth()->string_W[0];
    order(1, 0x06);
    run(100);
    CHECK(before_W > 1000 && truth()->string_A[0] < 0.005, "off: less than 5 mA");
    CHECK(!truth()->switch_on[0] && truth()->string_V[0] > 330, "its own side shows Voc");
    order(1, 0x07);
    run(5000);
    CHECK(truth()->string_W[0] < 50, "the MPPT looks first");
    run(60000);
    CHECK(truth()->string_W[0] > 0.9 * before_W, "%.0f W again", truth()->string_W[0]);
}

/* --- inverters and battery --- */

static void power_balance(void)
{
    begin_at(13);
    run(120000);
    for (int i = 0; i < 100; i++) {
        run(50);
        double sum_A = 0;
        for (int u = 0; u < plant.inverters; u++)
            sum_A += truth()->dc_A[u];
        CHECK(fabs(sum_A - truth()->battery_A) < 0.2, "the battery takes what the inverters leave");
    }
    double pv = truth()->pv_W[0], load = truth()->house_W[1];
    double charge = (pv * 0.98 - 70 - load / 0.93) / truth()->battery_V;
    CHECK(truth()->mode[0] == 'B' && fabs(truth()->dc_A[0] - charge) < 0.5,
          "inv1: sun %.0f W less load %.0f W charges %.1f A", pv, load, truth()->dc_A[0]);
    double soc = truth()->battery_soc, As = sim->charge_As;
    run(600000);
    double moved = (sim->charge_As - As) / (600 * 0.99 * 3600);
    CHECK(fabs(truth()->battery_soc - soc - moved) < 1e-6, "charge counts");
    CHECK(fabs(moved - 600 * truth()->battery_A / (600 * 0.99 * 3600)) < 0.002, "about I t");
}

static void the_charger_obeys(void)
{
    begin_at(13);
    run(60000);
    double free_A = truth()->dc_A[0];
    CHECK(strcmp(ask(0, "MNCHGC0010"), "(ACK") == 0, "ACK");
    run(2000);
    CHECK(free_A > 20 && fabs(truth()->dc_A[0] - 10) < 0.5, "%.1f A, then %.1f A", free_A,
          truth()->dc_A[0]);
    CHECK(truth()->string_V[0] > sim->mppt[0].best_V + 5, "the string stands right of its maximum");
    CHECK(strcmp(ask(0, "PBATCD110"), "(ACK") == 0, "ACK");
    run(2000);
    CHECK(fabs(truth()->dc_A[0]) < 0.5, "charger off: the sun feeds only the load, %.2f A",
          truth()->dc_A[0]);
    CHECK(fabs(truth()->pv_W[0] * 0.98 - truth()->load_W[0] / 0.93 - 70) < 40, "and all of it");
    ask(0, "PBATCD000");
    CHECK(strcmp(ask(0, "MNCHGC0120"), "(ACK") == 0, "ACK");
    run(30000);
    CHECK(truth()->dc_A[0] > 20, "charges again");
    CHECK(truth()->setter_writes[0] == 4, "%u writes", truth()->setter_writes[0]);
}

static void sources(void)
{
    begin_at(22);
    plant.car_arrive_h = 21;
    begin();
    charge(20, 30);
    CHECK(truth()->mode[3] == 'L' && truth()->wallbox_W > 4500, "inv4 passes its AC input on");
    CHECK(truth()->load_W[0] > 4500 && truth()->mode[0] == 'B', "which is inv1's output");
    CHECK(truth()->grid_W[0] == 0 && truth()->battery_A < -90, "from the battery");
    ask(0, "POP00");
    charge(20, 5);
    CHECK(truth()->mode[0] == 'L' && truth()->grid_W[0] > 4500, "utility first: from the grid");
    ask(0, "POP02");
    sim_set_soc(sim, 0.01);
    charge(20, 5);
    CHECK(truth()->mode[0] == 'L', "battery low: to the grid by itself, at %.1f V",
          truth()->battery_V);
    sim_set_soc(sim, 0.6);
    charge(20, 5);
    CHECK(truth()->mode[0] == 'B', "and back");
}

/* A charger at the grid, and the sun in line mode. */
static void grid_and_sun(void)
{
    begin_at(22);
    run(1000);
    ask(1, "POP00");
    double rest_A = truth()->dc_A[1];
    CHECK(truth()->mode[1] == 'L' && rest_A < 0 && rest_A > -2, "idle from the battery: %.2f A",
          rest_A);
    ask(1, "MUCHGC0020");
    ask(1, "PCP02");
    run(1000);
    CHECK(fabs(truth()->dc_A[1] - rest_A - 20) < 0.2, "20 A from the grid: %.1f A",
          truth()->dc_A[1]);
    double charge_W = truth()->grid_W[1] - truth()->load_W[1];
    CHECK(fabs(charge_W - 20 * truth()->battery_V / 0.93) < 10, "and its losses: %.0f W", charge_W);
    ask(1, "PCP03");
    run(1000);
    CHECK(fabs(truth()->dc_A[1] - rest_A) < 0.2, "only the sun may charge");
    ask(1, "PCP01");
    run(1000);
    CHECK(truth()->dc_A[1] > 15, "the sun first, but there is none");
    begin_at(13);
    run(60000);
    ask(1, "POP00");
    ask(1, "MNCHGC0120");
    ask(1, "MUCHGC0020");
    ask(1, "PCP01");
    run(60000);
    CHECK(fabs(truth()->grid_W[1] - truth()->load_W[1]) < 1,
          "there is sun: the grid only serves the load");
    CHECK(fabs(truth()->dc_A[1] - (truth()->pv_W[1] * 0.98 - 70) / truth()->battery_V) < 0.5,
          "all the sun into the battery");
    ask(1, "POP01");
    run(5000);
    CHECK(truth()->mode[1] == 'L' && truth()->grid_W[1] < 1,
          "solar first: the sun serves the load");
    ask(1, "POP02");
    run(1000);
    CHECK(truth()->mode[1] == 'B', "on the battery");
    ask(1, "PBATCD101");
    run(1000);
    CHECK(truth()->mode[1] == 'L', "discharger off: to the grid");
    ask(3, "PBATCD100");
    ask(0, "PBATCD100");
    run(1000);
    CHECK(truth()->mode[0] == 'L' && truth()->dc_A[0] < 0.1, "both off");
}

static void overload(void)
{
    sim_uc001(&plant);
    plant.start_h = 22;
    plant.car_arrive_h = 21;
    plant.house_W[1] = 2500;
    begin();
    charge(34, 20);
    CHECK(truth()->violations[20] >= 1, "10 kW on an 8 kW inverter: trips");
    CHECK(truth()->wallbox_W < 8000, "the car has lost its supply");
    charge(0, 30);
    CHECK(truth()->mode[0] == 'B', "and comes back");
}

static void battery_voltage(void)
{
    begin_at(22);
    run(1000);
    double loaded_V = truth()->battery_V;
    CHECK(loaded_V / 16 > 3.28 && loaded_V / 16 < 3.31, "60 %% of LFP, little load: %.3f V a cell",
          loaded_V / 16);
    plant.car_arrive_h = 21;
    begin();
    sim_set_soc(sim, 0.5); /* on the plateau: at the knee the house's load hides what relaxes */
    charge(30, 600);
    double heavy_V = truth()->battery_V;
    CHECK(heavy_V < loaded_V - 0.3, "sags under 7 kW: %.2f V", heavy_V);
    limit(0);
    run(20000);
    double rest_V = truth()->battery_V;
    run(600000);
    CHECK(rest_V > heavy_V + 0.05 && truth()->battery_V > rest_V + 0.02,
          "relaxes: %.3f %.3f %.3f V", heavy_V, rest_V, truth()->battery_V);
}

/* --- the wallbox --- */

static void wallbox(void)
{
    begin_at(15.99);
    run(1000);
    CHECK(truth()->car_state == 'A' && heard[SIM_BACKBONE][0x193].data[0] == 0, "no car");
    run(60000);
    CHECK(truth()->car_state == 'B' && heard[SIM_BACKBONE][0x193].data[0] == 1, "the car has come");
    charge(10, 5);
    double soc = truth()->car_soc;
    charge(10, 600);
    /* 2300 W for ten minutes, 92 % of it into 58 kWh */
    CHECK(fabs(truth()->car_soc - soc - 0.00608) < 0.0001, "charged %.5f", truth()->car_soc - soc);
    charge(0, 5);
    limit(10);
    run(500);
    CHECK(truth()->car_state == 'C' && truth()->wallbox_W < 2000, "ramps: %.0f W",
          truth()->wallbox_W);
    charge(10, 5);
    CHECK(fabs(truth()->wallbox_W - 2300) < 1, "10 A: %.0f W", truth()->wallbox_W);
    const struct frame *state = &heard[SIM_BACKBONE][0x193];
    CHECK(state->data[0] == (2 | 1 << 3) && state->data[1] == 100, "C, contactor, 10.0 A");
    CHECK((state->data[2] & 15) == 0 && (state->data[2] >> 4 | state->data[3] << 4) == 2300,
          "230.0 V");
    CHECK((state->data[4] | (state->data[5] & 15) << 8) == 100, "limit 10.0 A taken");
    charge(50, 10);
    CHECK(fabs(truth()->wallbox_W - 40 * 230) < 1, "the car takes at most 40 A");
    charge(5, 5);
    CHECK(truth()->car_state == 'B' && truth()->wallbox_W == 0, "below 6 A there is nothing");
    charge(10, 5);
    run(24000);
    CHECK(truth()->car_state == 'C', "a limit lasts");
    run(7000);
    CHECK(truth()->car_state == 'B' && truth()->wallbox_W == 0, "30 s without a limit: stops");
    struct frame wrong = {.id = 0x213, .len = 4, .data = {100, 0x10, 0, 0}};
    sim_frame(sim, SIM_BACKBONE, &wrong);
    run(1000);
    CHECK(truth()->car_state == 'B' && truth()->violations[31] == 1,
          "a wrong inverse moves nothing");
    charge(10, 5);
    sim_car(sim, false);
    run(100);
    CHECK(truth()->car_state == 'A' && truth()->wallbox_W == 0, "gone");
}

static void the_car_is_full(void)
{
    sim_uc001(&plant);
    plant.car_arrive_h = 12;
    plant.car_soc = 0.7999;
    begin();
    charge(16, 30);
    CHECK(truth()->car_state == 'B' && truth()->wallbox_W == 0, "stops at its target");
    CHECK(fabs(truth()->car_soc - 0.80) < 0.001, "%.4f", truth()->car_soc);
    sim_uc001(&plant);
    plant.start_h = 15.99;
    plant.car_leave_h = 16.1;
    begin();
    run(120000);
    CHECK(truth()->car_state == 'B', "comes at 16:00");
    run(300000);
    CHECK(truth()->car_state == 'A', "leaves at 16:06");
}

static void button(void)
{
    begin_at(13);
    run(1000);
    uint8_t before = heard[SIM_BACKBONE][0x194].data[0];
    sim_press_button(sim);
    run(50);
    CHECK(heard[SIM_BACKBONE][0x194].data[0] == (uint8_t)(before + 1), "counts the push, at once");
    CHECK(heard[SIM_BACKBONE][0x194].data[1] == 1, "held");
    run(1000);
    CHECK(heard[SIM_BACKBONE][0x194].data[1] == 0 &&
              heard[SIM_BACKBONE][0x194].data[0] == (uint8_t)(before + 1),
          "let go, counted once");
}

/* --- relay boards --- */

static void board_takes(void)
{
    static const struct {
        uint8_t len, data[4];
        bool taken;
        const char *what;
    } rows[] = {
        {4, {0x06, 0xF9, 1, 0}, true, "a first command"},
        {4, {0x07, 0xF8, 1, 0}, false, "a counter that stands still"},
        {4, {0x07, 0xF8, 2, 0}, true, "a counter that moved"},
        {4, {0x06, 0xF8, 3, 0}, false, "a wrong inverse"},
        {3, {0x06, 0xF9, 4, 0}, false, "a short frame"},
        {4, {0x06, 0xF9, 5, 1}, false, "bits where none may be"},
    };
    begin_at(2);
    run(1000);
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t before = sim->board[1].outputs;
        struct frame frame = {.id = 0x211, .len = rows[i].len};
        memcpy(frame.data, rows[i].data, 4);
        sim_frame(sim, SIM_BACKBONE, &frame);
        run(100);
        CHECK((sim->board[1].outputs != before) == rows[i].taken, "%s", rows[i].what);
        CHECK(heard[SIM_BACKBONE][0x191].data[0] == sim->board[1].outputs, "tells what it does");
    }
    CHECK(truth()->violations[31] == 3, "three malformed commands, %u counted",
          truth()->violations[31]);
}

/* Feedback while a contact moves, and how long it takes: 40 ms to release, 25 and bounce to
 * operate. */
static void contact_times(void)
{
    begin_at(2);
    run(1000);
    order(0, 0x06);
    sim_step(sim, now_ms += 20);
    listen();
    CHECK(heard[SIM_BACKBONE][0x190].data[0] == 0x06, "coil off");
    CHECK(heard[SIM_BACKBONE][0x190].data[1] == 0x06 && heard[SIM_BACKBONE][0x190].data[2] == 0x78,
          "in flight: neither closed nor open");
    CHECK(truth()->contact_closed[0], "not open yet after 20 ms");
    sim_step(sim, now_ms += 30);
    listen();
    CHECK(!truth()->contact_closed[0] && heard[SIM_BACKBONE][0x190].data[2] == 0x79,
          "open after 50 ms");
    order(0, 0x07);
    sim_step(sim, now_ms += 20);
    CHECK(!truth()->contact_closed[0], "not closed after 20 ms");
    sim_step(sim, now_ms += 20);
    CHECK(truth()->contact_closed[0], "closed after 40 ms");
}

static void board_alone_and_rebooted(void)
{
    begin_at(13);
    run(5000);
    CHECK(count[SIM_BACKBONE][0x090] == 0, "never commanded: nothing to miss");
    order(0, 0x07);
    run(900);
    CHECK(count[SIM_BACKBONE][0x090] == 0, "0.9 s after a command");
    run(200);
    CHECK(is(SIM_BACKBONE, 0x090, "3081110000000000"), "EMCY 8130 after 1 s of silence");
    CHECK(sim->board[0].outputs == 0x07 && truth()->contact_closed[0], "HOLDs");
    order(0, 0x07);
    run(100);
    CHECK(is(SIM_BACKBONE, 0x090, "0000000000000000"), "error reset");

    memset(count, 0, sizeof count);
    sim_fault(sim, SIM_BOARD_REBOOT, 0, true);
    run(1000);
    CHECK(count[SIM_BACKBONE][0x190] == 0 && count[SIM_BACKBONE][0x710] == 0,
          "dark while it boots");
    for (int i = 0; i < 20 && !count[SIM_BACKBONE][0x710]; i++)
        run(50);
    CHECK(is(SIM_BACKBONE, 0x710, "00"), "boot-up frame");
    run(500);
    CHECK(heard[SIM_BACKBONE][0x190].data[4] == 0 && heard[SIM_BACKBONE][0x190].data[0] == 0x07,
          "uptime starts again, outputs latched");
    CHECK(truth()->contact_operations[0] == 0, "no contact moved");
}

/* --- faults --- */

static void contact_faults(void)
{
    begin_at(2);
    run(1000);
    sim_fault(sim, SIM_CONTACT_WELDED, 0, true);
    order(0, 0x06);
    run(500);
    CHECK(truth()->contact_closed[0] && heard[SIM_BACKBONE][0x190].data[1] == 0x07,
          "welded: stays");
    sim_fault(sim, SIM_CONTACT_WELDED, 0, false);
    run(500);
    CHECK(!truth()->contact_closed[0], "freed");
    sim_fault(sim, SIM_CONTACT_WELDED, 0, true);
    order(0, 0x07);
    run(500);
    order(0, 0x06);
    run(500);
    CHECK(truth()->contact_closed[0], "welds when it next closes");
    sim_fault(sim, SIM_CONTACT_STUCK_OPEN, 1, true);
    run(500);
    CHECK(truth()->contact_closed[1], "closed, so it stays");
    order(0, 0x04);
    run(500);
    order(0, 0x06);
    run(500);
    CHECK(!truth()->contact_closed[1] && heard[SIM_BACKBONE][0x190].data[2] == 0x7A, "sticks open");
    sim_fault(sim, SIM_CONTACT_SLOW, 2, true);
    order(0, 0x00);
    run(1000);
    CHECK(truth()->contact_closed[2], "slow");
    run(1000);
    CHECK(!truth()->contact_closed[2], "but goes");
    sim_fault(sim, SIM_FEEDBACK_LOST, 3, true);
    run(200);
    CHECK(!((heard[SIM_BACKBONE][0x190].data[1] | heard[SIM_BACKBONE][0x190].data[2]) & 8),
          "without feedback in neither");
}

static void other_faults(void)
{
    begin_at(13);
    run(60000);
    sim_fault(sim, SIM_SWITCH_SHORTED, 0, true);
    order(1, 0x00);
    run(1000);
    CHECK(truth()->string_A[0] > 3 && truth()->string_A[1] < 0.1, "a shorted switch conducts");
    sim_fault(sim, SIM_SENSOR_FROZEN, 0, true);
    run(100);
    struct frame before = heard[SIM_BACKBONE][0x192];
    order(1, 0x07);
    run(60000);
    CHECK(memcmp(before.data, heard[SIM_BACKBONE][0x192].data, 8) == 0, "frozen, counter and all");
    sim_fault(sim, SIM_SENSOR_FROZEN, 0, false);

    static const struct {
        enum sim_fault fault;
        int target;
        enum sim_bus bus;
        uint32_t id;
    } silent[] = {
        {SIM_SENSOR_SILENT, 0, SIM_BACKBONE, 0x192}, {SIM_SENSOR_SILENT, 0, SIM_BACKBONE, 0x712},
        {SIM_BOARD_SILENT, 1, SIM_BACKBONE, 0x191},  {SIM_BOARD_SILENT, 1, SIM_BACKBONE, 0x711},
        {SIM_BMS_SILENT, 0, SIM_BATTERY, 0x351},     {SIM_BMS_SILENT, 0, SIM_BATTERY, 0x355},
    };
    for (size_t i = 0; i < COUNT(silent); i++) {
        sim_fault(sim, silent[i].fault, silent[i].target, true);
        run(50);
        count[silent[i].bus][silent[i].id] = 0;
        run(3000);
        CHECK(count[silent[i].bus][silent[i].id] == 0, "%03X is silent", silent[i].id);
        sim_fault(sim, silent[i].fault, silent[i].target, false);
        run(3000);
        CHECK(count[silent[i].bus][silent[i].id] > 0, "%03X speaks again", silent[i].id);
    }
    sim_fault(sim, SIM_FOREIGN_FRAME, 0, true);
    run(3000);
    CHECK(count[SIM_BACKBONE][0x210] == 3 && is(SIM_BACKBONE, 0x210, "07F80200"),
          "foreign commands");
    CHECK(truth()->contact_operations[0] == 0, "which move nothing");
}

/* --- invariants: a bad controller for each --- */

static void open_hot(void)
{
    order(0, 0x06);
    run(1000);
    CHECK(truth()->contact_hot[0] == 1, "and it was counted as hot");
}
static void open_too_soon(void)
{
    order(1, 0x06);
    run(300);
    order(0, 0x06);
    run(1000);
}
static void close_second(void)
{
    order(0, 0x0F);
    run(1000);
}
static void close_second_same_inverter(void)
{
    order(1, 0x05);
    run(1000);
    order(0, 0x25);
    run(1000);
    order(0, 0x35);
    run(1000);
}
static void close_without_dead_time(void)
{
    order(1, 0x06);
    run(1000);
    order(0, 0x06);
    run(250);
    order(0, 0x0E);
    run(1000);
}
static void close_at_the_same_time(void)
{
    order(1, 0x06);
    run(1000);
    order(0, 0x0E);
    run(1000);
}
static void close_onto_live(void)
{
    order(1, 0x06);
    run(1000);
    order(0, 0x06);
    run(1000);
    order(1, 0x07);
    run(100);
    order(0, 0x0E);
    run(1000);
}
static void two_pickups(void)
{
    order(1, 0x00);
    run(1000);
    order(0, 0x05);
    run(61000); /* string 2 is no longer a transfer, but stranded */
    order(0, 0x04);
    run(1000);
    CHECK(truth()->violations_total == 0, "clean before the pick-ups: %s", truth()->violation);
    order(0, 0x0C);
    run(100);
    order(0, 0x2C);
    run(1000);
}
static void two_transfers(void)
{
    order(1, 0x00);
    run(1000);
    order(0, 0x06);
    run(1000);
    order(0, 0x04);
    run(1000);
}
static void back_too_soon(void)
{
    move(0, 0x01, 0x08);
    run(60000);
    move(0, 0x08, 0x01);
}
static void too_many_moves(void)
{
    for (int i = 0; i < 7; i++) {
        move(0, 0x01, 0x08);
        run(900000);
        move(0, 0x08, 0x01);
        run(900000);
    }
}
static void source_under_the_car(void)
{
    sim_car(sim, true);
    charge(10, 10);
    ask(3, "POP02");
    run(1000);
}
static void car_too_soon_after_source(void)
{
    sim_car(sim, true);
    run(5000);
    ask(3, "POP02");
    charge(10, 10);
}
static void over_cap(void)
{
    sim_set_soc(sim, 0.72);
    run(120000);
}
static void frozen_cells(void)
{
    sim->config.battery_C = -5;
    run(120000);
}
static void over_the_bms(void)
{
    sim->config.battery_C = 1;
    run(120000);
}
static void out_of_frozen_cells(void)
{
    sim->config.battery_C = -25;
    ask(0, "PBATCD110");
    ask(1, "PBATCD110");
    ask(2, "PBATCD110");
    sim_car(sim, true);
    ask(3, "POP02");
    run(90000);
    charge(30, 90);
}
static void malformed(void)
{
    struct frame frame = {.id = 0x210, .len = 4, .data = {0x07, 0x07, 1, 0}};
    sim_frame(sim, SIM_BACKBONE, &frame);
}
static void on_another_bus(void)
{
    struct frame frame = {.id = 0x210, .len = 4, .data = {0x07, 0xF8, 1, 0}};
    sim_frame(sim, SIM_BATTERY, &frame);
}
static void cold_and_long(void)
{
    sim->config.string[0].modules = 14;
    run(1000);
    order(1, 0x06);
    run(1000);
    order(0, 0x06);
    run(1000);
    order(0, 0x0E);
    run(1000);
}
static void boards_let_go(void)
{
    sim->config.boards_drop = true;
    order(0, 0x07);
    run(500);
    CHECK(truth()->violations[15] == 0, "not while commands come");
    run(1000);
}

static void bad_controllers(void)
{
    static const struct {
        int number;
        void (*act)(void);
        const char *what;
    } rows[] = {
        {1, close_second, "a string closed to two inverters"},
        {1, close_second_same_inverter, "a string closed to two inputs of one inverter"},
        {2, close_second, "two inverters joined"},
        {3, open_hot, "opened under current"},
        {3, open_too_soon, "opened 300 ms after the current ceased"},
        {4, close_onto_live, "closed with the switch on"},
        {5, close_without_dead_time, "closed 210 ms after the other opened"},
        {6, close_second, "closed while the other is"},
        {6, close_at_the_same_time, "one frame opens and closes"},
        {8, cold_and_long, "more volts than the input takes"},
        {11, two_pickups, "two pick-ups 100 ms apart"},
        {11, two_transfers, "two strings under way"},
        {12, back_too_soon, "moved again after a minute"},
        {12, too_many_moves, "fourteen moves a day"},
        {15, boards_let_go, "boards that let go"},
        {18, source_under_the_car, "source changed while charging"},
        {18, car_too_soon_after_source, "charging right after the source changed"},
        {22, over_the_bms, "more current than the BMS allows"},
        {22, out_of_frozen_cells, "more out than the BMS allows"},
        {23, over_cap, "charged past the cap"},
        {24, frozen_cells, "charged in frost"},
        {31, malformed, "a malformed command"},
        {31, on_another_bus, "our frames on the battery's bus"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        begin_at(rows[i].act == too_many_moves ? 0 : 13);
        run(60000);
        CHECK(truth()->violations_total == 0, "clean before: %s", truth()->violation);
        rows[i].act();
        CHECK(truth()->violations[rows[i].number] > 0, "%d: %s is told", rows[i].number,
              rows[i].what);
        CHECK(strlen(truth()->violation) > 10, "in words");
    }
    begin_at(13);
    run(60000);
    close_second_same_inverter();
    CHECK(truth()->violations[2] == 0, "two inputs of one inverter do not join two inverters");
}

/* --- the whole --- */

static void same_seed_same_plant(void)
{
    static struct sim_truth first;
    for (int i = 0; i < 3; i++) {
        sim_uc001(&plant);
        plant.cloudiness = 0.7;
        plant.seed = i < 2 ? 5 : 6;
        begin();
        run(1800000);
        if (i == 0)
            first = *truth();
        else
            CHECK((memcmp(&first, truth(), sizeof first) == 0) == (i == 1), "seed %u", plant.seed);
    }
}

static void speed(void)
{
    begin_at(13);
    clock_t from = clock();
    run(3600000);
    double seconds = (double)(clock() - from) / CLOCKS_PER_SEC;
    printf("simulation: %.0f times real time\n", 3600 / seconds);
}

int main(void)
{
    sim = malloc(sim_size());
    frames_as_documented();
    frames_in_time();
    lengths_and_counters();
    bms();
    string_counter();
    module_at_stc();
    the_sun_goes_round();
    bundled_at_four();
    two_strings_on_one_input();
    string_switch();
    power_balance();
    the_charger_obeys();
    sources();
    grid_and_sun();
    overload();
    battery_voltage();
    wallbox();
    the_car_is_full();
    button();
    board_takes();
    contact_times();
    board_alone_and_rebooted();
    contact_faults();
    other_faults();
    bad_controllers();
    same_seed_same_plant();
    speed();
    free(sim);
    return check_done("sim");
}
