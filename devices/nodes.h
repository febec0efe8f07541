/* The nodes of the backbone and the shunts: what they tell and what they are told.
 *
 * Each is a struct of readings and a struct of orders with a field table, filled and sent
 * through a dialect (can/dialect.h). Frames: dbc/backbone.dbc. */
#ifndef BUSBAR_DEVICES_NODES_H
#define BUSBAR_DEVICES_NODES_H

#include "core/field.h"
#include "core/limits.h"
#include "core/reading.h"

/* Relay board, up to 16 channels. */
struct relay_readings {
    struct reading outputs;     /* bits: the pattern the board itself commands its coils */
    struct reading closed;      /* bits: contact seen closed (mirror contact open) */
    struct reading opened;      /* bits: contact seen open (mirror contact closed). A channel whose
                                 * bit is in neither or in both is unknown */
    struct reading faults;      /* bits: channel's own fault (coil, weld) */
    struct reading uptime_s;    /* falls when the board has rebooted */
};
struct relay_orders {
    int32_t outputs;
};
extern const struct field_table relay_fields, relay_order_fields;

/* String counter: current and voltage of up to four strings. */
struct counter_readings {
    struct reading
        current_mA[COUNTER_CHANNELS]; /* + flows into the inverter; fields current1_mA.. */
    struct reading voltage_mV[COUNTER_CHANNELS];
};
extern const struct field_table counter_fields;

/* Battery shunt. */
struct shunt_readings {
    struct reading current_mA;  /* + charges the battery */
    struct reading voltage_mV;
    struct reading voltage2_mV, voltage3_mV;  /* further taps, where the shunt has them */
    struct reading temp_dC;
    struct reading power_W;
    struct reading charge_As;
    struct reading energy_Wh;
};
extern const struct field_table shunt_fields;

/* Wallbox node (IEC 61851-1). */
enum car_state { CAR_A, CAR_B, CAR_C, CAR_D, CAR_E, CAR_F };
struct wallbox_readings {
    struct reading car_state;     /* enum car_state */
    struct reading current_dA;    /* tenths of an ampere, what the car draws */
    struct reading voltage_dV;    /* tenths of a volt */
    struct reading contactor;     /* 1 = closed */
    struct reading limit_dA;      /* limit the node has taken */
    struct reading cable_dA;      /* what cable and box allow */
    struct reading fault;
};
struct wallbox_orders {
    int32_t limit_dA;             /* 0 = no charging, else >= 60 (6 A) */
};
extern const struct field_table wallbox_fields, wallbox_order_fields;

/* Charge button with a lamp. */
struct button_readings {
    struct reading presses;       /* counts up, wraps at 256; a press that is seen twice counts once */
    struct reading held;          /* 1 while down */
    struct reading stop;    /* 1 while the emergency stop is pressed */
};
enum lamp { LAMP_OFF, LAMP_ON, LAMP_BLINK };
struct button_orders {
    int32_t lamp;
};
extern const struct field_table button_fields, button_order_fields;

#endif
