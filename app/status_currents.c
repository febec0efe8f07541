/* The current sensors and the busbars of a Status. */
#include <math.h>

#include "app/status.h"

static void learned_fill(Busbar__CurrentSensor *out, const struct currents *c, size_t k)
{
    size_t offset = k * CURRENTS_TERMS + CURRENTS_OFFSET_TERM;
    size_t gain = k * CURRENTS_TERMS + CURRENTS_GAIN_TERM;
    out->offset_ma = (int32_t)lround(c->term[offset]);
    out->offset_sigma_ma = (int32_t)lround(sqrt(c->cov[offset][offset]));
    out->gain_ppm = (int32_t)lround(c->term[gain] * 1e6);
    out->gain_sigma_ppm = (uint32_t)lround(sqrt(c->cov[gain][gain]) * 1e6);
}

static void sensor_fill(Busbar__CurrentSensor *out, const struct currents *c, size_t k,
                        int64_t now_ms)
{
    const struct currents_sensor *spec = &c->config->sensor[k];
    const struct currents_sensor_state *s = &c->sensor[k];
    const struct currents_flow *flow = &c->flow[spec->wire];
    busbar__current_sensor__init(out);
    out->name = as_text(spec->name);
    out->wire = as_text(c->config->wire[spec->wire].name);
    out->heard = s->heard_ms && now_ms - s->heard_ms <= spec->age_ms;
    out->current_ma = (int32_t)lround(s->mA);
    out->fused_known = flow->known;
    out->fused_ma = flow->mA;
    out->sigma_ma = flow->sigma_mA;
    out->residual_ma = (int32_t)lround(s->residual_mA);
    out->dropped = as_text(s->fault ? currents_fault_text(s->fault) : "");
    learned_fill(out, c, k);
}

void status_currents(struct status *status, const struct controller *controller, int64_t now_ms)
{
    const struct currents *c = &controller->currents;
    const struct currents_config *config = &controller->config->currents.net;
    for (size_t k = 0; k < config->sensors; k++) {
        sensor_fill(&status->sensors[k], c, k, now_ms);
        status->sensor_at[k] = &status->sensors[k];
    }
    for (size_t n = 0; n < config->nodes; n++) {
        Busbar__Busbar *out = &status->busbars[n];
        busbar__busbar__init(out);
        out->name = as_text(config->node[n].name);
        out->counts = !c->node[n].open;
        out->doubted = c->node[n].doubted;
        out->missing_known = c->node[n].open && c->node[n].missing_known;
        out->missing_ma = (int32_t)lround(c->node[n].missing_mA);
        status->busbar_at[n] = out;
    }
    status->message.n_current_sensors = config->sensors;
    status->message.current_sensors = status->sensor_at;
    status->message.n_busbars = config->nodes;
    status->message.busbars = status->busbar_at;
}
