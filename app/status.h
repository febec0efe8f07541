/* The whole picture as a protobuf Status, filled without allocating. */
#ifndef BUSBAR_APP_STATUS_H
#define BUSBAR_APP_STATUS_H

#include "app/control.pb-c.h"
#include "app/controller.h"
#include "app/io.h"
#include "app/why.h"

/* Every device and every inverter. */
enum {
    STATUS_PARTS = MAX_PACKS + MAX_SHUNTS + MAX_BOARDS + MAX_COUNTERS + MAX_CHARGE_POINTS +
                   MAX_BUTTONS + MAX_EMULATIONS + MAX_INVERTERS
};

struct status {
    Busbar__Status message;
    Busbar__Battery battery;
    Busbar__Limit charge, discharge;
    Busbar__Inverter inverters[MAX_INVERTERS], *inverter_at[MAX_INVERTERS];
    Busbar__PvString strings[MAX_STRINGS], *string_at[MAX_STRINGS];
    Busbar__Contact contacts[MAX_CONTACTS], *contact_at[MAX_CONTACTS];
    char contact_names[MAX_CONTACTS][2 * NAME_SIZE + 4];
    Busbar__ContactTime operate[MAX_CONTACTS], release[MAX_CONTACTS];
    Busbar__ChargePoint points[MAX_CHARGE_POINTS], *point_at[MAX_CHARGE_POINTS];
    Busbar__Limit point_limits[MAX_CHARGE_POINTS];
    Busbar__Part parts[STATUS_PARTS], *part_at[STATUS_PARTS];
    Busbar__Bus buses[MAX_BUSES], *bus_at[MAX_BUSES];
    Busbar__CurrentSensor sensors[CURRENTS_SENSORS], *sensor_at[CURRENTS_SENSORS];
    Busbar__Busbar busbars[CURRENTS_NODES], *busbar_at[CURRENTS_NODES];
    struct why why;
    char *why_at[WHY_LINES];
};

void status_fill(struct status *status, const struct controller *controller, const struct io *io,
                 int64_t now_ms);

/* Its part in app/status_currents.c. */
void status_currents(struct status *status, const struct controller *controller, int64_t now_ms);

#endif
