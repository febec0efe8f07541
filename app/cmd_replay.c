/* busbar replay: a candump log through the real decision code, in the log's own time.
 *
 * Each interface of the log is a bus of the config: the one whose port or name it is, else what
 * --map says. Output depends on the log and the config alone, byte for byte. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli.h"
#include "app/controller.h"
#include "app/why.h"
#include "can/text.h"

enum { MAPS = 16, LINE_SIZE = 512, UNMAPPED = -1, REPLAY_START_MS = 1000 };

struct replay {
    struct config config;
    struct controller controller;
    char map_from[MAPS][BUS_NAME_SIZE];
    int map_to[MAPS];
    int maps;
    int64_t first_us, now_ms, next_tick_ms, last_bank_ms;
    uint64_t frames, unmapped, damaged, backwards;
    struct bank_view shown;
    int32_t shown_soc;
};

static int bus_by_name(const struct config *config, const char *name)
{
    for (int b = 0; b < config->bus_count; b++) {
        const char *port = strrchr(config->buses[b].port, ':');
        port = port ? port + 1 : config->buses[b].port;
        if (strcmp(config->buses[b].name, name) == 0 || strcmp(port, name) == 0)
            return b;
    }
    return UNMAPPED;
}

static int bus_of(const struct replay *replay, const char *name)
{
    for (int i = 0; i < replay->maps; i++)
        if (strcmp(replay->map_from[i], name) == 0)
            return replay->map_to[i];
    return bus_by_name(&replay->config, name);
}

/* "can0=battery" */
static int map_add(struct replay *replay, const char *word)
{
    const char *equals = strchr(word, '=');
    if (!equals || equals == word || equals - word >= BUS_NAME_SIZE || replay->maps == MAPS) {
        fprintf(stderr, "busbar replay: --map %s: expected INTERFACE=BUS, at most %d\n", word,
                MAPS);
        return -1;
    }
    int bus = bus_by_name(&replay->config, equals + 1);
    if (bus == UNMAPPED) {
        fprintf(stderr, "busbar replay: --map %s: the config has no bus \"%s\"\n", word,
                equals + 1);
        return -1;
    }
    memcpy(replay->map_from[replay->maps], word, (size_t)(equals - word));
    replay->map_to[replay->maps++] = bus;
    return 0;
}

static void stamp_print(const struct replay *replay)
{
    printf("%10.3f ", (double)(replay->now_ms - REPLAY_START_MS) / 1000.0);
}

static bool bank_differs(const struct replay *replay)
{
    const struct bank_view *a = &replay->controller.bank, *b = &replay->shown;
    return a->known != b->known || a->voltage_mV != b->voltage_mV ||
           a->current_mA != b->current_mA || a->bms_soc_permille != b->bms_soc_permille ||
           a->ccl_mA != b->ccl_mA || a->dcl_mA != b->dcl_mA || a->cvl_mV != b->cvl_mV ||
           a->alarms != b->alarms || a->packs_fresh != b->packs_fresh;
}

static void bank_print(struct replay *replay)
{
    const struct controller *c = &replay->controller;
    const struct bank_view *bank = &c->bank;
    if (!bank_differs(replay))
        return;
    replay->shown = *bank;
    stamp_print(replay);
    if (!bank->known) {
        printf("bank unknown, %u of %u packs fresh\n", bank->packs_fresh, bank->packs);
        return;
    }
    printf("bank %.2f V %.1f A, BMS SoC %.1f %%, CVL %.1f V, CCL %.1f A, DCL %.1f A, DVL %.1f V, "
           "alarms %04x, %u of %u packs\n",
           bank->voltage_mV / 1000.0, bank->current_mA / 1000.0, bank->bms_soc_permille / 10.0,
           bank->cvl_mV / 1000.0, bank->ccl_mA / 1000.0, bank->dcl_mA / 1000.0,
           bank->dvl_mV / 1000.0, bank->alarms, bank->packs_fresh, bank->packs);
}

static void decisions_print(struct replay *replay)
{
    char line[WHY_SIZE];
    for (const struct journal_record *record;
         (record = journal_take(&replay->controller.journal));) {
        struct journal_record shifted = *record;
        shifted.at_ms -= REPLAY_START_MS;
        journal_text(&shifted, &replay->config, line, sizeof line);
        stamp_print(replay);
        puts(line);
    }
    const struct outbox *outbox = &replay->controller.outbox;
    for (size_t i = 0; i < outbox->count; i++) {
        char text[FRAME_TEXT_SIZE];
        frame_format(text, &outbox->frames[i]);
        stamp_print(replay);
        printf("would send %s %s\n", replay->config.buses[outbox->bus[i]].name, text);
    }
    replay->controller.outbox.count = 0;
}

static void replay_tick(struct replay *replay)
{
    replay->next_tick_ms = tick(&replay->controller, replay->now_ms);
    bank_print(replay);
    decisions_print(replay);
}

/* Ticks up to the frame's time; a log that jumps back keeps the time it had. */
static void replay_until(struct replay *replay, int64_t at_us)
{
    if (replay->first_us == 0)
        replay->first_us = at_us;
    int64_t to_ms = REPLAY_START_MS + (at_us - replay->first_us) / 1000;
    if (to_ms < replay->now_ms) {
        replay->backwards++;
        return;
    }
    while (replay->next_tick_ms <= to_ms) {
        replay->now_ms = replay->next_tick_ms;
        replay_tick(replay);
    }
    replay->now_ms = to_ms;
}

static void replay_frame(struct replay *replay, const struct frame *frame, const char *name)
{
    int bus = bus_of(replay, name);
    replay_until(replay, frame->at_us);
    replay->frames++;
    if (bus == UNMAPPED) {
        replay->unmapped++;
        return;
    }
    controller_frame(&replay->controller, (uint8_t)bus, frame, replay->now_ms);
    if (replay->controller.hurry && replay->now_ms - replay->controller.tick_ms >= TICK_MIN_MS)
        replay_tick(replay);
}

static int replay_file(struct replay *replay, const char *path)
{
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    if (!in) {
        fprintf(stderr, "busbar replay: %s: %s\n", path, strerror(errno));
        return -1;
    }
    char line[LINE_SIZE], name[BUS_NAME_SIZE];
    for (unsigned number = 1; fgets(line, sizeof line, in); number++) {
        struct frame frame;
        const char *error;
        size_t column;
        if (line[strspn(line, " \t\r\n")] == '\0')
            continue;
        if (frame_parse_log(&frame, name, line, &error, &column) == 0) {
            replay_frame(replay, &frame, name);
        } else {
            fprintf(stderr, "%s:%u:%zu: %s; line passed over\n", path, number, column, error);
            replay->damaged++;
        }
    }
    if (in != stdin)
        fclose(in);
    return 0;
}

static void verdicts_print(const char *name, const struct verdict_counts *counts)
{
    printf("  %s:", name);
    for (int v = 0; v < VERDICTS; v++)
        if (counts->n[v])
            printf(" %u %s", counts->n[v], verdict_name((enum verdict)v));
    putchar('\n');
}

static void summary_print(struct replay *replay)
{
    const struct controller *c = &replay->controller;
    static struct why why;
    uint64_t foreign = replay->unmapped;
    for (size_t b = 0; b < replay->config.bus_count; b++)
        foreign += c->plant.foreign[b];
    printf("replayed %" PRIu64 " frames, %.3f s: %" PRIu64 " foreign, %" PRIu64
           " damaged lines, %" PRIu64 " stamps backwards\n",
           replay->frames, (double)(replay->now_ms - REPLAY_START_MS) / 1000.0, foreign,
           replay->damaged, replay->backwards);
    for (enum device_kind kind = 0; kind < DEVICE_KINDS; kind++) {
        size_t count;
        const struct config_device *devices = plant_devices(&replay->config, kind, &count);
        for (size_t i = 0; i < count; i++)
            verdicts_print(devices[i].name, &c->plant.dialects[kind][i].verdicts);
    }
    why_fill(&why, c, replay->now_ms);
    for (size_t i = 0; i < why.count; i++)
        puts(why.lines[i]);
}

static const char help[] = "Usage: busbar replay --config FILE [--map INTERFACE=BUS]... LOG...\n"
                           "Feeds candump -L logs (\"-\" = standard input) through the decision "
                           "code in the log's own time and\n"
                           "prints what the bank showed, each decision with its cause, and every "
                           "frame it would have sent.\n"
                           "The same log gives the same bytes.\n";

int cmd_replay(int argc, char **argv)
{
    static const struct option known[] = {{"config", required_argument, NULL, 'c'},
                                          {"map", required_argument, NULL, 'm'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    static struct replay replay;
    const char *path = "/etc/busbar/busbar.yaml", *maps[MAPS];
    int map_count = 0;
    for (int c; (c = getopt_long(argc, argv, "c:m:h", known, NULL)) != -1;) {
        if (c == 'c') {
            path = optarg;
        } else if (c == 'm' && map_count < MAPS) {
            maps[map_count++] = optarg;
        } else {
            fputs(help, c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
    }
    if (optind == argc) {
        fputs(help, stderr);
        return 2;
    }
    if (config_load(&replay.config, path, cli_data_dir(), stderr) != 0)
        return 2;
    int status = 0;
    for (int i = 0; i < map_count && status == 0; i++)
        status = map_add(&replay, maps[i]) < 0 ? 2 : 0;
    replay.now_ms = replay.next_tick_ms = REPLAY_START_MS;
    if (status == 0 &&
        controller_init(&replay.controller, &replay.config, REPLAY_START_MS, stderr) < 0)
        status = 2;
    for (int i = optind; i < argc && status == 0; i++)
        status = replay_file(&replay, argv[i]) < 0 ? 1 : 0;
    if (status == 0) {
        replay_tick(&replay);
        summary_print(&replay);
        if (replay.damaged)
            status = 1;
    }
    config_free(&replay.config);
    return status;
}
