/* One day of a simulated plant with its controller, as test/days_plan.h draws it from a seed.
 *
 * day_run plays the plan (test/together.h) and then ends the day: everything is repaired, the car is
 * taken away, a person resets; the strings must be home within DAY_HOME_MS.
 *
 * A day is judged by the simulated truth alone: the numbered invariants at every step, contacts that
 * moved under current without the emergency stop, and whether the strings came home. A killed
 * controller comes back with what its state file held, through the real file. */
#ifndef BUSBAR_TEST_DAYS_H
#define BUSBAR_TEST_DAYS_H

#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "app/saved.h"
#include "test/days_plan.h"
#include "test/together.h"

enum {
    DAY_SAVE_MS = 60000,        /* app/loop.c */
    DAY_HOME_MS = 30 * 60000,   /* dwell 15 min, a session's grace 5 min, the rest in HOLD's times */
};

struct day_result {
    uint64_t seed;
    bool ac;
    uint32_t injected[DAY_FAULTS];
    uint32_t pushes, sessions, transfers, ac_changes, violations;
    uint32_t stop_hot;          /* opened under current by the emergency stop */
    uint32_t hot;               /* moved under current otherwise */
    uint32_t closed_stopped;    /* contacts closed after an emergency stop and before a reset */
    uint32_t causeless;         /* journal records without a cause */
    int home_s;                 /* from the last reset until the strings were home; -1 = never */
    double kWh, plant_s;
    char failure[240];          /* "" = the day passed */
};

struct day {
    struct together t;
    struct config configs[2];   /* without, with transfer contacts */
    struct saved saved;
    char dir[64];               /* of the state file */
    FILE *quiet, *story;        /* story NULL = tell nothing */
    const struct day_plan *plan;
    struct day_result *result;
    int64_t save_ms;
    bool killed, paused, session;
    bool pressed;
    int64_t stopped_ms;         /* emergency stop pressed, and no reset since; 0 = not */
    bool closed[SIM_CONTACTS];
    uint32_t hot_repairs;
};

static inline int day_start(struct day *day)
{
    memset(day, 0, sizeof *day);
    snprintf(day->dir, sizeof day->dir, "/tmp/busbar-days.XXXXXX");
    day->quiet = fopen("/dev/null", "w");
    day->t.controller = calloc(1, sizeof *day->t.controller);
    day->t.sim = malloc(sim_size());
    if (!mkdtemp(day->dir) || !day->quiet || !day->t.controller || !day->t.sim)
        return -1;
    if (config_load(&day->configs[0], "sim/uc001.yaml", "dbc", stderr) != 0 ||
        config_load(&day->configs[1], "test/uc001-ac.yaml", "dbc", stderr) != 0)
        return -1;
    for (int k = 0; k < 2; k++)
        day->configs[k].button_stop[0] = true; /* as with `stop: true` at the button */
    return 0;
}

static inline void day_forget(const struct day *day)
{
    char path[96];
    for (int generation = 0; generation < STATE_GENERATIONS; generation++) {
        snprintf(path, sizeof path, "%s/state.%d", day->dir, generation);
        unlink(path);
    }
}

static inline void day_end(struct day *day)
{
    day_forget(day);
    rmdir(day->dir);
    config_free(&day->configs[0]);
    config_free(&day->configs[1]);
    fclose(day->quiet);
    free(day->t.sim);
    free(day->t.controller);
}

static inline const struct sim_truth *day_truth(const struct day *day)
{
    return sim_truth(day->t.sim);
}

static inline int64_t day_wall_ms(const struct day *day)
{
    return (20000 + day->plan->plant.day_of_year) * INT64_C(86400000) +
           (int64_t)(day_truth(day)->day_s * 1000);
}

static inline void day_tell(const struct day *day, const char *text)
{
    int second = (int)day_truth(day)->day_s;
    if (day->story)
        fprintf(day->story, "%02d:%02d:%02d %s\n", second / 3600, second / 60 % 60, second % 60,
                text);
}

static inline uint32_t day_hot(const struct day *day)
{
    uint32_t hot = 0;
    for (int c = 0; c < day->plan->plant.contacts; c++)
        hot += day_truth(day)->contact_hot[c];
    return hot;
}

/* As the loop does it; before a kill alone, as nobody reads it else. */
static inline void day_save(struct day *day)
{
    const struct day_plan *plan = day->plan;
    int64_t at_ms = day->t.now_ms - TOGETHER_START_MS;
    bool soon = false;
    for (int i = 0; i < plan->count; i++)
        soon |= plan->events[i].act == ACT_FAULT && plan->events[i].fault == DAY_KILL &&
                plan->events[i].at_ms >= at_ms && plan->events[i].at_ms - at_ms <= DAY_SAVE_MS;
    if (!soon || day->t.controller_dead ||
        (day->t.now_ms < day->save_ms && !saved_urgent(&day->saved, day->t.controller)))
        return;
    while (!saved_write(&day->saved, day->t.controller, day->t.now_ms, day_wall_ms(day)))
        sched_yield();
    day->save_ms = day->t.now_ms + DAY_SAVE_MS;
}

static inline void day_watch(struct day *day)
{
    struct controller *controller = day->t.controller;
    bool session = session_active(&controller->sessions[0]);
    char line[256];
    day->result->sessions += session && !day->session;
    day->session = session;
    day->result->kWh += day_truth(day)->wallbox_W * TOGETHER_STEP_MS / 3.6e9;
    for (const struct journal_record *record; (record = journal_take(&controller->journal));) {
        day->result->causeless += record->cause[0] == '\0';
        if (day->story) {
            journal_text(record, &day->t.config, line, sizeof line);
            day_tell(day, line);
        }
    }
}

/* An order that was on its way, and a contact that is slow, have their time. */
static inline void day_stop_watch(struct day *day)
{
    enum { UNDER_WAY_MS = 3000 };
    const struct sim_truth *truth = day_truth(day);
    bool latched = day->stopped_ms && day->t.now_ms - day->stopped_ms > UNDER_WAY_MS;
    for (int c = 0; c < day->plan->plant.contacts; c++) {
        if (latched && truth->contact_closed[c] && !day->closed[c]) {
            day->result->closed_stopped++;
            day_tell(day, "a contact has closed before a reset");
        }
        day->closed[c] = truth->contact_closed[c];
    }
}

static inline void day_step(struct day *day)
{
    uint32_t violations = day_truth(day)->violations_total;
    together_step(&day->t);
    day_watch(day);
    day_stop_watch(day);
    day_save(day);
    if (violations == 0 && day_truth(day)->violations_total > 0)
        day_tell(day, day_truth(day)->violation);
}

static inline void day_steps(struct day *day, int64_t ms)
{
    for (int64_t until_ms = day->t.now_ms + ms; day->t.now_ms < until_ms;)
        day_step(day);
}

/* What a new process does first. */
static inline void day_remember(struct day *day)
{
    memset(&day->saved, 0, sizeof day->saved);
    saved_open(&day->saved, day->dir, day->t.controller, day->t.now_ms, day_wall_ms(day),
               day->quiet);
}

static inline void day_kill(struct day *day, bool on)
{
    if (on) {
        saved_close(&day->saved);
        day->paused = false;
    } else if (day->killed) {
        together_restart(&day->t);
        day_remember(day);
    }
    day->killed = on;
}

static inline void day_stop(struct day *day, bool on)
{
    sim_stop(day->t.sim, on);
    day->pressed = on;
    if (on)
        day->stopped_ms = day->t.now_ms;
}

/* A repair is made without voltage: what then moves under current is not counted. */
static inline void day_fault_set(struct day *day, int fault, int target, bool on)
{
    uint32_t hot = day_hot(day);
    if (fault == DAY_STOP)
        day_stop(day, on);
    else if (fault == DAY_KILL)
        day_kill(day, on);
    else if (fault == DAY_PAUSE)
        day->paused = on && !day->killed;
    else if (fault == DAY_BUS_LOST)
        day->t.bus_dead[target] = on;
    else
        sim_fault(day->t.sim, (enum sim_fault)fault, target, on);
    day->t.controller_dead = day->killed || day->paused;
    if (!on && day_faults[fault].target == DAY_CONTACT) {
        int64_t stopped_ms = day->stopped_ms;
        day->stopped_ms = 0;
        day_steps(day, 2 * TOGETHER_STEP_MS);
        day->stopped_ms = stopped_ms;
        day->hot_repairs += day_hot(day) - hot;
    }
}

static inline void day_ask(struct day *day, const struct day_event *event)
{
    char why[160] = "";
    struct controller *controller = day->t.controller;
    if (day->t.controller_dead)
        return;
    if (event->act == ACT_RESET) {
        controller_reset(controller, day->t.now_ms);
        sim_reset(day->t.sim);
        day->stopped_ms = day->pressed ? day->stopped_ms : 0;
    }
    if (event->act == ACT_CAP)
        controller_cap(controller, (int32_t)event->value, day->t.now_ms, why, sizeof why);
    if (event->act == ACT_CHARGE || event->act == ACT_CHARGE_END)
        controller_charge(controller, 0, event->act == ACT_CHARGE, why, sizeof why);
    day_tell(day, why);
}

static inline void day_act(struct day *day, const struct day_event *event)
{
    static const char *const names[] = {
        [ACT_CLOUD] = "* clouds", [ACT_PUSH] = "* push", [ACT_CHARGE] = "* asks to charge",
        [ACT_CHARGE_END] = "* asks to stop charging", [ACT_CAP] = "* asks for a cap",
        [ACT_CAR] = "* car", [ACT_FAULT] = "* fault:", [ACT_REPAIR] = "* gone:",
        [ACT_RESET] = "* reset"};
    char line[96];
    bool fault = event->act == ACT_FAULT || event->act == ACT_REPAIR;
    snprintf(line, sizeof line, "%s %s %g", names[event->act],
             fault ? day_faults[event->fault].name : "", fault ? event->target : event->value);
    day_tell(day, line);
    if (fault) {
        day->result->injected[event->fault] += event->act == ACT_FAULT;
        day_fault_set(day, event->fault, event->target, event->act == ACT_FAULT);
    } else if (event->act == ACT_CLOUD) {
        sim_cloud(day->t.sim, event->value);
    } else if (event->act == ACT_CAR) {
        sim_car(day->t.sim, event->value > 0);
    } else if (event->act == ACT_PUSH) {
        sim_press_button(day->t.sim);
        day->result->pushes++;
    } else {
        day_ask(day, event);
    }
}

/* Strings at home and delivering, unless the battery's limits keep them off or the day's transfers are
 * used up (docs/safety.md, 12: the way home may have to wait); the router idle. */
static inline bool day_home(const struct day *day)
{
    const struct together *t = &day->t;
    const struct sim_truth *truth = day_truth(day);
    for (int s = 0; s < t->plant.strings; s++)
        if ((truth->string_input[s] != t->plant.contact[t->plant.string[s].home_contact].input ||
             (!truth->switch_on[s] && !t->controller->decided.isolate)) &&
            t->controller->router.moved_today[s] < t->controller->router.config.transfers_per_day)
            return false;
    bool ac = !day->plan->ac || (truth->ac_source == 0 && ac_ready(&t->controller->ac[0]));
    return ac && t->controller->router.state == ROUTER_IDLE;
}

/* All is repaired, the car goes, a person resets. */
static inline void day_close(struct day *day)
{
    for (int i = 0; i < day->plan->count; i++)
        if (day->plan->events[i].act == ACT_FAULT)
            day_fault_set(day, day->plan->events[i].fault, day->plan->events[i].target, false);
    sim_car(day->t.sim, false);
    day_steps(day, 5000);
    day_ask(day, &(struct day_event){.act = ACT_CHARGE_END});
    day_ask(day, &(struct day_event){.act = ACT_RESET});
    day_tell(day, "* all is repaired, the car has gone, somebody resets");
    int64_t from_ms = day->t.now_ms;
    day_steps(day, 2000);
    while (!day_home(day) && day->t.now_ms - from_ms < DAY_HOME_MS)
        day_step(day);
    day->result->home_s = day_home(day) ? (int)((day->t.now_ms - from_ms) / 1000) : -1;
    day_steps(day, 10000);
}

static inline void day_judge(struct day *day)
{
    struct day_result *result = day->result;
    const struct sim_truth *truth = day_truth(day);
    const struct router *router = &day->t.controller->router;
    result->transfers = truth->transfers;
    result->ac_changes = truth->ac_changes;
    result->violations = truth->violations_total;
    result->stop_hot = truth->stop_hot;
    uint32_t excused = day->hot_repairs + truth->stop_hot, hot = day_hot(day);
    result->hot = hot > excused ? hot - excused : 0;
    result->plant_s = (double)(day->t.now_ms - TOGETHER_START_MS) / 1000;
    size_t room = sizeof result->failure;
    if (result->violations)
        snprintf(result->failure, room, "%u violations, first %s", result->violations,
                 truth->violation);
    else if (result->hot)
        snprintf(result->failure, room, "%u contacts moved under current", result->hot);
    else if (result->closed_stopped)
        snprintf(result->failure, room, "%u contacts closed between emergency stop and reset",
                 result->closed_stopped);
    else if (result->home_s < 0)
        snprintf(result->failure, room, "not home: router %s, %s; the wallbox's source %s, %s",
                 router_state_name(router->state), router_why_text(router->why),
                 ac_state_name(day->t.controller->ac[0].state),
                 ac_why_text(day->t.controller->ac[0].why));
    else if (result->causeless)
        snprintf(result->failure, room, "%u journal records without a cause", result->causeless);
}

/* False when the day could not begin. */
static inline bool day_run(struct day *day, const struct day_plan *plan, struct day_result *result)
{
    struct together *t = &day->t;
    *result = (struct day_result){.seed = plan->seed, .ac = plan->ac};
    day->plan = plan;
    day->result = result;
    day->killed = day->paused = day->session = day->pressed = false;
    day->hot_repairs = 0;
    day->stopped_ms = 0;
    t->config = day->configs[plan->ac];
    t->plant = plan->plant;
    t->now_ms = t->next_tick_ms = day->save_ms = TOGETHER_START_MS;
    t->controller_dead = false;
    memset(t->bus_dead, 0, sizeof t->bus_dead);
    day_forget(day);
    if (together_begin(t) != 0)
        return false;
    day_remember(day);
    for (int i = 0; i < plan->count; i++) {
        day_steps(day, plan->events[i].at_ms - (t->now_ms - TOGETHER_START_MS));
        day_act(day, &plan->events[i]);
    }
    day_steps(day, day_length_ms(plan) - (t->now_ms - TOGETHER_START_MS));
    day_close(day);
    day_judge(day);
    saved_close(&day->saved);
    return true;
}

#endif
