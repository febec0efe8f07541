#include "app/ports.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/ports_inner.h"
#include "app/usb_reset.h"

enum { BATCHES = 64, LOOK_MS = 500, RETRY_FIRST_MS = 250, RETRY_MAX_MS = 2000 };
enum { RATE_MS = 10000, ANSWERS_MS = 10000, HELD_MS = 1000 };

/* --- the list --- */

static struct port *port_named(struct ports *ports, const char *url)
{
    for (size_t p = 0; p < MAX_PORTS; p++)
        if (ports->port[p].used && strcmp(ports->port[p].where.url, url) == 0)
            return &ports->port[p];
    return NULL;
}

static void port_add(struct ports *ports, const struct port_found *found, int64_t now_ms)
{
    struct port *port = port_named(ports, found->url);
    for (size_t p = 0; p < MAX_PORTS && !port; p++) {
        if (ports->port[p].used)
            continue;
        port = &ports->port[p];
        *port = (struct port){.used = true,
                              .state = PORT_CLOSED,
                              .inverter = PORT_NOBODY,
                              .retry_ms = now_ms,
                              .where = *found};
        port->stream.fd = -1;
    }
    if (port)
        port->seen = true;
}

/* What the words of every inverter mean now; what no pattern finds any more is forgotten. */
static void look(struct ports *ports, int64_t now_ms)
{
    struct port_found found[MAX_PORTS];
    for (size_t p = 0; p < MAX_PORTS; p++)
        ports->port[p].seen = ports->port[p].where.fixed || ports->port[p].stream.fd >= 0;
    for (size_t i = 0; i < ports->config->inverter_count; i++) {
        size_t count = port_find(ports->config->inverters[i].port, ports->root, found, MAX_PORTS);
        for (size_t k = 0; k < count; k++)
            port_add(ports, &found[k], now_ms);
    }
    for (size_t p = 0; p < MAX_PORTS; p++)
        if (!ports->port[p].seen)
            ports->port[p].used = false;
    ports->look_ms = now_ms + LOOK_MS;
}

/* --- opening and losing --- */

static void watch(struct ports *ports, const struct port *port)
{
    ports->watch(ports->context, ports->slot + (int)(port - ports->port), port->stream.fd);
}

static void back_off(struct port *port, int64_t now_ms)
{
    int32_t wait_ms = port->wait_ms;
    port->wait_ms = wait_ms == 0                 ? RETRY_FIRST_MS
                    : wait_ms * 2 > RETRY_MAX_MS ? RETRY_MAX_MS
                                                 : wait_ms * 2;
    port->retry_ms = now_ms + port->wait_ms;
}

void port_shut(struct ports *ports, struct port *port, enum port_state state)
{
    bool was_open = port->stream.fd >= 0;
    stream_close(&port->stream);
    port->opening = false;
    port->device = 0;
    port->state = state;
    if (was_open)
        watch(ports, port);
}

static void port_lost(struct ports *ports, struct plant *plant, struct port *port, int64_t now_ms)
{
    snprintf(port->problem, sizeof port->problem, "%s", port->stream.problem);
    bool was_owned = port->state == PORT_OWNED;
    role_leave(ports, plant, port, now_ms);
    port->counts.failed += port->opening;
    port->counts.lost += !port->opening;
    port->opening = false;
    port->state = PORT_CLOSED;
    port->device = 0;
    watch(ports, port);
    if (was_owned)
        port->retry_ms = now_ms;
    else
        back_off(port, now_ms);
}

/* Another name of a device that is open already. */
static const struct port *same_device(const struct ports *ports, uint64_t device)
{
    for (size_t p = 0; device && p < MAX_PORTS; p++)
        if (ports->port[p].used && ports->port[p].stream.fd >= 0 && ports->port[p].device == device)
            return &ports->port[p];
    return NULL;
}

/* Open at last; some kinds take their time, in the background. */
static void port_found(struct port *port, int64_t now_ms)
{
    port_ask(port, now_ms);
    if (port->stream.opening)
        return;
    port->opening = false;
    port->counts.opened++;
}

static void port_try(struct ports *ports, struct port *port, int64_t now_ms)
{
    uint64_t device = port_device(port->where.url);
    const struct port *same = same_device(ports, device);
    if (same) {
        snprintf(port->problem, sizeof port->problem, "%.60s is the same device as %.60s",
                 port->where.url, same->where.url);
        port->retry_ms = now_ms + RETRY_MAX_MS;
        return;
    }
    int status = port->stream.url[0] ? stream_reopen(&port->stream)
                                     : stream_open(&port->stream, port->where.url);
    if (status < 0) {
        snprintf(port->problem, sizeof port->problem, "%s", port->stream.problem);
        port->state = PORT_CLOSED;
        port->counts.failed++;
        back_off(port, now_ms);
        return;
    }
    port->device = device;
    port->opened_ms = now_ms;
    port->opening = true;
    watch(ports, port);
    port_found(port, now_ms);
}

/* --- the parts of a turn --- */

static void port_hear(struct ports *ports, struct plant *plant, struct port *port, int64_t now_ms)
{
    uint8_t bytes[256];
    for (int batch = 0; batch < BATCHES && port->stream.fd >= 0; batch++) {
        int count = stream_read(&port->stream, bytes, sizeof bytes);
        if (count < 0)
            port_lost(ports, plant, port, now_ms);
        else if (port->opening && !port->stream.opening)
            port_found(port, now_ms);
        if (count <= 0)
            return;
        if (port->state == PORT_OWNED && !port->proving)
            unit_bytes(&plant->units[port->inverter], bytes, (size_t)count, now_ms);
        else
            probe_bytes(&port->probe, bytes, (size_t)count, now_ms);
        if ((size_t)count < sizeof bytes)
            return; /* that was all; what comes now wakes the loop again */
    }
}

void ports_hear(struct ports *ports, struct plant *plant, int fd, int64_t now_ms)
{
    for (size_t p = 0; p < MAX_PORTS; p++) {
        struct port *port = &ports->port[p];
        if (port->used && port->stream.fd >= 0 && (fd < 0 || fd == port->stream.fd))
            port_hear(ports, plant, port, now_ms);
    }
}

/* Questions begin with Q, ^P or, of the PI30 family, are Q1 and the like; all else sets something. */
static bool is_setter(const uint8_t *request)
{
    return request[0] != 'Q' && !(request[0] == '^' && request[1] == 'P');
}

static void port_send(struct ports *ports, struct plant *plant, struct port *port,
                      const uint8_t *request, size_t count, int64_t now_ms)
{
    int status = stream_write(&port->stream, request, count);
    if (status < 0 && status != -EAGAIN)
        port_lost(ports, plant, port, now_ms);
    else if (status < 0 && (port->state != PORT_OWNED || port->proving))
        probe_unsent(&port->probe, now_ms);
}

static int64_t probe_speak(struct ports *ports, struct plant *plant, struct port *port,
                           int64_t now_ms)
{
    uint8_t request[PORT_REQUEST];
    size_t count = 0;
    int64_t wake_ms = probe_step(&port->probe, request, sizeof request, &count, now_ms);
    if (count == 0)
        return wake_ms;
    stream_drain(&port->stream);
    port_send(ports, plant, port, request, count, now_ms);
    return wake_ms;
}

/* A setter waits in held until the unit has told its number; for long it does not wait, the unit
 * finds out by reading back that it was not carried out. */
static int64_t unit_speak(struct ports *ports, struct plant *plant, struct port *port,
                          int64_t now_ms)
{
    size_t count = 0;
    bool drain = false;
    if (port->held_count) {
        if (now_ms - port->held_ms <= HELD_MS)
            port_send(ports, plant, port, port->held, port->held_count, now_ms);
        port->held_count = 0;
        return now_ms + 1;
    }
    int64_t wake_ms = unit_step(&plant->units[port->inverter], port->held, sizeof port->held,
                                &count, &drain, now_ms);
    if (count == 0)
        return wake_ms;
    if (drain)
        stream_drain(&port->stream);
    if (is_setter(port->held) && now_ms - port->proven_ms > PORT_PROOF_MS) {
        port->held_count = count;
        port->held_ms = now_ms;
        role_prove(port, now_ms);
        return probe_speak(ports, plant, port, now_ms);
    }
    port_send(ports, plant, port, port->held, count, now_ms);
    return wake_ms;
}

int64_t ports_speak(struct ports *ports, struct plant *plant, int64_t now_ms)
{
    int64_t wake_ms = INT64_MAX;
    for (size_t p = 0; p < MAX_PORTS; p++) {
        struct port *port = &ports->port[p];
        if (!port->used || port->stream.fd < 0)
            continue;
        int64_t wants_ms = port->state == PORT_OWNED && !port->proving
                               ? unit_speak(ports, plant, port, now_ms)
                               : probe_speak(ports, plant, port, now_ms);
        wake_ms = wants_ms < wake_ms ? wants_ms : wake_ms;
    }
    return wake_ms;
}

/* --- supervision --- */

static bool anybody_answers(const struct ports *ports, int64_t now_ms)
{
    for (size_t p = 0; p < MAX_PORTS; p++)
        if (ports->port[p].state == PORT_OWNED && now_ms - ports->port[p].heard_ms < ANSWERS_MS)
            return true;
    return false;
}

static void switch_off_and_on(struct ports *ports, struct port *port, uint64_t device,
                              int64_t now_ms)
{
    char path[USB_PATH_SIZE];
    int status = usb_find(ports->root, device, path);
    if (status == 0)
        status = usb_reset(path);
    if (status == 0) {
        port->counts.resets++;
        port->retry_ms = now_ms + USB_OFF_MS;
    } else {
        snprintf(port->problem, sizeof port->problem, "%.60s: silent; its USB device: %s",
                 port->where.url, status == -ENOENT ? "it is on no USB" : strerror(-status));
    }
}

static void supervise_hang(struct ports *ports, struct port *port, int64_t now_ms)
{
    int64_t hang_ms = (int64_t)ports->config->ports.hang_s * 1000;
    int64_t since_ms = port->heard_ms > port->opened_ms ? port->heard_ms : port->opened_ms;
    if (hang_ms == 0 || port->state == PORT_OWNED || port->stream.fd < 0 ||
        now_ms - since_ms < hang_ms || !anybody_answers(ports, now_ms))
        return;
    uint64_t device = port->device;
    port->counts.hung++;
    port_shut(ports, port, PORT_CLOSED);
    port->retry_ms = now_ms;
    if (ports->config->ports.usb_reset)
        switch_off_and_on(ports, port, device, now_ms);
}

static void supervise_port(struct ports *ports, struct plant *plant, struct port *port,
                           bool lacking, int64_t now_ms)
{
    if (port->state == PORT_OWNED)
        role_check(ports, plant, port, now_ms);
    else if (!lacking && port->state != PORT_SPARE)
        port_shut(ports, port, PORT_SPARE);
    else if (lacking && port->state == PORT_SPARE)
        port->state = PORT_CLOSED;
    if (port->state == PORT_ASKED && port->probe.state != PROBE_ASKS)
        role_offer(ports, plant, port, now_ms);
    supervise_hang(ports, port, now_ms);
    if (!lacking || now_ms < port->retry_ms || port->state == PORT_OWNED)
        return;
    if (port->stream.fd < 0)
        port_try(ports, port, now_ms);
    else if (port->state == PORT_WAITING)
        port_ask(port, now_ms);
}

static void rates(struct ports *ports, const struct plant *plant, int64_t now_ms)
{
    for (size_t i = 0; i < ports->config->inverter_count; i++) {
        struct port_role *role = &ports->role[i];
        uint32_t answers = plant->units[i].statistics.answers;
        int64_t span_ms = now_ms - role->rate_ms;
        if (span_ms < RATE_MS)
            continue;
        role->rate_permille =
            (int32_t)((answers - role->rate_answers) * INT64_C(1000000) / span_ms);
        role->rate_ms = now_ms;
        role->rate_answers = answers;
    }
}

void ports_supervise(struct ports *ports, struct plant *plant, int64_t now_ms)
{
    bool lacking = false;
    for (size_t i = 0; i < ports->config->inverter_count; i++)
        lacking = lacking || ports->role[i].port == PORT_NOBODY;
    if (lacking && now_ms >= ports->look_ms)
        look(ports, now_ms);
    for (size_t p = 0; p < MAX_PORTS; p++)
        if (ports->port[p].used)
            supervise_port(ports, plant, &ports->port[p], lacking, now_ms);
    rates(ports, plant, now_ms);
}

void ports_open(struct ports *ports, const struct config *config, struct plant *plant,
                int64_t now_ms)
{
    ports->config = config;
    ports->look_ms = now_ms;
    for (size_t i = 0; i < MAX_INVERTERS; i++)
        ports->role[i] =
            (struct port_role){.port = PORT_NOBODY, .since_ms = now_ms, .rate_ms = now_ms};
    ports_supervise(ports, plant, now_ms);
}

void ports_close(struct ports *ports)
{
    for (size_t p = 0; p < MAX_PORTS; p++)
        if (ports->port[p].used)
            stream_close(&ports->port[p].stream);
}
