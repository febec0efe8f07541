#include "app/journal.h"

#include <assert.h>
#include <stdarg.h>

void journal_add(struct journal *journal, enum journal_kind kind, int index, int32_t before,
                 int32_t after, int64_t now_ms, const char *cause_format, ...)
{
    assert(kind < JOURNAL_KINDS && index >= 0 && index <= UINT8_MAX);
    struct journal_record *record = &journal->ring[journal->next % JOURNAL_RING];
    *record = (struct journal_record){.at_ms = now_ms,
                                      .sequence = journal->next,
                                      .kind = kind,
                                      .index = (uint8_t)index,
                                      .before = before,
                                      .after = after};
    va_list args;
    va_start(args, cause_format);
    vsnprintf(record->cause, sizeof record->cause, cause_format, args);
    va_end(args);
    journal->next++;
    if (journal->next - journal->taken > JOURNAL_RING) {
        journal->taken++;
        journal->lost++;
    }
}

void journal_add_request(struct journal *journal, const struct journal_request *request,
                         int32_t before, int32_t after, int64_t at_ms, const char *says)
{
    struct journal_record *record = &journal->ring[journal->next % JOURNAL_RING];
    journal_add(journal, JOURNAL_REQUEST, 0, before, after, at_ms, "%s", says);
    record->request = *request;
}

const struct journal_record *journal_take(struct journal *journal)
{
    if (journal->taken == journal->next)
        return NULL;
    return &journal->ring[journal->taken++ % JOURNAL_RING];
}

const char *journal_kind_name(enum journal_kind kind)
{
    static const char *const names[JOURNAL_KINDS] = {
        [JOURNAL_CONTACT] = "contact",
        [JOURNAL_STRING_SWITCH] = "string switch",
        [JOURNAL_CHARGE_POINT] = "charge point",
        [JOURNAL_CHARGE_MAX] = "charge maximum",
        [JOURNAL_CHARGER_OFF] = "charger off",
        [JOURNAL_OUTPUT_PRIORITY] = "output priority",
        [JOURNAL_LAMP] = "lamp",
        [JOURNAL_ROUTER] = "router",
        [JOURNAL_SESSION] = "session",
        [JOURNAL_CAP] = "cap",
        [JOURNAL_START] = "start",
        [JOURNAL_VETO] = "veto",
        [JOURNAL_AC_CONTACT] = "AC contact",
        [JOURNAL_AC_STATE] = "AC source",
        [JOURNAL_PV_OFF] = "PV",
        [JOURNAL_WEAR] = "wear of",
        [JOURNAL_EMULATION] = "emulation",
        [JOURNAL_EMULATED_CHARGE] = "charge limit told to",
        [JOURNAL_EMULATED_DISCHARGE] = "discharge limit told to",
        [JOURNAL_EMULATED_INVERTER] = "inverter behind",
        [JOURNAL_CURRENT] = "current sensor",
        [JOURNAL_BUSBAR] = "busbar",
        [JOURNAL_PACK] = "pack",
        [JOURNAL_CAP_POLICY] = "cap policy",
        [JOURNAL_CHARGE] = "charge",
        [JOURNAL_UNIT_FAULT] = "fault of",
        [JOURNAL_UNIT_WARNING] = "warning of",
        [JOURNAL_UNIT_DOUBT] = "agreement of",
        [JOURNAL_UNIT_FLOAT] = "charging of",
        [JOURNAL_REQUEST] = "request",
        [JOURNAL_MEANS] = "means of",
    };
    assert(kind < JOURNAL_KINDS);
    return names[kind];
}
