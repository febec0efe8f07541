/* The status' part on the cap and on ageing. */
#include <math.h>

#include "app/status.h"

static Busbar__Band *band_fill(Busbar__Band *out, struct ageing_band band)
{
    busbar__band__init(out);
    out->low = band.low;
    out->high = band.high;
    return out;
}

static void ageing_fill(struct status *status, const struct controller *c)
{
    Busbar__Ageing *out = &status->ageing;
    const struct bank_config *bank = &c->config->bank;
    struct ageing_report r = ageing_report(&c->ageing.memory, bank->chemistry,
                                           &c->config->cell.ageing, c->cap_config.default_permille);
    busbar__ageing__init(out);
    out->known = r.known;
    out->days = r.days;
    out->cycles_a_year = r.cycles_a_year;
    out->soc_mean_permille = (int32_t)lround(r.soc_mean * 1000);
    out->temp_mean_dc = (int32_t)lround(r.temp_mean_C * 10);
    out->throughput_permille = (int32_t)lround(r.throughput_gain * 1000);
    out->with = band_fill(&status->bands[0], r.with);
    out->full = band_fill(&status->bands[1], r.full);
    out->whole = band_fill(&status->bands[2], r.whole);
    out->by_charge = band_fill(&status->bands[3], r.by_charge);
    out->by_throughput = band_fill(&status->bands[4], r.by_throughput);
    for (size_t i = 0; i < r.models; i++) {
        Busbar__AgeingModel *model = status->ageing_model_at[i] = &status->ageing_models[i];
        busbar__ageing_model__init(model);
        model->name = as_text(r.model[i]);
        model->with = r.model_with[i];
    }
    out->n_models = r.models;
    out->models = status->ageing_model_at;
    status->battery.ageing = out;
}

void status_cap_fill(struct status *status, const struct controller *c)
{
    Busbar__Battery *out = &status->battery;
    cap_sentence(status->cap_why, sizeof status->cap_why, &c->cap.out, &c->clock);
    cap_announcements(&status->cap_news, &c->cap.out, &c->clock);
    for (size_t i = 0; i < status->cap_news.count; i++)
        status->cap_news_at[i] = status->cap_news.line[i];
    out->cap_why = status->cap_why;
    out->cap_until_s = c->cap.out.until_s;
    out->n_cap_news = status->cap_news.count;
    out->cap_news = status->cap_news_at;
    ageing_fill(status, c);
}
