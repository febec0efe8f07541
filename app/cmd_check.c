/* busbar check: reads a config as `run` would, tells every mistake, starts nothing. */
#include <getopt.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli.h"
#include "app/config.h"
#include "app/config_page.h"

static const char usage[] =
    "usage: busbar check [--json] FILE    the mistakes of a config file, or what it describes\n"
    "       busbar check --schema         every key, as Markdown (docs/config.md)\n";

/* --- layouts --- */

struct layout_row {
    const char *name; /* "home" or the wallbox */
    uint8_t input[MAX_STRINGS];
    int32_t charge_point_W; /* strings at STC; -1 for home */
};

static void home_layout(struct layout_row *row, const struct topology *topology)
{
    *row = (struct layout_row){.name = "home", .charge_point_W = -1};
    for (uint8_t s = 0; s < topology->strings; s++)
        row->input[s] = topology->string[s].home;
}

static void bundled_layout(struct layout_row *row, const struct config *config, uint8_t point,
                           const uint8_t present[])
{
    const struct topology *topology = &config->topology;
    uint8_t wanted = config->charge_points[point].strings_wanted;
    struct router_wish wish = {
        .charge_point = point,
        .strings_wanted = wanted ? wanted : (uint8_t)((2 * topology->strings + 2) / 3),
    };
    for (uint8_t s = 0; s < topology->strings; s++)
        wish.string_W[s] = topology->string[s].mpp_W;
    struct router_layout layout;
    router_plan(&layout, topology, &wish, present);
    *row = (struct layout_row){
        .name = config->wallboxes[config->charge_points[point].device].name,
        .charge_point_W = layout.charge_point_W,
    };
    memcpy(row->input, layout.input, sizeof row->input);
}

static size_t layouts(struct layout_row rows[MAX_CHARGE_POINTS + 1], const struct config *config)
{
    if (!config->topology.strings)
        return 0;
    home_layout(&rows[0], &config->topology);
    for (uint8_t i = 0; i < config->wallbox_count; i++)
        bundled_layout(&rows[i + 1], config, i, rows[0].input);
    return config->wallbox_count + 1u;
}

static const char *input_name(const struct topology *topology, uint8_t input)
{
    return input == NO_INPUT ? "nothing" : topology->input[input].name;
}

/* --- what the config describes --- */

static void print_count(unsigned count, const char *what, const char *plural)
{
    if (count)
        printf(", %u %s%s", count, what, count == 1 ? "" : plural);
}

static void print_text(const struct config *config)
{
    const struct topology *topology = &config->topology;
    printf("%s: well formed", config->plant);
    print_count(config->bus_count, "bus", "es");
    print_count(config->pack_count, "pack", "s");
    print_count(config->shunt_count, "shunt", "s");
    print_count(config->board_count, "board", "s");
    print_count(config->counter_count, "counter", "s");
    print_count(config->inverter_count, "inverter", "s");
    print_count(config->emulation_count, "emulation", "s");
    print_count(topology->inputs, "input", "s");
    print_count(topology->strings, "string", "s");
    print_count(topology->contacts, "contact", "s");
    print_count(config->wallbox_count, "wallbox", "es");
    print_count(config->button_count, "button", "s");
    putchar('\n');
    struct layout_row rows[MAX_CHARGE_POINTS + 1];
    size_t count = layouts(rows, config);
    for (size_t i = 0; i < count; i++) {
        printf("layout %s:", rows[i].name);
        for (uint8_t s = 0; s < topology->strings; s++)
            printf("%s %s on %s", s ? "," : "", topology->string[s].name,
                   input_name(topology, rows[i].input[s]));
        if (rows[i].charge_point_W >= 0)
            printf("; %d W at STC on its inputs", rows[i].charge_point_W);
        putchar('\n');
    }
}

static json_t *layout_json(const struct layout_row *row, const struct topology *topology)
{
    json_t *out = json_object(), *strings = json_object();
    for (uint8_t s = 0; s < topology->strings; s++)
        json_object_set_new(strings, topology->string[s].name,
                            row->input[s] == NO_INPUT
                                ? json_null()
                                : json_string(input_name(topology, row->input[s])));
    json_object_set_new(out, "name", json_string(row->name));
    json_object_set_new(out, "strings", strings);
    if (row->charge_point_W >= 0)
        json_object_set_new(out, "charge_point_W", json_integer(row->charge_point_W));
    return out;
}

static json_t *config_json(const struct config *config)
{
    json_t *list = json_array();
    struct layout_row rows[MAX_CHARGE_POINTS + 1];
    size_t count = layouts(rows, config);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, layout_json(&rows[i], &config->topology));
    return json_pack("{s:b,s:s,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:o}", "ok", 1, "plant",
                     config->plant, "buses", config->bus_count, "packs", config->pack_count,
                     "shunts", config->shunt_count, "boards", config->board_count, "counters",
                     config->counter_count, "inverters", config->inverter_count, "inputs",
                     config->topology.inputs, "strings", config->topology.strings, "contacts",
                     config->topology.contacts, "wallboxes", config->wallbox_count, "buttons",
                     config->button_count, "layouts", list);
}

/* --- mistakes --- */

/* "FILE:LINE: text" taken apart. A foreign file may be quoted with bytes that are not UTF-8. */
static json_t *mistake_json(const char *line)
{
    const char *colon = strchr(line, ':');
    char *end = NULL;
    long number = 0;
    for (; colon; colon = strchr(colon + 1, ':')) {
        number = strtol(colon + 1, &end, 10);
        if (end > colon + 1 && *end == ':')
            break;
    }
    json_t *text = json_string(colon ? end + 1 + strspn(end + 1, " ") : line);
    return json_pack("{s:o,s:I,s:o}", "file",
                     json_stringn(line, colon ? (size_t)(colon - line) : 0), "line",
                     (json_int_t)number, "text", text ? text : json_string("not UTF-8"));
}

static json_t *mistakes_json(char *text)
{
    json_t *list = json_array();
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        json_array_append_new(list, mistake_json(line));
    return json_pack("{s:b,s:o}", "ok", 0, "mistakes", list);
}

/* --- the command --- */

static int check_json(const char *path)
{
    struct config *config = malloc(sizeof *config);
    char *text = NULL;
    size_t size = 0;
    FILE *errors = open_memstream(&text, &size);
    int mistakes = 1;
    json_t *out = NULL;
    if (config && errors) {
        mistakes = config_load(config, path, cli_data_dir(), errors);
        fflush(errors);
        out = mistakes ? mistakes_json(text) : config_json(config);
        config_free(config);
    }
    if (errors)
        fclose(errors);
    json_dumpf(out, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(out);
    free(text);
    free(config);
    return mistakes ? 2 : 0;
}

static int check_text(const char *path)
{
    struct config *config = malloc(sizeof *config);
    if (!config)
        return 1;
    int mistakes = config_load(config, path, cli_data_dir(), stdout);
    if (mistakes)
        printf("%s: %d mistake%s\n", path, mistakes, mistakes == 1 ? "" : "s");
    else
        print_text(config);
    config_free(config);
    free(config);
    return mistakes ? 2 : 0;
}

int cmd_check(int argc, char **argv)
{
    /* clang-format off */
    static const struct option options[] = {
        {"json",   no_argument, NULL, 'j'},
        {"schema", no_argument, NULL, 's'},
        {"help",   no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    /* clang-format on */
    bool json = false;
    int option;
    optind = 1;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 's')
            return config_page_print(stdout), 0;
        if (option == 'j')
            json = true;
        if (option == 'h' || option == '?') {
            fputs(usage, option == 'h' ? stdout : stderr);
            return option == 'h' ? 0 : 2;
        }
    }
    if (optind + 1 != argc) {
        fputs(usage, stderr);
        return 2;
    }
    return json ? check_json(argv[optind]) : check_text(argv[optind]);
}
