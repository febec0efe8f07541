/* Tells the journal what changed: exactly one record for each actuator change, with its cause. */
#include <stdlib.h>

#include "app/controller.h"
#include "app/request_set.h"
#include "app/why.h"

enum { AGREED_MS = 600000 };

static void tell_router(struct controller *controller, int64_t now_ms)
{
    const struct router *router = &controller->router;
    struct told *told = &controller->told;
    if (told->router_state == router->state && told->router_why == router->why)
        return;
    const char *string = router->string < controller->config->topology.strings
                             ? controller->config->topology.string[router->string].name
                             : "";
    journal_add(&controller->journal, JOURNAL_ROUTER, 0, told->router_state, (int32_t)router->state,
                now_ms, "%s%s%s", router_why_text(router->why), *string ? ": " : "", string);
    told->router_state = (uint8_t)router->state;
    told->router_why = (uint8_t)router->why;
}

/* What the router adopts at start is what it saw: no change of an actuator. */
static void tell_contacts(struct controller *controller, int64_t now_ms)
{
    const struct topology *topology = &controller->config->topology;
    const struct router *router = &controller->router;
    struct told *told = &controller->told;
    if (!router->orders.valid) {
        told->router_valid = false;
        return;
    }
    const char *why = router_why_text(router->why);
    for (size_t c = 0; c < topology->contacts; c++) {
        bool closed = router->orders.contact_closed[c];
        if (told->router_valid && told->contact[c] != closed)
            journal_add(&controller->journal, JOURNAL_CONTACT, (int)c, told->contact[c], closed,
                        now_ms, "%s: string %s, input %s", why,
                        topology->string[topology->contact[c].string].name,
                        topology->input[topology->contact[c].input].name);
        told->contact[c] = closed;
    }
    for (size_t s = 0; s < topology->strings; s++) {
        bool on = router->orders.string_on[s];
        if (told->router_valid && told->string_on[s] != on)
            journal_add(&controller->journal, JOURNAL_STRING_SWITCH, (int)s, told->string_on[s], on,
                        now_ms, "%s", router->isolate[s] ? router_why_text(WHY_ISOLATED) : why);
        told->string_on[s] = on;
    }
    told->router_valid = true;
}

static void tell_charge_points(struct controller *controller, int64_t now_ms)
{
    struct told *told = &controller->told;
    for (size_t i = 0; i < controller->config->wallbox_count; i++) {
        const struct session *session = &controller->sessions[i];
        if (told->session[i] != session->state)
            journal_add(&controller->journal, JOURNAL_SESSION, (int)i, told->session[i],
                        (int32_t)session->state, now_ms, "%s", session_why_text(session->why));
        told->session[i] = (uint8_t)session->state;
        const struct limit *limit = &controller->decided.charge_point[i].limit;
        if (told->limit_dA[i] != limit->value)
            journal_add(&controller->journal, JOURNAL_CHARGE_POINT, (int)i, told->limit_dA[i],
                        limit->value, now_ms, "held by %s", limit_cause_text(limit->cause));
        told->limit_dA[i] = limit->value;
    }
}

static void tell_setting(struct controller *controller, size_t inverter, enum setting setting,
                         enum journal_kind kind, const char *cause, int64_t now_ms)
{
    const struct unit_setting *now = &controller->plant.units[inverter].settings[setting];
    int32_t *told = &controller->told.setting[inverter][setting];
    uint32_t *writes = &controller->told.writes[inverter][setting];
    if (now->writes == *writes)
        return;
    *writes = now->writes;
    const struct request *wish = request_wish(controller, inverter, setting);
    if (wish)
        journal_add(&controller->journal, kind, (int)inverter, *told, now->wrote, now_ms,
                    "a person asked for it: request %016llx", (unsigned long long)wish->ask.id);
    else
        journal_add(&controller->journal, kind, (int)inverter, *told, now->wrote, now_ms, "%s",
                    cause);
    *told = now->wrote;
}

static void tell_inverters(struct controller *controller, int64_t now_ms)
{
    char charge[96];
    snprintf(charge, sizeof charge, "charging held by %s",
             limit_cause_text(controller->limits.charge_mA.cause));
    for (size_t i = 0; i < controller->config->inverter_count; i++) {
        tell_setting(controller, i, SET_CHARGE_MAX, JOURNAL_CHARGE_MAX, charge, now_ms);
        tell_setting(controller, i, SET_CHARGER_OFF, JOURNAL_CHARGER_OFF, charge, now_ms);
        tell_setting(controller, i, SET_PV_OFF, JOURNAL_PV_OFF,
                     router_why_text(controller->router.why), now_ms);
        tell_setting(controller, i, SET_OUTPUT_PRIORITY, JOURNAL_OUTPUT_PRIORITY,
                     controller->decided.inverter[i].cause, now_ms);
    }
}

static void tell_lamps(struct controller *controller, int64_t now_ms)
{
    for (size_t b = 0; b < controller->config->button_count; b++) {
        int32_t lamp = controller->plant.button_orders[b].lamp;
        if (controller->told.lamp[b] != lamp)
            journal_add(&controller->journal, JOURNAL_LAMP, (int)b, controller->told.lamp[b], lamp,
                        now_ms, "shows the session");
        controller->told.lamp[b] = lamp;
    }
}

static void tell_cap(struct controller *controller, int64_t now_ms)
{
    bool reached = controller->limits.cap_reached;
    if (controller->told.cap_reached != reached)
        journal_add(&controller->journal, JOURNAL_CAP, 0, !reached, reached, now_ms,
                    "charge estimated at %d +- %d permille", controller->soc.soc_permille,
                    controller->soc.error_permille);
    controller->told.cap_reached = reached;
}

/* The estimate and the counter prove each other wrong: until they have agreed for a while, since two that just touch
 * would be told again and again. */
static void tell_charge(struct controller *c, int64_t now_ms)
{
    bool apart = c->soc.contradicted;
    if (apart)
        c->told.contradicted_ms = now_ms;
    bool now =
        apart || (c->told.charge_contradicted && now_ms - c->told.contradicted_ms < AGREED_MS);
    struct soc_estimate counted = soc_counter_estimate(&c->charge.counter);
    if (c->told.charge_contradicted != now)
        journal_add(&c->journal, JOURNAL_CHARGE, 0, !now, now, now_ms,
                    "estimated %d +- %d, counted %d +- %d permille%s", c->soc.soc_permille,
                    c->soc.error_permille, counted.soc_permille, counted.error_permille,
                    now ? ": the cap uses the fuller" : "");
    c->told.charge_contradicted = now;
}

/* Each pack that joins or leaves the bank. */
static void tell_packs(struct controller *controller, int64_t now_ms)
{
    char says[JOURNAL_CAUSE_SIZE];
    for (size_t i = 0; i < controller->config->pack_count; i++) {
        uint8_t place = (uint8_t)controller->bank.pack[i].place;
        uint8_t *told = &controller->told.pack_place[i];
        if (place == *told)
            continue;
        if (pack_says(controller, i, says, sizeof says) <= 0)
            snprintf(says, sizeof says, "%d of %d packs carry up to %d A in, %d A out",
                     controller->bank.packs_in, controller->bank.packs,
                     controller->bank.ccl_mA / 1000, controller->bank.dcl_mA / 1000);
        journal_add(&controller->journal, JOURNAL_PACK, (int)i, *told, place, now_ms, "%s", says);
        *told = place;
    }
}

static void tell_vetoes(struct controller *controller, int64_t now_ms)
{
    for (size_t b = 0; b < controller->config->bus_count; b++) {
        uint32_t vetoes = controller->bus_vetoes[b], told = controller->told.vetoes[b];
        if (vetoes != told && told == 0)
            journal_add(&controller->journal, JOURNAL_VETO, (int)b, (int32_t)told, (int32_t)vetoes,
                        now_ms, "the gate refused a frame on %s",
                        controller->config->buses[b].name);
        controller->told.vetoes[b] = vetoes;
    }
}

static void tell_drift(struct controller *controller, size_t c, int64_t now_ms)
{
    const struct wear_record *wear = &controller->wear[c].record;
    int32_t operate_us, release_us, operate_permille, release_permille;
    wear_drift(&wear->operate, &operate_us, &operate_permille);
    wear_drift(&wear->release, &release_us, &release_permille);
    bool closing = abs(operate_permille) > abs(release_permille);
    int32_t mean_us = closing ? wear->operate.mean_us : wear->release.mean_us;
    int32_t first_us = mean_us - (closing ? operate_us : release_us);
    journal_add(&controller->journal, JOURNAL_WEAR, (int)c, (int32_t)wear_worst(wear->told),
                WEAR_DRIFTS, now_ms, "%s takes %d ms, %d ms at first",
                closing ? "closing" : "opening", mean_us / 1000, first_us / 1000);
}

static void tell_life(struct controller *controller, size_t c, enum wear_mark mark, int64_t now_ms)
{
    const struct wear_record *wear = &controller->wear[c].record;
    uint32_t used = wear_used_permille(wear, &controller->config->topology.contact[c]);
    journal_add(&controller->journal, JOURNAL_WEAR, (int)c, (int32_t)wear_worst(wear->told),
                (int32_t)mark, now_ms,
                "%u operations without and %u under current, %u.%u %% of its life", wear->cold,
                wear->hot, used / 10, used % 10);
}

/* Each warning once, until the contact is replaced; none moves anything. */
static void tell_wear(struct controller *controller, int64_t now_ms)
{
    const struct topology *topology = &controller->config->topology;
    for (size_t c = 0; c < topology->contacts; c++) {
        struct wear_record *wear = &controller->wear[c].record;
        uint8_t marks = wear_marks(wear, &topology->contact[c]);
        for (enum wear_mark mark = WEAR_SOON; mark < WEAR_REPLACED; mark++)
            if (marks & ~wear->told & 1 << mark) {
                if (mark == WEAR_DRIFTS)
                    tell_drift(controller, c, now_ms);
                else
                    tell_life(controller, c, mark, now_ms);
                wear->told |= (uint8_t)(1 << mark);
            }
    }
}

static void tell_sensor(struct controller *controller, size_t k, int64_t now_ms)
{
    const struct currents_sensor_state *s = &controller->currents.sensor[k];
    uint8_t told = controller->told.current_fault[k];
    controller->told.current_fault[k] = (uint8_t)s->fault;
    if (!told == !s->fault)
        return;
    if (s->fault)
        journal_add(&controller->journal, JOURNAL_CURRENT, (int)k, told, (int32_t)s->fault, now_ms,
                    "%s: off by %+.1f A at %+.1f A", currents_fault_text(s->fault),
                    s->fault_mA / 1000, s->fault_at_mA / 1000);
    else
        journal_add(&controller->journal, JOURNAL_CURRENT, (int)k, told, 0, now_ms,
                    "it agreed with the others for %d min", CURRENTS_AGREE_MS / 60000);
}

static void tell_currents(struct controller *controller, int64_t now_ms)
{
    for (size_t k = 0; k < controller->config->currents.net.sensors; k++)
        tell_sensor(controller, k, now_ms);
    for (size_t n = 0; n < controller->config->currents.net.nodes; n++) {
        const struct currents_node_state *node = &controller->currents.node[n];
        bool told = controller->told.node_doubted[n];
        if (told != node->doubted)
            journal_add(&controller->journal, JOURNAL_BUSBAR, (int)n, told, node->doubted, now_ms,
                        node->doubted ? "a current is missing, and no single sensor explains it"
                                      : "its currents have added up for a time");
        controller->told.node_doubted[n] = node->doubted;
    }
}

void journal_changes(struct controller *controller, int64_t now_ms)
{
    tell_router(controller, now_ms);
    tell_contacts(controller, now_ms);
    tell_ac(controller, now_ms);
    tell_charge_points(controller, now_ms);
    tell_inverters(controller, now_ms);
    tell_lamps(controller, now_ms);
    tell_cap(controller, now_ms);
    tell_charge(controller, now_ms);
    tell_packs(controller, now_ms);
    tell_cap_policy(controller, now_ms);
    tell_vetoes(controller, now_ms);
    tell_wear(controller, now_ms);
    tell_emulations(controller, now_ms);
    tell_means(controller, now_ms);
    tell_currents(controller, now_ms);
    tell_inverter_bank(controller, now_ms);
}
