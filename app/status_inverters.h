/* The bank of inverters as a protobuf InverterBank, filled without allocating; and what of it a person
 * should know at once. */
#ifndef BUSBAR_APP_STATUS_INVERTERS_H
#define BUSBAR_APP_STATUS_INVERTERS_H

#include "app/control.pb-c.h"
#include "app/controller.h"
#include "app/why.h"

enum { STATUS_FAULTS = 12, STATUS_CURVE_SIZE = 64 };

struct status_inverter {
    Busbar__InverterUnit message;
    Busbar__InverterFault faults[STATUS_FAULTS], *fault_at[STATUS_FAULTS];
    Busbar__Energy energy[ENERGY_KINDS], *energy_at[ENERGY_KINDS];
    char curve[STATUS_CURVE_SIZE];
};
struct status_inverter_group {
    Busbar__InverterGroup message;
    Busbar__InverterPhase phases[PHASES], *phase_at[PHASES];
};
struct status_inverters {
    Busbar__InverterBank message;
    struct status_inverter units[MAX_INVERTERS];
    Busbar__InverterUnit *unit_at[MAX_INVERTERS];
    struct status_inverter_group groups[MAX_INVERTERS];
    Busbar__InverterGroup *group_at[MAX_INVERTERS];
    Busbar__PlantEnergy energy, today;
    struct why news;
    char *news_at[WHY_LINES];
};

Busbar__InverterBank *status_inverters(struct status_inverters *status,
                                       const struct controller *controller, int64_t now_ms);

/* A line for each fault, warning, disagreement, coming overload and premature float. */
void inverter_news(struct why *news, const struct controller *controller);

#endif
