#include "phase-router/wear.h"

#include <assert.h>
#include <stdlib.h>

#include "phase-router/wiring.h"

static bool string_open(const struct topology *topology, const struct router_view *view,
                        size_t string)
{
    for (size_t c = 0; c < topology->contacts; c++)
        if (topology->contact[c].string == string && view->contact[c] != CONTACT_OPEN)
            return false;
    return true;
}

static int32_t late_ms(const struct router_config *config, uint16_t own_ms)
{
    return (own_ms > config->feedback_ms ? own_ms : config->feedback_ms) + config->report_ms;
}

struct wear_sight wear_sight(const struct topology *topology, const struct router_config *config,
                             const struct router_view *view, size_t c)
{
    const struct topology_contact *contact = &topology->contact[c];
    return (struct wear_sight){
        .seen = view->contact[c],
        .asked = view->contact_output[c],
        .heard_ms = view->contact_ms[c],
        .current_mA = view->current_mA[contact->string],
        .zero_mA = config->zero_mA,
        .string_open = string_open(topology, view, contact->string),
        .operate_late_ms = late_ms(config, contact->operate_ms),
        .release_late_ms = late_ms(config, contact->release_ms),
    };
}

/* --- times --- */

static void time_add(struct wear_time *time, int32_t took_ms)
{
    int32_t took_us = took_ms * 1000;
    if (time->measured < WEAR_FIRST)
        time->first_ms += (uint32_t)took_ms;
    time->mean_us += time->measured ? (took_us - time->mean_us) / WEAR_WEIGHT : took_us;
    time->newest_ms = took_ms;
    time->measured++;
}

bool wear_drift(const struct wear_time *time, int32_t *drift_us, int32_t *drift_permille)
{
    *drift_us = *drift_permille = 0;
    if (time->measured <= WEAR_FIRST || time->first_ms == 0)
        return false;
    int64_t reference_us = (int64_t)time->first_ms * 1000 / WEAR_FIRST;
    int64_t drift = time->mean_us - reference_us;
    *drift_us = (int32_t)drift;
    *drift_permille = (int32_t)(drift * 1000 / reference_us);
    return true;
}

/* --- current --- */

static bool flows(const struct wear_sight *sight)
{
    return abs(sight->current_mA.value) > sight->zero_mA;
}

static void calm_observe(struct contact_wear *wear, const struct wear_sight *sight, bool fresh)
{
    since_keep(&wear->calm_ms, fresh && !flows(sight), sight->current_mA.heard_ms);
}

/* Counts a suspicion when it has lasted too long, once. */
static void weld_suspect(struct contact_wear *wear, bool *counted, bool over)
{
    wear->record.welds += over && !*counted;
    *counted = over;
}

/* Silence of the sensor or the board neither proves nor ends it. */
static void astray_observe(struct contact_wear *wear, const struct wear_sight *sight, bool fresh,
                           int64_t now_ms)
{
    int64_t sample_ms = sight->current_mA.heard_ms;
    if (!fresh || sight->heard_ms == 0 || now_ms - sight->heard_ms > WEAR_GAP_MS) {
        if (!wear->astray)
            wear->astray_ms = 0;
        return;
    }
    since_keep(&wear->astray_ms, flows(sight) && sight->string_open, sample_ms);
    weld_suspect(wear, &wear->astray,
                 since_over(wear->astray_ms, sight->release_late_ms, sample_ms));
}

/* --- coil and contact --- */

static void coil_changed(struct contact_wear *wear, const struct wear_sight *sight,
                         int64_t before_ms)
{
    bool cold = wear->calm_ms && wear->calm_ms <= before_ms;
    wear->record.cold += cold;
    wear->record.hot += !cold;
    wear->record.newest_ms = sight->heard_ms;
    wear->asked = sight->asked;
    wear->asked_ms = sight->heard_ms;
    wear->reached_ms = 0;
    wear->moving = wear->timed = true;
    wear->moving_cold = cold;
}

/* Current before it is seen where it was asked to go. */
static void moving_observe(struct contact_wear *wear)
{
    if (!wear->moving || !wear->moving_cold || wear->calm_ms)
        return;
    wear->moving_cold = false;
    wear->record.cold--;
    wear->record.hot++;
}

static void contact_reached(struct contact_wear *wear, const struct wear_sight *sight)
{
    int64_t took_ms = sight->heard_ms - wear->asked_ms;
    int32_t late_ms = wear->asked ? sight->operate_late_ms : sight->release_late_ms;
    wear->reached_ms = sight->heard_ms;
    if (wear->moving && wear->timed && took_ms > 0 && took_ms <= late_ms)
        time_add(wear->asked ? &wear->record.operate : &wear->record.release, (int32_t)took_ms);
    wear->moving = false;
}

static void contact_observe(struct contact_wear *wear, const struct wear_sight *sight)
{
    if (sight->seen == CONTACT_UNKNOWN || sight->seen == wear->position)
        return;
    wear->position = sight->seen;
    if ((sight->seen == CONTACT_CLOSED) == wear->asked)
        contact_reached(wear, sight);
    else if (wear->reached_ms && sight->heard_ms - wear->reached_ms <= WEAR_BOUNCE_MS)
        wear->record.bounces++;
}

static void stuck_observe(struct contact_wear *wear, const struct wear_sight *sight)
{
    bool stuck = !wear->asked && sight->seen == CONTACT_CLOSED;
    since_keep(&wear->stuck_ms, stuck, sight->heard_ms);
    weld_suspect(wear, &wear->stuck,
                 since_over(wear->stuck_ms, sight->release_late_ms, sight->heard_ms));
}

static void coil_observe(struct contact_wear *wear, const struct wear_sight *sight)
{
    int64_t before_ms = wear->heard_ms;
    bool known = before_ms > 0;
    wear->heard_ms = sight->heard_ms;
    if (known && sight->asked != wear->asked)
        coil_changed(wear, sight, before_ms);
    wear->asked = sight->asked;
    wear->timed &= known && sight->heard_ms - before_ms <= WEAR_GAP_MS;
}

void wear_observe(struct contact_wear *wear, const struct wear_sight *sight, int64_t now_ms)
{
    bool fresh = reading_fresh(&sight->current_mA, now_ms, WEAR_SAMPLE_MS);
    calm_observe(wear, sight, fresh);
    astray_observe(wear, sight, fresh, now_ms);
    if (sight->heard_ms == 0)
        return;
    coil_observe(wear, sight);
    moving_observe(wear);
    contact_observe(wear, sight);
    stuck_observe(wear, sight);
}

/* --- life --- */

/* Each share is rounded on its own; both counts are below 2^32, so 64 bits hold all of it. */
uint32_t wear_used_permille(const struct wear_record *wear, const struct topology_contact *contact)
{
    uint64_t used = 0;
    if (contact->life_operations)
        used += (uint64_t)wear->cold * 1000 / contact->life_operations;
    if (contact->life_hot_operations)
        used += (uint64_t)wear->hot * 1000 / contact->life_hot_operations;
    return used > UINT32_MAX ? UINT32_MAX : (uint32_t)used;
}

bool wear_life_told(const struct wear_record *wear, const struct topology_contact *contact)
{
    return contact->life_operations && (contact->life_hot_operations || wear->hot == 0);
}

uint32_t wear_remaining(const struct wear_record *wear, const struct topology_contact *contact)
{
    uint64_t life = contact->life_operations, used = wear->cold;
    if (!wear_life_told(wear, contact))
        return 0;
    if (contact->life_hot_operations)
        used += wear->hot * life / contact->life_hot_operations;
    return used >= life ? 0 : (uint32_t)(life - used);
}

static bool drifts(const struct wear_time *time)
{
    int32_t drift_us, permille;
    return wear_drift(time, &drift_us, &permille) && abs(permille) > WEAR_DRIFT_PERMILLE &&
           abs(drift_us) > WEAR_RESOLUTION_MS * 1000;
}

uint8_t wear_marks(const struct wear_record *wear, const struct topology_contact *contact)
{
    uint32_t used = wear_used_permille(wear, contact);
    return (uint8_t)((used > WEAR_SOON_PERMILLE) << WEAR_SOON |
                     (used > WEAR_OVER_PERMILLE) << WEAR_OVER |
                     (drifts(&wear->operate) || drifts(&wear->release)) << WEAR_DRIFTS);
}

enum wear_mark wear_worst(uint8_t marks)
{
    enum wear_mark worst = WEAR_WELL;
    for (enum wear_mark mark = WEAR_WELL; mark < WEAR_REPLACED; mark++)
        if (marks >> mark & 1)
            worst = mark;
    return worst;
}

const char *wear_mark_name(enum wear_mark mark)
{
    static const char *const names[WEAR_MARKS] = {
        [WEAR_WELL] = "well",     [WEAR_SOON] = "80 % used", [WEAR_OVER] = "used up",
        [WEAR_DRIFTS] = "drifts", [WEAR_REPLACED] = "new",
    };
    assert(mark < WEAR_MARKS);
    return names[mark];
}
