#include "app/config.h"
#include "app/journal.h"
#include "app/request.h"
#include "app/session.h"
#include "app/why.h"

/* What a kind's index counts. */
enum subject {
    OF_PLANT, /* no index */
    OF_REQUEST,
    OF_CONTACT,
    OF_STRING,
    OF_CHARGE_POINT,
    OF_INVERTER,
    OF_BUTTON,
    OF_EMULATION,
    OF_BUS,
    OF_SENSOR,
    OF_NODE,
    OF_PACK
};

static enum subject subject_of(enum journal_kind kind)
{
    switch (kind) {
    case JOURNAL_CONTACT:
    case JOURNAL_WEAR:
        return OF_CONTACT;
    case JOURNAL_STRING_SWITCH:
        return OF_STRING;
    case JOURNAL_CHARGE_POINT:
    case JOURNAL_SESSION:
    case JOURNAL_AC_CONTACT:
    case JOURNAL_AC_STATE:
        return OF_CHARGE_POINT;
    case JOURNAL_CHARGE_MAX:
    case JOURNAL_CHARGER_OFF:
    case JOURNAL_OUTPUT_PRIORITY:
    case JOURNAL_PV_OFF:
    case JOURNAL_UNIT_FAULT:
    case JOURNAL_UNIT_WARNING:
    case JOURNAL_UNIT_DOUBT:
    case JOURNAL_UNIT_FLOAT:
    case JOURNAL_MEANS:
        return OF_INVERTER;
    case JOURNAL_LAMP:
        return OF_BUTTON;
    case JOURNAL_EMULATION:
    case JOURNAL_EMULATED_CHARGE:
    case JOURNAL_EMULATED_DISCHARGE:
    case JOURNAL_EMULATED_INVERTER:
        return OF_EMULATION;
    case JOURNAL_VETO:
        return OF_BUS;
    case JOURNAL_CURRENT:
        return OF_SENSOR;
    case JOURNAL_BUSBAR:
        return OF_NODE;
    case JOURNAL_PACK:
        return OF_PACK;
    case JOURNAL_REQUEST:
        return OF_REQUEST;
    case JOURNAL_ROUTER:
    case JOURNAL_CAP:
    case JOURNAL_CAP_POLICY:
    case JOURNAL_CHARGE:
    case JOURNAL_START:
    case JOURNAL_KINDS:
        break;
    }
    return OF_PLANT;
}

/* The name of the subject with this index; NULL past the last that the config has. */
static const char *name_of(enum subject subject, size_t index, const struct config *config)
{
    switch (subject) {
    case OF_STRING:
        return index < config->topology.strings ? config->topology.string[index].name : NULL;
    case OF_CHARGE_POINT:
        return index < config->wallbox_count
                   ? config->wallboxes[config->charge_points[index].device].name
                   : NULL;
    case OF_INVERTER:
        return index < config->inverter_count ? config->inverters[index].name : NULL;
    case OF_BUTTON:
        return index < config->button_count ? config->buttons[index].name : NULL;
    case OF_EMULATION:
        return index < config->emulation_count ? config->emulations[index].name : NULL;
    case OF_BUS:
        return index < config->bus_count ? config->buses[index].name : NULL;
    case OF_SENSOR:
        return index < config->currents.net.sensors ? config->currents.net.sensor[index].name
                                                    : NULL;
    case OF_NODE:
        return index < config->currents.net.nodes ? config->currents.net.node[index].name : NULL;
    case OF_PACK:
        return index < config->pack_count ? config->packs[index].name : NULL;
    case OF_PLANT:
        return config->plant;
    case OF_REQUEST:
    case OF_CONTACT:
        break;
    }
    return NULL;
}

void journal_subject(const struct journal_record *record, const struct config *config, char *out,
                     size_t room)
{
    static const struct config nothing = {.plant = "plant"};
    config = config ? config : &nothing;
    const struct topology *topology = &config->topology;
    enum subject subject = subject_of(record->kind);
    const char *name = name_of(subject, record->index, config);
    if (subject == OF_REQUEST)
        snprintf(out, room, "%016llx %s", (unsigned long long)record->request.id,
                 record->request.about);
    else if (subject == OF_CONTACT && record->index < topology->contacts)
        snprintf(out, room, "%s > %s",
                 topology->string[topology->contact[record->index].string].name,
                 topology->input[topology->contact[record->index].input].name);
    else if (name)
        snprintf(out, room, "%s", name);
    else
        snprintf(out, room, "#%u", record->index);
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
    journal_subject(record, config, subject, sizeof subject);
    journal_value(record->kind, record->before, before, sizeof before);
    journal_value(record->kind, record->after, after, sizeof after);
    snprintf(out, room, "%lld.%03d %s %s: %s -> %s: %s", (long long)(record->at_ms / 1000),
             (int)(record->at_ms % 1000), journal_kind_name(record->kind), subject, before, after,
             record->cause);
}
