/* Months of a home battery under its cap, in closed loop: the limits follow the estimate, the truth (sim/twin.h) does
 * what the limits let sun and house do, and the estimate is judged by the truth at every step of ten seconds.
 *
 * Plain counting runs beside it on the same sensor: told the same start, kept within 0 and 100 %. */
#ifndef BUSBAR_TEST_WEEKS_H
#define BUSBAR_TEST_WEEKS_H

#include <stdlib.h>

#include "bms/charge.h"
#include "test/weeks_cell.h"
#include "test/weeks_guess.h"

enum { WEEKS_STEP_S = 10, WEEKS_DAY_STEPS = 86400 / WEEKS_STEP_S };
enum { WEEKS_BANDS = 4 };
static const double WEEKS_BAND_TO[WEEKS_BANDS] = {0.18, 0.33, 0.54, 2};  /* below, at, between, above the knees' begin */
static const double WEEKS_UNKNOWN_DAYS = 7;  /* told nothing at the start: judged from then */

struct weeks_result {
    uint64_t seed;
    bool unknown;
    long steps, inside, known;
    double square, nees, most;           /* of the estimate's error, judged steps */
    double band_square[WEEKS_BANDS];     /* .. by the true charge */
    long band_steps[WEEKS_BANDS];
    double most_day, most_charge;        /* when the largest was, and the true charge then */
    double counted_square, counted_most;
    double above_cap;                    /* true charge beyond the cap at most */
    double stopped_sum;                  /* true charge where the cap stopped charging */
    int stops;
    double charged_Ah;                   /* into the battery */
    double sigma_sum, offset_off_A;      /* at the end */
    int silences, restarts, jumps, dark_days;
};

struct weeks {
    const struct weeks_plan *plan;
    const struct weeks_guesser *guesser;
    struct weeks_result *result;
    struct weeks_dice dice;
    struct twin truth;
    struct cell cell;
    struct bank_config bank;
    struct bank_guard guard;
    struct bank_view view;
    struct weeks_guess guess;
    double day, temp_C, cloud, load_W, appliance_W, offset_A;
    double order_A, counted;
    double silent_s, voltage_silent_s, down_s, down_for_s;
    int64_t now_ms;
};

static inline void weeks_begin(struct weeks *w, const struct weeks_plan *plan, const struct cell *make,
                               const struct weeks_guesser *guesser, struct weeks_result *result)
{
    memset(w, 0, sizeof *w);
    *result = (struct weeks_result){.seed = plan->seed, .unknown = plan->unknown};
    w->plan = plan;
    w->guesser = guesser;
    w->result = result;
    w->dice.state = plan->seed * 7919 + 17;
    w->temp_C = 15;
    w->now_ms = 1000000;
    w->offset_A = plan->offset_A;
    weeks_cell(&w->cell, make, plan);
    twin_init(&w->truth, &plan->pack, plan->start, w->temp_C);
    w->bank = (struct bank_config){
        .chemistry = CHEMISTRY_LFP,
        .capacity_mAh = (int32_t)lround(plan->capacity_Ah * 1000),
        .cells = plan->pack.cells,
        .cap_permille = (int32_t)lround(plan->scenario->cap * 1000),
        .cap_hysteresis_permille = 20,
        .floor_permille = (int32_t)lround(plan->scenario->floor * 1000),
        .charge_max_mA = 100000,
        .discharge_max_mA = 120000,
        .self_draw_mA = 50,
        .sensor_offset_mA = plan->right_sensor ? 5 : 150,
        .sensor_gain_permille = plan->right_sensor ? 0 : 4,
        .packs = 1,
        .pack_capacity_mAh = {(int32_t)lround(plan->capacity_Ah * 1000)},
    };
    w->view = (struct bank_view){.packs = 1, .packs_fresh = 1, .packs_in = 1, .current_from = "shunt",
                                 .bms_soc_permille = -1, .bms_soc_max_permille = -1,
                                 .bms_soc_min_permille = -1, .ccl_mA = 100000, .dcl_mA = 120000,
                                 .charge_ok = true, .discharge_ok = true};
    w->guess.bank = &w->bank;
    w->guess.cell = &w->cell;
    w->guess.capacity_sigma = plan->right_cell ? 0.002 : 0.018;
    w->guess.lost = plan->right_cell ? 0 : plan->scenario->told_lost;
    w->counted = plan->start + plan->told_off;
    guesser->begin(&w->guess, plan->start + plan->told_off, plan->unknown ? 0 : 0.01, w->now_ms);
}

/* --- sun, house, cellar --- */

static inline double weeks_sun_W(struct weeks *w)
{
    const struct weeks_plan *plan = w->plan;
    double hour = fmod(w->day, 1) * 24 - 12, season = 2 * M_PI * (plan->first_day + w->day - 172) / 365;
    double declination = 0.409 * cos(season), latitude = 0.85;
    double up = sin(latitude) * sin(declination) +
                cos(latitude) * cos(declination) * cos(hour * M_PI / 12);
    if (up <= 0)
        return 0;
    w->cloud += (dice(&w->dice) - 0.5) * 0.05 - 0.002 * w->cloud;
    w->cloud = fmin(0.4, fmax(-0.4, w->cloud));
    double clear = plan->clear[(int)w->day];
    return plan->peak_W * 0.9 * pow(up, 0.8) * fmin(1, fmax(0, clear + clear * w->cloud));
}

static inline double weeks_house_W(struct weeks *w)
{
    double hour = fmod(w->day, 1) * 24;
    bool evening = hour > 17 && hour < 22.5, morning = hour > 6 && hour < 8.5, night = hour < 6;
    if (dice(&w->dice) < 10.0 / 1200) {
        bool on = dice(&w->dice) < (evening ? 0.35 : morning ? 0.25 : night ? 0.02 : 0.12);
        w->appliance_W = on ? dice_in(&w->dice, 300, 3000) : 0;
    }
    w->load_W += 0.02 * (w->plan->base_W * (night ? 0.6 : evening ? 1.5 : 1) - w->load_W) +
                 8 * (dice(&w->dice) - 0.5);
    return fmax(60, w->load_W) + w->appliance_W;
}

static inline void weeks_weather(struct weeks *w)
{
    double season = cos(2 * M_PI * (w->plan->first_day + w->day - 200) / 365);
    double ambient_C = 14 + 8 * season + 2 * cos(2 * M_PI * (w->day - 0.7));
    double heat_C = fabs(w->order_A) * fabs(w->order_A) * 4e-4;
    w->temp_C += WEEKS_STEP_S / 20000.0 * (ambient_C + heat_C - w->temp_C);
}

/* What limits, sun and house make of the battery. A dead controller's limits lapse: no charging. */
static inline void weeks_order(struct weeks *w, const struct bank_limits *limits)
{
    double surplus_W = weeks_sun_W(w) - weeks_house_W(w);
    double surplus_A = surplus_W / 53.0;
    double in_A = limits->charge_mA.value / 1000.0, out_A = limits->discharge_mA.value / 1000.0;
    double wanted_A = fmin(100, surplus_A);
    if (surplus_A > 0)
        w->order_A = fmin(wanted_A, w->down_s > 0 ? 0 : in_A);
    else
        w->order_A = -fmin(-surplus_A, w->down_s > 0 ? 120 : out_A);
    if (fabs(w->order_A) < 0.5)
        w->order_A = 0;
    w->result->charged_Ah += fmax(0, w->order_A) * WEEKS_STEP_S / 3600.0;
}

/* --- what is seen of it --- */

static inline void weeks_cells(struct weeks *w, double current_A)
{
    const struct weeks_plan *plan = w->plan;
    double cell_V[TWIN_CELLS], step_V = plan->step_mV / 1000.0;
    long sum = 0, most = 0, least = INT32_MAX;
    twin_cells_V(&w->truth, current_A, cell_V);
    for (int c = 0; c < plan->pack.cells; c++) {
        double noise_V = 0.0008 * (dice(&w->dice) - 0.5);
        long mV = lround((cell_V[c] + plan->bias_V + plan->cell_bias_V[c] + noise_V) / step_V) *
                  plan->step_mV;
        sum += mV;
        most = mV > most ? mV : most;
        least = mV < least ? mV : least;
    }
    w->view.voltage_mV = (int32_t)((sum + 5) / 10 * 10);
    w->view.cell_max_mV = (int32_t)most;
    w->view.cell_min_mV = (int32_t)least;
}

static inline void weeks_look(struct weeks *w, double bus_A)
{
    const struct weeks_plan *plan = w->plan;
    double noise_A = plan->noise_A * (dice(&w->dice) + dice(&w->dice) - 1);
    double offset_A = w->offset_A + plan->tempco_A * (w->temp_C - 20);
    w->view.current_mA = (int32_t)lround((bus_A * plan->gain + offset_A + noise_A) * 1000);
    w->view.current_known = w->silent_s <= 0;
    w->view.known = w->view.cells_known = w->view.temp_known =
        w->view.current_known && w->voltage_silent_s <= 0;
    if (w->view.known)
        w->view.bms_age_ms = 100;
    else
        w->view.bms_age_ms += WEEKS_STEP_S * 1000;
    w->view.temp_min_dC = (int32_t)lround((w->temp_C + plan->temp_off_C) * 10);
    w->view.temp_max_dC = w->view.temp_min_dC;
}

/* Silences of a minute to an hour, restarts of ten seconds to ten minutes. */
static inline bool weeks_happens(struct weeks *w, double a_day)
{
    return dice(&w->dice) < a_day / WEEKS_DAY_STEPS;
}

static inline void weeks_trouble(struct weeks *w)
{
    const struct weeks_plan *plan = w->plan;
    w->silent_s -= WEEKS_STEP_S;
    w->voltage_silent_s -= WEEKS_STEP_S;
    if (weeks_happens(w, plan->silences)) {
        w->silent_s = 60 * pow(60, dice(&w->dice));
        w->result->silences++;
    }
    if (weeks_happens(w, plan->voltage_silences)) {
        w->voltage_silent_s = 60 * pow(60, dice(&w->dice));
        w->result->silences++;
    }
    if (w->down_s <= 0 && weeks_happens(w, plan->restarts)) {
        w->down_s = w->down_for_s = 10 * pow(60, dice(&w->dice));
        w->result->restarts++;
    }
    w->offset_A += plan->drift_A / sqrt(WEEKS_DAY_STEPS) * 3.46 * (dice(&w->dice) - 0.5);
    w->offset_A = fmin(0.22, fmax(-0.22, w->offset_A));
}

static inline void weeks_jumps(struct weeks *w)
{
    for (int j = 0; j < w->plan->jumps; j++)
        if (w->plan->jump_day[j] == (int)w->day) {
            w->offset_A += w->plan->jump_A[j];
            w->result->jumps++;
        }
    w->result->dark_days += w->plan->clear[(int)w->day] < 0.13;
}

/* --- judged --- */

static inline void weeks_judge(struct weeks *w, const struct weeks_said *said)
{
    struct weeks_result *r = w->result;
    double truth = w->truth.charge;
    r->above_cap = fmax(r->above_cap, truth - w->plan->scenario->cap);
    if (w->plan->unknown && w->day < WEEKS_UNKNOWN_DAYS)
        return;
    r->steps++;
    double counted = w->counted - truth;
    r->counted_square += counted * counted;
    r->counted_most = fmax(r->counted_most, fabs(counted));
    if (!said->known)
        return;
    double off = said->charge - truth;
    r->known++;
    r->square += off * off;
    r->nees += off * off / (said->sigma * said->sigma);
    r->inside += fabs(off) <= 2 * said->sigma;
    r->sigma_sum += said->sigma;
    int band = 0;
    while (truth > WEEKS_BAND_TO[band])
        band++;
    r->band_square[band] += off * off;
    r->band_steps[band]++;
    if (fabs(off) > r->most) {
        r->most = fabs(off);
        r->most_day = w->day;
        r->most_charge = truth;
    }
}

/* Nobody reads the sensors while the process is away: the plain counter is as blind as the other. */
static inline void weeks_count(struct weeks *w)
{
    if (w->view.current_known && w->down_s <= 0)
        w->counted += w->view.current_mA / 1000.0 * WEEKS_STEP_S / 3600 / w->plan->capacity_Ah;
    w->counted = fmin(1, fmax(0, w->counted));
}

static inline struct bank_limits weeks_limits(struct weeks *w, const struct weeks_said *said)
{
    bool held = w->guard.cap_held;
    struct soc_estimate soc = {
        .known = said->known,
        .soc_permille = (int32_t)lround(said->charge * 1000),
        .error_permille = (int32_t)lround(fmin(1, 2 * said->sigma) * 1000),
        .margin_permille = charge_margin_permille(said->sigma),
    };
    struct bank_limits limits =
        bank_limits_step(&w->guard, &w->bank, &w->view, &soc, 100000, 120000, w->now_ms);
    if (w->guard.cap_held && !held && w->order_A > 0) {
        w->result->stopped_sum += w->truth.charge;
        w->result->stops++;
    }
    return limits;
}

static inline void weeks_step(struct weeks *w)
{
    const struct weeks_plan *plan = w->plan;
    weeks_weather(w);
    weeks_trouble(w);
    double cell_A = w->order_A - plan->standby_A;
    if (cell_A > 0)
        cell_A *= 1 - plan->loss;
    twin_step(&w->truth, cell_A, w->temp_C);
    weeks_cells(w, cell_A);
    weeks_look(w, w->order_A);
    w->now_ms += WEEKS_STEP_S * 1000;
    w->day += (double)WEEKS_STEP_S / 86400;
    weeks_count(w);
    if (w->down_s > 0) {
        w->down_s -= WEEKS_STEP_S;
        if (w->down_s <= 0)
            w->guesser->restart(&w->guess, w->down_for_s, w->now_ms);
        weeks_order(w, &(struct bank_limits){0});
        return;
    }
    w->guesser->step(&w->guess, &w->view, WEEKS_STEP_S, w->now_ms);
    struct weeks_said said = w->guesser->said(&w->guess);
    struct bank_limits limits = weeks_limits(w, &said);
    weeks_judge(w, &said);
    weeks_order(w, &limits);
}

/* story: one line an hour; NULL = none. */
static inline void weeks_run(struct weeks *w, const struct weeks_plan *plan, const struct cell *make,
                             const struct weeks_guesser *guesser, struct weeks_result *result, FILE *story)
{
    weeks_begin(w, plan, make, guesser, result);
    for (long k = 0; k < (long)plan->days * WEEKS_DAY_STEPS - 1; k++) {
        if (k % WEEKS_DAY_STEPS == 0)
            weeks_jumps(w);
        weeks_step(w);
        if (story && k % 360 == 359) {
            struct weeks_said said = guesser->said(&w->guess);
            fprintf(story, "day %7.3f truth %6.2f estimate %6.2f +- %5.2f counted %6.2f  %7.2f A  "
                           "offset %+.3f A, said %+.3f A\n",
                    w->day, 100 * w->truth.charge, 100 * said.charge, 200 * said.sigma,
                    100 * w->counted, w->order_A, w->offset_A + plan->standby_A, said.offset_A);
        }
    }
    struct weeks_said last = guesser->said(&w->guess);
    result->offset_off_A = last.offset_A - w->offset_A - plan->standby_A;
}

static inline double weeks_rmse(const struct weeks_result *r)
{
    return r->known ? sqrt(r->square / (double)r->known) : 1;
}

static inline double weeks_counted_rmse(const struct weeks_result *r)
{
    return r->steps ? sqrt(r->counted_square / (double)r->steps) : 1;
}

#endif
