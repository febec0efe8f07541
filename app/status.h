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
                   MAX_BUTTONS + MAX_EMULATIONS + MAX_INVERTERS,
    STATUS_NEWS = 3,
    STATUS_PORTS = MAX_INVERTERS + 4   /* owned ones first */
};

/* protobuf-c has no constant texts: one that outlives the message, as its member wants it. */
static inline char *as_text(const char *constant)
{
    return (char *)(uintptr_t)constant;
}

struct status_rows {
    Busbar__LimitRow rows[LIMIT_ROWS], *at[LIMIT_ROWS];
};

struct status {
    Busbar__Status message;
    Busbar__Battery battery;
    struct status_rows charge_rows, discharge_rows, voltage_rows;
    Busbar__Pack packs[MAX_PACKS], *pack_at[MAX_PACKS];
    char pack_says[MAX_PACKS][WHY_SIZE - 64];
    Busbar__PackCharge pack_charges[MAX_PACKS];
    Busbar__Limit charge, discharge;
    char cap_why[CAP_NEWS_SIZE], *cap_news_at[CAP_NEWS];
    struct cap_news cap_news;
    Busbar__Ageing ageing;
    Busbar__Band bands[5];
    Busbar__AgeingModel ageing_models[AGEING_MODELS_MAX], *ageing_model_at[AGEING_MODELS_MAX];
    Busbar__Inverter inverters[MAX_INVERTERS], *inverter_at[MAX_INVERTERS];
    char passed[MAX_INVERTERS][MEANS_COUNT][96], *passed_at[MAX_INVERTERS][MEANS_COUNT];
    Busbar__PvString strings[MAX_STRINGS], *string_at[MAX_STRINGS];
    Busbar__Contact contacts[MAX_CONTACTS], *contact_at[MAX_CONTACTS];
    char contact_names[MAX_CONTACTS][2 * NAME_SIZE + 4];
    Busbar__ContactTime operate[MAX_CONTACTS], release[MAX_CONTACTS];
    Busbar__ChargePoint points[MAX_CHARGE_POINTS], *point_at[MAX_CHARGE_POINTS];
    Busbar__Limit point_limits[MAX_CHARGE_POINTS];
    Busbar__Part parts[STATUS_PARTS], *part_at[STATUS_PARTS];
    char port_problem[MAX_INVERTERS][160];
    Busbar__Port ports[STATUS_PORTS], *port_at[STATUS_PORTS];
    Busbar__Bus buses[MAX_BUSES], *bus_at[MAX_BUSES];
    Busbar__CurrentSensor sensors[CURRENTS_SENSORS], *sensor_at[CURRENTS_SENSORS];
    Busbar__Busbar busbars[CURRENTS_NODES], *busbar_at[CURRENTS_NODES];
    struct why inverter_news;
    char *inverter_news_at[STATUS_NEWS];
    struct why why;
    char *why_at[WHY_LINES];
};

void status_fill(struct status *status, const struct controller *controller, const struct io *io,
                 int64_t now_ms);

/* Its part in app/status_currents.c. */
void status_currents(struct status *status, const struct controller *controller, int64_t now_ms);
/* app/status_ports.c: the inverters' lines. io may be NULL: there are none. */
void status_ports(struct status *status, const struct controller *controller, const struct io *io,
                  int64_t now_ms);
/* The limits of the battery and its packs. */
void status_limits(struct status *status, const struct controller *controller, int64_t now_ms);
/* app/status_charge.c: how the charge is known. After status_limits. */
void status_charge(struct status *status, const struct controller *controller, int64_t now_ms);
/* app/status_cap.c: the battery's cap and ageing. */
void status_cap_fill(struct status *status, const struct controller *controller);

#endif
