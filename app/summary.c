/* What a technician sees with candump and asks with cansend.
 *
 * Each second 0x180+n carries the summary of dbc/backbone.dbc, and 0x280+n the same as eight
 * characters of text, one fact a frame (`candump -a`). Expedited SDO reads at 0x600+n are
 * answered at 0x580+n (CiA 301, section 7.2.4.3); writes are refused. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/controller.h"

static struct frame own_frame(const struct controller *controller, uint32_t function, uint8_t len)
{
    return (struct frame){.id = function + controller->config->controller_node, .len = len};
}

static void put16(uint8_t *at, int32_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static int32_t clamp(int64_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : (int32_t)value;
}

static int32_t battery_W(const struct controller *controller)
{
    return (int32_t)((int64_t)controller->bank.voltage_mV * controller->bank.current_mA / 1000000);
}

static int32_t charge_points_W(const struct controller *controller)
{
    int32_t sum = 0;
    for (size_t i = 0; i < controller->config->wallbox_count; i++)
        sum += controller->decided.charge_point[i].power_W;
    return sum;
}

static int32_t pv_W(const struct controller *controller)
{
    int64_t sum_uW = 0;
    const struct config *config = controller->config;
    for (size_t s = 0; s < config->topology.strings; s++)
        sum_uW +=
            (int64_t)controller->view.current_mA[s].value * controller->view.voltage_mV[s].value;
    return (int32_t)(sum_uW / 1000000);
}

static int32_t cap_permille(const struct controller *controller)
{
    int32_t asked = controller->guard.cap_request_permille;
    return asked ? asked : controller->config->bank.cap_permille;
}

static void summary_frame(struct controller *controller, int64_t now_ms)
{
    struct frame frame = own_frame(controller, 0x180, 8);
    put16(&frame.data[0], controller->soc.known ? controller->soc.soc_permille : 0);
    frame.data[2] =
        (uint8_t)clamp(controller->soc.known ? controller->soc.error_permille / 5 : 200, 0, 200);
    frame.data[3] = (uint8_t)clamp(cap_permille(controller) / 5, 0, 200);
    put16(&frame.data[4], clamp(battery_W(controller) / 10, INT16_MIN, INT16_MAX));
    put16(&frame.data[6], clamp(charge_points_W(controller) / 10, 0, 4095) |
                              (int32_t)controller->router.state << 12);
    outbox_offer(controller, controller->config->backbone, &frame, now_ms);
}

/* Eight characters: a full battery loses its decimal. */
static void percent_text(char *text, size_t room, const char *name, int permille)
{
    if (permille >= 1000)
        snprintf(text, room, "%s 100%%", name);
    else
        snprintf(text, room, "%s %2d.%d%%", name, permille / 10 % 100, permille % 10);
}

/* One line of eight characters; the lines take turns, one each second. */
static void text_frame(struct controller *controller, int64_t now_ms)
{
    char text[16];
    int soc = controller->soc.soc_permille, cap = cap_permille(controller);
    switch (controller->text_line++ % 5) {
    case 0:
        if (controller->soc.known)
            percent_text(text, sizeof text, "SOC", soc);
        else
            snprintf(text, sizeof text, "SOC   ?%%");
        break;
    case 1:
        percent_text(text, sizeof text, "CAP", cap);
        break;
    case 2:
        snprintf(text, sizeof text, "PV %5d", clamp(pv_W(controller), 0, 99999));
        break;
    case 3:
        snprintf(text, sizeof text, "BAT%5d", clamp(battery_W(controller), -9999, 99999));
        break;
    case 4:
        snprintf(text, sizeof text, "CAR%5d", clamp(charge_points_W(controller), 0, 99999));
        break;
    }
    struct frame frame = own_frame(controller, 0x280, 8);
    memset(frame.data, ' ', 8);
    memcpy(frame.data, text, strlen(text) < 8 ? strlen(text) : 8);
    outbox_offer(controller, controller->config->backbone, &frame, now_ms);
}

/* CiA 301 section 7.2.8.3.2: boot-up is one heartbeat with state 0, then 5 = operational. */
static void heartbeat_frame(struct controller *controller, int64_t now_ms)
{
    struct frame frame = own_frame(controller, 0x700, 1);
    frame.data[0] = controller->heartbeat_ms == 0 ? 0 : 5;
    outbox_offer(controller, controller->config->backbone, &frame, now_ms);
    controller->heartbeat_ms = now_ms + 500;
}

void summary_send(struct controller *controller, int64_t now_ms)
{
    if (controller->config->backbone >= controller->config->bus_count)
        return;
    if (now_ms >= controller->heartbeat_ms)
        heartbeat_frame(controller, now_ms);
    if (now_ms < controller->summary_ms)
        return;
    controller->summary_ms = now_ms + 1000;
    summary_frame(controller, now_ms);
    text_frame(controller, now_ms);
}

/* --- object dictionary --- */

static int64_t object_soc(const struct controller *c)
{
    return c->soc.known ? c->soc.soc_permille : 0xFFFF;
}
static int64_t object_soc_error(const struct controller *c)
{
    return c->soc.known ? c->soc.error_permille : 0xFFFF;
}
static int64_t object_cap(const struct controller *c)
{
    return cap_permille(c);
}
static int64_t object_battery_mV(const struct controller *c)
{
    return c->bank.voltage_mV;
}
static int64_t object_battery_mA(const struct controller *c)
{
    return c->bank.current_mA;
}
static int64_t object_charge_limit(const struct controller *c)
{
    return c->limits.charge_mA.value;
}
static int64_t object_discharge_limit(const struct controller *c)
{
    return c->limits.discharge_mA.value;
}
static int64_t object_pv_W(const struct controller *c)
{
    return pv_W(c);
}
static int64_t object_charge_points_W(const struct controller *c)
{
    return charge_points_W(c);
}
static int64_t object_router_state(const struct controller *c)
{
    return c->router.state;
}
static int64_t object_transfers(const struct controller *c)
{
    return c->router.transfers;
}
static int64_t object_device_type(const struct controller *c)
{
    (void)c;
    return 0;
}
static int64_t object_error_register(const struct controller *c)
{
    return c->router.state == ROUTER_HOLD || c->gate.foreign;
}
static int64_t object_heartbeat(const struct controller *c)
{
    (void)c;
    return 500;
}

/* docs/backbone.md shows these rows. */
static const struct object {
    uint16_t index;
    uint8_t sub, bytes;
    int64_t (*value)(const struct controller *controller);
} objects[] = {
    {0x1000, 0, 4, object_device_type},
    {0x1001, 0, 1, object_error_register},
    {0x1017, 0, 2, object_heartbeat},
    {0x2001, 0, 2, object_soc},       /* permille, 0xFFFF unknown */
    {0x2001, 1, 2, object_soc_error}, /* permille, +- */
    {0x2002, 0, 2, object_cap},       /* permille */
    {0x2003, 0, 4, object_battery_mV},
    {0x2003, 1, 4, object_battery_mA},      /* + charges */
    {0x2004, 0, 4, object_charge_limit},    /* mA */
    {0x2004, 1, 4, object_discharge_limit}, /* mA */
    {0x2005, 0, 4, object_pv_W},
    {0x2006, 0, 4, object_charge_points_W},
    {0x2007, 0, 1, object_router_state}, /* enum router_state */
    {0x2007, 1, 4, object_transfers},
};

enum {
    SDO_ABORT_NO_OBJECT = 0x06020000,
    SDO_ABORT_NO_SUB = 0x06090011,
    SDO_ABORT_READ_ONLY = 0x06010002,
    SDO_ABORT_COMMAND = 0x05040001,
};

static void put32(uint8_t *at, int64_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static void sdo_abort(struct frame *answer, uint32_t code)
{
    answer->data[0] = 0x80;
    put32(&answer->data[4], code);
}

static void sdo_read(const struct controller *controller, uint16_t index, uint8_t sub,
                     struct frame *answer)
{
    uint32_t why = SDO_ABORT_NO_OBJECT;
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        if (objects[i].index != index)
            continue;
        why = SDO_ABORT_NO_SUB;
        if (objects[i].sub != sub)
            continue;
        answer->data[0] = (uint8_t)(0x43 | (4 - objects[i].bytes) << 2);
        int64_t value = objects[i].value(controller);
        put32(&answer->data[4], value & (int64_t)(0xFFFFFFFFu >> (8 * (4 - objects[i].bytes))));
        return;
    }
    sdo_abort(answer, why);
}

void sdo_answer(struct controller *controller, const struct frame *frame, int64_t now_ms)
{
    if (frame->len != 8 || (frame->flags & (FRAME_EXT | FRAME_RTR | FRAME_OWN | FRAME_ERR)) ||
        frame->id != 0x600u + controller->config->controller_node || frame->data[0] == 0x80)
        return;
    struct frame answer = own_frame(controller, 0x580, 8);
    memcpy(&answer.data[1], &frame->data[1], 3);
    uint16_t index = (uint16_t)(frame->data[1] | frame->data[2] << 8);
    if (frame->data[0] == 0x40)
        sdo_read(controller, index, frame->data[3], &answer);
    else
        sdo_abort(&answer,
                  (frame->data[0] & 0xE0) == 0x20 ? SDO_ABORT_READ_ONLY : SDO_ABORT_COMMAND);
    outbox_offer(controller, controller->config->backbone, &answer, now_ms);
}
