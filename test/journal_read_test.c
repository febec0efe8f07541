/* The journal's reader: a file cut at every length, changed byte by byte, with records missing, overwritten or
 * strange; what of it is told, and what is still read. */
#include "app/config.h"
#include "app/journal_read.h"
#include "test/journal_sample.h"

struct memory {
    const uint8_t *bytes;
    size_t count;
};

static ssize_t memory_read_at(void *from, uint8_t *out, size_t room, int64_t at)
{
    const struct memory *memory = from;
    if (at >= (int64_t)memory->count)
        return 0;
    size_t left = memory->count - (size_t)at, takes = room < left ? room : left;
    memcpy(out, memory->bytes + at, takes);
    return (ssize_t)takes;
}

static struct journal_reader reader;
static char problems[2048]; /* of all of it */
static char ended[JOURNAL_PROBLEM];

static void read_all(const uint8_t *from, size_t count)
{
    struct memory memory = {from, count};
    struct journal_entry entry;
    enum journal_found found;
    problems[0] = '\0';
    journal_reader_init(&reader, memory_read_at, &memory);
    while ((found = journal_read_next(&reader, &entry)) != JOURNAL_FOUND_END &&
           found != JOURNAL_FOUND_ERROR)
        if (*entry.problem)
            snprintf(problems + strlen(problems), sizeof problems - strlen(problems), "%s\n",
                     entry.problem);
    CHECK(found == JOURNAL_FOUND_END, "memory can be read");
    snprintf(ended, sizeof ended, "%s", entry.problem);
}

static void whole(void)
{
    struct memory memory = {good, good_count};
    struct journal_entry entry;
    read_all(good, good_count);
    CHECK(reader.records == RECORDS && reader.broken == 0 && !*problems && !*ended, "whole: %s%s",
          problems, ended);
    journal_reader_init(&reader, memory_read_at, &memory);
    for (int i = 0; i < 4; i++) {
        CHECK(journal_read_next(&reader, &entry) == JOURNAL_FOUND_RECORD, "record %d", i + 1);
        CHECK(entry.number == (uint64_t)i + 1 && entry.offset == offset[i], "record %d is at %lld",
              i + 1, (long long)entry.offset);
    }
    CHECK(entry.record.kind == JOURNAL_REQUEST && entry.record.request.id == request.id &&
              entry.record.request.value == 30 && !strcmp(entry.record.cause, "to 30 A") &&
              entry.wall_ms == begin_ms + 3 * 3600000 && entry.record.at_ms == 4000,
          "a request's step: %s", entry.record.cause);
}

/* Every length the file can have after a power cut. */
static void cut_short(void)
{
    for (size_t count = 0; count <= good_count; count++) {
        int complete = 0;
        while (complete < RECORDS && offset[complete + 1] <= (int64_t)count)
            complete++;
        bool at_end = offset[complete] == (int64_t)count;
        char says[64];
        read_all(good, count);
        snprintf(says, sizeof says, "record %d at byte %lld is cut short", complete + 1,
                 (long long)offset[complete]);
        CHECK(reader.broken == 0 && reader.records == (uint64_t)complete && !*problems,
              "%zu bytes: %llu records, %s", count, (unsigned long long)reader.records, problems);
        CHECK(at_end ? !*ended : strstr(ended, says) != NULL, "%zu bytes: %s", count, ended);
    }
    memcpy(bytes, good, good_count);
    memset(bytes + good_count, 0, 3000);
    read_all(bytes, good_count + 3000);
    CHECK(reader.broken == 0 && strstr(ended, "after 3000 bytes, all of them zero"), "%s", ended);
}

/* Each byte changed, but of the newest record, whose content nobody vouches for: its place is told. */
static void each_byte(void)
{
    unsigned named = 0, all = 0;
    for (int64_t i = 0; i < offset[RECORDS - 1]; i += 2 + i % 3) {
        char where[64], length[64];
        int record = 0;
        while (offset[record + 1] <= i)
            record++;
        memcpy(bytes, good, good_count);
        bytes[i] ^= (uint8_t)(1u << (i % 8));
        read_all(bytes, good_count);
        snprintf(where, sizeof where, "byte %lld is %02X and was written as %02X", (long long)i,
                 bytes[i], good[i]);
        snprintf(length, sizeof length, "record %d at byte %lld is changed: its length", record + 1,
                 (long long)offset[record]);
        bool in_length = i < offset[record] + 4;
        CHECK(reader.broken > 0, "byte %lld: nothing is told", (long long)i);
        CHECK(strstr(problems, in_length ? length : where), "byte %lld: %s", (long long)i,
              problems);
        CHECK(reader.records >= RECORDS - 1, "byte %lld: only %llu records are read", (long long)i,
              (unsigned long long)reader.records);
        snprintf(where, sizeof where, "record %d at byte %lld ", record + 1,
                 (long long)offset[record]);
        named += strstr(problems, where) != NULL;
        all++;
    }
    CHECK(named == all, "%u of %u name the record", named, all);
}

static void other_damage(void)
{
    size_t one = (size_t)(offset[4] - offset[3]), rest = good_count - (size_t)offset[4];
    memcpy(bytes, good, (size_t)offset[3]);
    memcpy(bytes + offset[3], good + offset[4], rest);
    read_all(bytes, good_count - one);
    CHECK(reader.broken == 1 && reader.records == RECORDS - 1 &&
              strstr(problems, "1 are missing between"),
          "a record taken out: %s", problems);
    memcpy(bytes, good, good_count);
    memset(bytes + offset[2] + 10, 'x', 8);
    read_all(bytes, good_count);
    CHECK(reader.broken && strstr(problems, "record 3 at byte"), "eight bytes: %s", problems);
    memcpy(bytes, good, good_count);
    memset(bytes + offset[2], 0xFF, (size_t)(offset[5] - offset[2]) - 7);
    read_all(bytes, good_count);
    CHECK(reader.broken == 1 && reader.records == RECORDS - 3 && strstr(problems, "are no record"),
          "three records overwritten: %s", problems);
    read_all(good + offset[2], good_count - (size_t)offset[2]);
    CHECK(reader.broken == 1 && strstr(problems, "what came before is not in this file"), "%s",
          problems);
    memset(bytes, 'x', 700);
    read_all(bytes, 700);
    CHECK(reader.broken == 1 && reader.records == 0, "no journal at all: %s", problems);
    read_all(good, 0);
    CHECK(reader.broken == 0 && reader.records == 0 && !*ended, "an empty one is whole");
}

static void kinds(void)
{
    for (int kind = 0; kind < JOURNAL_KINDS; kind++) {
        const char *name = journal_kind_name((enum journal_kind)kind);
        CHECK(name && *name && journal_kind_find(name) == (enum journal_kind)kind, "kind %d", kind);
    }
    CHECK(journal_kind_find("charge-point") == JOURNAL_CHARGE_POINT, "with a hyphen");
    CHECK(journal_kind_find("ac contact") == JOURNAL_AC_CONTACT, "in any case");
    CHECK(journal_kind_find("fault") == JOURNAL_UNIT_FAULT, "without its preposition");
    CHECK(journal_kind_find("charge-limit-told") == JOURNAL_EMULATED_CHARGE, "neither");
    CHECK(journal_kind_find("charge") == JOURNAL_CHARGE, "the whole word first");
    CHECK(journal_kind_find("") == JOURNAL_KINDS && journal_kind_find("cont") == JOURNAL_KINDS &&
              journal_kind_find("contacts") == JOURNAL_KINDS,
          "no others");
}

/* Any index and value of any kind has words, with any config. */
static void any_record(void)
{
    static struct config config;
    static const int32_t values[] = {INT32_MIN, -1, 0, 1, 2, 3, 5, 6, 7, 9, 11, 12, 255, INT32_MAX};
    config.inverter_count = 2;
    snprintf(config.inverters[1].name, NAME_SIZE, "inv2");
    for (int kind = 0; kind <= JOURNAL_KINDS; kind++)
        for (int index = 0; index <= UINT8_MAX; index += index < 40 ? 1 : 43)
            for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
                char line[JOURNAL_LINE];
                struct journal_entry entry = {
                    .kind = "x", .index = (uint32_t)index, .wall_ms = INT64_MAX};
                entry.record.kind = (enum journal_kind)kind;
                entry.record.index = (uint8_t)index;
                entry.record.before = entry.record.after = values[v];
                journal_line(&entry, index < 3 ? &config : NULL, line);
                bool known = kind == JOURNAL_MEANS && index == 1;
                if (kind == JOURNAL_MEANS)
                    CHECK((strstr(line, "x inv2:") != NULL) == known, "%s", line);
                if (kind == JOURNAL_MEANS && index > 1)
                    CHECK(strstr(line, "x #") != NULL, "%s", line);
                if (kind == JOURNAL_MEANS && values[v] == MEANS_CURRENT)
                    CHECK(strstr(line, "-> its charge current:") != NULL, "%s", line);
            }
}

int main(void)
{
    journal_begin();
    whole();
    cut_short();
    each_byte();
    other_damage();
    kinds();
    any_record();
    journal_end();
    return check_done("journal_read");
}
