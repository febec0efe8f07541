/* The inverters' lines: whose unit is on which port, and what heals a port that fails.
 *
 * What is promised:
 * - A port belongs to an inverter only after the unit on it has told who it is. An inverter with a
 *   serial number in the config takes the unit that tells it, on whichever port of the config that
 *   is: two adapters may change places or numbers, the roles do not. An inverter without one takes
 *   the unit on its own fixed port, unless that tells another inverter's serial number.
 * - Orders never reach a stranger. A setter is held back until the unit has told the same number
 *   once more, unless it did within PORT_PROOF_MS; so it must after each silence of that length, for
 *   two cables may have changed places. A unit that tells another number, or none where it told one,
 *   or was identified anew loses its inverter, and the port is asked who is there.
 * - Only ports that the config names or its patterns fit are opened (app/port_find.h); once every
 *   inverter has its unit, the others are closed and left alone.
 * - A port that is gone is tried at once, then after 0.25, 0.5, 1 and 2 s, then each 2 s, for ever.
 *   One that is open but silent is asked again each second. After config.ports.hang_s of silence,
 *   while another inverter answers, it is closed and opened anew; with config.ports.usb_reset its USB
 *   device is switched off and on, too. */
#ifndef BUSBAR_APP_PORTS_H
#define BUSBAR_APP_PORTS_H

#include "app/config.h"
#include "app/plant.h"
#include "app/port_find.h"
#include "inverter/probe.h"
#include "inverter/stream.h"

enum { MAX_PORTS = 2 * MAX_INVERTERS, PORT_NOBODY = 0xFF, PORT_PROOF_MS = 2000, PORT_REQUEST = 96 };

enum port_state {
    PORT_CLOSED,         /* it cannot be opened: stream.problem says why */
    PORT_ASKED,          /* open, its unit is asked who it is */
    PORT_WAITING,        /* open, asked again soon: nobody answers, or another port has its unit */
    PORT_STRANGER,       /* a unit answers that is none of the config's */
    PORT_OWNED,          /* its unit is an inverter's */
    PORT_SPARE           /* closed: no inverter lacks a unit */
};
const char *port_state_name(enum port_state state);   /* "owned" */

/* Since the port came into the list. */
struct port_counts {
    uint32_t opened, failed;      /* tried to open: with success, without */
    uint32_t lost;                /* it was open and failed */
    uint32_t hung, resets;        /* closed because it was silent; USB resets of these */
    uint32_t disowned;            /* an inverter's no more, though it is open */
    uint32_t proven;              /* told its number once more */
};

struct port {
    struct port_found where;
    enum port_state state;
    uint8_t inverter;             /* index in the config, PORT_NOBODY */
    bool identified;              /* .. and its unit was, at some time since */
    bool proving;                 /* .. and is asked for its number once more */
    int64_t asked_ms, proven_ms;  /* when it was last asked so, and when it told it */
    uint8_t untold;               /* how often running it answered without one */
    uint8_t held[PORT_REQUEST];   /* a setter that waits for that .. */
    size_t held_count;            /* .. 0 = none */
    int64_t held_ms;
    struct stream stream;
    bool opening;                 /* in the background */
    uint64_t device;              /* node that is open, 0 = not local */
    struct probe probe;
    char told[24];                /* serial number the last probe heard, "" = none */
    char problem[160];            /* for people: why it is not an inverter's, "" = it is */
    struct port_counts counts;
    int64_t retry_ms;             /* to open, or to ask again */
    int32_t wait_ms;              /* newest backoff */
    int64_t opened_ms, heard_ms;  /* newest opening; newest answer that checks, 0 = none yet */
    bool used, seen;              /* in the list; found when it was last looked */
};

/* An inverter of the config, as its lines see it. */
struct port_role {
    uint8_t port;                 /* PORT_NOBODY = it has none */
    uint32_t adopted;             /* how often it got one */
    int64_t since_ms;             /* it has one, or has none, since then */
    int64_t rate_ms;              /* answers are counted anew since then .. */
    uint32_t rate_answers;        /* .. from this one on */
    int32_t rate_permille;        /* answers a second * 1000, over the newest whole window */
};

struct ports {
    const struct config *config;
    const char *root;             /* before /sys and /dev where patterns look: "" */
    struct port port[MAX_PORTS];
    struct port_role role[MAX_INVERTERS];
    int64_t look_ms;              /* when patterns are looked at again */
    /* A descriptor appeared (fd), or goes (-1). */
    void (*watch)(void *context, int slot, int fd);
    void *context;
    int slot;                     /* of port 0 for watch */
};

/* Opens what the config names. root, watch, context and slot are set by the caller before. */
void ports_open(struct ports *ports, const struct config *config, struct plant *plant,
                int64_t now_ms);

/* What has arrived at this descriptor, or (-1) everything, into units and probes. */
void ports_hear(struct ports *ports, struct plant *plant, int fd, int64_t now_ms);

/* Each unit's and probe's next request. Returns when it wants to be called next. */
int64_t ports_speak(struct ports *ports, struct plant *plant, int64_t now_ms);

/* Roles, retries, hangs; cheap while all is well. Call each tick, and after ports_hear. */
void ports_supervise(struct ports *ports, struct plant *plant, int64_t now_ms);

void ports_close(struct ports *ports);

/* The port of an inverter, NULL while it has none. */
const struct port *ports_of(const struct ports *ports, size_t inverter);

/* Why an inverter has no port, in words; "" when it has one. */
void ports_problem(const struct ports *ports, size_t inverter, char *out, size_t room);

#endif
