/* What happens on one simulated plant-day: weather, cars, pushes, requests, and faults at
 * overlapping times with a person who repairs and resets. All of it follows from a seed. */
#ifndef BUSBAR_TEST_DAYS_PLAN_H
#define BUSBAR_TEST_DAYS_PLAN_H

#include <math.h>
#include <stdlib.h>

#include "sim/sim.h"

enum {
    DAY_EVENTS = 96,
    DAY_FAULTS_MOST = 4,
};

/* Faults of the plant (sim/sim.h), and those around it. */
enum {
    DAY_STOP = SIM_FAULTS,      /* emergency stop pressed, later released */
    DAY_KILL,                   /* kill -9; a new process reads its state file */
    DAY_PAUSE,                  /* the process stands still; frames meanwhile are lost */
    DAY_BUS_LOST,
    DAY_FAULTS
};
enum day_target { DAY_NOTHING, DAY_CONTACT, DAY_STRING, DAY_BOARD, DAY_INVERTER, DAY_BUS, DAY_LINE };

static const struct day_fault {
    const char *name;           /* NULL = not injected */
    enum day_target target;
    double least_s, most_s;     /* how long it lasts */
    bool ac;                    /* only where there are transfer contacts */
} day_faults[DAY_FAULTS] = {
    [SIM_CONTACT_WELDED]     = {"contact welded",      DAY_CONTACT,  60,  7200, false},
    [SIM_CONTACT_STUCK_OPEN] = {"contact stuck open",  DAY_CONTACT,  60,  7200, false},
    [SIM_CONTACT_SLOW]       = {"contact slow",        DAY_CONTACT,  60,  7200, false},
    [SIM_FEEDBACK_LOST]      = {"feedback lost",       DAY_CONTACT,   1,  7200, false},
    [SIM_SWITCH_SHORTED]     = {"switch shorted",      DAY_STRING,   60,  7200, false},
    [SIM_SENSOR_FROZEN]      = {"counter frozen",      DAY_NOTHING,   1,  3600, false},
    [SIM_SENSOR_SILENT]      = {"counter silent",      DAY_NOTHING,   1,  3600, false},
    [SIM_BOARD_SILENT]       = {"board silent",        DAY_BOARD,     1,  3600, false},
    [SIM_BOARD_REBOOT]       = {"board reboots",       DAY_BOARD,     1,    60, false},
    [SIM_BMS_SILENT]         = {"BMS silent",          DAY_NOTHING,   1,  7200, false},
    [SIM_INVERTER_SILENT]    = {"inverter silent",     DAY_INVERTER,  1,  3600, false},
    [SIM_INVERTER_NOISE]     = {"inverter line noisy", DAY_INVERTER,  1,  7200, false},
    [SIM_FOREIGN_FRAME]      = {"foreign commands",    DAY_NOTHING,   1,   600, false},
    [SIM_AC_WELDED]          = {"AC contact welded",   DAY_LINE,     60,  7200, true},
    [SIM_AC_SILENT]          = {"AC board silent",     DAY_NOTHING,   1,  3600, true},
    [SIM_BUS_LOSSY]          = {"bus loses frames",    DAY_BUS,       1,  7200, false},
    [SIM_WALLBOX_SILENT]     = {"wallbox silent",      DAY_NOTHING,   1,  3600, false},
    [SIM_BUTTON_SILENT]      = {"button silent",       DAY_NOTHING,   1,  3600, false},
    [SIM_SHUNT_SILENT]       = {"shunt silent",        DAY_NOTHING,   1,  7200, false},
    [SIM_INVERTER_FAULT]     = {"inverter failed",     DAY_INVERTER,  1,  3600, false},
    [DAY_STOP]               = {"emergency stop",      DAY_NOTHING,   1,  1800, false},
    [DAY_KILL]               = {"controller killed",   DAY_NOTHING,   1,   300, false},
    [DAY_PAUSE]              = {"controller paused",   DAY_NOTHING,   1,   120, false},
    [DAY_BUS_LOST]           = {"bus lost",            DAY_BUS,       1,  1800, false},
};

enum day_act {
    ACT_CLOUD, ACT_PUSH, ACT_CHARGE, ACT_CHARGE_END, ACT_CAP, ACT_CAR, ACT_FAULT, ACT_REPAIR, ACT_RESET
};

struct day_event {
    int64_t at_ms;              /* since the day's start */
    enum day_act act;
    int fault, target;
    double value;               /* cloudiness; permille; 1 = the car comes */
};

struct day_plan {
    uint64_t seed, dice;
    bool ac;                    /* with transfer contacts */
    double start_h, end_h;
    struct sim_config plant;
    int count;
    struct day_event events[DAY_EVENTS];
};

/* splitmix64 (Steele, Lea, Flood 2014): 0..1 */
static inline double day_dice(struct day_plan *plan)
{
    uint64_t z = plan->dice += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return (double)((z ^ z >> 31) >> 11) / 9007199254740992.0;
}

static inline double day_between(struct day_plan *plan, double least, double most)
{
    return least + (most - least) * day_dice(plan);
}

/* Short times as likely as long ones. */
static inline double day_log(struct day_plan *plan, double least, double most)
{
    return least * pow(most / least, day_dice(plan));
}

static inline int day_count(struct day_plan *plan, int below)
{
    return (int)(day_dice(plan) * below);
}

static inline int64_t day_length_ms(const struct day_plan *plan)
{
    return (int64_t)((plan->end_h - plan->start_h) * 3600000);
}

static inline int64_t day_any_ms(struct day_plan *plan)
{
    return (int64_t)day_between(plan, 60000, (double)day_length_ms(plan) - 60000);
}

static inline struct day_event *day_add(struct day_plan *plan, enum day_act act, int64_t at_ms)
{
    int64_t last_ms = day_length_ms(plan);
    int i = plan->count < DAY_EVENTS ? plan->count++ : DAY_EVENTS - 1;
    plan->events[i] = (struct day_event){
        .act = act, .at_ms = at_ms < 1000 ? 1000 : at_ms > last_ms ? last_ms : at_ms};
    return &plan->events[i];
}

static inline void day_plant(struct day_plan *plan)
{
    struct sim_config *plant = &plan->plant;
    if (plan->ac)
        sim_uc001_ac(plant);
    else
        sim_uc001(plant);
    plant->seed = (uint32_t)plan->seed;
    plant->start_h = plan->start_h;
    plant->day_of_year = 1 + day_count(plan, 365);
    double summer = 0.5 - 0.5 * cos(2 * 3.14159265 * (plant->day_of_year - 15) / 365);
    plant->ambient_min_C = -8 + 22 * summer + day_between(plan, -4, 4);
    plant->ambient_max_C = plant->ambient_min_C + day_between(plan, 3, 14);
    plant->cloudiness = day_dice(plan) < 0.4 ? 0 : day_dice(plan);
    plant->battery_soc = day_between(plan, 0.15, 0.75);
    plant->battery_C = day_between(plan, -3, 38);
    plant->car_arrive_h = day_between(plan, plan->start_h - 3, plan->end_h);
    plant->car_leave_h =
        day_dice(plan) < 0.5 ? -1 : day_between(plan, plant->car_arrive_h, plan->end_h);
    plant->car_soc = day_between(plan, 0.1, 0.9);
    plant->car_target_soc = day_between(plan, plant->car_soc, 1);
    plant->car_max_A = day_between(plan, 6, 40);
}

static inline void day_people(struct day_plan *plan)
{
    for (int i = day_count(plan, 6); i > 0; i--)
        day_add(plan, ACT_CLOUD, day_any_ms(plan))->value = day_dice(plan);
    for (int i = day_count(plan, 3); i > 0; i--)
        day_add(plan, ACT_CAR, day_any_ms(plan))->value = day_count(plan, 2);
    for (int i = day_count(plan, 3); i > 0; i--)
        day_add(plan, ACT_CHARGE, day_any_ms(plan));
    for (int i = day_count(plan, 2); i > 0; i--)
        day_add(plan, ACT_CHARGE_END, day_any_ms(plan));
    for (int i = day_count(plan, 2); i > 0; i--)
        day_add(plan, ACT_CAP, day_any_ms(plan))->value = 300 + day_count(plan, 401);
}

/* Somebody comes and resets after the repair; some do so before it. */
static inline void day_fault_add(struct day_plan *plan, int64_t at_ms)
{
    int kind = day_count(plan, DAY_FAULTS);
    const struct day_fault *fault = &day_faults[kind];
    while (!fault->name || (fault->ac && !plan->ac))
        fault = &day_faults[kind = day_count(plan, DAY_FAULTS)];
    const int targets[] = {[DAY_NOTHING] = 1,
                           [DAY_CONTACT] = plan->plant.contacts,
                           [DAY_STRING] = plan->plant.strings,
                           [DAY_BOARD] = 2,
                           [DAY_INVERTER] = plan->plant.inverters,
                           [DAY_BUS] = SIM_BUSES,
                           [DAY_LINE] = 2 * plan->plant.ac.sources};
    int target = day_count(plan, targets[fault->target]);
    int64_t lasts_ms = (int64_t)(day_log(plan, fault->least_s, fault->most_s) * 1000);
    struct day_event *begins = day_add(plan, ACT_FAULT, at_ms);
    begins->fault = kind;
    begins->target = target;
    struct day_event *ends = day_add(plan, ACT_REPAIR, begins->at_ms + lasts_ms);
    ends->fault = kind;
    ends->target = target;
    day_add(plan, ACT_RESET, ends->at_ms + (int64_t)(day_log(plan, 2, 1800) * 1000));
    if (day_dice(plan) < 0.15)
        day_add(plan, ACT_RESET, begins->at_ms + (int64_t)day_between(plan, 0, (double)lasts_ms));
}

/* Faults like to come while something moves: at a push, or when its strings go home. */
static inline void day_troubles(struct day_plan *plan)
{
    int64_t pushes[8];
    int pushed = 0;
    for (int n = 1 + day_count(plan, 5); pushed < n;) {
        pushes[pushed] = day_any_ms(plan);
        day_add(plan, ACT_PUSH, pushes[pushed]);
        if (day_dice(plan) < 0.2)
            day_add(plan, ACT_PUSH, pushes[pushed] + (int64_t)day_log(plan, 300, 900000));
        pushed++;
    }
    for (int i = day_count(plan, DAY_FAULTS_MOST + 1); i > 0; i--) {
        double when = day_dice(plan);
        int64_t push_ms = pushes[day_count(plan, pushed)];
        int64_t after_ms = (int64_t)day_between(plan, -5000, 40000);
        day_fault_add(plan, when < 0.5   ? push_ms + after_ms
                            : when < 0.7 ? push_ms + 900000 + after_ms
                                         : day_any_ms(plan));
    }
}

static inline int day_earlier(const void *a, const void *b)
{
    const struct day_event *x = a, *y = b;
    return x->at_ms != y->at_ms ? (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms)
                                : (x->act > y->act) - (x->act < y->act);
}

/* Everything that happens follows from seed, plant and hours. */
static inline void day_plan(struct day_plan *plan, uint64_t seed, bool ac, double start_h,
                            double end_h)
{
    *plan = (struct day_plan){
        .seed = seed, .dice = seed, .ac = ac, .start_h = start_h, .end_h = end_h};
    day_plant(plan);
    day_people(plan);
    day_troubles(plan);
    qsort(plan->events, (size_t)plan->count, sizeof plan->events[0], day_earlier);
}

#endif
