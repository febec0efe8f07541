/* What survives a restart: joins the controller to its state file (app/state_file.h). */
#ifndef BUSBAR_APP_SAVED_H
#define BUSBAR_APP_SAVED_H

#include <stdio.h>

#include "app/controller.h"
#include "app/state_file.h"

struct saved {
    struct state_file file;
    struct saved_state state;
    uint8_t bytes[STATE_FILE_MAX];
    uint32_t transfers;         /* of the router when it was last written */
    char problem[128];          /* why the last write failed, "" when well */
};

/* Restores what DIR holds into a controller that has just been initialised; tells what was damaged.
 * wall_ms: since 1970, for the age of what is restored. */
void saved_open(struct saved *saved, const char *dir, struct controller *controller, int64_t now_ms,
                int64_t wall_ms, FILE *errors);

/* True when something moved that should not wait for the next minute. */
bool saved_urgent(const struct saved *saved, const struct controller *controller);

void saved_write(struct saved *saved, const struct controller *controller, int64_t now_ms,
                 int64_t wall_ms);

#endif
