/* candump and cansend words, from the man pages and lib.c of can-utils, and whole captures when they are
 * there: every line must come back as it was. */
#include <stdlib.h>
#include <string.h>

#include "can/text.h"
#include "test/check.h"

static const struct {
    const char *word;
    uint32_t id;
    uint8_t flags, len, dlc, first;
    const char *again; /* NULL: the same */
} good[] = {
    {"123#1122", 0x123, 0, 2, 0, 0x11, NULL},
    {"123#", 0x123, 0, 0, 0, 0, NULL},
    {"7ff#11.22.33", 0x7FF, 0, 3, 0, 0x11, "7FF#112233"},
    {"00000123#AA", 0x123, FRAME_EXT, 1, 0, 0xAA, NULL},
    {"1FFFFFFF#AA", 0x1FFFFFFF, FRAME_EXT, 1, 0, 0xAA, NULL},
    {"123#R", 0x123, FRAME_RTR, 0, 0, 0, NULL},
    {"123#R5", 0x123, FRAME_RTR, 5, 0, 0, NULL},
    {"123#1122334455667788_B", 0x123, 0, 8, 0xB, 0x11, NULL},
    {"123##0AABB", 0x123, FRAME_FD, 2, 0, 0xAA, NULL},
    {"123##3AABBCCDDEEFF001122334455", 0x123, FRAME_FD | FRAME_BRS | FRAME_ESI, 12, 0, 0xAA, NULL},
    {"20000080#0000000000000000", 0x80, FRAME_ERR, 8, 0, 0, NULL},
};
static const struct {
    const char *word;
    size_t column;
    const char *error;
} bad[] = {
    {"", 1, "3 or 8 hex digits"},
    {"12#11", 1, "3 or 8 hex digits"},
    {"1234#11", 1, "3 or 8 hex digits"},
    {"800#11", 1, "at most 7FF"},
    {"FFFFFFFF#11", 1, "at most 1FFFFFFF"},
    {"123", 4, "expected #"},
    {"123#1", 6, "second hex digit"},
    {"123#112233445566778899", 21, "at most 8 bytes"},
    {"123#xx", 5, "end of the frame"},
    {"123#R9", 6, "at most 8 bytes"},
    {"123##", 6, "FD flags"},
    {"123##0112233445566778899", 25, "8, 12, 16"},
    {"123#11_9", 8, "raw DLC"},
};
static const struct {
    const char *line, *name;
    int64_t at_us;
    int status;
} lines[] = {
    {"(1700000000.000001) can0 123#11", "can0", 1700000000000001, 0},
    {"(1700000000.123456789) vcan12 123#11", "vcan12", 1700000000123456, 0},
    {"(1700000000.000001) can0 123#11 R\r\n", "can0", 1700000000000001, 0},
    {" (1700000000.000001) can0 123#11", NULL, 0, -1},
    {"(1700000000.0001) can0 123#11", NULL, 0, -1},
    {"(1700000000.000001 can0 123#11", NULL, 0, -1},
    {"(1700000000.000001) can0 123#11 x", NULL, 0, -1},
    {"(1700000000.000001)", NULL, 0, -1},
};

static void words(void)
{
    struct frame frame;
    const char *error;
    size_t column;
    char text[FRAME_TEXT_SIZE];
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int status = frame_parse(&frame, good[i].word, &error, &column);
        CHECK(status == 0 && frame.id == good[i].id && frame.flags == good[i].flags &&
                  frame.len == good[i].len && frame.dlc == good[i].dlc &&
                  frame.data[0] == good[i].first,
              "%s", good[i].word);
        frame_format(text, &frame);
        CHECK(strcmp(text, good[i].again ? good[i].again : good[i].word) == 0, "%s: %s",
              good[i].word, text);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        error = "";
        CHECK(frame_parse(&frame, bad[i].word, &error, &column) < 0, "%s is taken", bad[i].word);
        CHECK(column == bad[i].column && strstr(error, bad[i].error), "%s: column %zu: %s",
              bad[i].word, column, error);
    }
}

static void log_lines(void)
{
    struct frame frame;
    const char *error;
    size_t column;
    char name[BUS_NAME_SIZE];
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        int status = frame_parse_log(&frame, name, lines[i].line, &error, &column);
        CHECK((status < 0) == (lines[i].status < 0), "%s", lines[i].line);
        if (status == 0)
            CHECK(strcmp(name, lines[i].name) == 0 && frame.at_us == lines[i].at_us, "%s",
                  lines[i].line);
    }
}

static void captures(void)
{
    static const char *const files[] = {"orion-bms2-first8s.log", "lv-bms-snippets.log",
                                        "foxbms2-ivt.log", "n2k-actisense-522.log",
                                        "kona/kona-2.log"};
    const char *shared = getenv("BUSBAR_SHARED") ? getenv("BUSBAR_SHARED") : "../shared";
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[256], line[512], text[FRAME_TEXT_SIZE], name[BUS_NAME_SIZE];
        snprintf(path, sizeof path, "%s/data/captures/%s", shared, files[i]);
        FILE *in = fopen(path, "r");
        if (!in) {
            check_skip(path);
            continue;
        }
        unsigned same = 0, all = 0;
        while (fgets(line, sizeof line, in)) {
            struct frame frame;
            const char *error;
            size_t column;
            line[strcspn(line, "\r\n")] = '\0';
            all++;
            if (frame_parse_log(&frame, name, line, &error, &column) == 0) {
                frame_format_log(text, &frame, name);
                same += strcmp(text, line) == 0;
            }
        }
        fclose(in);
        CHECK(all > 0 && same == all, "%s: %u of %u lines come back", files[i], same, all);
    }
}

int main(void)
{
    words();
    log_lines();
    captures();
    return check_done("text");
}
