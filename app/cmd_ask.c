/* The commands that ask a running controller: status, why, monitor. */
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "app/cli.h"
#include "app/client.h"

struct ask_options {
    bool json, contacts, limits, ports;
    bool tables_known; /* --contacts, --limits and --ports are options of this command */
    const char *socket;
};

/* --json, --socket, --help for all of them, the tables for one that knows them. Returns -1 to go on,
 * else the exit status. */
static int options_read(int argc, char **argv, struct ask_options *options, const char *help)
{
    static const struct option known[] = {{"json", no_argument, NULL, 'j'},
                                          {"socket", required_argument, NULL, 's'},
                                          {"help", no_argument, NULL, 'h'},
                                          {"contacts", no_argument, NULL, 'c'},
                                          {"limits", no_argument, NULL, 'l'},
                                          {"ports", no_argument, NULL, 'p'},
                                          {NULL, 0, NULL, 0}};
    for (int c; (c = getopt_long(argc, argv, "js:h", known, NULL)) != -1;) {
        if (c == 'j') {
            options->json = true;
        } else if (c == 's') {
            options->socket = optarg;
        } else if (c == 'c' && options->tables_known) {
            options->contacts = true;
        } else if (c == 'l' && options->tables_known) {
            options->limits = true;
        } else if (c == 'p' && options->tables_known) {
            options->ports = true;
        } else {
            fputs(help, c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
    }
    return -1;
}

int cmd_why(int argc, char **argv)
{
    return client_command(
        argc, argv,
        "Usage: busbar why [--json] [--socket PATH]\n"
        "One sentence per output: what it does, what holds it there and by how much.\n",
        BUSBAR__VERB__WHY, lines_print);
}

static void status_show(const Busbar__Response *response, const struct ask_options *options)
{
    if (!options->json) {
        if (options->limits)
            limits_print(response->status);
        if (options->contacts)
            contacts_print(response->status);
        if (options->ports)
            ports_print(response->status);
        if (!options->limits && !options->contacts && !options->ports)
            status_print(response->status);
        return;
    }
    json_show(status_json(response->status));
}

int cmd_status(int argc, char **argv)
{
    struct ask_options options = {.tables_known = true};
    int status = options_read(
        argc, argv, &options,
        "Usage: busbar status [--contacts] [--limits] [--ports] [--json] [--socket PATH]\n"
        "What the controller has heard, what it does, and which parts are missing.\n"
        "--contacts: what each contact has gone through, and how much is left.\n"
        "--limits: every limit of the battery with its age, the least first, and each "
        "pack.\n"
        "--ports: the inverters' lines: whose unit is on which, and how it answers.\n");
    if (status >= 0)
        return status;
    Busbar__Request request = BUSBAR__REQUEST__INIT;
    request.verb = BUSBAR__VERB__STATUS;
    Busbar__Response *response = client_once(options.socket, &request, &status);
    if (response && status == 0)
        status_show(response, &options);
    if (response)
        busbar__response__free_unpacked(response, NULL);
    return status;
}

/* One round of monitor; false when the controller no longer answers. */
static bool monitor_round(int fd, const struct ask_options *options)
{
    Busbar__Request request = BUSBAR__REQUEST__INIT;
    request.verb = BUSBAR__VERB__STATUS;
    Busbar__Response *response = client_ask(fd, &request);
    if (!response)
        return false;
    if (!options->json && isatty(STDOUT_FILENO))
        fputs("\033[H\033[2J", stdout);
    status_show(response, options);
    fflush(stdout);
    busbar__response__free_unpacked(response, NULL);
    return true;
}

int cmd_monitor(int argc, char **argv)
{
    struct ask_options options = {0};
    int status = options_read(argc, argv, &options,
                              "Usage: busbar monitor [--json] [--socket PATH]\n"
                              "The status each second, until interrupted.\n");
    if (status >= 0)
        return status;
    int fd = client_connect(client_path(options.socket));
    if (fd < 0)
        return 1;
    while (monitor_round(fd, &options))
        sleep(1);
    close(fd);
    return 1;
}
