/* Towards inverters that hear busbar as their battery: the bank's state and limits into what each is
 * told, by frames or on its port, and into the journal. */
#include "app/controller.h"

void emulations_setup(struct controller *c)
{
    for (size_t i = 0; i < c->config->emulation_count; i++)
        if (*c->config->emulation_link[i].port)
            lib_port_init(&c->lib_ports[i], c->config->emulation_link[i].address,
                          c->config->bank.cells);
}

/* One frame a tick, so that a slow receiver keeps up. */
static void stagger(struct controller *c, size_t i, int64_t now_ms)
{
    struct dialect_state *state = &c->plant.dialects[DEVICE_EMULATION][i];
    for (size_t m = 0; m < DIALECT_MESSAGES; m++)
        state->due_ms[m] = now_ms + (int64_t)m * TICK_MS;
}

/* What the others draw from the battery now is not for this one. */
static int32_t discharge_part_mA(const struct controller *c, uint8_t inverter, int64_t now_ms)
{
    int64_t left_mA = c->serial_limits.discharge_mA.value;
    for (size_t k = 0; k < c->config->inverter_count; k++)
        if (k != inverter)
            left_mA -=
                reading_or(&c->plant.units[k].readings.discharge_mA, now_ms, BANK_INVERTER_MS, 0);
    return left_mA < 0 ? 0 : (int32_t)left_mA;
}

/* One of inverters has no share of its own: it is told its part. */
static void limits_part(const struct controller *c, uint8_t inverter, struct bank_limits *limits,
                        int64_t now_ms)
{
    if (inverter == CONFIG_NONE)
        return;
    limits->charge_mA.value = c->decided.inverter[inverter].bms_mA;
    limits->discharge_mA.value = discharge_part_mA(c, inverter, now_ms);
}

/* Whether it obeys is known of the inverter itself then, not only of the bank. */
static void obedience_take(struct controller *c, size_t i)
{
    const struct config_link *link = &c->config->emulation_link[i];
    if (link->inverter == CONFIG_NONE)
        return;
    enum means which = *link->port ? MEANS_BMS_PORT : MEANS_BMS_CAN;
    c->emulations[i].disobeyed =
        c->decided.inverter[link->inverter].means.why[which] == MEANS_DISOBEYED;
}

static void port_listen(struct controller *c, size_t i)
{
    struct emulate_readings *heard = &c->plant.emulations[i];
    heard->heartbeat.heard_ms = c->lib_ports[i].asked_ms;
    heard->rival.heard_ms = c->lib_ports[i].rival_ms;
}

void emulations_steer(struct controller *c, int64_t now_ms)
{
    struct bank_limits limits;
    struct emulate_input input = {
        .config = &c->config->bank,
        .bank = &c->bank,
        .soc = &c->soc,
        .limits = &limits,
        .soh_permille = emulate_soh_permille(c->plant.packs, c->config->pack_count),
    };
    for (size_t i = 0; i < c->config->emulation_count; i++) {
        struct emulate *emulate = &c->emulations[i];
        struct emulate_orders *orders = &c->plant.emulate_orders[i];
        bool port = *c->config->emulation_link[i].port;
        enum emulate_state before = emulate->state;
        limits = c->limits;
        limits_part(c, c->config->emulation_link[i].inverter, &limits, now_ms);
        if (port)
            port_listen(c, i);
        emulate_step(emulate, &c->config->emulate[i], &input, &c->plant.emulations[i], orders,
                     now_ms);
        obedience_take(c, i);
        if (port)
            lib_port_tell(&c->lib_ports[i], emulate->state == EMULATE_SILENT ? NULL : orders,
                          now_ms);
        else if (before == EMULATE_SILENT && emulate->state != EMULATE_SILENT)
            stagger(c, i, now_ms);
    }
}

/* --- journal --- */

static enum inverter_word hear(const struct controller *c, size_t i, int64_t now_ms)
{
    if (c->emulations[i].disobeyed)
        return INVERTER_DISOBEYS;
    return reading_fresh(&c->plant.emulations[i].heartbeat, now_ms, EMULATE_INVERTER_MS)
               ? INVERTER_HEARD
               : INVERTER_LOST;
}

static void tell_limit(struct controller *c, enum journal_kind kind, size_t i, int32_t limit_mA,
                       enum limit_cause cause, int32_t *told_dA, int64_t now_ms)
{
    const struct emulate *emulate = &c->emulations[i];
    int32_t now_dA = emulate->state == EMULATE_SILENT ? *told_dA : limit_mA / 100;
    if (!now_dA != !*told_dA)
        journal_add(&c->journal, kind, (int)i, *told_dA, now_dA, now_ms, "held by %s",
                    emulate->state == EMULATE_ZERO ? emulate_why_text(emulate->why)
                                                   : limit_cause_text(cause));
    *told_dA = now_dA;
}

static void tell_inverter(struct controller *c, size_t i, enum inverter_word word, int64_t now_ms)
{
    static const char *const causes[] = {
        [INVERTER_LOST] = "no 0x305 for 5 s",
        [INVERTER_HEARD] = "its 0x305 comes",
        [INVERTER_DISOBEYS] = "the bank is charged though 0 A is allowed",
    };
    static const char *const port_causes[] = {
        [INVERTER_LOST] = "no request for 5 s",
        [INVERTER_HEARD] = "it asks for its battery's limits",
        [INVERTER_DISOBEYS] = "it charges more than it was told",
    };
    _Static_assert(EMULATE_INVERTER_MS == 5000, "the text says so");
    struct told_emulation *told = &c->told.emulation[i];
    if (told->inverter != word)
        journal_add(&c->journal, JOURNAL_EMULATED_INVERTER, (int)i, told->inverter, (int32_t)word,
                    now_ms, "%s",
                    (*c->config->emulation_link[i].port ? port_causes : causes)[word]);
    told->inverter = (uint8_t)word;
}

void tell_emulations(struct controller *c, int64_t now_ms)
{
    for (size_t i = 0; i < c->config->emulation_count; i++) {
        const struct emulate *emulate = &c->emulations[i];
        const struct emulate_orders *orders = &c->plant.emulate_orders[i];
        struct told_emulation *told = &c->told.emulation[i];
        if (told->state != emulate->state)
            journal_add(&c->journal, JOURNAL_EMULATION, (int)i, told->state,
                        (int32_t)emulate->state, now_ms, "%s", emulate_why_text(emulate->why));
        tell_inverter(c, i, hear(c, i, now_ms), now_ms);
        told->state = (uint8_t)emulate->state;
        tell_limit(c, JOURNAL_EMULATED_CHARGE, i, orders->ccl_mA, c->limits.charge_mA.cause,
                   &told->charge_dA, now_ms);
        tell_limit(c, JOURNAL_EMULATED_DISCHARGE, i, orders->dcl_mA, c->limits.discharge_mA.cause,
                   &told->discharge_dA, now_ms);
    }
}
