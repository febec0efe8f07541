/* What survives a restart: joins the controller to its state file (app/state_file.h).
 *
 * The disk is waited for by a thread of its own, so that a slow card never holds up a tick. It sees
 * nothing but the bytes it is handed. */
#ifndef BUSBAR_APP_SAVED_H
#define BUSBAR_APP_SAVED_H

#include <pthread.h>
#include <stdio.h>

#include "app/controller.h"
#include "app/state_file.h"

struct saved {
    struct state_file file;
    struct saved_state state;
    uint32_t transfers;         /* of the router when it was last handed over */
    uint32_t replaced;          /* of the controller, likewise */
    bool stopped;               /* likewise, of the controller */
    uint64_t packs;             /* likewise, a sum over their latches */
    uint32_t cap_asked;         /* likewise */
    uint64_t writes;            /* likewise, of the inverters' settings: a crash must not forget one */
    /* between loop and writer, under lock */
    pthread_t writer;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool running, ending;
    size_t count;               /* bytes that wait to be written, 0 = none */
    uint8_t bytes[STATE_FILE_MAX];
    int status;                 /* of the newest write, 0 or -errno */
};

/* Restores what DIR holds into a controller that has just been initialised; tells what was damaged.
 * wall_ms: since 1970, for the age of what is restored. */
void saved_open(struct saved *saved, const char *dir, struct controller *controller, int64_t now_ms,
                int64_t wall_ms, FILE *errors);

/* True when something moved that should not wait for the next minute. */
bool saved_urgent(const struct saved *saved, const struct controller *controller);

/* Hands the present state to the writer. False when it is still busy with the one before: try again
 * on a later tick. */
bool saved_write(struct saved *saved, const struct controller *controller, int64_t now_ms,
                 int64_t wall_ms);

/* Waits until everything handed over is on the disk, and ends the writer. */
void saved_close(struct saved *saved);

#endif
