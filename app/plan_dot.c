#include "app/plan_show.h"

static void inverters_dot(FILE *out, const struct config *config)
{
    const struct topology *t = &config->topology;
    for (size_t i = 0; i < config->inverter_count; i++) {
        fprintf(out, "  subgraph \"cluster %s\" {\n    label=\"%s L%u %d W\";\n",
                config->inverters[i].name, config->inverters[i].name, config->inverters[i].phase,
                config->inverters[i].rated_W);
        for (size_t k = 0; k < t->inputs; k++)
            if (t->input[k].inverter == i)
                fprintf(out, "    \"%s\" [shape=box, label=\"%s\\n%.0f V %.1f A %d W\"];\n",
                        t->input[k].name, t->input[k].name, t->input[k].voc_max_mV / 1000.0,
                        t->input[k].isc_max_mA / 1000.0, t->input[k].power_max_W);
        fprintf(out, "    \"%s AC\" [shape=circle, label=\"~\"];\n", config->inverters[i].name);
        for (size_t k = 0; k < t->inputs; k++)
            if (t->input[k].inverter == i)
                fprintf(out, "    \"%s\" -- \"%s AC\";\n", t->input[k].name,
                        config->inverters[i].name);
        fputs("  }\n", out);
    }
}

static void strings_dot(FILE *out, const struct config *config)
{
    const struct topology *t = &config->topology;
    for (size_t s = 0; s < t->strings; s++)
        fprintf(out, "  \"%s\" [shape=house, label=\"%s\\n%d W %.0f V\"];\n", t->string[s].name,
                t->string[s].name, t->string[s].mpp_W, t->string[s].voc_mV / 1000.0);
    for (size_t c = 0; c < t->contacts; c++) {
        const struct topology_contact *contact = &t->contact[c];
        char channel[64];
        plan_channel_text(channel, sizeof channel, config, config->contact_at[c]);
        fprintf(out, "  \"%s\" -- \"%s\" [label=\"%s%s\"%s];\n", t->string[contact->string].name,
                t->input[contact->input].name, channel, contact->normally_closed ? " NC" : "",
                contact->input == t->string[contact->string].home ? ", style=bold" : "");
    }
    for (size_t i = 0; i < t->interlocks; i++) {
        const struct topology_contact *a = &t->contact[t->interlock[i].contact[0]];
        const struct topology_contact *b = &t->contact[t->interlock[i].contact[1]];
        fprintf(out, "  \"%s\" -- \"%s\" [label=\"interlock\", style=dashed, constraint=false];\n",
                t->input[a->input].name, t->input[b->input].name);
    }
}

static void ac_dot(FILE *out, const struct config *config)
{
    for (size_t p = 0; p < config->wallbox_count; p++) {
        const struct config_wallbox *point = &config->charge_points[p];
        const struct config_ac *ac = &config->ac[p];
        const char *name = config->wallboxes[point->device].name;
        fprintf(out, "  \"%s\" [shape=octagon];\n", name);
        if (ac->sources == 0)
            fprintf(out, "  \"%s AC\" -- \"%s\";\n", config->inverters[point->inverter].name, name);
        for (size_t k = 0; k < ac->sources; k++) {
            const struct config_source *source = &config->sources[ac->source[k]];
            char line[64];
            plan_channel_text(line, sizeof line, config, ac->contact[k][AC_LINE]);
            fprintf(out, "  \"%s\" [shape=ellipse, label=\"%s L%u\"];\n", source->name,
                    source->name, source->phase);
            fprintf(out, "  \"%s\" -- \"%s\" [label=\"%s\"];\n", source->name, name, line);
            if (source->inverter != CONFIG_NONE)
                fprintf(out, "  \"%s AC\" -- \"%s\";\n", config->inverters[source->inverter].name,
                        source->name);
        }
    }
}

void plan_dot(FILE *out, const struct config *config)
{
    fprintf(out, "graph \"%s\" {\n  rankdir=LR;\n", config->plant);
    inverters_dot(out, config);
    strings_dot(out, config);
    ac_dot(out, config);
    fputs("}\n", out);
}
