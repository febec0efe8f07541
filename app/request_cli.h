/* The asking side of a request: what was written on the command line, watched to its end. */
#ifndef BUSBAR_APP_REQUEST_CLI_H
#define BUSBAR_APP_REQUEST_CLI_H

#include <stdbool.h>

#include "app/client.h"

struct request_options {
    bool json, wait, sure, release;
    uint32_t wait_ms;        /* 0 = as long as it usually takes */
    const char *socket;
};

/* The words after the options into the request; -1 when they are wrong, some of them told on stderr. */
int request_read(int count, char **words, Busbar__Request *request);   /* app/request_read.c */

/* Asks, and prints each step of the ladder as it is reached until it is over; of an earlier request
 * (REQUEST_STATUS) those so far, then the others. The exit status: 0 confirmed, 1 refused, timed out or lost. */
int request_wait(Busbar__Request *request, const struct request_options *options);

/* Every step it has taken so far. */
void ladder_print(const Busbar__RequestState *state, bool json);
void settings_print(const Busbar__Response *response, bool json);

#endif
