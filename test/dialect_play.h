/* Frames through a shipped dialect, one row a frame: what became of it and one reading after it. */
#ifndef BUSBAR_TEST_DIALECT_PLAY_H
#define BUSBAR_TEST_DIALECT_PLAY_H

#include <string.h>

#include "app/dialect_file.h"
#include "bms/pack.h"
#include "can/text.h"
#include "test/check.h"

static struct dialect_file file;
static struct dialect_state state;
static struct pack_readings pack;

static inline void load(const char *name)
{
    char path[64];
    memset(&state, 0, sizeof state);
    memset(&pack, 0, sizeof pack);
    snprintf(path, sizeof path, "dbc/%s.yaml", name);
    CHECK(dialect_file_load(&file, path, "dbc", stdout) == 0, "%s loads", name);
}

/* VERDICTS: the text is no frame. */
static inline enum verdict take(void *readings, uint8_t node, const char *text, int64_t now_ms)
{
    struct frame frame;
    struct dialect_id ids[DIALECT_MESSAGES];
    const char *error;
    size_t column;
    if (frame_parse(&frame, text, &error, &column) < 0)
        return VERDICTS;
    size_t count = dialect_takes(file.dialect, node, ids, DIALECT_MESSAGES);
    for (size_t i = 0; i < count; i++)
        if (ids[i].id == frame.id && ids[i].ext == ((frame.flags & FRAME_EXT) != 0))
            return dialect_take_frame(file.dialect, &state, ids[i].index, &frame, readings, now_ms);
    return VERDICT_FOREIGN;
}

struct row {
    const char *frame;
    enum verdict verdict;
    size_t offset;
    int32_t value;
    const char *sentence;
};
#define AT(member) offsetof(struct pack_readings, member)

static inline void play(const char *name, const struct row *rows, size_t count)
{
    load(name);
    for (size_t i = 0; i < count && file.dialect; i++) {
        enum verdict verdict = take(&pack, (uint8_t)file.node, rows[i].frame, 1000 + (int64_t)i);
        const struct reading *reading =
            (const struct reading *)(const void *)((const char *)&pack + rows[i].offset);
        CHECK(verdict == rows[i].verdict, "%s %s: %s (is %s)", name, rows[i].frame,
              rows[i].sentence, verdict < VERDICTS ? verdict_name(verdict) : "no frame");
        CHECK(reading->value == rows[i].value, "%s %s: %s: %d", name, rows[i].frame,
              rows[i].sentence, reading->value);
        if (rows[i].verdict == VERDICT_TAKEN)
            CHECK(reading->heard_ms == 1000 + (int64_t)i, "%s %s: heard now", name, rows[i].frame);
        else
            CHECK(reading->heard_ms < 1000 + (int64_t)i, "%s %s: not heard", name, rows[i].frame);
    }
    dialect_file_free(&file);
}
#define PLAY(name, rows) play(name, rows, sizeof rows / sizeof rows[0])

#endif
