/* busbar request: asks a running controller for something, and watches what becomes of it. */
#include <ctype.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli.h"
#include "app/request.h"
#include "app/request_cli.h"

static const char request_help[] =
    "Usage: busbar request charge [CHARGE_POINT]   bundle strings and charge, as the button does\n"
    "       busbar request stop [CHARGE_POINT]     end it; the strings go home\n"
    "       busbar request cap PERCENT|default     manual charge cap, 30 to 100, until taken back\n"
    "       busbar request set INVERTER            its settings: as read, what is allowed, writes\n"
    "       busbar request set INVERTER SETTING VALUE\n"
    "                                              once, where the controller leaves it alone:\n"
    "                                              set inv2 charge-current 30\n"
    "       busbar request set INVERTER SETTING --release\n"
    "                                              no longer: what was asked and is not done yet\n"
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
    "       busbar request status ID               what became of an earlier request\n"
    "Options: --wait [SECONDS]  print each step as it is reached, until it is confirmed, refused\n"
    "                           or timed out\n"
    "         --yes             of a setting that may do harm: you have read what may happen\n"
    "         --socket PATH, --json\n"
    "A request is a hint: the controller may refuse it and says why. Exit status: 0 accepted "
    "(with\n"
    "--wait: confirmed), 1 refused or timed out, 2 wrong command line.\n";

static int seconds_read(const char *word, uint32_t *ms)
{
    char *end;
    unsigned long seconds = strtoul(word, &end, 10);
    if (isdigit((unsigned char)*word) && *end == '\0' && seconds >= 1 &&
        seconds <= REQUEST_WAIT_MAX_MS / 1000) {
        *ms = (uint32_t)(seconds * 1000);
        return 0;
    }
    fprintf(stderr, "busbar request: --wait \"%s\" is not allowed: 1 to %d seconds\n", word,
            REQUEST_WAIT_MAX_MS / 1000);
    return -1;
}

/* "--wait 30" too: a number right after it is its own, no word of the request. */
static int wait_read(int argc, char **argv, struct request_options *options)
{
    options->wait = true;
    if (optarg)
        return seconds_read(optarg, &options->wait_ms);
    if (optind < argc && isdigit((unsigned char)argv[optind][0]) &&
        strspn(argv[optind], "0123456789") == strlen(argv[optind]))
        return seconds_read(argv[optind++], &options->wait_ms);
    return 0;
}

/* -1 to go on, else the exit status. The words come before the options, after them or between. */
static int options_read(int argc, char **argv, struct request_options *options, char **words,
                        int *count)
{
    static const struct option known[] = {{"json", no_argument, NULL, 'j'},
                                          {"socket", required_argument, NULL, 's'},
                                          {"wait", optional_argument, NULL, 'w'},
                                          {"yes", no_argument, NULL, 'y'},
                                          {"release", no_argument, NULL, 'r'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    for (int c; (c = getopt_long(argc, argv, "-js:h", known, NULL)) != -1;) {
        if (c == 1 && *count < 8)
            words[(*count)++] = optarg;
        else if (c == 'j')
            options->json = true;
        else if (c == 's')
            options->socket = optarg;
        else if (c == 'y')
            options->sure = true;
        else if (c == 'r')
            options->release = true;
        else if (c == 'w' && wait_read(argc, argv, options) < 0)
            return 2;
        else if (c != 'w') {
            fputs(request_help, c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
    }
    while (optind < argc && *count < 8)
        words[(*count)++] = argv[optind++];
    return -1;
}

static void accepted_print(const Busbar__Response *response, bool json)
{
    if (json) {
        json_t *object = json_object();
        char id[24];
        snprintf(id, sizeof id, "%016" PRIx64, response->id);
        json_object_set_new(object, "accepted", json_boolean(response->accepted));
        json_object_set_new(object, "id", json_string(id));
        json_object_set_new(object, "reason", json_string(response->reason));
        json_dumpf(object, stdout, JSON_PRESERVE_ORDER);
        putchar('\n');
        json_decref(object);
    } else if (response->accepted) {
        printf("accepted: %s\n", response->reason);
    }
}

static int request_once(Busbar__Request *request, const struct request_options *options)
{
    int status;
    Busbar__Response *response = client_once(options->socket, request, &status);
    if (!response)
        return status;
    if (request->verb == BUSBAR__VERB__SETTINGS && status == 0)
        settings_print(response, options->json);
    else if (request->verb == BUSBAR__VERB__REQUEST_STATUS && response->request)
        ladder_print(response->request, options->json);
    else
        accepted_print(response, options->json);
    busbar__response__free_unpacked(response, NULL);
    return status;
}

int cmd_request(int argc, char **argv)
{
    struct request_options options = {0};
    char *words[8];
    int count = 0;
    int status = options_read(argc, argv, &options, words, &count);
    if (status >= 0)
        return status;
    Busbar__Request request = BUSBAR__REQUEST__INIT;
    request.sure = options.sure;
    request.release = options.release;
    request.wait_ms = options.wait_ms;
    if (request_read(count, words, &request) < 0) {
        fputs(request_help, stderr);
        return 2;
    }
    if (options.wait && request.verb != BUSBAR__VERB__SETTINGS)
        return request_wait(&request, &options);
    return request_once(&request, &options);
}
