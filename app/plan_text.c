#include <string.h>

#include "app/layouts.h"
#include "app/plan_show.h"

enum { TEXT_SIZE = 512 };

static const char *inhibit_text(enum inhibit inhibit)
{
    switch (inhibit) {
    case INHIBIT_NONE:
        return "";
    case INHIBIT_ORDER:
        return ", its current stopped by command";
    case INHIBIT_DUSK:
        return ", its strings moved in the dark";
    }
    return "";
}

void plan_channel_text(char *out, size_t room, const struct config *config,
                       struct config_channel at)
{
    snprintf(out, room, "%s %u", config->boards[at.device].name, at.channel + 1u);
}

/* --- one-line diagram --- */

static void contact_print(FILE *out, const struct config *config, size_t c, bool last)
{
    const struct topology *t = &config->topology;
    const struct topology_contact *contact = &t->contact[c];
    const struct topology_input *input = &t->input[contact->input];
    char channel[64];
    plan_channel_text(channel, sizeof channel, config, config->contact_at[c]);
    fprintf(out, "   %s-%s[%s]-- %s, %s L%u%s%s\n", last ? "`" : "|",
            contact->normally_closed ? "--" : "-/", channel, input->name,
            config->inverters[input->inverter].name, input->phase,
            contact->input == t->string[contact->string].home ? ", home" : "",
            input->charge_point == NO_CHARGE_POINT ? "" : ", to the charge point");
}

static void string_print(FILE *out, const struct config *config, size_t s)
{
    const struct topology *t = &config->topology;
    const struct topology_string *string = &t->string[s];
    char channel[64] = "";
    size_t last = t->contacts;
    fprintf(out, "%s: %u modules, %d W, %.0f V cold, %.1f A", string->name, string->modules,
            string->mpp_W, string->voc_mV / 1000.0, string->isc_mA / 1000.0);
    if (string->azimuth_deg >= 0)
        fprintf(out, ", looks to %d degrees", string->azimuth_deg);
    if (!string->switchless)
        plan_channel_text(channel, sizeof channel, config, config->switch_at[s]);
    fprintf(out, "%s; counter %s %u%s%s\n", string->fused ? ", fused" : "",
            config->counters[config->counter_at[s].device].name, config->counter_at[s].channel + 1u,
            *channel ? ", switch " : ", no switch", channel);
    for (size_t c = 0; c < t->contacts; c++)
        last = t->contact[c].string == s ? c : last;
    for (size_t c = 0; c < t->contacts; c++)
        if (t->contact[c].string == s)
            contact_print(out, config, c, c == last);
}

static void inverter_print(FILE *out, const struct config *config, size_t i)
{
    const struct topology *t = &config->topology;
    fprintf(out, "%s: L%u, %d W", config->inverters[i].name, config->inverters[i].phase,
            config->inverters[i].rated_W);
    for (size_t p = 0; p < config->wallbox_count; p++)
        if (config->charge_points[p].inverter == i)
            fprintf(out, ", feeds %s", config->wallboxes[config->charge_points[p].device].name);
    fputc('\n', out);
    for (size_t k = 0; k < t->inputs; k++)
        if (t->input[k].inverter == i)
            fprintf(out, "   %s: up to %.0f V, %.1f A, %d W, %u string%s%s\n", t->input[k].name,
                    t->input[k].voc_max_mV / 1000.0, t->input[k].isc_max_mA / 1000.0,
                    t->input[k].power_max_W, t->input[k].strings_max,
                    t->input[k].strings_max == 1 ? "" : "s", inhibit_text(t->input[k].inhibit));
}

static void ac_print(FILE *out, const struct config *config, size_t point)
{
    const struct config_ac *ac = &config->ac[point];
    if (ac->sources)
        fprintf(out, "%s: on one of\n",
                config->wallboxes[config->charge_points[point].device].name);
    for (size_t k = 0; k < ac->sources; k++) {
        const struct config_source *source = &config->sources[ac->source[k]];
        char line[64], neutral[64];
        plan_channel_text(line, sizeof line, config, ac->contact[k][AC_LINE]);
        plan_channel_text(neutral, sizeof neutral, config, ac->contact[k][AC_NEUTRAL]);
        fprintf(out, "   %c-/[L %s]-/[N %s]-- %s, L%u, %.0f A%s%s\n",
                k + 1u == ac->sources ? '`' : '|', line, neutral, source->name, source->phase,
                source->max_dA / 10.0, source->grid ? ", grid" : ", island",
                k == ac->own ? ", its own inverter" : "");
    }
}

/* --- what is forbidden --- */

static size_t put(char *out, size_t room, size_t at, const char *text)
{
    size_t length = strlen(text);
    if (at + length + 1 > room)
        return at;
    memcpy(out + at, text, length + 1);
    return at + length;
}

void plan_set_text(char *out, size_t room, const struct config *config,
                   const struct forbidden_set *set)
{
    const struct topology *t = &config->topology;
    char part[80];
    size_t at = 0, count = 0;
    *out = '\0';
    if (set->input == NO_INPUT) {
        for (size_t side = 0; side < 2; side++) {
            plan_channel_text(part, sizeof part, config, config->contact_at[set->contact[side]]);
            at = put(out, room, at, side ? " and " : "");
            at = put(out, room, at, part);
        }
        return;
    }
    if (set->any) {
        snprintf(part, sizeof part, "any %u of ", set->any);
        at = put(out, room, at, part);
    }
    for (size_t s = 0; s < t->strings; s++)
        if (set->strings >> s & 1) {
            at = put(out, room, at, count++ == 0 ? "" : set->any ? ", " : " and ");
            at = put(out, room, at, t->string[s].name);
        }
    at = put(out, room, at, " on ");
    put(out, room, at, t->input[set->input].name);
}

struct forbidden_list {
    FILE *out;
    const struct config *config;
};

static void forbidden_print(void *context, const struct forbidden_set *set)
{
    const struct forbidden_list *list = context;
    char text[TEXT_SIZE];
    plan_set_text(text, sizeof text, list->config, set);
    fprintf(list->out, "   %s: %s\n", text, set->rule);
}

static void layouts_print(FILE *out, const struct topology *t)
{
    static struct layouts layouts;
    int32_t string_W[MAX_STRINGS];
    layouts_first(&layouts, t);
    uint64_t count = layouts_count(&layouts);
    for (size_t s = 0; s < t->strings; s++)
        string_W[s] = t->string[s].mpp_W;
    if (count > PLAN_LAYOUTS_MAX) {
        fprintf(out, "%s%llu layouts: too many to list\n", count == UINT64_MAX ? "more than " : "",
                (unsigned long long)count);
        return;
    }
    fprintf(out, "layouts, with full sun\n");
    do {
        char text[128];
        const char *rule = layout_forbidden(t, layouts.layout);
        struct layout_power power = layout_power(t, string_W, layouts.layout);
        layout_power_text(text, sizeof text, &power);
        fputs("  ", out);
        for (size_t s = 0; s < t->strings; s++)
            fprintf(out, " %s>%s", t->string[s].name, t->input[layouts.layout[s]].name);
        fprintf(out, ": %s%s\n", rule ? "forbidden: " : "", rule ? rule : text);
    } while (layouts_next(&layouts));
}

void plan_text(FILE *out, const struct config *config)
{
    const struct topology *t = &config->topology;
    struct forbidden_list list = {out, config};
    if (t->strings == 0) {
        fputs("this plant has no strings to move\n", out);
        return;
    }
    fputs("strings and their contacts: --/[ ] open at rest, ---[ ] closed at rest\n", out);
    for (size_t s = 0; s < t->strings; s++)
        string_print(out, config, s);
    fputs("inverters and their inputs\n", out);
    for (size_t i = 0; i < config->inverter_count; i++)
        inverter_print(out, config, i);
    for (size_t p = 0; p < config->wallbox_count; p++)
        ac_print(out, config, p);
    fputs("a layout is forbidden when, and only when, it holds one of these\n", out);
    if (!topology_forbidden(t, forbidden_print, &list))
        fputs("   and more of the same kind\n", out);
    layouts_print(out, t);
}
