/* The words of `busbar request`. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/local_time.h"
#include "app/request_cli.h"
#include "core/limits.h"

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

/* A setter waits for its dwell, so it gets the longest lease. */
enum { SET_LEASE_MS = 60000 };

/* "set INV", "set INV SETTING" to release it, "set INV SETTING VALUE". */
static int set_read(int count, char **words, Busbar__Request *request)
{
    request->inverter = words[1];
    if (count == 2) {
        request->verb = BUSBAR__VERB__SETTINGS;
        return request->release || request->sure ? -1 : 0;
    }
    if (request->release != (count == 3))
        return -1;
    request->setting = words[2];
    request->lease_ms = SET_LEASE_MS;
    if (count == 4)
        request->value = words[3];
    return 0;
}

static int status_read(char **words, Busbar__Request *request)
{
    char *end;
    errno = 0;
    request->about_id = strtoull(words[1], &end, 16);
    if (end != words[1] && *end == '\0' && errno == 0 && words[1][0] != '-' && request->about_id)
        return 0;
    fprintf(stderr, "busbar request status: \"%s\" is no request's id\n", words[1]);
    return -1;
}

int request_read(int count, char **words, Busbar__Request *request)
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
                 {"set", BUSBAR__VERB__SET, 2, 4},
                 {"status", BUSBAR__VERB__REQUEST_STATUS, 2, 2},
                 {"reset", BUSBAR__VERB__RESET, 1, 1}};
    for (size_t i = 0; count > 0 && i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(words[0], verbs[i].word) != 0)
            continue;
        if (count < verbs[i].min || count > verbs[i].max)
            return -1;
        request->verb = verbs[i].verb;
        if (verbs[i].verb == BUSBAR__VERB__SET)
            return set_read(count, words, request);
        if (request->sure || request->release)
            return -1;
        if (verbs[i].verb == BUSBAR__VERB__REQUEST_STATUS)
            return status_read(words, request);
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
