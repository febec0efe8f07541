/* Towards CAN inverters: the bank's state and limits into what each is told, and into the journal. */
#include "app/controller.h"

/* One frame a tick, so that a slow receiver keeps up. */
static void stagger(struct controller *c, size_t i, int64_t now_ms)
{
    struct dialect_state *state = &c->plant.dialects[DEVICE_EMULATION][i];
    for (size_t m = 0; m < DIALECT_MESSAGES; m++)
        state->due_ms[m] = now_ms + (int64_t)m * TICK_MS;
}

void emulations_steer(struct controller *c, int64_t now_ms)
{
    struct emulate_input input = {
        .config = &c->config->bank,
        .bank = &c->bank,
        .soc = &c->soc,
        .limits = &c->limits,
        .soh_permille = emulate_soh_permille(c->plant.packs, c->config->pack_count),
    };
    for (size_t i = 0; i < c->config->emulation_count; i++) {
        struct emulate *emulate = &c->emulations[i];
        enum emulate_state before = emulate->state;
        emulate_step(emulate, &c->config->emulate[i], &input, &c->plant.emulations[i],
                     &c->plant.emulate_orders[i], now_ms);
        if (before == EMULATE_SILENT && emulate->state != EMULATE_SILENT)
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
    _Static_assert(EMULATE_INVERTER_MS == 5000, "the text says so");
    struct told_emulation *told = &c->told.emulation[i];
    if (told->inverter != word)
        journal_add(&c->journal, JOURNAL_EMULATED_INVERTER, (int)i, told->inverter, (int32_t)word,
                    now_ms, "%s", causes[word]);
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
