/* The commands that ask a running controller: status, why, plan, monitor, request. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/cli.h"
#include "app/client.h"
#include "app/local_time.h"
#include "core/limits.h"

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

static int lines_ask(int argc, char **argv, Busbar__Verb verb, const char *help)
{
    struct ask_options options = {0};
    int status = options_read(argc, argv, &options, help);
    if (status >= 0)
        return status;
    Busbar__Request request = BUSBAR__REQUEST__INIT;
    request.verb = verb;
    Busbar__Response *response = client_once(options.socket, &request, &status);
    if (response && status == 0)
        lines_print(response, options.json);
    if (response)
        busbar__response__free_unpacked(response, NULL);
    return status;
}

int cmd_why(int argc, char **argv)
{
    return lines_ask(
        argc, argv, BUSBAR__VERB__WHY,
        "Usage: busbar why [--json] [--socket PATH]\n"
        "One sentence per output: what it does, what holds it there and by how much.\n");
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
    json_t *object = status_json(response->status);
    json_dumpf(object, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
    putchar('\n');
    json_decref(object);
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

static const char request_help[] =
    "Usage: busbar request charge [CHARGE_POINT]   bundle strings and charge, as the button does\n"
    "       busbar request stop [CHARGE_POINT]     end it; the strings go home\n"
    "       busbar request cap PERCENT|default     manual charge cap, 30 to 100, until taken back\n"
    "       busbar request pack-out|pack-in PACK   count it only while it carries current; back\n"
    "       busbar request charge-to PERCENT by TIME\n"
    "                                              once: TIME is \"sat 8:00\", 8:00 or\n"
    "                                              2026-11-28T08:00, local\n"
    "       busbar request charge-to cancel        end that\n"
    "       busbar request postpone-balancing SPAN the announced charge, 3d or 12h later\n"
    "       busbar request contact-replaced BOARD CHANNEL\n"
    "                                              it is a new one: its wear starts anew\n"
    "       busbar request reset                   you have looked at the plant: leave HOLD, "
    "unlock\n"
    "Options: --socket PATH, --json\n"
    "A request is a hint: the controller may refuse it and says why (exit status 1).\n";

static int cap_read(const char *word, uint32_t *permille)
{
    char *end;
    double percent = strtod(word, &end);
    if (strcmp(word, "default") == 0) {
        *permille = 0;
        return 0;
    }
    if (end == word || *end || !(percent >= 30 && percent <= 100)) {
        fprintf(stderr, "busbar request: \"%s\" is not allowed: 30 to 100, or default\n", word);
        return -1;
    }
    *permille = (uint32_t)(percent * 10 + 0.5);
    return 0;
}

/* "charge-to 100 by TIME", "charge-to cancel". */
static int charge_to_read(int count, char **words, Busbar__Request *request)
{
    char why[128];
    if (count == 2 && strcmp(words[1], "cancel") == 0)
        return 0;
    if (count != 4 || strcmp(words[2], "by") != 0)
        return -1;
    if (cap_read(words[1], &request->cap_permille) < 0 || request->cap_permille == 0)
        return -1;
    if (local_parse(words[3], time(NULL), &request->by_wall_s, why, sizeof why) == 0)
        return 0;
    fprintf(stderr, "busbar request charge-to: %s\n", why);
    return -1;
}

static int postpone_read(char **words, Busbar__Request *request)
{
    if (span_parse(words[1], &request->span_s) == 0)
        return 0;
    fprintf(stderr, "busbar request postpone-balancing: \"%s\" is not allowed: 3d or 12h\n",
            words[1]);
    return -1;
}

static int replaced_read(char **words, Busbar__Request *request)
{
    char *end;
    unsigned long channel = strtoul(words[2], &end, 10);
    if (end == words[2] || *end || channel < 1 || channel > BOARD_CHANNELS) {
        fprintf(stderr, "busbar request contact-replaced: channel \"%s\" is not allowed: 1 to %d\n",
                words[2], BOARD_CHANNELS);
        return -1;
    }
    request->board = words[1];
    request->channel = (uint32_t)channel;
    return 0;
}

/* Fills the request from the words; -1 when they are wrong. */
static int request_read(int count, char **words, Busbar__Request *request)
{
    static const struct {
        const char *word;
        Busbar__Verb verb;
        int min, max;
    } verbs[] = {{"charge", BUSBAR__VERB__CHARGE, 1, 2},
                 {"stop", BUSBAR__VERB__STOP, 1, 2},
                 {"cap", BUSBAR__VERB__CAP, 2, 2},
                 {"pack-out", BUSBAR__VERB__PACK_OUT, 2, 2},
                 {"pack-in", BUSBAR__VERB__PACK_IN, 2, 2},
                 {"charge-to", BUSBAR__VERB__CHARGE_TO, 2, 4},
                 {"postpone-balancing", BUSBAR__VERB__POSTPONE_BALANCING, 2, 2},
                 {"contact-replaced", BUSBAR__VERB__CONTACT_REPLACED, 3, 3},
                 {"reset", BUSBAR__VERB__RESET, 1, 1}};
    for (size_t i = 0; count > 0 && i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(words[0], verbs[i].word) != 0)
            continue;
        if (count < verbs[i].min || count > verbs[i].max)
            return -1;
        request->verb = verbs[i].verb;
        if (verbs[i].verb == BUSBAR__VERB__CAP)
            return cap_read(words[1], &request->cap_permille);
        if (verbs[i].verb == BUSBAR__VERB__CHARGE_TO)
            return charge_to_read(count, words, request);
        if (verbs[i].verb == BUSBAR__VERB__POSTPONE_BALANCING)
            return postpone_read(words, request);
        if (verbs[i].verb == BUSBAR__VERB__CONTACT_REPLACED)
            return replaced_read(words, request);
        if (verbs[i].verb == BUSBAR__VERB__PACK_OUT || verbs[i].verb == BUSBAR__VERB__PACK_IN)
            request->pack = words[1];
        else if (count == 2)
            request->charge_point = words[1];
        return 0;
    }
    return -1;
}

int cmd_request(int argc, char **argv)
{
    struct ask_options options = {0};
    int status = options_read(argc, argv, &options, request_help);
    if (status >= 0)
        return status;
    Busbar__Request request = BUSBAR__REQUEST__INIT;
    if (request_read(argc - optind, argv + optind, &request) < 0) {
        fputs(request_help, stderr);
        return 2;
    }
    Busbar__Response *response = client_once(options.socket, &request, &status);
    if (!response)
        return status;
    if (options.json)
        printf("{\"accepted\": %s}\n", response->accepted ? "true" : "false");
    else if (response->accepted)
        printf("accepted: %s\n", response->reason);
    busbar__response__free_unpacked(response, NULL);
    return status;
}
