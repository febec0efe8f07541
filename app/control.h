/* The control socket: requests from the CLI and the gateways, answered from one picture.
 *
 * SOCK_SEQPACKET over a UNIX socket, one protobuf Request and one Response a packet
 * (app/control.proto). Nothing is allocated: requests unpack into a fixed arena. */
#ifndef BUSBAR_APP_CONTROL_H
#define BUSBAR_APP_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/controller.h"
#include "app/io.h"

enum { CONTROL_CLIENTS = 16, CONTROL_PACKET = 65536, CONTROL_IDS = 64 };

struct control {
    int fd;                           /* listening, -1 = none */
    int clients[CONTROL_CLIENTS];     /* -1 = free */
    uint64_t ids[CONTROL_IDS];        /* the newest, so that none is carried out twice */
    unsigned next_id;
    uint64_t refused;
    char path[108];
    char problem[128];
};

/* 0, or -errno with control->problem. A stale socket file is replaced, a living one refused. */
int control_open(struct control *control, const char *path);
void control_close(struct control *control);

/* Accepts one waiting client; returns its slot, -1 for none. */
int control_accept(struct control *control);

/* Answers what this client asks; false when it has gone. */
bool control_serve(struct control *control, int slot, struct controller *controller,
                   const struct io *io, int64_t now_ms);

/* One packed Request to one packed Response: the socket's work without the socket.
 * Returns the length of the answer, 0 when the bytes are no Request. */
size_t control_answer(struct control *control, struct controller *controller, const struct io *io,
                      const uint8_t *request, size_t count, uint8_t *answer, size_t room,
                      int64_t now_ms);

#endif
