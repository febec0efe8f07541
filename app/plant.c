#include "app/plant.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "devices/gate.h"

enum { OWN_FRAMES = 4 }; /* heartbeat, summary, text, SDO answers */

const struct config_device *plant_devices(const struct config *config, enum device_kind kind,
                                          size_t *count)
{
    const struct {
        const struct config_device *devices;
        size_t count;
    } kinds[DEVICE_KINDS] = {
        [DEVICE_PACK] = {config->packs, config->pack_count},
        [DEVICE_SHUNT] = {config->shunts, config->shunt_count},
        [DEVICE_BOARD] = {config->boards, config->board_count},
        [DEVICE_COUNTER] = {config->counters, config->counter_count},
        [DEVICE_WALLBOX] = {config->wallboxes, config->wallbox_count},
        [DEVICE_BUTTON] = {config->buttons, config->button_count},
        [DEVICE_EMULATION] = {config->emulations, config->emulation_count},
    };
    assert(kind < DEVICE_KINDS);
    *count = kinds[kind].count;
    return kinds[kind].devices;
}

/* Where each kind keeps its readings and orders in struct plant, one row a kind. */
static const struct {
    const char *name;
    size_t readings, readings_size;
    size_t orders, orders_size; /* size 0: the same orders for all, or none */
    bool has_orders;
    bool hurries; /* its frames may change a decision at once */
} layout[DEVICE_KINDS] = {
#define AT(member) offsetof(struct plant, member), sizeof(((struct plant *)0)->member[0])
    [DEVICE_PACK] = {"pack", AT(packs), offsetof(struct plant, pack_orders), 0, true, false},
    [DEVICE_SHUNT] = {"shunt", AT(shunts), 0, 0, false, false},
    [DEVICE_BOARD] = {"board", AT(boards), AT(board_orders), true, true},
    [DEVICE_COUNTER] = {"counter", AT(counters), 0, 0, false, true},
    [DEVICE_WALLBOX] = {"wallbox", AT(wallboxes), AT(wallbox_orders), true, false},
    [DEVICE_BUTTON] = {"button", AT(buttons), AT(button_orders), true, true},
    [DEVICE_EMULATION] = {"emulation", AT(emulations), AT(emulate_orders), true, false},
#undef AT
};

const char *device_kind_name(enum device_kind kind)
{
    assert(kind < DEVICE_KINDS);
    return layout[kind].name;
}

void *plant_readings(struct plant *plant, enum device_kind kind, size_t device)
{
    return (char *)plant + layout[kind].readings + device * layout[kind].readings_size;
}

const void *plant_orders(const struct plant *plant, enum device_kind kind, size_t device)
{
    if (!layout[kind].has_orders)
        return NULL;
    return (const char *)plant + layout[kind].orders + device * layout[kind].orders_size;
}

int64_t plant_heard_ms(const struct plant *plant, enum device_kind kind, size_t device)
{
    /* Every readings struct is an array of struct reading. */
    const char *base =
        (const char *)plant + layout[kind].readings + device * layout[kind].readings_size;
    const struct reading *readings = (const struct reading *)(const void *)base;
    int64_t newest = 0;
    for (size_t i = 0; i < layout[kind].readings_size / sizeof *readings; i++)
        if (readings[i].heard_ms > newest)
            newest = readings[i].heard_ms;
    return newest;
}

bool plant_unit_expected(const struct plant *plant, size_t i)
{
    const char *named = plant->config->inverters[i].serial, *told = plant->units[i].readings.serial;
    return *named == '\0' || *told == '\0' || strcmp(named, told) == 0;
}

static int device_listen(struct plant *plant, enum device_kind kind, size_t index,
                         const struct config_device *device, FILE *errors)
{
    struct dialect_id ids[DIALECT_MESSAGES];
    size_t count = dialect_takes(device->dialect, device->node, ids, DIALECT_MESSAGES);
    for (size_t i = 0; i < count; i++) {
        if (plant->handler_count == MAX_HANDLERS) {
            fprintf(errors, "%s: more than %d identifiers to listen to\n", device->name,
                    MAX_HANDLERS);
            return -ENOSPC;
        }
        int status = dispatch_add(&plant->dispatch[device->bus], ids[i].id, ids[i].ext,
                                  plant->handler_count);
        if (status < 0) {
            fprintf(errors, "%s: identifier 0x%X on bus %s: %s\n", device->name, ids[i].id,
                    plant->config->buses[device->bus].name,
                    status == -EEXIST ? "another device has it already" : strerror(-status));
            return status;
        }
        plant->handlers[plant->handler_count++] = (struct handler){
            .kind = (uint8_t)kind, .device = (uint8_t)index, .message = ids[i].index};
    }
    return 0;
}

/* Boards' commands are judged by their bytes; everything else needs a place in the gate's list. */
static size_t frames_sent(const struct config *config)
{
    size_t sent = OWN_FRAMES;
    for (enum device_kind kind = 0; kind < DEVICE_KINDS; kind++) {
        size_t count;
        const struct config_device *devices = plant_devices(config, kind, &count);
        for (size_t i = 0; i < count && kind != DEVICE_BOARD; i++)
            sent += dialect_sends(devices[i].dialect, devices[i].node, NULL, 0);
    }
    return sent;
}

int plant_init(struct plant *plant, const struct config *config, int64_t now_ms, FILE *errors)
{
    memset(plant, 0, sizeof *plant);
    plant->config = config;
    for (size_t bus = 0; bus < MAX_BUSES; bus++)
        dispatch_init(&plant->dispatch[bus]);
    if (frames_sent(config) > GATE_ALLOWS) {
        fprintf(errors, "%zu frames to send, %d are the most\n", frames_sent(config), GATE_ALLOWS);
        return -ENOSPC;
    }
    for (enum device_kind kind = 0; kind < DEVICE_KINDS; kind++) {
        size_t count;
        const struct config_device *devices = plant_devices(config, kind, &count);
        for (size_t i = 0; i < count; i++) {
            int status = device_listen(plant, kind, i, &devices[i], errors);
            if (status < 0)
                return status;
        }
    }
    for (size_t i = 0; i < config->inverter_count; i++) {
        struct unit_config unit = {0};
        memcpy(unit.name, config->inverters[i].name, sizeof unit.name);
        memcpy(unit.protocol, config->inverters[i].protocol, sizeof unit.protocol);
        unit.parallel = config->inverter_count > 1 ? config->inverter_count : 0;
        memcpy(unit.pv_command[0], config->inverters[i].pv_on_command, sizeof unit.pv_command[0]);
        memcpy(unit.pv_command[1], config->inverters[i].pv_off_command, sizeof unit.pv_command[1]);
        unit_init(&plant->units[i], &unit, now_ms);
    }
    return 0;
}

bool plant_hear(struct plant *plant, uint8_t bus, const struct frame *frame, int64_t now_ms)
{
    if (frame->flags & (FRAME_ERR | FRAME_OWN))
        return false;
    int found = dispatch_find(&plant->dispatch[bus], frame->id, frame->flags & FRAME_EXT);
    if (found < 0) {
        plant->foreign[bus]++;
        return false;
    }
    const struct handler *handler = &plant->handlers[found];
    size_t count;
    const struct config_device *device =
        &plant_devices(plant->config, handler->kind, &count)[handler->device];
    enum verdict verdict = dialect_take_frame(
        device->dialect, &plant->dialects[handler->kind][handler->device], handler->message, frame,
        plant_readings(plant, handler->kind, handler->device), now_ms);
    return verdict == VERDICT_TAKEN && layout[handler->kind].hurries;
}
