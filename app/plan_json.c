#include <jansson.h>

#include "app/layouts.h"
#include "app/plan_show.h"

static json_t *angle_json(int16_t angle)
{
    return angle < 0 ? json_null() : json_integer(angle);
}

static json_t *channel_json(const struct config *config, struct config_channel at)
{
    if (at.device == CONFIG_NONE)
        return json_null();
    return json_pack("{s:s, s:i}", "board", config->boards[at.device].name, "channel",
                     at.channel + 1);
}

static json_t *contacts_json(const struct config *config, size_t s)
{
    const struct topology *t = &config->topology;
    json_t *out = json_array();
    for (size_t c = 0; c < t->contacts; c++) {
        const struct topology_contact *contact = &t->contact[c];
        if (contact->string != s)
            continue;
        json_array_append_new(
            out, json_pack("{s:s, s:o, s:b, s:s}", "input", t->input[contact->input].name, "at",
                           channel_json(config, config->contact_at[c]), "normally_closed",
                           contact->normally_closed, "feedback",
                           contact->auxiliary ? "auxiliary" : "mirror"));
    }
    return out;
}

static json_t *strings_json(const struct config *config)
{
    const struct topology *t = &config->topology;
    json_t *out = json_array();
    for (size_t s = 0; s < t->strings; s++) {
        const struct topology_string *string = &t->string[s];
        json_array_append_new(
            out, json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:o, s:o, s:b, s:s, s:o, s:o}", "name",
                           string->name, "modules", string->modules, "mpp_W", string->mpp_W,
                           "voc_cold_mV", string->voc_mV, "vmp_hot_mV", string->vmp_hot_mV,
                           "isc_mA", string->isc_mA, "azimuth_deg", angle_json(string->azimuth_deg),
                           "tilt_deg", angle_json(string->tilt_deg), "fused", string->fused, "home",
                           t->input[string->home].name, "switch",
                           channel_json(config, config->switch_at[s]), "contacts",
                           contacts_json(config, s)));
    }
    return out;
}

static json_t *inputs_json(const struct config *config)
{
    static const char *const inhibits[] = {
        [INHIBIT_NONE] = "none", [INHIBIT_ORDER] = "command", [INHIBIT_DUSK] = "dusk"};
    const struct topology *t = &config->topology;
    json_t *out = json_array();
    for (size_t i = 0; i < t->inputs; i++) {
        const struct topology_input *input = &t->input[i];
        bool point = input->charge_point != NO_CHARGE_POINT;
        json_array_append_new(
            out,
            json_pack(
                "{s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:s, s:s?}", "name", input->name, "inverter",
                config->inverters[input->inverter].name, "phase", input->phase, "voc_max_mV",
                input->voc_max_mV, "isc_max_mA", input->isc_max_mA, "power_max_W",
                input->power_max_W, "strings_max", input->strings_max, "inhibit",
                inhibits[input->inhibit], "wallbox",
                point ? config->wallboxes[config->charge_points[input->charge_point].device].name
                      : NULL));
    }
    return out;
}

static json_t *transfers_json(const struct config *config)
{
    json_t *out = json_array();
    for (size_t p = 0; p < config->wallbox_count; p++)
        for (size_t k = 0; k < config->ac[p].sources; k++) {
            const struct config_source *source = &config->sources[config->ac[p].source[k]];
            json_array_append_new(
                out, json_pack("{s:s, s:s, s:i, s:b, s:o, s:o}", "wallbox",
                               config->wallboxes[config->charge_points[p].device].name, "source",
                               source->name, "phase", source->phase, "grid", source->grid, "line",
                               channel_json(config, config->ac[p].contact[k][AC_LINE]), "neutral",
                               channel_json(config, config->ac[p].contact[k][AC_NEUTRAL])));
        }
    return out;
}

struct forbidden_list {
    const struct config *config;
    json_t *out;
};

static void forbidden_json(void *context, const struct forbidden_set *set)
{
    const struct forbidden_list *list = context;
    const struct topology *t = &list->config->topology;
    char text[512];
    json_t *strings = json_array();
    for (size_t s = 0; s < t->strings; s++)
        if (set->strings >> s & 1)
            json_array_append_new(strings, json_string(t->string[s].name));
    plan_set_text(text, sizeof text, list->config, set);
    json_array_append_new(list->out,
                          json_pack("{s:s, s:s?, s:o, s:i, s:s}", "text", text, "input",
                                    set->input == NO_INPUT ? NULL : t->input[set->input].name,
                                    "strings", strings, "any", set->any, "rule", set->rule));
}

static json_t *layouts_json(const struct topology *t)
{
    static struct layouts layouts;
    int32_t string_W[MAX_STRINGS];
    json_t *out = json_array();
    layouts_first(&layouts, t);
    for (size_t s = 0; s < t->strings; s++)
        string_W[s] = t->string[s].mpp_W;
    if (t->strings == 0 || layouts_count(&layouts) > PLAN_LAYOUTS_MAX)
        return out;
    do {
        struct layout_power power = layout_power(t, string_W, layouts.layout);
        json_t *strings = json_object();
        for (size_t s = 0; s < t->strings; s++)
            json_object_set_new(strings, t->string[s].name,
                                json_string(t->input[layouts.layout[s]].name));
        json_array_append_new(out,
                              json_pack("{s:o, s:s?, s:[i,i,i], s:i, s:i}", "strings", strings,
                                        "forbidden", layout_forbidden(t, layouts.layout), "phase_W",
                                        power.phase_W[1], power.phase_W[2], power.phase_W[3],
                                        "charge_point_W", power.point_W, "sum_W", power.sum_W));
    } while (layouts_next(&layouts));
    return out;
}

void plan_json(FILE *out, const struct config *config)
{
    struct forbidden_list list = {config, json_array()};
    bool complete = topology_forbidden(&config->topology, forbidden_json, &list);
    json_t *plan =
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:b, s:o}", "plant", config->plant, "strings",
                  strings_json(config), "inputs", inputs_json(config), "transfers",
                  transfers_json(config), "forbidden", list.out, "forbidden_complete", complete,
                  "layouts", layouts_json(&config->topology));
    json_dumpf(plan, out, JSON_INDENT(1));
    fputc('\n', out);
    json_decref(plan);
}
