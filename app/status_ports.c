/* The inverters' lines in the status. */
#include "app/status.h"

/* protobuf-c wants char * though it only reads. */
static void unit_fill(Busbar__Port *out, const struct unit *unit)
{
    const struct unit_statistics *statistics = &unit->statistics;
    out->answers = statistics->answers;
    out->crc = statistics->checks;
    out->shape = statistics->shapes;
    out->late = statistics->late;
    out->naks = statistics->naks;
    out->timeouts = statistics->timeouts;
}

static void port_fill(struct status *status, const struct controller *c, const struct ports *ports,
                      const struct port *port, int64_t now_ms)
{
    size_t at = status->message.n_ports;
    if (at == STATUS_PORTS)
        return;
    Busbar__Port *out = &status->ports[at];
    busbar__port__init(out);
    out->url = as_text(port->where.url);
    out->state = as_text(port_state_name(port->state));
    out->serial = as_text(port->told);
    out->problem = as_text(port->problem);
    out->age_ms = port->heard_ms ? now_ms - port->heard_ms : -1;
    out->opened = port->counts.opened;
    out->failed = port->counts.failed;
    out->lost = port->counts.lost;
    out->hung = port->counts.hung;
    out->disowned = port->counts.disowned;
    out->proven = port->counts.proven;
    out->resets = port->counts.resets;
    if (port->inverter != PORT_NOBODY) {
        const struct port_role *role = &ports->role[port->inverter];
        out->inverter = as_text(c->config->inverters[port->inverter].name);
        out->answers_permille = role->rate_permille;
        out->adopted = role->adopted;
        unit_fill(out, &c->plant.units[port->inverter]);
    }
    status->port_at[status->message.n_ports++] = out;
}

void status_ports(struct status *status, const struct controller *c, const struct io *io,
                  int64_t now_ms)
{
    status->message.ports = status->port_at;
    for (int owned = 1; io && owned >= 0; owned--)
        for (size_t p = 0; p < MAX_PORTS; p++) {
            const struct port *port = &io->ports.port[p];
            if (port->used && (port->state == PORT_OWNED) == owned)
                port_fill(status, c, &io->ports, port, now_ms);
        }
}
