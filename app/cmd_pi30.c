/* busbar pi30: inverters of the PI30 family from the command line. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli.h"
#include "app/pi30_print.h"
#include "inverter/answer_pick.h"

static const char decode_help[] =
    "Usage: busbar pi30 decode [--json] [--protocol NAME] CMD [RAW]\n"
    "What an inverter's answer says: each field with its value, unit and meaning; or why it is no\n"
    "answer to the command.\n"
    "  CMD              a question or a setter, framed or not: QPIGS, QPGS1, ^P005GS, POP02\n"
    "  RAW              the answer with its CRC and end; \\xNN, \\r, \\n and \\\\ stand for "
    "bytes.\n"
    "                   Without RAW, or with -, from standard input: bytes or such a text\n"
    "  --protocol NAME  only this one:";

enum { WORD_ROOM = 160, RAW_ROOM = 4096 };

struct decode_options {
    bool json;
    const struct protocol *only;
    const char *command, *raw;
};

static void decode_help_print(FILE *out)
{
    fputs(decode_help, out);
    for (size_t i = 0; i < protocol_count; i++)
        fprintf(out, " %s", protocols[i]->name);
    fputs("\n                   Without, all are tried in this order\n"
          "  --json           one object\n"
          "Exit status: 0 accepted (ACK and NAK are answers too), 1 refused, 2 the command line is "
          "wrong.\n",
          out);
}

/* Text is escaped, bytes are not: a CR or any byte no text has tells. */
static bool is_text(const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if ((bytes[i] < ' ' && !(bytes[i] == '\n' && i + 1 == count)) || bytes[i] > '~')
            return false;
    return true;
}

static size_t raw_from_input(uint8_t *raw, size_t room)
{
    static uint8_t bytes[RAW_ROOM * 4 + 1];
    size_t count = fread(bytes, 1, sizeof bytes - 1, stdin);
    if (!is_text(bytes, count)) {
        count = count < room ? count : room;
        memcpy(raw, bytes, count);
        return count;
    }
    bool escaped = memchr(bytes, '\\', count) != NULL;
    count -= escaped && count > 0 && bytes[count - 1] == '\n';
    bytes[count] = '\0';
    return pi30_unescape(raw, room, (const char *)bytes);
}

/* The first frame whose check fits, else what is meant as one. */
static int decode_frame(const struct decode_options *options, const char *word, const uint8_t *raw,
                        size_t room)
{
    struct pick pick = {.verdict = VERDICT_LENGTH,
                        .refusal = {.verdict = VERDICT_LENGTH, .field = 0xFF, .why = "no answer"}};
    size_t start = 0, count = 0;
    bool found = answer_find(raw, room, &start, &count) || pick_frame(raw, room, &start, &count);
    if (found)
        pick_answer(&pick, options->only, word, raw + start, count);
    if (pick.verdict == VERDICT_TAKEN) {
        if (options->json)
            pi30_json_show(pi30_answer_json(word, pick.protocol, &pick.answer, raw + start));
        else
            pi30_print_answer(stdout, word, pick.protocol, &pick.answer, raw + start);
        return 0;
    }
    pick.refusal.at = (uint16_t)(pick.refusal.at + start);
    if (options->json)
        pi30_json_show(pi30_refusal_json(word, pick.question, &pick.refusal));
    else
        pi30_print_refusal(stdout, word, pick.question, &pick.refusal);
    return 1;
}

/* 0 well, else the exit status + 1. */
static int decode_read(struct decode_options *options, int argc, char **argv)
{
    static const struct option known[] = {{"json", no_argument, NULL, 'j'},
                                          {"protocol", required_argument, NULL, 'p'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    int option;
    optind = 1;
    while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
        if (option == 'h') {
            decode_help_print(stdout);
            return 1;
        }
        if (option == 'j')
            options->json = true;
        if (option == 'p')
            options->only = protocol_named(optarg);
        if (option == '?')
            return 3;
        if (option == 'p' && !options->only) {
            fprintf(stderr, "busbar pi30 decode: \"%s\" is no protocol, see --help\n", optarg);
            return 3;
        }
    }
    if (argc - optind < 1 || argc - optind > 2) {
        decode_help_print(stderr);
        return 3;
    }
    options->command = argv[optind];
    options->raw = argc - optind > 1 ? argv[optind + 1] : "-";
    return 0;
}

static int cmd_pi30_decode(int argc, char **argv)
{
    struct decode_options options = {0};
    int wrong = decode_read(&options, argc, argv);
    if (wrong)
        return wrong - 1;
    uint8_t raw[RAW_ROOM], command[WORD_ROOM];
    char word[WORD_ROOM];
    if (!pick_word(word, sizeof word, command,
                   pi30_unescape(command, sizeof command, options.command))) {
        fprintf(stderr, "busbar pi30 decode: no command in \"%s\"\n", options.command);
        return 2;
    }
    size_t room = strcmp(options.raw, "-") == 0 ? raw_from_input(raw, sizeof raw)
                                                : pi30_unescape(raw, sizeof raw, options.raw);
    return decode_frame(&options, word, raw, room);
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"decode", cmd_pi30_decode, "what an answer says, or why it is none"},
    {"query", cmd_pi30_query, "asks the inverter on a port once"},
    {"scan", cmd_pi30_scan, "who is on which port, with config lines for them"},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void help_print(FILE *out)
{
    fputs("Usage: busbar pi30 COMMAND [OPTIONS]; busbar pi30 COMMAND --help tells more\n\n", out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-8s  %s\n", commands[i].name, commands[i].help);
}

int cmd_pi30(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    bool help = strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0;
    if (*name && !help)
        fprintf(stderr, "busbar pi30: \"%s\" is no command\n", name);
    help_print(help ? stdout : stderr);
    return help ? 0 : 2;
}
