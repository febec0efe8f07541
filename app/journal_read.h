/* Reads a journal file (app/journal.proto, written by app/journal_file.c) and judges its chain.
 *
 * The file is  length (4 bytes, little endian), JournalRecord, length, JournalRecord, ...  and each
 * record has the SHA-256 of the one before it, as written; the first has zeros. So a record is vouched
 * for by the next one; nobody vouches for the newest. What the chain tells apart:
 *
 *     ..[record 7][record 8][reco                cut short: power was lost while it was written
 *     ..[record 7][record 8][00 00 00 00 ..      the same, on a file system that gives zeros
 *     ..[record 7][rec?rd 8][record 9]..         record 9 vouches for another 8: one changed byte is
 *                                                found by trying, and named
 *     ..[record 7][record 9]..                   8 is missing: the sequence leaps
 *     ..[record 7][??????????][record 9]..       no record: the next one is looked for
 *
 * The first two are usual and no fault. Older files have fewer fields, newer ones kinds this version does
 * not know: both are read. Nothing here knows the clock or the config. */
#ifndef BUSBAR_APP_JOURNAL_READ_H
#define BUSBAR_APP_JOURNAL_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "app/journal.h"

enum {
    JOURNAL_RECORD_MAX = 512,    /* bytes; app/journal_file.c writes none longer */
    JOURNAL_WORD = 32,
    JOURNAL_PROBLEM = 256,
    JOURNAL_SEARCHES = 16,       /* changed bytes looked for in one file; each takes up to 0.3 s */
    JOURNAL_STAMP = 48,
    JOURNAL_LINE = 512
};

enum journal_found {
    JOURNAL_FOUND_RECORD,        /* problem "": it follows the one before; else how it does not */
    JOURNAL_FOUND_DAMAGE,        /* no record, then one that can be read, or the end */
    JOURNAL_FOUND_END,           /* problem: "", or how the last record was cut short; read on once there is more */
    JOURNAL_FOUND_ERROR          /* it cannot be read: reader->error */
};

struct journal_entry {
    uint64_t number;             /* from 1 */
    int64_t offset;              /* of its length, bytes from the file's start */
    char kind[JOURNAL_WORD];     /* as written */
    uint32_t index;              /* as written */
    int64_t wall_ms;             /* since 1970; 0 = not told */
    struct journal_record record;    /* kind JOURNAL_KINDS: not one of this version's */
    char problem[JOURNAL_PROBLEM];
};

struct journal_piece {
    int64_t offset;              /* of its length */
    uint32_t length;
    uint8_t bytes[JOURNAL_RECORD_MAX];
};

struct journal_reader {
    /* Like pread: bytes, 0 at the end, -errno. */
    ssize_t (*read_at)(void *from, uint8_t *out, size_t room, int64_t offset);
    void *from;
    int searches;                /* left */
    int64_t at;                  /* of what is read next */
    uint64_t number, records;    /* the last one's; those read */
    uint32_t broken;             /* places where the chain does not hold */
    int error;                   /* -errno */
    bool linked;                 /* before and sequence are those of the last record */
    uint32_t sequence;
    struct journal_piece before; /* length 0 = at the file's start */
};

void journal_reader_init(struct journal_reader *reader,
                         ssize_t (*read_at)(void *from, uint8_t *out, size_t room, int64_t offset),
                         void *from);
enum journal_found journal_read_next(struct journal_reader *reader, struct journal_entry *entry);

/* The kind a person means: journal_kind_name, '-' for a space, without its last "of" or "to", in any case.
 * JOURNAL_KINDS = none. */
enum journal_kind journal_kind_find(const char *word);

/* --- app/journal_line.c --- */

/* "2026-11-21 16:22:52.123+01:00", local; "no clock, 61.400 s after power on" where the wall clock
 * was not known. */
void journal_stamp(const struct journal_entry *entry, char out[JOURNAL_STAMP]);

/* One line; without a config an index stands for the name: "contact #3: open -> closed: ...". */
struct config;
void journal_line(const struct journal_entry *entry, const struct config *config,
                  char out[JOURNAL_LINE]);

/* The same as one object on one line. */
void journal_line_json(FILE *out, const struct journal_entry *entry, const struct config *config);

#endif
