/* UC001 whose inverters hear busbar as their battery: the rows of emulations put into its config, and
 * the bytes and frames between the two carried. */
#ifndef BUSBAR_TEST_BMS_LINKS_H
#define BUSBAR_TEST_BMS_LINKS_H

#include <string.h>

#include "test/check.h"
#include "test/together.h"

enum { LINKS_CAN_BUS = 3, LINKS_TEXT = 16384 };

static struct together links_t;
static char links_text[LINKS_TEXT];
static int64_t links_look_ms = TOGETHER_STEP_MS;   /* the ports are looked at so often */

static inline void links_insert(const char *before, const char *rows)
{
    char *at = strstr(links_text, before);
    size_t add = strlen(rows);
    if (!at || strlen(links_text) + add + 1 > sizeof links_text) {
        CHECK(false, "no \"%s\" in the config", before);
        return;
    }
    memmove(at + add, at, strlen(at) + 1);
    memcpy(at, rows, add);
}

static inline void links_read(const char *rows)
{
    FILE *file = fopen("sim/uc001.yaml", "r");
    size_t size = file ? fread(links_text, 1, sizeof links_text - 1, file) : 0;
    links_text[size] = '\0';
    if (file)
        fclose(file);
    links_insert("battery:\n  chem", "  - {name: hybrid, port: can3}\n");
    links_insert("boards:\n", "emulations:\n");
    links_insert("boards:\n", rows);
}

static const struct config_link *links_of(size_t e)
{
    return &links_t.config.emulation_link[e];
}

static inline void links_frame(uint8_t bus, const struct frame *frame, int64_t now_ms)
{
    (void)now_ms;
    for (size_t e = 0; e < links_t.config.emulation_count; e++)
        if (links_t.config.emulations[e].bus == bus && links_of(e)->inverter != CONFIG_NONE)
            sim_can_hear(links_t.sim, links_of(e)->inverter, frame);
}

static uint8_t links_line[MAX_EMULATIONS][512];    /* what waits to be looked at */
static size_t links_waiting[MAX_EMULATIONS];

static inline void links_carry(void)
{
    struct together *t = &links_t;
    for (size_t e = 0; e < t->config.emulation_count; e++) {
        uint8_t bytes[512], out[LIB_ANSWER_MAX];
        struct frame frame;
        int u = links_of(e)->inverter;
        size_t count = sim_bms_says(t->sim, u, bytes, sizeof bytes);
        if (t->controller_dead)
            continue;
        if (*links_of(e)->port && t->now_ms % links_look_ms) {
            memcpy(links_line[e] + links_waiting[e], bytes, count);
            links_waiting[e] += count;
        } else if (*links_of(e)->port) {
            memcpy(links_line[e] + links_waiting[e], bytes, count);
            count += links_waiting[e];
            links_waiting[e] = 0;
            memcpy(bytes, links_line[e], count);
            count = lib_port_hear(&t->controller->lib_ports[e], bytes, count, t->now_ms, out);
            sim_bms_bytes(t->sim, u, out, count);
        } else if (sim_can_says(t->sim, u, &frame)) {
            controller_frame(t->controller, t->config.emulations[e].bus, &frame, t->now_ms);
        }
    }
}

static inline void links_run(int64_t ms)
{
    for (int64_t until = links_t.now_ms + ms; links_t.now_ms < until;) {
        together_step(&links_t);
        links_carry();
    }
}

/* How long until it is so, at most limit_ms. */
static inline int64_t links_until(bool (*is_so)(void), int64_t limit_ms)
{
    int64_t from_ms = links_t.now_ms;
    while (!is_so() && links_t.now_ms - from_ms < limit_ms)
        links_run(TOGETHER_STEP_MS);
    return links_t.now_ms - from_ms;
}

/* Every inverter wired as the config says. */
static inline bool links_begin(const char *rows)
{
    struct together *t = &links_t;
    links_read(rows);
    config_free(&t->config);
    memset(&t->config, 0, sizeof t->config);
    if (config_load_text(&t->config, "sim/uc001.yaml", links_text, strlen(links_text), "dbc",
                         stdout) != 0)
        return false;
    t->elsewhere = links_frame;
    t->controller_dead = false;
    t->next_tick_ms = t->now_ms;
    if (together_begin(t) != 0)
        return false;
    for (size_t e = 0; e < t->config.emulation_count; e++)
        sim_bms_wire(t->sim, links_of(e)->inverter, *links_of(e)->port ? SIM_BMS_PORT : SIM_BMS_CAN);
    return true;
}

static inline uint32_t links_writes(void)
{
    uint32_t writes = 0;
    for (int u = 0; u < links_t.plant.inverters; u++)
        writes += sim_truth(links_t.sim)->setter_writes[u];
    return writes;
}

#endif
