#include "devices/nodes.h"

#define RELAY(member)   offsetof(struct relay_readings, member)
#define COUNTER(member) offsetof(struct counter_readings, member)
#define SHUNT(member)   offsetof(struct shunt_readings, member)
#define WALLBOX(member) offsetof(struct wallbox_readings, member)
#define BUTTON(member)  offsetof(struct button_readings, member)

enum { CHANNELS_MAX = (1 << BOARD_CHANNELS) - 1 };

/* clang-format off */
static const struct field relay_rows[] = {
    {"outputs",  RELAY(outputs),  0, CHANNELS_MAX, NULL},
    {"closed",   RELAY(closed),   0, CHANNELS_MAX, NULL},
    {"opened",   RELAY(opened),   0, CHANNELS_MAX, NULL},
    {"faults",   RELAY(faults),   0, CHANNELS_MAX, NULL},
    {"uptime_s", RELAY(uptime_s), 0, INT32_MAX,    NULL},
};
static const struct field relay_order_rows[] = {
    {"outputs", offsetof(struct relay_orders, outputs), 0, CHANNELS_MAX, NULL},
};

/* The backbone's counters reach +-81.9 A and 1 kV; one PV string stays below both. */
static const struct field counter_rows[] = {
    {"current1_mA", COUNTER(current_mA[0]), -100000,  100000, NULL},
    {"current2_mA", COUNTER(current_mA[1]), -100000,  100000, NULL},
    {"current3_mA", COUNTER(current_mA[2]), -100000,  100000, NULL},
    {"current4_mA", COUNTER(current_mA[3]), -100000,  100000, NULL},
    {"voltage1_mV", COUNTER(voltage_mV[0]),       0, 1500000, NULL},
    {"voltage2_mV", COUNTER(voltage_mV[1]),       0, 1500000, NULL},
    {"voltage3_mV", COUNTER(voltage_mV[2]),       0, 1500000, NULL},
    {"voltage4_mV", COUNTER(voltage_mV[3]),       0, 1500000, NULL},
};
_Static_assert(COUNTER_CHANNELS == 4, "one row for each channel");

static const struct field shunt_rows[] = {
    {"current_mA",  SHUNT(current_mA),  -3000000, 3000000, NULL},
    {"voltage_mV",  SHUNT(voltage_mV),  -1000000, 1000000, NULL},
    {"voltage2_mV", SHUNT(voltage2_mV), -1000000, 1000000, NULL},
    {"voltage3_mV", SHUNT(voltage3_mV), -1000000, 1000000, NULL},
    {"temp_dC",     SHUNT(temp_dC),         -500,    1500, NULL},
    {"power_W",     SHUNT(power_W),     -3000000, 3000000, NULL},
    {"charge_As",   SHUNT(charge_As),   INT32_MIN, INT32_MAX, NULL},
    {"energy_Wh",   SHUNT(energy_Wh),   INT32_MIN, INT32_MAX, NULL},
};

static const struct field wallbox_rows[] = {
    {"car_state",  WALLBOX(car_state),  CAR_A, CAR_F, NULL},
    {"current_dA", WALLBOX(current_dA), 0, 1000, NULL},
    {"voltage_dV", WALLBOX(voltage_dV), 0, 4000, NULL},
    {"contactor",  WALLBOX(contactor),  0,    1, NULL},
    {"limit_dA",   WALLBOX(limit_dA),   0, 1000, NULL},
    {"cable_dA",   WALLBOX(cable_dA),   0, 1000, NULL},
    {"fault",      WALLBOX(fault),      0,  255, NULL},
};
static const struct field wallbox_order_rows[] = {
    {"limit_dA", offsetof(struct wallbox_orders, limit_dA), 0, 800, NULL},
};

static const struct field button_rows[] = {
    {"presses", BUTTON(presses), 0, 255, NULL},
    {"held",    BUTTON(held),    0,   1, NULL},
    {"stop",    BUTTON(stop),    0,   1, NULL},
};
static const struct field button_order_rows[] = {
    {"lamp", offsetof(struct button_orders, lamp), LAMP_OFF, LAMP_BLINK, NULL},
};
/* clang-format on */

#define TABLE(rows)                                                                                \
    {                                                                                              \
        rows, sizeof rows / sizeof rows[0]                                                         \
    }
const struct field_table relay_fields = TABLE(relay_rows);
const struct field_table relay_order_fields = TABLE(relay_order_rows);
const struct field_table counter_fields = TABLE(counter_rows);
const struct field_table shunt_fields = TABLE(shunt_rows);
const struct field_table wallbox_fields = TABLE(wallbox_rows);
const struct field_table wallbox_order_fields = TABLE(wallbox_order_rows);
const struct field_table button_fields = TABLE(button_rows);
const struct field_table button_order_fields = TABLE(button_order_rows);
