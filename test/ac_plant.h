/* A small AC bus for the tests: two sources, contacts that follow their coils, a bus with a
 * capacitance, a car behind an EVSE contactor. What is true is kept apart from what is told, and
 * invariants 16 to 19 are checked on what is true. */
#ifndef BUSBAR_TEST_AC_PLANT_H
#define BUSBAR_TEST_AC_PLANT_H

#include <string.h>

#include "phase-router/ac.h"
#include "test/check.h"

enum { PLANT_SOURCES = 2, STEP_MS = 50, RELEASE_MS = 50, DECAY_MS = 1000 };
enum { HOUSE, OWN };

struct ac_plant {
    int64_t now_ms;
    bool coil[PLANT_SOURCES][AC_POLES], closed[PLANT_SOURCES][AC_POLES];
    bool welded[PLANT_SOURCES][AC_POLES], stuck[PLANT_SOURCES][AC_POLES];
    bool unknown[PLANT_SOURCES][AC_POLES];
    int64_t coil_ms[PLANT_SOURCES][AC_POLES];
    bool alive[PLANT_SOURCES];       /* the source has voltage */
    double bus_V;
    bool evse;
    double car_A;
    bool car_holds;                  /* it does not let go */
    bool charges;                    /* it wants to */
    /* what reaches the controller */
    bool mute_board, mute_box, deaf; /* deaf: orders do not arrive */
    bool locked, unready[PLANT_SOURCES], faulty;
    bool vetoes;                     /* whoever swallows the orders says so */
    struct ac_view view;
    /* the truth's own book */
    int64_t off_ms, dead_ms, moved_ms; /* car off, bus dead since; 0 = not. last contact moved */
    unsigned violations, moves;
    const char *violation;
};

static inline void plant_begin(struct ac_plant *plant)
{
    *plant = (struct ac_plant){.now_ms = 1000000, .alive = {true, true}, .charges = true};
    plant->closed[HOUSE][AC_LINE] = plant->closed[HOUSE][AC_NEUTRAL] = true;
    plant->coil[HOUSE][AC_LINE] = plant->coil[HOUSE][AC_NEUTRAL] = true;
    plant->bus_V = 230;
    plant->evse = true;
    plant->car_A = 20;
}

static inline void plant_blame(struct ac_plant *plant, bool broken, const char *rule)
{
    if (!broken)
        return;
    plant->violation = plant->violations ? plant->violation : rule;
    plant->violations++;
}

static inline bool plant_feeds(const struct ac_plant *plant, int s)
{
    return plant->closed[s][AC_LINE] && plant->closed[s][AC_NEUTRAL] && plant->alive[s];
}

/* A contact is about to move by order. */
static inline void plant_judge(struct ac_plant *plant, int s, int pole, bool close)
{
    int64_t now_ms = plant->now_ms;
    int other = !s;
    plant->moves++;
    plant_blame(plant, !plant->off_ms || now_ms - plant->off_ms < 2800, "18: under the car");
    plant_blame(plant, close && plant->evse, "19: onto an energised EVSE");
    plant_blame(plant, pole == AC_NEUTRAL && plant->closed[s][AC_LINE],
                "17: a neutral moves with its line closed");
    plant_blame(plant, close && pole == AC_LINE && !plant->closed[s][AC_NEUTRAL],
                "17: a line before its neutral");
    plant_blame(plant, close && (plant->closed[other][AC_LINE] || plant->closed[other][AC_NEUTRAL]),
                "16: onto the other source");
    plant_blame(plant,
                close && pole == AC_LINE && (!plant->dead_ms || now_ms - plant->dead_ms < 1000),
                "17: onto a live bus");
}

static inline void plant_contacts(struct ac_plant *plant)
{
    for (int s = 0; s < PLANT_SOURCES; s++)
        for (int pole = 0; pole < AC_POLES; pole++) {
            bool rested = plant->now_ms - plant->coil_ms[s][pole] >= RELEASE_MS;
            bool to = plant->coil[s][pole];
            if (rested && !(to && plant->stuck[s][pole]))
                plant->closed[s][pole] = to || plant->welded[s][pole];
        }
    plant_blame(plant, plant->closed[0][AC_LINE] && plant->closed[1][AC_LINE], "16: two sources");
}

static inline void plant_car(struct ac_plant *plant, bool allowed)
{
    bool live = plant->bus_V > 180;
    plant->evse = live && ((allowed && plant->charges) || (plant->evse && plant->car_A > 0.5));
    double wants = plant->evse && (allowed || plant->car_holds) ? 20 : 0;
    double down_A = plant->evse ? 2 : 20;
    plant->car_A = wants > plant->car_A            ? plant->car_A + 1
                   : plant->car_A - wants > down_A ? plant->car_A - down_A
                                                   : wants;
    bool off = !plant->evse && plant->car_A < 0.5;
    plant->off_ms = !off ? 0 : plant->off_ms ? plant->off_ms : plant->now_ms;
}

static inline void plant_tell(struct ac_plant *plant)
{
    struct ac_view *view = &plant->view;
    int64_t now_ms = plant->now_ms;
    for (int s = 0; s < PLANT_SOURCES; s++) {
        view->source_ready[s] = !plant->unready[s];
        for (int pole = 0; pole < AC_POLES && !plant->mute_board && now_ms % 100 == 0; pole++) {
            bool moving = now_ms - plant->coil_ms[s][pole] < RELEASE_MS;
            view->contact[s][pole] = (struct ac_contact_view){
                .seen = plant->unknown[s][pole] || moving ? CONTACT_UNKNOWN
                        : plant->closed[s][pole]          ? CONTACT_CLOSED
                                                          : CONTACT_OPEN,
                .heard_ms = now_ms,
                .output = plant->coil[s][pole],
                .fault = plant->faulty && s == OWN,
            };
        }
    }
    view->switching_locked = plant->locked;
    if (plant->mute_box || now_ms % 200 != 0)
        return;
    reading_set(&view->ev_current_dA, (int32_t)(plant->car_A * 10), now_ms);
    reading_set(&view->bus_voltage_dV, (int32_t)(plant->bus_V * 10), now_ms);
    reading_set(&view->evse_contactor, plant->evse, now_ms);
}

/* The orders arrive, at once or never. */
static inline void plant_order(struct ac_plant *plant, const struct ac_orders *orders)
{
    plant->view.vetoed = false;
    for (int s = 0; s < PLANT_SOURCES && orders->valid; s++)
        for (int pole = 0; pole < AC_POLES; pole++) {
            if (plant->coil[s][pole] == orders->closed[s][pole])
                continue;
            plant->view.vetoed = plant->vetoes;
            if (plant->deaf || plant->vetoes || plant->mute_board)
                continue;
            plant_judge(plant, s, pole, orders->closed[s][pole]);
            plant->coil[s][pole] = orders->closed[s][pole];
            plant->coil_ms[s][pole] = plant->moved_ms = plant->now_ms;
        }
}

/* allowed: the charge point may charge. */
static inline void plant_step(struct ac_plant *plant, const struct ac_orders *orders, bool allowed)
{
    plant->now_ms += STEP_MS;
    plant_order(plant, orders);
    plant_contacts(plant);
    bool fed = plant_feeds(plant, 0) || plant_feeds(plant, 1);
    plant->bus_V = fed ? 230 : plant->bus_V * (1 - (double)STEP_MS / (DECAY_MS / 2));
    bool dead = plant->bus_V < 50;
    plant->dead_ms = !dead ? 0 : plant->dead_ms ? plant->dead_ms : plant->now_ms;
    plant_car(plant, allowed);
    plant_tell(plant);
}

#endif
