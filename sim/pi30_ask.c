/* What a simulated MAX 8 kW answers, in the layouts captured from a MAX II 8 kW. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/state.h"

struct input_view {
    double volts, amperes, watts;
};

/* The unit's PV input number 0 or 1; strings on it share its voltage. */
static struct input_view input_read(const struct sim *sim, int u, int number)
{
    struct input_view view = {0};
    int found = -1;
    for (int i = 0; i < sim->config.inputs && found < 0; i++)
        if (sim->config.input[i].inverter == u && number-- == 0)
            found = i;
    if (found < 0)
        return view;
    view.volts = sim->mppt[found].cap_V;
    for (int s = 0; s < sim->config.strings; s++)
        if (sim->mppt[found].strings >> s & 1 && sim->mppt[found].share > 0)
            view.amperes += sim->truth.string_A[s];
    view.watts = view.volts * view.amperes;
    return view;
}

static bool alive(const struct sim_unit *unit)
{
    return unit->mode == 'B' || unit->mode == 'L';
}

static int whole(double value, int most)
{
    long number = lround(value);
    return number < 0 ? 0 : number > most ? most : (int)number;
}

/* Captured:
 * (222.0 50.0 230.0 50.0 0529 0472 006 398 54.30 000 061 0039 01.0 215.0 00.00 00000 ..
 *  AC in V Hz AC out V Hz VA   W   %   bus  V   in A SoC heat PV A  PV V SCC V  out A
 * .. 00010110 00 00 00226 010
 *    b7..b0         PV W  b10..b8 */
static void answer_qpigs(const struct sim *sim, int u, char *out, size_t room)
{
    const struct sim_unit *unit = &sim->unit[u];
    struct input_view pv = input_read(sim, u, 0);
    double dc_A = unit->dc_W / sim->battery_V, VA = unit->load_W * 1.02;
    bool charging = dc_A >= 0.5, sun = unit->pv_W > 1;
    snprintf(out, room,
             "(%05.1f %04.1f %05.1f %04.1f %04d %04d %03d %03d %05.2f %03d %03d %04d %04.1f %05.1f "
             "00.00 %05d 000%d0%d%d%d 00 00 %05d 010",
             unit->ac_present ? 231.0 : 0.0, unit->ac_present ? 50.0 : 0.0,
             alive(unit) ? 230.0 : 0.0, alive(unit) ? 50.0 : 0.0, whole(VA, 9999),
             whole(unit->load_W, 9999), whole(100 * VA / sim->config.inverter[u].rated_W, 999), 402,
             sim->battery_V, whole(dc_A, 999), whole(sim->soc * 100, 100),
             whole(32 + unit->load_W / 400, 99), pv.amperes, pv.volts, whole(-dc_A, 999),
             alive(unit) && unit->load_W > 20, charging, charging && sun,
             charging && unit->grid_W > unit->load_W + 1, whole(pv.watts, 99999));
}

/* (01.0 201.7 00205 , with the space at its end */
static void answer_qpigs2(const struct sim *sim, int u, char *out, size_t room)
{
    struct input_view pv = input_read(sim, u, 1);
    snprintf(out, room, "(%04.1f %05.1f %05d ", pv.amperes, pv.volts, whole(pv.watts, 99999));
}

/* Captured:
 * (230.0 34.7 230.0 50.0 34.7 8000 8000 48.0 51.0 48.0 55.2 55.0 2 010 040 0 2 3 9 01 0 0 52.0 ..
 *  AC in      AC out                         PBCV PSDV PCVV PBFT   AC  all   POP PCP     PBDV
 * .. 1 1 480 0 140
 *              discharge A */
static void answer_qpiri(const struct sim *sim, int u, char *out, size_t room)
{
    const struct sim_unit *unit = &sim->unit[u];
    const struct sim_inverter_config *config = &sim->config.inverter[u];
    snprintf(
        out, room,
        "(230.0 %04.1f 230.0 50.0 %04.1f %04d %04d 48.0 %04.1f %04.1f %04.1f %04.1f 2 %03d %03d 0 "
        "%d %d 9 01 0 0 %04.1f 1 1 480 0 140",
        config->rated_A, config->rated_A, whole(config->rated_W, 9999),
        whole(config->rated_W, 9999), unit->to_grid_V, unit->cut_off_V, unit->bulk_V, unit->float_V,
        unit->ac_charge_max_A, unit->charge_max_A, unit->output_priority, unit->charger_priority,
        unit->to_battery_V);
}

/* Bits a0.. from the left: 0 PV loss, 1 fault, 5 line fail, 12 battery low, 16 overload. */
static void answer_qpiws(const struct sim *sim, int u, char *out, size_t room)
{
    const struct sim_unit *unit = &sim->unit[u];
    char bits[37];
    memset(bits, '0', 36);
    bits[36] = '\0';
    bits[0] = input_read(sim, u, 0).volts > 60 || input_read(sim, u, 1).volts > 60 ? '0' : '1';
    bits[1] = unit->mode == 'F' ? '1' : '0';
    bits[5] = unit->ac_present ? '0' : '1';
    bits[12] = sim->battery_V < unit->cut_off_V + 1 ? '1' : '0';
    bits[16] = unit->mode == 'F' || unit->over_s > 0 ? '1' : '0';
    snprintf(out, room, "(%s", bits);
}

static void answer_list(const int *list, size_t count, char *out, size_t room)
{
    size_t at = (size_t)snprintf(out, room, "(");
    for (size_t i = 0; i < count && at < room; i++)
        at += (size_t)snprintf(out + at, room - at, "%s%03d", i ? " " : "", list[i]);
}

static void answer_qmchgcr(const struct sim *sim, int u, char *out, size_t room)
{
    (void)sim;
    (void)u;
    answer_list(pi30_charge_A, COUNT(pi30_charge_A), out, room);
}

static void answer_qmuchgcr(const struct sim *sim, int u, char *out, size_t room)
{
    (void)sim;
    (void)u;
    answer_list(pi30_ac_charge_A, COUNT(pi30_ac_charge_A), out, room);
}

/* The plant's day has no year; any will do. */
static void answer_qt(const struct sim *sim, int u, char *out, size_t room)
{
    static const int month_days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    long day = sim->config.day_of_year - 1 + (long)(sim->truth.day_s / 86400);
    long day_s = (long)sim->truth.day_s % 86400;
    int month = 0;
    (void)u;
    for (day %= 365; day >= month_days[month]; month++)
        day -= month_days[month];
    snprintf(out, room, "(2026%02d%02ld%02ld%02ld%02ld", month + 1, day + 1, day_s / 3600,
             day_s / 60 % 60, day_s % 60);
}

static void answer_qid(const struct sim *sim, int u, char *out, size_t room)
{
    snprintf(out, room, "(%.14s", sim->config.inverter[u].serial);
}

/* Two digits: how many of the twenty that follow are valid. */
static void answer_qsid(const struct sim *sim, int u, char *out, size_t room)
{
    snprintf(out, room, "(14%.14s000000", sim->config.inverter[u].serial);
}

static void answer_qmod(const struct sim *sim, int u, char *out, size_t room)
{
    snprintf(out, room, "(%c", sim->unit[u].mode);
}

/* No document or capture shows this answer: PBATCD's three digits as last set. */
static void answer_qbatcd(const struct sim *sim, int u, char *out, size_t room)
{
    snprintf(out, room, "(%s", sim->unit[u].switches);
}

static void answer_qmn(const struct sim *sim, int u, char *out, size_t room)
{
    snprintf(out, room, "(%.20s", sim->config.inverter[u].model);
}

static void answer_qet(const struct sim *sim, int u, char *out, size_t room)
{
    snprintf(out, room, "(%08ld", lround(sim->unit[u].pv_Ws / 3600));
}

static void answer_qlt(const struct sim *sim, int u, char *out, size_t room)
{
    snprintf(out, room, "(%08ld", lround(sim->unit[u].load_Ws / 3600));
}

/* Either a fixed answer or a function. */
/* clang-format off */
static const struct row {
    const char *word, *fixed;
    void (*answer)(const struct sim *sim, int u, char *out, size_t room);
} rows[] = {
    {"QPI",      "(PI30",            NULL},
    {"QID",      NULL,               answer_qid},
    {"QSID",     NULL,               answer_qsid},
    {"QVFW",     "(VERFW:00046.05",  NULL},
    {"QVFW3",    "(VERFW:00002.61",  NULL},
    {"QMN",      NULL,               answer_qmn},
    {"QGMN",     "(044",             NULL},
    {"QMOD",     NULL,               answer_qmod},
    {"QPIGS",    NULL,               answer_qpigs},
    {"QPIGS2",   NULL,               answer_qpigs2},
    {"QPIRI",    NULL,               answer_qpiri},
    {"QPIWS",    NULL,               answer_qpiws},
    {"QMCHGCR",  NULL,               answer_qmchgcr},
    {"QMUCHGCR", NULL,               answer_qmuchgcr},
    {"QBATCD",   NULL,               answer_qbatcd},
    {"QFLAG",    "(EakxyzDbdjuv",    NULL},
    {"QDI",      "(230.0 50.0 0030 44.0 54.0 56.4 46.0 60 0 0 2 0 0 0 0 0 1 1 1 0 1 0 54.0 0 1 224",
                                     NULL},
    {"QT",       NULL,               answer_qt},
    {"QET",      NULL,               answer_qet},
    {"QLT",      NULL,               answer_qlt},
    {"QBEQI",    "(0 060 030 060 030 58.40 000 120 0 0000", NULL},
};
/* clang-format on */

bool pi30_question(const struct sim *sim, int u, const char *word, char *out, size_t room)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (strcmp(word, rows[i].word) != 0)
            continue;
        if (rows[i].fixed)
            snprintf(out, room, "%s", rows[i].fixed);
        else
            rows[i].answer(sim, u, out, room);
        return true;
    }
    return false;
}
