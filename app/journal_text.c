#include "app/config.h"
#include "app/journal.h"
#include "app/request.h"
#include "app/session.h"
#include "app/why.h"

static void subject_text(const struct journal_record *record, const struct config *config,
                         char *out, size_t room)
{
    const struct topology *topology = &config->topology;
    switch (record->kind) {
    case JOURNAL_CONTACT:
    case JOURNAL_WEAR:
        snprintf(out, room, "%s > %s",
                 topology->string[topology->contact[record->index].string].name,
                 topology->input[topology->contact[record->index].input].name);
        return;
    case JOURNAL_STRING_SWITCH:
        snprintf(out, room, "%s", topology->string[record->index].name);
        return;
    case JOURNAL_CHARGE_POINT:
    case JOURNAL_SESSION:
    case JOURNAL_AC_CONTACT:
    case JOURNAL_AC_STATE:
        snprintf(out, room, "%s",
                 config->wallboxes[config->charge_points[record->index].device].name);
        return;
    case JOURNAL_CHARGE_MAX:
    case JOURNAL_CHARGER_OFF:
    case JOURNAL_OUTPUT_PRIORITY:
    case JOURNAL_PV_OFF:
    case JOURNAL_UNIT_FAULT:
    case JOURNAL_UNIT_WARNING:
    case JOURNAL_UNIT_DOUBT:
    case JOURNAL_UNIT_FLOAT:
    case JOURNAL_MEANS:
        snprintf(out, room, "%s", config->inverters[record->index].name);
        return;
    case JOURNAL_LAMP:
        snprintf(out, room, "%s", config->buttons[record->index].name);
        return;
    case JOURNAL_EMULATION:
    case JOURNAL_EMULATED_CHARGE:
    case JOURNAL_EMULATED_DISCHARGE:
    case JOURNAL_EMULATED_INVERTER:
        snprintf(out, room, "%s", config->emulations[record->index].name);
        return;
    case JOURNAL_VETO:
        snprintf(out, room, "%s", config->buses[record->index].name);
        return;
    case JOURNAL_CURRENT:
        snprintf(out, room, "%s", config->currents.net.sensor[record->index].name);
        return;
    case JOURNAL_BUSBAR:
        snprintf(out, room, "%s", config->currents.net.node[record->index].name);
        return;
    case JOURNAL_PACK:
        snprintf(out, room, "%s", config->packs[record->index].name);
        return;
    case JOURNAL_REQUEST:
        snprintf(out, room, "%016llx %s", (unsigned long long)record->request.id,
                 record->request.about);
        return;
    case JOURNAL_ROUTER:
    case JOURNAL_CAP:
    case JOURNAL_CAP_POLICY:
    case JOURNAL_CHARGE:
    case JOURNAL_START:
    case JOURNAL_KINDS:
        break;
    }
    snprintf(out, room, "%s", config->plant);
}

static void value_text(enum journal_kind kind, int32_t value, char *out, size_t room)
{
    static const char *const lamps[] = {"off", "on", "blinking"};
    switch (kind) {
    case JOURNAL_CONTACT:
    case JOURNAL_AC_CONTACT:
        snprintf(out, room, "%s", value ? "closed" : "open");
        return;
    case JOURNAL_AC_STATE:
        snprintf(out, room, "%s", ac_state_name((enum ac_state)value));
        return;
    case JOURNAL_STRING_SWITCH:
        snprintf(out, room, "%s", value ? "on" : "off");
        return;
    case JOURNAL_CHARGE_POINT:
    case JOURNAL_EMULATED_CHARGE:
    case JOURNAL_EMULATED_DISCHARGE:
        snprintf(out, room, "%d.%d A", value / 10, value % 10);
        return;
    case JOURNAL_CHARGE_MAX:
        snprintf(out, room, value < 0 ? "?" : "%d A", value);
        return;
    case JOURNAL_CHARGER_OFF:
        snprintf(out, room, "%s", value < 0 ? "?" : value ? "charger off" : "charger on");
        return;
    case JOURNAL_PV_OFF:
        snprintf(out, room, "%s", value < 0 ? "?" : value ? "takes no sun" : "takes sun");
        return;
    case JOURNAL_OUTPUT_PRIORITY:
        snprintf(out, room, "%s", output_priority_name(value));
        return;
    case JOURNAL_LAMP:
        snprintf(out, room, "%s", value >= 0 && value < 3 ? lamps[value] : "?");
        return;
    case JOURNAL_ROUTER:
        snprintf(out, room, "%s", router_state_name((enum router_state)value));
        return;
    case JOURNAL_SESSION:
        snprintf(out, room, "%s", session_state_name((enum session_state)value));
        return;
    case JOURNAL_CAP:
        snprintf(out, room, "%s", value ? "reached" : "not reached");
        return;
    case JOURNAL_CAP_POLICY:
        snprintf(out, room, "%d.%d %%", value / 10, value % 10);
        return;
    case JOURNAL_WEAR:
        snprintf(out, room, "%s", wear_mark_name((enum wear_mark)value));
        return;
    case JOURNAL_EMULATION:
        snprintf(out, room, "%s", emulate_state_name((enum emulate_state)value));
        return;
    case JOURNAL_EMULATED_INVERTER:
        snprintf(out, room, "%s", value == 0 ? "lost" : value == 1 ? "heard" : "does not obey");
        return;
    case JOURNAL_CURRENT:
        snprintf(out, room, "%s", value ? "dropped" : "used");
        return;
    case JOURNAL_CHARGE:
        snprintf(out, room, "%s", value ? "contradicted" : "agreed");
        return;
    case JOURNAL_BUSBAR:
        snprintf(out, room, "%s", value ? "does not add up" : "adds up");
        return;
    case JOURNAL_PACK:
        snprintf(out, room, "%s", pack_place_text((enum pack_place)value));
        return;
    case JOURNAL_UNIT_FAULT:
        snprintf(out, room, value ? "fault %02d" : "no fault", value);
        return;
    case JOURNAL_UNIT_WARNING:
        snprintf(out, room, "%s", value ? "stands" : "none");
        return;
    case JOURNAL_UNIT_DOUBT:
        snprintf(out, room, "%s", value ? "disagrees" : "agrees");
        return;
    case JOURNAL_UNIT_FLOAT:
        snprintf(out, room, "%s", inverter_float_name((enum inverter_float)value));
        return;
    case JOURNAL_REQUEST:
        snprintf(out, room, "%s", request_step_name((enum request_step)value));
        return;
    case JOURNAL_MEANS:
        snprintf(out, room, "%s", means_name((enum means)value));
        return;
    case JOURNAL_START:
    case JOURNAL_VETO:
    case JOURNAL_KINDS:
        break;
    }
    snprintf(out, room, "%d", value);
}

/* --- of a record from anywhere --- */

/* How many the config has of what the index counts; -1 = the kind has no index. */
static int subjects(enum journal_kind kind, const struct config *config)
{
    switch (kind) {
    case JOURNAL_CONTACT:
    case JOURNAL_WEAR:
        return config->topology.contacts;
    case JOURNAL_STRING_SWITCH:
        return config->topology.strings;
    case JOURNAL_CHARGE_POINT:
    case JOURNAL_SESSION:
    case JOURNAL_AC_CONTACT:
    case JOURNAL_AC_STATE:
        return config->wallbox_count;
    case JOURNAL_CHARGE_MAX:
    case JOURNAL_CHARGER_OFF:
    case JOURNAL_OUTPUT_PRIORITY:
    case JOURNAL_PV_OFF:
    case JOURNAL_UNIT_FAULT:
    case JOURNAL_UNIT_WARNING:
    case JOURNAL_UNIT_DOUBT:
    case JOURNAL_UNIT_FLOAT:
    case JOURNAL_MEANS:
        return config->inverter_count;
    case JOURNAL_LAMP:
        return config->button_count;
    case JOURNAL_EMULATION:
    case JOURNAL_EMULATED_CHARGE:
    case JOURNAL_EMULATED_DISCHARGE:
    case JOURNAL_EMULATED_INVERTER:
        return config->emulation_count;
    case JOURNAL_VETO:
        return config->bus_count;
    case JOURNAL_CURRENT:
        return config->currents.net.sensors;
    case JOURNAL_BUSBAR:
        return config->currents.net.nodes;
    case JOURNAL_PACK:
        return config->pack_count;
    case JOURNAL_REQUEST:
    case JOURNAL_ROUTER:
    case JOURNAL_CAP:
    case JOURNAL_CAP_POLICY:
    case JOURNAL_CHARGE:
    case JOURNAL_START:
    case JOURNAL_KINDS:
        break;
    }
    return -1;
}

void journal_subject(const struct journal_record *record, const struct config *config, char *out,
                     size_t room)
{
    static const struct config nothing = {.plant = "plant"};
    int count = subjects(record->kind, config ? config : &nothing);
    if (count >= 0 && record->index >= count)
        snprintf(out, room, "#%u", record->index);
    else
        subject_text(record, config ? config : &nothing, out, room);
}

void journal_value(enum journal_kind kind, int32_t value, char *out, size_t room)
{
    /* Of kinds whose values are an enum that is told by name. */
    static const int32_t named[JOURNAL_KINDS] = {
        [JOURNAL_ROUTER] = ROUTER_STATES,
        [JOURNAL_SESSION] = SESSION_STATES,
        [JOURNAL_AC_STATE] = AC_STATES,
        [JOURNAL_WEAR] = WEAR_MARKS,
        [JOURNAL_EMULATION] = EMULATE_STATES,
        [JOURNAL_PACK] = PLACES,
        [JOURNAL_UNIT_FLOAT] = FLOAT_NEAR_TARGET + 1,
        [JOURNAL_REQUEST] = REQUEST_STEPS,
        [JOURNAL_MEANS] = MEANS_COUNT,
    };
    if (kind < JOURNAL_KINDS && named[kind] && (value < 0 || value >= named[kind]))
        snprintf(out, room, "%d", value);
    else
        value_text(kind, value, out, room);
}

void journal_text(const struct journal_record *record, const struct config *config, char *out,
                  size_t room)
{
    char subject[96], before[32], after[32];
    subject_text(record, config, subject, sizeof subject);
    value_text(record->kind, record->before, before, sizeof before);
    value_text(record->kind, record->after, after, sizeof after);
    snprintf(out, room, "%lld.%03d %s %s: %s -> %s: %s", (long long)(record->at_ms / 1000),
             (int)(record->at_ms % 1000), journal_kind_name(record->kind), subject, before, after,
             record->cause);
}
