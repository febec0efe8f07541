/* busbar plan: what is wired, and what each layout would deliver. Touches nothing. */
#include <getopt.h>
#include <stdio.h>

#include "app/cli.h"
#include "app/client.h"
#include "app/config.h"
#include "app/plan_show.h"

static const char help[] =
    "Usage: busbar plan [--config FILE] [--json | --dot] [--socket PATH]\n"
    "With --config: the plant as a one-line diagram, every set of strings that may not stand\n"
    "together and the rule that forbids it, and every layout with full sun; as text, JSON or a\n"
    "Graphviz graph. Without: from the running controller, every layout with the sun of now.\n";

static int plan_file(const char *path, void (*show)(FILE *, const struct config *))
{
    static struct config config;
    int mistakes = config_load(&config, path, cli_data_dir(), stderr);
    if (mistakes == 0)
        show(stdout, &config);
    config_free(&config);
    return mistakes ? 2 : 0;
}

int cmd_plan(int argc, char **argv)
{
    static const struct option known[] = {
        {"config", required_argument, NULL, 'c'}, {"json", no_argument, NULL, 'j'},
        {"dot", no_argument, NULL, 'd'},          {"socket", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    const char *path = NULL, *socket = NULL;
    bool json = false, dot = false;
    for (int c; (c = getopt_long(argc, argv, "c:jds:h", known, NULL)) != -1;) {
        if (c == 'c') {
            path = optarg;
        } else if (c == 's') {
            socket = optarg;
        } else if (c == 'j') {
            json = true;
        } else if (c == 'd') {
            dot = true;
        } else {
            fputs(help, c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
    }
    if (dot && (json || !path)) {
        fputs("busbar plan: --dot goes with --config, and without --json\n", stderr);
        return 2;
    }
    if (path)
        return plan_file(path, dot ? plan_dot : json ? plan_json : plan_text);
    return client_show(socket, BUSBAR__VERB__PLAN, json, lines_print);
}
