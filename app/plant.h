/* Everything the controller has heard, and everything it wants said: the one picture that
 * tick() decides from. Readings carry their age; orders are restated. */
#ifndef BUSBAR_APP_PLANT_H
#define BUSBAR_APP_PLANT_H

#include "app/config.h"
#include "bms/bank.h"
#include "bms/emulate.h"
#include "can/dialect.h"
#include "can/dispatch.h"
#include "devices/nodes.h"
#include "inverter/unit.h"

enum device_kind {
    DEVICE_PACK,
    DEVICE_SHUNT,
    DEVICE_BOARD,
    DEVICE_COUNTER,
    DEVICE_WALLBOX,
    DEVICE_BUTTON,
    DEVICE_EMULATION,
    DEVICE_KINDS
};

/* Which device and which of its dialect's messages a frame belongs to. */
struct handler {
    uint8_t kind, device, message;
};

enum { MAX_HANDLERS = 512 };

struct plant {
    const struct config *config;
    struct dispatch dispatch[MAX_BUSES];
    struct handler handlers[MAX_HANDLERS];
    uint16_t handler_count;
    uint64_t foreign[MAX_BUSES];       /* frames nobody here decodes */

    struct pack_readings packs[MAX_PACKS];
    struct shunt_readings shunts[MAX_SHUNTS];
    struct relay_readings boards[MAX_BOARDS];
    struct counter_readings counters[MAX_COUNTERS];
    struct wallbox_readings wallboxes[MAX_CHARGE_POINTS];
    struct button_readings buttons[MAX_BUTTONS];
    struct emulate_readings emulations[MAX_EMULATIONS];
    struct dialect_state dialects[DEVICE_KINDS][MAX_BOARDS]; /* no kind has more */
    struct unit units[MAX_INVERTERS];

    struct pack_orders pack_orders;
    struct relay_orders board_orders[MAX_BOARDS];
    struct wallbox_orders wallbox_orders[MAX_CHARGE_POINTS];
    struct button_orders button_orders[MAX_BUTTONS];
    struct emulate_orders emulate_orders[MAX_EMULATIONS];
};

/* 0, or a negative errno with the reason on errors: more identifiers than fit, or two devices
 * that claim one. */
int plant_init(struct plant *plant, const struct config *config, int64_t now_ms, FILE *errors);

/* One frame into the readings. True when it may change a decision at once (relay feedback,
 * string current, button): the tick should not wait. */
bool plant_hear(struct plant *plant, uint8_t bus, const struct frame *frame, int64_t now_ms);

/* The devices of one kind, with the dialect each speaks. */
const struct config_device *plant_devices(const struct config *config, enum device_kind kind,
                                          size_t *count);

/* The readings and the orders of one device; orders NULL where the kind has none. */
void *plant_readings(struct plant *plant, enum device_kind kind, size_t device);
const void *plant_orders(const struct plant *plant, enum device_kind kind, size_t device);
const char *device_kind_name(enum device_kind kind);

/* Whether the unit on inverter i's line is the one the config names by its serial number; true while it
 * has not told it and where none is named. A stranger is neither believed nor set. */
bool plant_unit_expected(const struct plant *plant, size_t i);

/* When the device was last heard, 0 = never. */
int64_t plant_heard_ms(const struct plant *plant, enum device_kind kind, size_t device);

#endif
