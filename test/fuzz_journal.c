/* libFuzzer target: the bytes of a journal file. Every record has words, with names and without; the reader
 * moves on with each step and ends. */
#include <stdlib.h>
#include <string.h>

#include "app/config.h"
#include "app/journal_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
    const uint8_t *bytes;
    size_t count;
};

static ssize_t memory_read_at(void *from, uint8_t *out, size_t room, int64_t at)
{
    const struct memory *memory = from;
    if (at < 0)
        abort();
    if ((uint64_t)at >= memory->count)
        return 0;
    size_t left = memory->count - (size_t)at, takes = room < left ? room : left;
    memcpy(out, memory->bytes + at, takes);
    return (ssize_t)takes;
}

static void words(const struct journal_entry *entry, const struct config *config)
{
    char line[JOURNAL_LINE];
    journal_line(entry, config, line);
    for (const char *c = line; *c; c++)
        if ((unsigned char)*c < ' ')
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { SEARCHED = 200 }; /* trying every byte of many records is slow */
    static struct config config;
    static FILE *nowhere;
    struct memory memory = {data, size};
    struct journal_reader reader;
    struct journal_entry entry;
    nowhere = nowhere ? nowhere : fopen("/dev/null", "w");
    config.inverter_count = MAX_INVERTERS;
    config.topology.contacts = MAX_CONTACTS;
    config.topology.strings = MAX_STRINGS;
    journal_reader_init(&reader, memory_read_at, &memory);
    reader.searches = size < SEARCHED ? 1 : 0;
    for (int64_t at = -1;;) {
        enum journal_found found = journal_read_next(&reader, &entry);
        if (found == JOURNAL_FOUND_END)
            break;
        if (found == JOURNAL_FOUND_ERROR || reader.at <= at || reader.at > (int64_t)size)
            abort();
        at = reader.at;
        if (found != JOURNAL_FOUND_RECORD)
            continue;
        words(&entry, &config);
        words(&entry, NULL);
        journal_line_json(nowhere, &entry, NULL);
    }
    return 0;
}
