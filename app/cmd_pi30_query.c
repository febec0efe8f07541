/* busbar pi30 query: asks an inverter once, on the bench. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/cli.h"
#include "app/client.h"
#include "app/clock.h"
#include "app/pi30_print.h"
#include "app/port_find.h"
#include "inverter/answer_pick.h"
#include "inverter/stream.h"

static const char help[] =
    "Usage: busbar pi30 query [--protocol NAME] [--timeout MS] [--yes] [--json] PORT CMD\n"
    "Asks the inverter on a port once and tells what it answers, or the bytes and why they are no\n"
    "answer.\n"
    "  PORT             serial:DEVICE[,baud=RATE], tty:DEVICE, hidraw:DEVICE, tcp://HOST:PORT, "
    "/dev/..\n"
    "  CMD              QPIGS, QPGS1, POP02; of PI17 and PI18 units ^P005GS, ^S006LON1; CRC and CR "
    "are\n"
    "                   added\n"
    "  --protocol NAME  judge by this one only; default: the one that fits\n"
    "  --timeout MS     longest wait for the answer; default 2000\n"
    "  --yes            for a command that sets something: it may cost the unit's memory, and "
    "nothing\n"
    "                   here checks whether it is safe\n"
    "Exit status: 0 an answer (ACK and NAK are answers too), 1 none, 2 the command line is "
    "wrong.\n";

enum { OPEN_MS = 10000, GAP_MS = 150, SETTLE_MS = 50, RAW_ROOM = 1024, WORD_ROOM = 160 };

struct query {
    const char *port, *command;
    const struct protocol *only;
    long answer_ms;
    bool json, yes;
    char word[WORD_ROOM]; /* bare */
    enum framing framing;
    char kind; /* 'P' or 'S' */
    struct stream stream;
    uint8_t raw[RAW_ROOM];
    size_t count;
};

/* --- the command line --- */

static int options_read(struct query *query, int argc, char **argv)
{
    static const struct option known[] = {{"protocol", required_argument, NULL, 'p'},
                                          {"timeout", required_argument, NULL, 't'},
                                          {"yes", no_argument, NULL, 'y'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    char *end = NULL;
    for (int c; (c = getopt_long(argc, argv, "p:t:yjh", known, NULL)) != -1;) {
        if (c == 'j') {
            query->json = true;
        } else if (c == 'y') {
            query->yes = true;
        } else if (c == 'p') {
            if (!(query->only = protocol_named(optarg))) {
                fprintf(stderr, "busbar pi30 query: \"%s\" is no protocol:", optarg);
                for (size_t i = 0; i < protocol_count; i++)
                    fprintf(stderr, " %s", protocols[i]->name);
                fputc('\n', stderr);
                return 2;
            }
        } else if (c == 't') {
            query->answer_ms = strtol(optarg, &end, 10);
            if (*end || query->answer_ms < 50 || query->answer_ms > 60000) {
                fprintf(stderr, "busbar pi30 query: --timeout %s is not allowed: 50 to 60000\n",
                        optarg);
                return 2;
            }
        } else {
            fputs(help, c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
    }
    if (argc - optind != 2) {
        fputs(help, stderr);
        return 2;
    }
    query->port = argv[optind];
    query->command = argv[optind + 1];
    return -1;
}

/* "^P005GS" is of PI17 or PI18, whatever stands bare of the protocol named, or PI30. */
static int command_read(struct query *query)
{
    const char *text = query->command;
    bool caret = *text == '^';
    query->framing = query->only ? query->only->framing : caret ? FRAMING_PI18 : FRAMING_PI30;
    if (!pick_word(query->word, sizeof query->word, (const uint8_t *)text, strlen(text))) {
        fprintf(stderr, "busbar pi30 query: no command in \"%s\"\n", text);
        return 2;
    }
    if (caret && query->framing == FRAMING_PI30) {
        fprintf(stderr, "busbar pi30 query: %s is framed as PI17 and PI18 are, not %s\n", text,
                query->only->name);
        return 2;
    }
    bool setter = query->framing == FRAMING_PI30 ? query->word[0] != 'Q'
                  : caret                        ? text[1] != 'P'
                                                 : pick_setter(query->word);
    query->kind = setter ? 'S' : 'P';
    if (setter && !query->yes) {
        fprintf(stderr,
                "busbar pi30 query: %s sets something: with --yes it is sent. While busbar runs "
                "the plant, it sets by itself what is needed\n",
                query->word);
        return 2;
    }
    return 0;
}

/* --- the port --- */

/* Whether a running controller has this port; a TCP line has no lock that would tell. */
static bool controller_has(const char *url, char *inverter, size_t room)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%.107s", client_path(NULL));
    bool has = false;
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) {
        Busbar__Request request = BUSBAR__REQUEST__INIT;
        request.verb = BUSBAR__VERB__STATUS;
        Busbar__Response *response = client_ask(fd, &request);
        for (size_t i = 0; response && response->status && i < response->status->n_ports; i++) {
            const Busbar__Port *port = response->status->ports[i];
            bool same = strcmp(port->url, url) == 0 ||
                        (port_device(url) && port_device(url) == port_device(port->url));
            if (!same || strcmp(port->state, "closed") == 0 || strcmp(port->state, "spare") == 0)
                continue;
            has = true;
            snprintf(inverter, room, "%s", port->inverter);
        }
        if (response)
            busbar__response__free_unpacked(response, NULL);
    }
    if (fd >= 0)
        close(fd);
    return has;
}

/* Waits for the port as long as until_ms; false when nothing came. */
static bool wait_for(const struct stream *stream, int64_t until_ms)
{
    struct pollfd watched = {.fd = stream->fd, .events = POLLIN};
    int64_t left_ms = until_ms - clock_monotonic_ms();
    return left_ms > 0 && poll(&watched, 1, (int)left_ms) > 0;
}

static int port_open(struct query *query)
{
    char inverter[32] = "";
    uint8_t bytes[64];
    if (controller_has(query->port, inverter, sizeof inverter)) {
        fprintf(stderr,
                "busbar pi30 query: %s: busbar run has this port%s%s; its answers are in `busbar "
                "status`. To ask by hand, end it first\n",
                query->port, *inverter ? ", for inverter " : "", inverter);
        return -EBUSY;
    }
    int64_t until_ms = clock_monotonic_ms() + OPEN_MS;
    int status = stream_open(&query->stream, query->port);
    while (status >= 0 && query->stream.opening && wait_for(&query->stream, until_ms))
        status = stream_read(&query->stream, bytes, sizeof bytes);
    if (status < 0)
        fprintf(stderr, "busbar pi30 query: %s%s\n", query->stream.problem,
                status == -EBUSY ? "; `busbar status --ports` tells whether it is busbar run" : "");
    else if (query->stream.opening)
        fprintf(stderr, "busbar pi30 query: %s: not open after %d s\n", query->port,
                OPEN_MS / 1000);
    return query->stream.opening ? -ETIMEDOUT : status < 0 ? status : 0;
}

/* --- asking --- */

static bool whole(const struct query *query)
{
    size_t start, count;
    return answer_find(query->raw, query->count, &start, &count);
}

/* Until a whole answer is there, or an end that does not check and nothing after it. */
static int answer_take(struct query *query)
{
    int64_t until_ms = clock_monotonic_ms() + query->answer_ms;
    while (query->count + 256 <= sizeof query->raw && !whole(query)) {
        bool ended = query->count &&
                     (query->raw[query->count - 1] == '\r' || query->raw[query->count - 1] == '\n');
        int64_t gap_ms = clock_monotonic_ms() + GAP_MS;
        if (!wait_for(&query->stream, ended && gap_ms < until_ms ? gap_ms : until_ms))
            return 0;
        int got = stream_read(&query->stream, query->raw + query->count, 256);
        if (got < 0)
            return got;
        query->count += (size_t)got;
    }
    return 0;
}

static int ask(struct query *query)
{
    uint8_t request[REQUEST_MAX];
    size_t length =
        answer_request(request, sizeof request, query->framing, query->kind, query->word);
    if (length == 0) {
        fprintf(stderr, "busbar pi30 query: %s is too long\n", query->word);
        return -EINVAL;
    }
    usleep(SETTLE_MS * 1000);
    int status = stream_drain(&query->stream);
    if (status >= 0)
        status = stream_write(&query->stream, request, length);
    if (status >= 0)
        status = answer_take(query);
    if (status < 0)
        fprintf(stderr, "busbar pi30 query: %s\n",
                *query->stream.problem ? query->stream.problem : strerror(-status));
    return status;
}

/* --- what it says --- */

static void escape(char *out, size_t room, const uint8_t *bytes, size_t count)
{
    size_t used = 0;
    for (size_t i = 0; i < count && used + 5 < room; i++) {
        bool plain = bytes[i] >= ' ' && bytes[i] <= '~' && bytes[i] != '\\';
        used += (size_t)snprintf(out + used, room - used, plain ? "%c" : "\\x%02X", bytes[i]);
    }
    out[used] = '\0';
}

static int tell(const struct query *query, const struct pick *pick, const uint8_t *frame)
{
    static char raw[RAW_ROOM * 4 + 1];
    bool taken = pick->verdict == VERDICT_TAKEN;
    escape(raw, sizeof raw, query->raw, query->count);
    if (query->json) {
        json_t *object = taken ? pi30_answer_json(query->word, pick->protocol, &pick->answer, frame)
                               : pi30_refusal_json(query->word, pick->question, &pick->refusal);
        json_object_set_new(object, "port", json_string(query->port));
        json_object_set_new(object, "raw", json_string(raw));
        pi30_json_show(object);
    } else if (taken) {
        pi30_print_answer(stdout, query->word, pick->protocol, &pick->answer, frame);
    } else {
        pi30_print_refusal(stdout, query->word, pick->question, &pick->refusal);
        printf("%zu bytes came: \"%s\"\n", query->count, raw);
    }
    return taken ? 0 : 1;
}

static int judge(const struct query *query)
{
    struct pick pick = {.verdict = VERDICT_LENGTH,
                        .refusal = {.verdict = VERDICT_LENGTH, .field = 0xFF}};
    size_t start = 0, count = 0;
    snprintf(pick.refusal.why, sizeof pick.refusal.why, "%s within %ld ms",
             query->count ? "no whole answer" : "no answer", query->answer_ms);
    if (answer_find(query->raw, query->count, &start, &count) ||
        pick_frame(query->raw, query->count, &start, &count))
        pick_answer(&pick, query->only, query->word, query->raw + start, count);
    if (pick.verdict != VERDICT_TAKEN)
        pick.refusal.at = (uint16_t)(pick.refusal.at + start);
    return tell(query, &pick, query->raw + start);
}

int cmd_pi30_query(int argc, char **argv)
{
    static struct query query;
    query = (struct query){.answer_ms = 2000, .stream.fd = -1};
    int status = options_read(&query, argc, argv);
    if (status >= 0)
        return status;
    status = command_read(&query);
    if (status != 0)
        return status;
    status = port_open(&query);
    if (status == 0)
        status = ask(&query);
    stream_close(&query.stream);
    if (status < 0)
        return status == -EINVAL ? 2 : 1;
    return judge(&query);
}
