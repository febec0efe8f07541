/* Whose unit is on which port. */
#include <stdio.h>
#include <string.h>

#include "app/ports_inner.h"

enum { SILENT_MS = 1000, STRANGER_MS = 5000, CLAIM_MS = 2500 };

const char *port_state_name(enum port_state state)
{
    static const char *const names[] = {
        [PORT_CLOSED] = "closed",     [PORT_ASKED] = "asked", [PORT_WAITING] = "waiting",
        [PORT_STRANGER] = "stranger", [PORT_OWNED] = "owned", [PORT_SPARE] = "spare"};
    return names[state];
}

void port_ask(struct port *port, int64_t now_ms)
{
    probe_start(&port->probe, false, 0, now_ms);
    port->state = PORT_ASKED;
}

static size_t inverter_named(const struct config *config, const char *serial)
{
    for (size_t i = 0; *serial && i < config->inverter_count; i++)
        if (strcmp(config->inverters[i].serial, serial) == 0)
            return i;
    return PORT_NOBODY;
}

static bool is_place_of(const struct ports *ports, size_t inverter, const struct port *port)
{
    const char *words = ports->config->inverters[inverter].port;
    struct port_found found[MAX_PORTS];
    if (port->where.fixed && strcmp(words, port->where.url) == 0)
        return true;
    if (port_words_fixed(words))
        return false;
    size_t count = port_find(words, ports->root, found, MAX_PORTS);
    for (size_t k = 0; k < count; k++)
        if (strcmp(found[k].url, port->where.url) == 0)
            return true;
    return false;
}

/* Whose unit this is: the number first, then the place. */
static size_t inverter_for(const struct ports *ports, const struct port *port, const char *serial)
{
    const struct config *config = ports->config;
    size_t named = inverter_named(config, serial);
    if (named != PORT_NOBODY)
        return named;
    for (size_t i = 0; i < config->inverter_count; i++)
        if (!*config->inverters[i].serial && is_place_of(ports, i, port))
            return i;
    return PORT_NOBODY;
}

void role_leave(struct ports *ports, struct plant *plant, struct port *port, int64_t now_ms)
{
    if (port->inverter == PORT_NOBODY)
        return;
    struct port_role *role = &ports->role[port->inverter];
    unit_port_changed(&plant->units[port->inverter], now_ms);
    role->port = PORT_NOBODY;
    role->since_ms = now_ms;
    port->inverter = PORT_NOBODY;
    port->identified = port->proving = false;
    port->held_count = 0;
    port->untold = 0;
}

static void disown(struct ports *ports, struct plant *plant, struct port *port, int64_t now_ms)
{
    role_leave(ports, plant, port, now_ms);
    port->counts.disowned++;
    port_ask(port, now_ms);
}

static void adopt(struct ports *ports, struct plant *plant, struct port *port, size_t inverter,
                  int64_t now_ms)
{
    struct port_role *role = &ports->role[inverter];
    port->state = PORT_OWNED;
    port->inverter = (uint8_t)inverter;
    port->identified = false;
    port->proven_ms = now_ms;
    port->problem[0] = '\0';
    port->wait_ms = 0;
    role->port = (uint8_t)(port - ports->port);
    role->adopted++;
    role->since_ms = now_ms;
    unit_port_changed(&plant->units[inverter], now_ms);
}

/* Closed until it is asked again: somebody else may want to use it. */
static void turn_away(struct ports *ports, struct port *port, int64_t now_ms)
{
    port_shut(ports, port, PORT_STRANGER);
    port->retry_ms = now_ms + STRANGER_MS;
}

static void stranger_told(struct port *port)
{
    const char *where = port->where.url;
    if (*port->told)
        snprintf(port->problem, sizeof port->problem,
                 "%.60s: the unit there has serial number %s, which no inverter of the config has",
                 where, port->told);
    else
        snprintf(port->problem, sizeof port->problem,
                 "%.60s: the unit there tells no serial number", where);
}

static void wait_for(struct port *port, int32_t wait_ms, int64_t now_ms)
{
    port->state = PORT_WAITING;
    port->retry_ms = now_ms + wait_ms;
}

/* Two ports tell one number: the one that has the inverter must tell it once more to keep it. */
static void claim(struct ports *ports, struct port *port, size_t inverter, int64_t now_ms)
{
    struct port *holder = &ports->port[ports->role[inverter].port];
    snprintf(port->problem, sizeof port->problem, "%.50s: its unit is %s, which answers on %.50s",
             port->where.url, ports->config->inverters[inverter].name, holder->where.url);
    if (!holder->proving && now_ms - holder->proven_ms < CLAIM_MS) {
        turn_away(ports, port, now_ms);
        return;
    }
    if (!holder->proving)
        role_prove(holder, now_ms);
    wait_for(port, CLAIM_MS / 4, now_ms);
}

void role_offer(struct ports *ports, struct plant *plant, struct port *port, int64_t now_ms)
{
    if (port->probe.state == PROBE_SILENT) {
        snprintf(port->problem, sizeof port->problem, "%.60s: nobody answers there",
                 port->where.url);
        wait_for(port, SILENT_MS, now_ms);
        return;
    }
    memcpy(port->told, port->probe.found.serial, sizeof port->told);
    port->heard_ms = now_ms;
    size_t inverter = inverter_for(ports, port, port->told);
    if (inverter == PORT_NOBODY) {
        stranger_told(port);
        turn_away(ports, port, now_ms);
    } else if (ports->role[inverter].port != PORT_NOBODY) {
        claim(ports, port, inverter, now_ms);
    } else {
        adopt(ports, plant, port, inverter, now_ms);
    }
}

void role_prove(struct port *port, int64_t now_ms)
{
    port->proving = true;
    port->asked_ms = now_ms;
    probe_prove(&port->probe, port->probe.found.framing, now_ms);
}

/* The same number: go on as if nothing had been. Another: whose is it? None, and several times so: who
 * is there? Silence proves nothing: what was held is not sent, and that the unit is gone its own
 * questions will tell. */
static void proof_check(struct ports *ports, struct plant *plant, struct port *port, int64_t now_ms)
{
    enum { UNTOLD = 3 };
    const struct probe *probe = &port->probe;
    if (probe->state == PROBE_ASKS)
        return;
    port->proving = false;
    if (probe->state == PROBE_KNOWN && strcmp(probe->found.serial, port->told) == 0) {
        port->proven_ms = port->heard_ms = now_ms;
        port->untold = 0;
        port->counts.proven++;
        return;
    }
    port->held_count = 0;
    port->untold = (uint8_t)(port->untold + (probe->state == PROBE_KNOWN));
    if (*probe->found.serial || port->untold >= UNTOLD)
        disown(ports, plant, port, now_ms);
}

void role_check(struct ports *ports, struct plant *plant, struct port *port, int64_t now_ms)
{
    const struct unit *unit = &plant->units[port->inverter];
    const char *named = ports->config->inverters[port->inverter].serial;
    const char *told = unit->readings.serial;
    bool stranger = *named ? strcmp(named, told) != 0 && (*told || unit->identified)
                           : inverter_named(ports->config, told) != PORT_NOBODY;
    bool silent = port->identified && !unit->identified;
    if (unit->heard_ms > port->heard_ms)
        port->heard_ms = unit->heard_ms;
    port->identified = port->identified || unit->identified;
    if (stranger || silent)
        disown(ports, plant, port, now_ms);
    else if (port->proving)
        proof_check(ports, plant, port, now_ms);
    else if (now_ms - port->heard_ms > PORT_PROOF_MS && unit->heard_ms > port->asked_ms)
        role_prove(port, now_ms); /* once in a silence: its questions need the line too */
}

const struct port *ports_of(const struct ports *ports, size_t inverter)
{
    uint8_t at = ports->role[inverter].port;
    return at == PORT_NOBODY ? NULL : &ports->port[at];
}

/* Of the ports it may be on, the one that has most to say. */
void ports_problem(const struct ports *ports, size_t inverter, char *out, size_t room)
{
    const struct config_inverter *config = &ports->config->inverters[inverter];
    out[0] = '\0';
    if (ports->role[inverter].port != PORT_NOBODY)
        return;
    snprintf(out, room, "no unit %s%s on %.60s", *config->serial ? "with serial number " : "",
             config->serial, config->port);
    for (size_t p = 0; p < MAX_PORTS; p++) {
        const struct port *port = &ports->port[p];
        if (port->used && *port->problem && is_place_of(ports, inverter, port)) {
            snprintf(out, room, "%s", port->problem);
            return;
        }
    }
}
