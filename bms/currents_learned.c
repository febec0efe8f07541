/* What is learned of the sensors, out and in again. */
#include <math.h>
#include <string.h>

#include "bms/currents.h"

static const double SPEC_SIGMAS = 5; /* nobody learns more than this */

void currents_export(const struct currents *c, struct currents_learned *out)
{
    memset(out, 0, sizeof *out);
    out->version = CURRENTS_LEARNED_VERSION;
    out->sensors = c->config->sensors;
    out->nodes = c->config->nodes;
    for (size_t k = 0; k < c->config->sensors; k++) {
        const struct currents_sensor_state *s = &c->sensor[k];
        memcpy(out->sensor[k].name, c->config->sensor[k].name, NAME_SIZE);
        memcpy(out->sensor[k].wire, c->config->wire[c->config->sensor[k].wire].name, NAME_SIZE);
        for (size_t i = 0; i < CURRENTS_TERMS; i++) {
            size_t a = k * CURRENTS_TERMS + i;
            out->sensor[k].term[i] = c->term[a];
            out->sensor[k].sigma[i] = sqrt(c->cov[a][a]);
        }
        out->sensor[k].fault = (uint8_t)s->fault;
        out->sensor[k].fault_mA = s->fault_mA;
        out->sensor[k].fault_at_mA = s->fault_at_mA;
    }
    for (size_t n = 0; n < c->config->nodes; n++) {
        memcpy(out->node[n].name, c->config->node[n].name, NAME_SIZE);
        out->node[n].open = c->node[n].open;
        out->node[n].doubted = c->node[n].doubted;
    }
}

static bool same_name(const char a[NAME_SIZE], const char b[NAME_SIZE])
{
    return *a && strncmp(a, b, NAME_SIZE) == 0;
}

static bool sensor_import(struct currents *c, const struct currents_learned *learned, size_t from,
                          size_t k)
{
    const double *term = learned->sensor[from].term, *sigma = learned->sensor[from].sigma;
    uint8_t fault = learned->sensor[from].fault;
    if (fault >= CURRENTS_FAULTS || !isfinite(learned->sensor[from].fault_mA) ||
        !isfinite(learned->sensor[from].fault_at_mA))
        return false;
    for (size_t i = 0; i < CURRENTS_TERMS; i++) {
        double prior = currents_prior(&c->config->sensor[k], i);
        if (!(fabs(term[i]) <= SPEC_SIGMAS * prior) || !(sigma[i] >= 0 && sigma[i] < INFINITY))
            return false;
    }
    for (size_t i = 0; i < CURRENTS_TERMS; i++) {
        size_t a = k * CURRENTS_TERMS + i;
        double known = fmin(sigma[i], currents_prior(&c->config->sensor[k], i));
        c->term[a] = term[i];
        c->cov[a][a] = known * known;
    }
    c->sensor[k].fault = (enum currents_fault)fault;
    c->sensor[k].fault_mA = learned->sensor[from].fault_mA;
    c->sensor[k].fault_at_mA = learned->sensor[from].fault_at_mA;
    return true;
}

size_t currents_import(struct currents *c, const struct currents_learned *learned, int64_t gap_ms)
{
    size_t restored = 0;
    if (learned->version != CURRENTS_LEARNED_VERSION || learned->sensors > CURRENTS_SENSORS ||
        learned->nodes > CURRENTS_NODES || gap_ms < 0)
        return 0;
    for (size_t k = 0; k < c->config->sensors; k++)
        for (size_t from = 0; from < learned->sensors; from++)
            if (same_name(c->config->sensor[k].name, learned->sensor[from].name) &&
                same_name(c->config->wire[c->config->sensor[k].wire].name,
                          learned->sensor[from].wire)) {
                restored += sensor_import(c, learned, from, k);
                break;
            }
    for (size_t n = 0; n < c->config->nodes; n++)
        for (size_t from = 0; from < learned->nodes; from++)
            if (same_name(c->config->node[n].name, learned->node[from].name)) {
                c->node[n].doubted = learned->node[from].open && learned->node[from].doubted;
                c->node[n].open =
                    c->node[n].doubted || (learned->node[from].open && c->config->node[n].unproven);
                break;
            }
    currents_age(c, (double)gap_ms);
    return restored;
}
