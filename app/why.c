#include "app/why.h"

#include <stdio.h>
#include <string.h>

#include "app/layouts.h"
#include "app/status_inverters.h"

char *why_line(struct why *why)
{
    static char spare[WHY_SIZE];
    return why->count < WHY_LINES ? why->lines[why->count++] : spare;
}

const char *car_state_name(int32_t state)
{
    static const char *const names[] = {"A (no car)",   "B (waiting)",  "C (charging)",
                                        "D (charging)", "E (no power)", "F (fault)"};
    return state >= 0 && state < 6 ? names[state] : "unknown";
}

const char *unit_mode_name(int32_t mode)
{
    static const char *const names[] = {[MODE_UNKNOWN] = "unknown",
                                        [MODE_POWER_ON] = "power on",
                                        [MODE_STANDBY] = "standby",
                                        [MODE_LINE] = "line",
                                        [MODE_BATTERY] = "battery",
                                        [MODE_FAULT] = "fault",
                                        [MODE_SHUTDOWN] = "off",
                                        [MODE_SAVING] = "saving",
                                        [MODE_CHARGING] = "charging",
                                        [MODE_BYPASS] = "bypass",
                                        [MODE_ECO] = "eco"};
    return mode >= 0 && mode <= MODE_ECO ? names[mode] : "unknown";
}

const char *output_priority_name(int32_t priority)
{
    static const char *const names[] = {"utility first", "solar first", "solar-battery-utility"};
    return priority >= 0 && priority <= OUTPUT_SBU ? names[priority] : "?";
}

static void currents_why(struct why *why, const struct controller *c)
{
    const struct currents_config *config = &c->config->currents.net;
    for (size_t k = 0; k < config->sensors; k++)
        if (c->currents.sensor[k].fault)
            snprintf(why_line(why), WHY_SIZE,
                     "battery: the current of %s does not count: %s, it was off by %+.1f A",
                     config->sensor[k].name, currents_fault_text(c->currents.sensor[k].fault),
                     c->currents.sensor[k].fault_mA / 1000);
    for (size_t n = 0; n < config->nodes; n++)
        if (c->currents.node[n].doubted)
            snprintf(why_line(why), WHY_SIZE,
                     "battery: the currents of busbar %s do not add up, %.1f A are missing, and no "
                     "single sensor explains it",
                     config->node[n].name, c->currents.node[n].missing_mA / 1000);
}

static void cap_why(struct why *why, const struct controller *c)
{
    char text[CAP_NEWS_SIZE];
    struct cap_news news;
    cap_sentence(text, sizeof text, &c->cap.out, &c->clock);
    snprintf(why_line(why), WHY_SIZE, "cap: %s", text);
    cap_announcements(&news, &c->cap.out, &c->clock);
    for (size_t i = 0; i < news.count; i++)
        snprintf(why_line(why), WHY_SIZE, "cap: %s", news.line[i]);
}

static void router_why(struct why *why, const struct controller *c)
{
    const struct topology *topology = &c->config->topology;
    char *line = why_line(why);
    int at = snprintf(line, WHY_SIZE, "strings: %s, because %s;",
                      router_state_name(c->router.state), router_why_text(c->router.why));
    for (size_t s = 0; s < topology->strings && at > 0 && at < WHY_SIZE; s++)
        at += snprintf(line + at, WHY_SIZE - (size_t)at, " %s on %s", topology->string[s].name,
                       c->present[s] < topology->inputs ? topology->input[c->present[s]].name
                                                        : "nothing");
    if (c->worth_ms && c->wished != NO_CHARGE_POINT)
        snprintf(why_line(why), WHY_SIZE,
                 "strings: another layout would gain %d Wh in an hour and cost %d Wh: %s",
                 c->worth_answer.gain_Wh, c->worth_answer.cost_Wh,
                 worth_verdict_text(c->worth_answer.verdict));
    if (c->gate.foreign)
        snprintf(
            why_line(why), WHY_SIZE,
            "strings: switching is locked: somebody else sent identifier 0x%X; `busbar request "
            "reset` after you have found who",
            c->gate.foreign_id);
}

static void emulation_why(struct why *why, const struct controller *c, size_t i, int64_t now_ms)
{
    const struct emulate *emulate = &c->emulations[i];
    const struct emulate_orders *told = &c->plant.emulate_orders[i];
    const char *name = c->config->emulations[i].name;
    int64_t heard_ms = c->plant.emulations[i].heartbeat.heard_ms;
    char inverter[64] = "its inverter was never heard";
    if (heard_ms)
        snprintf(inverter, sizeof inverter, "its inverter was heard %.1f s ago",
                 (double)(now_ms - heard_ms) / 1000.0);
    if (emulate->disobeyed)
        snprintf(
            why_line(why), WHY_SIZE,
            "%s: the bank is charged with %.1f A though 0 A is allowed: an inverter does not obey",
            name, c->bank.current_mA / 1000.0);
    if (emulate->state == EMULATE_SPEAKS)
        snprintf(
            why_line(why), WHY_SIZE,
            "%s: may charge %.1f A up to %.1f V (%s), discharge %.1f A down to %.1f V (%s); %s",
            name, told->ccl_mA / 1000.0, told->cvl_mV / 1000.0,
            limit_cause_text(c->limits.charge_mA.cause), told->dcl_mA / 1000.0,
            told->dvl_mV / 1000.0, limit_cause_text(c->limits.discharge_mA.cause), inverter);
    else
        snprintf(why_line(why), WHY_SIZE, "%s: is told %s, because %s; %s", name,
                 emulate->state == EMULATE_ZERO ? "0 A both ways" : "nothing",
                 emulate_why_text(emulate->why), inverter);
}

static void inverter_why(struct why *why, const struct controller *c,
                         const struct policy_input *input, size_t i)
{
    char means[WHY_SIZE];
    const char *name = c->config->inverters[i].name;
    policy_inverter_sentence(why_line(why), WHY_SIZE, name, input, &c->decided, i);
    if (policy_means_sentence(means, sizeof means, name, &c->decided.inverter[i].means))
        memcpy(why_line(why), means, WHY_SIZE);
}

void why_fill(struct why *why, const struct controller *c, int64_t now_ms)
{
    struct policy_input input;
    why->count = 0;
    policy_digest((struct controller *)(uintptr_t)c, &input, now_ms);
    why_battery(why, c);
    currents_why(why, c);
    cap_why(why, c);
    for (size_t p = 0; p < c->config->wallbox_count; p++)
        policy_point_sentence(why_line(why), WHY_SIZE,
                              c->config->wallboxes[c->config->charge_points[p].device].name, &input,
                              &c->decided, p);
    if (c->config->topology.strings)
        router_why(why, c);
    for (size_t i = 0; i < c->config->inverter_count; i++)
        inverter_why(why, c, &input, i);
    for (size_t i = 0; i < c->config->emulation_count; i++)
        emulation_why(why, c, i, now_ms);
    inverter_news(why, c);
}

/* --- plan --- */

static void layout_line(struct why *why, const struct topology *topology, const char *head,
                        const uint8_t layout[], const char *tail)
{
    char *line = why_line(why);
    int at = snprintf(line, WHY_SIZE, "%s", head);
    for (size_t s = 0; s < topology->strings && at > 0 && at < WHY_SIZE; s++)
        at += snprintf(line + at, WHY_SIZE - (size_t)at, " %s>%s", topology->string[s].name,
                       layout[s] < topology->inputs ? topology->input[layout[s]].name : "nothing");
    if (at > 0 && at < WHY_SIZE)
        snprintf(line + at, WHY_SIZE - (size_t)at, ": %s", tail);
}

void why_plan(struct why *why, const struct controller *c)
{
    const struct topology *topology = &c->config->topology;
    struct layouts layouts;
    int32_t string_W[MAX_STRINGS];
    why->count = 0;
    if (topology->strings == 0) {
        snprintf(why_line(why), WHY_SIZE, "this plant has no strings to move");
        return;
    }
    for (size_t s = 0; s < topology->strings; s++) {
        int64_t live_W =
            (int64_t)c->view.current_mA[s].value * c->view.voltage_mV[s].value / 1000000;
        string_W[s] = live_W > 0 ? (int32_t)live_W : topology->string[s].mpp_W;
    }
    layouts_first(&layouts, topology);
    do {
        char text[128];
        const char *forbidden = layout_forbidden(topology, layouts.layout);
        struct layout_power power = layout_power(topology, string_W, layouts.layout);
        if (forbidden)
            snprintf(text, sizeof text, "forbidden: %s", forbidden);
        else
            layout_power_text(text, sizeof text, &power);
        layout_line(why, topology, "layout", layouts.layout, text);
    } while (why->count < WHY_LINES && layouts_next(&layouts));
}
