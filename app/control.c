#include "app/control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/control.pb-c.h"
#include "app/status.h"
#include "app/status_inverters.h"
#include "app/why.h"
#include "can/stale.h"

enum { LEASE_MAX_MS = 60000, REQUEST_ROOM = 2048, ARENA_SIZE = 16384, CAP_MIN = 300 };

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

/* --- what each verb does --- */

struct answer {
    Busbar__Response message;
    struct why lines;
    char *line_at[WHY_LINES];
    struct status status;
    struct status_inverters inverters;
    char reason[160];
};

static void answer_lines(struct answer *answer)
{
    for (size_t i = 0; i < answer->lines.count; i++)
        answer->line_at[i] = answer->lines.lines[i];
    answer->message.n_lines = answer->lines.count;
    answer->message.lines = answer->line_at;
}

static void answer_journal(struct answer *answer, const struct controller *controller)
{
    const struct journal *journal = &controller->journal;
    uint32_t count = journal->next < WHY_LINES ? journal->next : WHY_LINES;
    for (uint32_t i = journal->next - count; i != journal->next; i++)
        journal_text(&journal->ring[i % JOURNAL_RING], controller->config,
                     answer->lines.lines[answer->lines.count++], WHY_SIZE);
}

static int charge_point_find(const struct config *config, const char *name, char *reason,
                             size_t room)
{
    if (*name == '\0' && config->wallbox_count == 1)
        return 0;
    for (int i = 0; i < config->wallbox_count; i++)
        if (strcmp(config->wallboxes[config->charge_points[i].device].name, name) == 0)
            return i;
    if (config->wallbox_count == 0)
        snprintf(reason, room, "this plant has no charge point");
    else
        snprintf(reason, room, "charge point \"%.40s\" is unknown: the first is \"%s\"", name,
                 config->wallboxes[config->charge_points[0].device].name);
    return -ENOENT;
}

static int answer_charge(struct answer *answer, struct controller *controller,
                         const Busbar__Request *request)
{
    int point = charge_point_find(controller->config, request->charge_point, answer->reason,
                                  sizeof answer->reason);
    if (point < 0)
        return point;
    return controller_charge(controller, (size_t)point, request->verb == BUSBAR__VERB__CHARGE,
                             answer->reason, sizeof answer->reason);
}

static void list_add(char *list, size_t room, const char *word)
{
    size_t used = strlen(list);
    snprintf(list + used, room - used, "%s%s", used ? ", " : "", word);
}

/* The channels of that board that have a contact; returns the one asked for, -1 = none. */
static int channels_list(const struct config *config, size_t board, uint32_t wanted, char list[64])
{
    int found = -1;
    for (int c = 0; c < config->topology.contacts; c++) {
        struct config_channel at = config->contact_at[c];
        char word[8];
        if (at.device != board)
            continue;
        snprintf(word, sizeof word, "%u", at.channel + 1u);
        list_add(list, 64, word);
        if (at.channel + 1u == wanted)
            found = c;
    }
    return found;
}

static int contact_find(const struct config *config, const Busbar__Request *request, char *reason,
                        size_t room)
{
    char boards[96] = "";
    for (size_t b = 0; b < config->board_count; b++) {
        char channels[64] = "";
        int found = channels_list(config, b, request->channel, channels);
        bool named = strcmp(config->boards[b].name, request->board) == 0;
        if (named && found >= 0)
            return found;
        if (named && *channels) {
            snprintf(reason, room, "channel %u of %s has no contact: %s", request->channel,
                     config->boards[b].name, channels);
            return -ENOENT;
        }
        if (*channels)
            list_add(boards, sizeof boards, config->boards[b].name);
    }
    snprintf(reason, room, "no board \"%.24s\" has contacts: %s", request->board, boards);
    return -ENOENT;
}

static int answer_replaced(struct answer *answer, struct controller *controller,
                           const Busbar__Request *request, int64_t now_ms)
{
    int contact = contact_find(controller->config, request, answer->reason, sizeof answer->reason);
    if (contact < 0)
        return contact;
    controller_replaced(controller, (size_t)contact, now_ms);
    snprintf(answer->reason, sizeof answer->reason, "the wear of channel %u of %s starts anew",
             request->channel, request->board);
    return 0;
}

static int answer_pack(struct answer *answer, struct controller *controller,
                       const Busbar__Request *request, int64_t now_ms)
{
    char packs[96] = "";
    for (size_t i = 0; i < controller->config->pack_count; i++) {
        if (strcmp(controller->config->packs[i].name, request->pack) == 0)
            return controller_pack(controller, i, request->verb == BUSBAR__VERB__PACK_OUT, now_ms,
                                   answer->reason, sizeof answer->reason);
        list_add(packs, sizeof packs, controller->config->packs[i].name);
    }
    snprintf(answer->reason, sizeof answer->reason, "no pack \"%.24s\": %s", request->pack, packs);
    return -ENOENT;
}

static int request_carry_out(struct answer *answer, struct controller *controller,
                             const struct io *io, const Busbar__Request *request, int64_t now_ms)
{
    switch (request->verb) {
    case BUSBAR__VERB__STATUS:
        status_fill(&answer->status, controller, io, now_ms);
        answer->message.status = &answer->status.message;
        return 0;
    case BUSBAR__VERB__WHY:
        why_fill(&answer->lines, controller, now_ms);
        return 0;
    case BUSBAR__VERB__PLAN:
        why_plan(&answer->lines, controller);
        return 0;
    case BUSBAR__VERB__INVERTERS:
        answer->message.inverters = status_inverters(&answer->inverters, controller, now_ms);
        return 0;
    case BUSBAR__VERB__JOURNAL:
        answer_journal(answer, controller);
        return 0;
    case BUSBAR__VERB__CHARGE:
    case BUSBAR__VERB__STOP:
        return answer_charge(answer, controller, request);
    case BUSBAR__VERB__CAP:
        return controller_cap(controller, (int32_t)request->cap_permille, now_ms, answer->reason,
                              sizeof answer->reason);
    case BUSBAR__VERB__CHARGE_TO:
        return controller_charge_to(controller, (int32_t)request->cap_permille, request->by_wall_s,
                                    now_ms, answer->reason, sizeof answer->reason);
    case BUSBAR__VERB__POSTPONE_BALANCING:
        return controller_postpone(controller, request->span_s, now_ms, answer->reason,
                                   sizeof answer->reason);
    case BUSBAR__VERB__RESET:
        controller_reset(controller, now_ms);
        snprintf(answer->reason, sizeof answer->reason, "locks cleared; reading everything back");
        return 0;
    case BUSBAR__VERB__CONTACT_REPLACED:
        return answer_replaced(answer, controller, request, now_ms);
    case BUSBAR__VERB__PACK_OUT:
    case BUSBAR__VERB__PACK_IN:
        return answer_pack(answer, controller, request, now_ms);
    case BUSBAR__VERB__VERB_UNSET:
    case _BUSBAR__VERB_IS_INT_SIZE:
        break;
    }
    snprintf(answer->reason, sizeof answer->reason, "verb %d is unknown", (int)request->verb);
    return -EINVAL;
}

static bool changes_something(Busbar__Verb verb)
{
    return verb == BUSBAR__VERB__CHARGE || verb == BUSBAR__VERB__STOP ||
           verb == BUSBAR__VERB__CAP || verb == BUSBAR__VERB__RESET ||
           verb == BUSBAR__VERB__CONTACT_REPLACED || verb == BUSBAR__VERB__PACK_OUT ||
           verb == BUSBAR__VERB__PACK_IN || verb == BUSBAR__VERB__CHARGE_TO ||
           verb == BUSBAR__VERB__POSTPONE_BALANCING;
}

/* Invariant 28: an id used once, and a lease of at most a minute. */
static int request_check(struct control *control, const Busbar__Request *request, char *reason,
                         size_t room)
{
    if (request->version != 1) {
        snprintf(reason, room, "version %u is unknown: 1", request->version);
        return -EINVAL;
    }
    if (!changes_something(request->verb))
        return 0;
    if (request->lease_ms < 1 || request->lease_ms > LEASE_MAX_MS) {
        snprintf(reason, room, "lease of %u ms is not allowed: 1 to %d", request->lease_ms,
                 LEASE_MAX_MS);
        return -ETIME;
    }
    for (size_t i = 0; i < CONTROL_IDS && request->id; i++)
        if (control->ids[i] == request->id) {
            snprintf(reason, room, "id %llu was carried out already",
                     (unsigned long long)request->id);
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
    static struct answer answer; /* large, and only one is ever made at a time */
    static struct arena arena;
    arena.used = 0;
    ProtobufCAllocator allocator = {arena_alloc, arena_free, &arena};
    Busbar__Request *request = busbar__request__unpack(&allocator, count, bytes);
    if (!request) {
        control->refused++;
        return 0;
    }
    memset(&answer, 0, sizeof answer);
    busbar__response__init(&answer.message);
    answer.message.id = request->id;
    int status = request_check(control, request, answer.reason, sizeof answer.reason);
    if (status == 0)
        status = request_carry_out(&answer, controller, io, request, now_ms);
    answer_lines(&answer);
    answer.message.accepted = status == 0;
    answer.message.reason = answer.reason;
    control->refused += status != 0;
    if (busbar__response__get_packed_size(&answer.message) > room)
        return 0;
    return busbar__response__pack(&answer.message, out);
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
