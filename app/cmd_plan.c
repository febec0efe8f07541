/* busbar plan: what is wired, and what each layout would deliver. Touches nothing. */
#include <getopt.h>
#include <stdio.h>

#include "app/cli.h"
#include "app/client.h"
#include "app/config.h"
#include "app/controller.h"
#include "app/why.h"

static const char help[] =
    "Usage: busbar plan [--config FILE] [--json] [--socket PATH]\n"
    "Prints the wiring and every layout: what it would deliver, or the rule that forbids it.\n"
    "With --config from the file and full sun; without, from the running controller and the sun "
    "now.\n";

static void wiring_print(const struct config *config)
{
    const struct topology *t = &config->topology;
    for (size_t s = 0; s < t->strings; s++) {
        printf("string %s, %d W, %.0f V cold:", t->string[s].name, t->string[s].mpp_W,
               t->string[s].voc_mV / 1000.0);
        for (size_t k = 0; k < t->contacts; k++)
            if (t->contact[k].string == s)
                printf("  --[%s %u]-- %s%s", config->boards[config->contact_at[k].device].name,
                       config->contact_at[k].channel + 1u, t->input[t->contact[k].input].name,
                       t->contact[k].input == t->string[s].home ? " (home)" : "");
        putchar('\n');
    }
    for (size_t i = 0; i < t->inputs; i++)
        printf("input %s of %s: up to %.0f V, %.1f A, %d W, %u string%s, phase L%u%s\n",
               t->input[i].name, config->inverters[t->input[i].inverter].name,
               t->input[i].voc_max_mV / 1000.0, t->input[i].isc_max_mA / 1000.0,
               t->input[i].power_max_W, t->input[i].strings_max,
               t->input[i].strings_max == 1 ? "" : "s", t->input[i].phase,
               t->input[i].charge_point == NO_CHARGE_POINT ? "" : ", feeds a charge point");
}

static int plan_file(const char *path, bool json)
{
    static struct config config;
    static struct controller controller;
    static struct why why;
    if (config_load(&config, path, cli_data_dir(), stderr) != 0)
        return 2;
    controller.config = &config;
    why_plan(&why, &controller);
    if (json) {
        json_t *lines = json_array();
        for (size_t i = 0; i < why.count; i++)
            json_array_append_new(lines, json_string(why.lines[i]));
        json_dumpf(lines, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(lines);
    } else {
        wiring_print(&config);
        for (size_t i = 0; i < why.count; i++)
            puts(why.lines[i]);
    }
    config_free(&config);
    return 0;
}

int cmd_plan(int argc, char **argv)
{
    static const struct option known[] = {{"config", required_argument, NULL, 'c'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"socket", required_argument, NULL, 's'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    const char *path = NULL, *socket = NULL;
    bool json = false;
    for (int c; (c = getopt_long(argc, argv, "c:js:h", known, NULL)) != -1;) {
        if (c == 'c') {
            path = optarg;
        } else if (c == 's') {
            socket = optarg;
        } else if (c == 'j') {
            json = true;
        } else {
            fputs(help, c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
    }
    if (path)
        return plan_file(path, json);
    Busbar__Request request = BUSBAR__REQUEST__INIT;
    request.verb = BUSBAR__VERB__PLAN;
    int status;
    Busbar__Response *response = client_once(socket, &request, &status);
    if (response && status == 0)
        lines_print(response, json);
    if (response)
        busbar__response__free_unpacked(response, NULL);
    return status;
}
