#include "app/saved.h"

#include <string.h>

#include "app/energy_saved.h"

enum { DAY_MS = 86400000 };

static void contact_name(const struct config *config, size_t c, char out[STATE_NAME_SIZE])
{
    struct config_channel at = config->contact_at[c];
    snprintf(out, STATE_NAME_SIZE, "%s.%u", config->boards[at.device].name, at.channel + 1u);
}

/* --- restoring --- */

/* What a clock that jumped back leaves unknown is taken for a day. */
static int64_t gap_of(const struct saved_state *state, int64_t wall_ms)
{
    int64_t gap_ms = wall_ms - state->saved_wall_ms;
    return gap_ms >= 0 ? gap_ms : DAY_MS;
}

static void soc_restore(const struct saved_state *state, struct controller *c, int64_t now_ms,
                        int64_t wall_ms)
{
    int64_t gap_ms = wall_ms - state->saved_wall_ms;
    if (state->soc_known && gap_ms >= 0 && gap_ms < DAY_MS)
        soc_counter_restore(&c->charge.counter, &c->config->bank, state->soc, state->soc_error,
                            gap_ms, now_ms);
    c->guard.cap_held = state->cap_held;
    c->guard.low_held = state->low_held;
    c->guard.cell_high_latched = state->cell_high_latched;
    c->guard.cell_low_latched = state->cell_low_latched;
    cap_restore(&c->cap, &state->cap);
    c->ageing.memory = state->ageing;
    c->stopped = state->stopped;
}

static void router_restore(const struct saved_state *state, struct controller *c, bool today,
                           int64_t now_ms, int64_t wall_ms)
{
    const struct topology *topology = &c->config->topology;
    char name[STATE_NAME_SIZE];
    c->router.transfers = state->transfers;
    for (size_t k = 0; k < topology->contacts; k++) {
        contact_name(c->config, k, name);
        const struct saved_contact *contact = saved_contact_find(state, name);
        c->router.operations[k] = contact ? contact->operations : 0;
        if (contact)
            c->wear[k].record = contact->wear;
        /* a clock that jumped back counts as just now */
        int64_t ago_ms = contact ? wall_ms - contact->wear.newest_ms : 0;
        c->wear[k].record.newest_ms = now_ms - (ago_ms > 0 ? ago_ms : 0);
    }
    for (size_t s = 0; s < topology->strings; s++) {
        const struct saved_string *string = saved_string_find(state, topology->string[s].name);
        if (!string)
            continue;
        int64_t ago_ms = wall_ms - string->moved_wall_ms;
        c->router.moved_today[s] = today ? string->moved_today : 0;
        c->router.locked[s] = string->locked;
        /* a clock that jumped counts as just now: the dwell time then runs anew */
        if (string->moved_wall_ms)
            c->router.moved_ms[s] = ago_ms >= 0 && ago_ms < now_ms ? now_ms - ago_ms
                                    : ago_ms >= 0                  ? 1
                                                                   : now_ms;
    }
}

/* The day that counts an inverter's writes goes on where it was; one whose beginning a clock that
 * jumped has put into the future begins now. True while it is not over. */
static bool budget_day_restore(struct unit *unit, const struct saved_inverter *saved, bool today,
                               int64_t now_ms, int64_t wall_ms)
{
    int64_t age_ms = wall_ms - saved->budget_wall_ms;
    if (saved->budget_wall_ms == 0)
        return today;
    if (age_ms >= DAY_MS)
        return false;
    unit->day_ms = now_ms - (age_ms > 0 ? age_ms : 0);
    return true;
}

static void units_restore(const struct saved_state *state, struct controller *c, bool today,
                          int64_t now_ms, int64_t wall_ms)
{
    for (size_t i = 0; i < c->config->inverter_count; i++) {
        struct unit *unit = &c->plant.units[i];
        const struct saved_inverter *saved =
            saved_inverter_find(state, c->config->inverters[i].name);
        bool counts = saved && budget_day_restore(unit, saved, today, now_ms, wall_ms);
        for (size_t k = 0; saved && k < SETTINGS; k++) {
            unit->settings[k].writes = saved->settings[k].writes;
            unit->settings[k].writes_today = counts ? saved->settings[k].writes_today : 0;
            c->told.writes[i][k] = saved->settings[k].writes;
        }
    }
}

/* Differs when a setting was written. */
static uint64_t writes_mark(const struct controller *c)
{
    uint64_t mark = 0;
    for (size_t i = 0; i < c->config->inverter_count; i++)
        for (size_t k = 0; k < SETTINGS; k++)
            mark += c->plant.units[i].settings[k].writes * 65537u +
                    c->plant.units[i].settings[k].writes_today;
    return mark;
}

static void charge_restore_pack(const struct saved_state *state, const struct saved_pack *pack,
                                struct controller *c, size_t i, int64_t now_ms, int64_t wall_ms)
{
    int64_t gap_ms = gap_of(state, wall_ms);
    if (!pack->charge_known)
        return;
    charge_restore(&c->charge, &c->config->bank, i, &pack->charge, gap_ms, now_ms);
    if (pack->told_wall_ms && c->charge.pack[i].estimator.started)
        c->charge.pack[i].told_ms = now_ms - gap_ms - (state->saved_wall_ms - pack->told_wall_ms);
}

static void packs_restore(const struct saved_state *state, struct controller *c, int64_t now_ms,
                          int64_t wall_ms)
{
    for (size_t i = 0; i < c->config->pack_count; i++) {
        const struct saved_pack *pack = saved_pack_find(state, c->config->packs[i].name);
        if (!pack)
            continue;
        c->bank.pack[i].latched = pack->latched;
        c->bank.pack[i].asked_out = pack->out;
        charge_restore_pack(state, pack, c, i, now_ms, wall_ms);
    }
}

/* A sensor of the config that the state does not know, where it knows any. */
static bool sensor_is_new(const struct currents_learned *known,
                          const struct currents_sensor *sensor)
{
    for (size_t k = 0; k < known->sensors; k++)
        if (strcmp(known->sensor[k].name, sensor->name) == 0)
            return false;
    return known->sensors > 0;
}

/* What the estimators know of an offset is that of all who measure together. */
static void sensors_compare(const struct saved_state *state, struct controller *c)
{
    const struct currents_config *now = c->currents.config;
    bool other = false;
    for (size_t k = 0; k < now->sensors; k++)
        other = other || sensor_is_new(&state->currents, &now->sensor[k]);
    for (size_t i = 0; other && i < c->config->pack_count; i++)
        charge_sensor_new(&c->charge, i);
}

/* Differs when something of a pack changed that must not wait. */
static uint64_t packs_mark(const struct controller *c)
{
    uint64_t mark = 0;
    for (size_t i = 0; i < c->config->pack_count; i++)
        mark = mark * 31 + c->bank.pack[i].latched * 2 + c->bank.pack[i].asked_out;
    return mark;
}

/* --- the writer --- */

static void *writer_run(void *data)
{
    struct saved *saved = data;
    pthread_mutex_lock(&saved->lock);
    for (;;) {
        while (saved->count == 0 && !saved->ending)
            pthread_cond_wait(&saved->wake, &saved->lock);
        if (saved->count == 0)
            break;
        pthread_mutex_unlock(&saved->lock);
        int status = state_write(&saved->file, saved->bytes, saved->count);
        pthread_mutex_lock(&saved->lock);
        saved->status = status;
        saved->count = 0;
    }
    pthread_mutex_unlock(&saved->lock);
    return NULL;
}

static void writer_start(struct saved *saved, FILE *errors)
{
    saved->ending = false;
    saved->count = 0;
    pthread_mutex_init(&saved->lock, NULL);
    pthread_cond_init(&saved->wake, NULL);
    saved->running = pthread_create(&saved->writer, NULL, writer_run, saved) == 0;
    if (!saved->running)
        fprintf(errors, "busbar: the state cannot be saved: no thread for it\n");
}

void saved_close(struct saved *saved)
{
    if (!saved->running)
        return;
    pthread_mutex_lock(&saved->lock);
    saved->ending = true;
    pthread_cond_signal(&saved->wake);
    pthread_mutex_unlock(&saved->lock);
    pthread_join(saved->writer, NULL);
    saved->running = false;
}

void saved_open(struct saved *saved, const char *dir, struct controller *controller, int64_t now_ms,
                int64_t wall_ms, FILE *errors)
{
    char text[STATE_PATH_SIZE + 512];
    bool found = state_load(&saved->file, dir, &saved->state);
    state_text(&saved->file, text, sizeof text);
    fprintf(errors, "busbar: %s\n", text);
    writer_start(saved, errors);
    if (!found)
        return;
    bool today = wall_ms / DAY_MS == saved->state.day;
    soc_restore(&saved->state, controller, now_ms, wall_ms);
    router_restore(&saved->state, controller, today, now_ms, wall_ms);
    units_restore(&saved->state, controller, today, now_ms, wall_ms);
    packs_restore(&saved->state, controller, now_ms, wall_ms);
    energy_restore(&saved->state, controller, now_ms, wall_ms);
    sensors_compare(&saved->state, controller);
    currents_import(&controller->currents, &saved->state.currents, gap_of(&saved->state, wall_ms));
    saved->packs = packs_mark(controller);
    controller->journal.next = controller->journal.taken = (uint32_t)saved->state.journal_sequence;
    saved->transfers = controller->router.transfers;
    saved->stopped = controller->stopped;
    saved->writes = writes_mark(controller);
}

/* --- saving --- */

static void router_save(struct saved_state *state, const struct controller *c, int64_t now_ms,
                        int64_t wall_ms)
{
    const struct topology *topology = &c->config->topology;
    state->transfers = c->router.transfers;
    state->contact_count = topology->contacts;
    for (size_t k = 0; k < topology->contacts; k++) {
        contact_name(c->config, k, state->contacts[k].name);
        state->contacts[k].operations = c->router.operations[k];
        state->contacts[k].wear = c->wear[k].record;
        state->contacts[k].wear.newest_ms += wall_ms - now_ms;
    }
    state->string_count = topology->strings;
    for (size_t s = 0; s < topology->strings; s++) {
        struct saved_string *string = &state->strings[s];
        memcpy(string->name, topology->string[s].name, sizeof string->name);
        string->moved_today = c->router.moved_today[s];
        string->locked = c->router.locked[s];
        string->moved_wall_ms =
            c->router.moved_ms[s] ? wall_ms - (now_ms - c->router.moved_ms[s]) : 0;
    }
}

static void units_save(struct saved_state *state, const struct controller *c, int64_t now_ms,
                       int64_t wall_ms)
{
    state->inverter_count = c->config->inverter_count;
    for (size_t i = 0; i < c->config->inverter_count; i++) {
        memcpy(state->inverters[i].name, c->config->inverters[i].name,
               sizeof state->inverters[i].name);
        state->inverters[i].budget_wall_ms = wall_ms - (now_ms - c->plant.units[i].day_ms);
        for (size_t k = 0; k < SETTINGS; k++) {
            state->inverters[i].settings[k].writes = c->plant.units[i].settings[k].writes;
            state->inverters[i].settings[k].writes_today =
                c->plant.units[i].settings[k].writes_today;
        }
    }
}

static void packs_save(struct saved_state *state, const struct controller *c, int64_t now_ms,
                       int64_t wall_ms)
{
    state->pack_count = c->config->pack_count;
    for (size_t i = 0; i < c->config->pack_count; i++) {
        memcpy(state->packs[i].name, c->config->packs[i].name, sizeof state->packs[i].name);
        state->packs[i].latched = c->bank.pack[i].latched;
        state->packs[i].out = c->bank.pack[i].asked_out;
        state->packs[i].charge_known =
            charge_save(&c->charge, &c->config->bank, &c->bank, i, &state->packs[i].charge);
        int64_t told_ms = c->charge.pack[i].told_ms;
        state->packs[i].told_wall_ms = told_ms ? wall_ms - (now_ms - told_ms) : 0;
    }
}

bool saved_urgent(const struct saved *saved, const struct controller *controller)
{
    return saved->transfers != controller->router.transfers ||
           saved->replaced != controller->replaced || saved->stopped != controller->stopped ||
           saved->packs != packs_mark(controller) || saved->cap_asked != controller->cap_asked ||
           saved->writes != writes_mark(controller);
}

bool saved_write(struct saved *saved, const struct controller *controller, int64_t now_ms,
                 int64_t wall_ms)
{
    struct saved_state *state = &saved->state;
    pthread_mutex_lock(&saved->lock);
    bool busy = saved->count > 0;
    pthread_mutex_unlock(&saved->lock);
    if (busy || !saved->running)
        return !saved->running;
    memset(state, 0, sizeof *state);
    state->saved_wall_ms = wall_ms;
    state->day = wall_ms / DAY_MS;
    state->soc_known = controller->charge.counter.started;
    state->soc = controller->charge.counter.soc;
    state->soc_error = controller->charge.counter.error;
    state->cap_held = controller->guard.cap_held;
    state->low_held = controller->guard.low_held;
    state->cell_high_latched = controller->guard.cell_high_latched;
    state->cell_low_latched = controller->guard.cell_low_latched;
    state->cap = controller->cap.memory;
    state->ageing = controller->ageing.memory;
    state->stopped = controller->stopped;
    state->journal_sequence = controller->journal.next;
    router_save(state, controller, now_ms, wall_ms);
    units_save(state, controller, now_ms, wall_ms);
    packs_save(state, controller, now_ms, wall_ms);
    energy_save(state, controller, now_ms, wall_ms);
    currents_export(&controller->currents, &state->currents);
    size_t count = state_encode(&saved->file, state, saved->bytes);
    saved->transfers = controller->router.transfers;
    saved->replaced = controller->replaced;
    saved->packs = packs_mark(controller);
    saved->stopped = controller->stopped;
    saved->cap_asked = controller->cap_asked;
    saved->writes = writes_mark(controller);
    pthread_mutex_lock(&saved->lock);
    saved->count = count;
    pthread_cond_signal(&saved->wake);
    pthread_mutex_unlock(&saved->lock);
    return true;
}
