#include "app/control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/control_verbs.h"
#include "can/stale.h"

enum { LEASE_MAX_MS = 60000, REQUEST_ROOM = 2048, ARENA_SIZE = 16384 };

/* --- requests unpack into a fixed arena --- */

struct arena {
    size_t used;
    _Alignas(16) uint8_t bytes[ARENA_SIZE];
};

static void *arena_alloc(void *data, size_t size)
{
    struct arena *arena = data;
    size_t need = (size + 15) & ~(size_t)15;
    if (need > ARENA_SIZE - arena->used)
        return NULL;
    void *at = &arena->bytes[arena->used];
    arena->used += need;
    return at;
}

static void arena_free(void *data, void *pointer)
{
    (void)data;
    (void)pointer;
}

/* Invariant 28: an id used once, and a lease of at most a minute. */
static int request_check(struct control *control, const struct controller *controller,
                         const Busbar__Request *request, char *reason, size_t room)
{
    const struct request *known = request_find(&controller->requests, request->id);
    if (request->version != 1) {
        snprintf(reason, room, "version %u is unknown: 1", request->version);
        return -EINVAL;
    }
    if (!verb_changes(request->verb))
        return 0;
    if (request->lease_ms < 1 || request->lease_ms > LEASE_MAX_MS) {
        snprintf(reason, room, "lease of %u ms is not allowed: 1 to %d", request->lease_ms,
                 LEASE_MAX_MS);
        return -ETIME;
    }
    for (size_t i = 0; i < CONTROL_IDS && request->id; i++)
        if (control->ids[i] == request->id) {
            snprintf(reason, room, "id %llu was used already: %s", (unsigned long long)request->id,
                     known ? request_step_name(request_now(known)) : "long ago");
            return -EALREADY;
        }
    if (request->id == 0) {
        snprintf(reason, room, "id 0 is not allowed");
        return -EINVAL;
    }
    control->ids[control->next_id++ % CONTROL_IDS] = request->id;
    return 0;
}

size_t control_answer(struct control *control, struct controller *controller, const struct io *io,
                      const uint8_t *bytes, size_t count, uint8_t *out, size_t room, int64_t now_ms)
{
    static struct reply reply; /* large, and only one is ever made at a time */
    static struct arena arena;
    arena.used = 0;
    ProtobufCAllocator allocator = {arena_alloc, arena_free, &arena};
    Busbar__Request *request = busbar__request__unpack(&allocator, count, bytes);
    if (!request) {
        control->refused++;
        return 0;
    }
    memset(&reply, 0, sizeof reply);
    busbar__response__init(&reply.message);
    reply.message.id = request->id;
    int status = request_check(control, controller, request, reply.reason, sizeof reply.reason);
    if (status == 0)
        status = verb_carry_out(&reply, controller, io, request, now_ms);
    else if (status == -EALREADY)
        reply_request(&reply, controller, request_find(&controller->requests, request->id));
    reply.message.accepted = status == 0;
    reply.message.reason = reply.reason;
    control->refused += status != 0;
    if (busbar__response__get_packed_size(&reply.message) > room)
        return 0;
    return busbar__response__pack(&reply.message, out);
}

/* --- the socket --- */

static int control_failed(struct control *control, const char *what, int error)
{
    snprintf(control->problem, sizeof control->problem, "control socket %.50s: %.28s: %.28s",
             control->path, what, strerror(error));
    if (control->fd >= 0)
        close(control->fd);
    control->fd = -1;
    return -error;
}

int control_open(struct control *control, const char *path)
{
    memset(control, 0, sizeof *control);
    control->fd = -1;
    for (int i = 0; i < CONTROL_CLIENTS; i++)
        control->clients[i] = -1;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return control_failed(control, "its path is too long", ENAMETOOLONG);
    snprintf(control->path, sizeof control->path, "%s", path);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int status = stale_remove(&address);
    if (status < 0)
        return control_failed(control, "another busbar answers there", -status);
    control->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (control->fd < 0)
        return control_failed(control, "socket", errno);
    if (bind(control->fd, (struct sockaddr *)&address, sizeof address) < 0)
        return control_failed(control, "bind", errno);
    /* Whoever may open the socket may ask and request: owner and group. */
    if (chmod(path, 0660) < 0 || listen(control->fd, CONTROL_CLIENTS) < 0)
        return control_failed(control, "listen", errno);
    return 0;
}

void control_close(struct control *control)
{
    for (int i = 0; i < CONTROL_CLIENTS; i++)
        if (control->clients[i] >= 0)
            close(control->clients[i]);
    if (control->fd >= 0) {
        close(control->fd);
        unlink(control->path);
    }
    control->fd = -1;
}

int control_accept(struct control *control)
{
    int client = accept4(control->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0)
        return -1;
    for (int i = 0; i < CONTROL_CLIENTS; i++)
        if (control->clients[i] < 0) {
            control->clients[i] = client;
            return i;
        }
    close(client);
    return -1;
}

static bool client_gone(struct control *control, int slot)
{
    close(control->clients[slot]);
    control->clients[slot] = -1;
    return false;
}

bool control_serve(struct control *control, int slot, struct controller *controller,
                   const struct io *io, int64_t now_ms)
{
    uint8_t request[REQUEST_ROOM];
    static uint8_t answer[CONTROL_PACKET];
    ssize_t got = recv(control->clients[slot], request, sizeof request, MSG_TRUNC);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? true : client_gone(control, slot);
    if (got == 0 || got > (ssize_t)sizeof request)
        return client_gone(control, slot);
    size_t count = control_answer(control, controller, io, request, (size_t)got, answer,
                                  sizeof answer, now_ms);
    if (count == 0 || send(control->clients[slot], answer, count, MSG_NOSIGNAL) < 0)
        return client_gone(control, slot);
    return true;
}
