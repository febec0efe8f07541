#include "app/journal_read.h"

#include <ctype.h>
#include <sha2.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "app/journal.pb-c.h"

enum { HEAD = 4 };

static void problem_say(struct journal_entry *entry, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void problem_say(struct journal_entry *entry, const char *format, ...)
{
    size_t used = strlen(entry->problem);
    va_list args;
    va_start(args, format);
    vsnprintf(entry->problem + used, sizeof entry->problem - used, format, args);
    va_end(args);
}

static void hash_of(const struct journal_piece *piece, uint8_t out[JOURNAL_HASH_SIZE])
{
    SHA2_CTX context;
    SHA256Init(&context);
    SHA256Update(&context, piece->bytes, piece->length);
    SHA256Final(out, &context);
}

/* --- one record --- */

static uint32_t little(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static bool length_is_one(uint32_t length)
{
    return length > 0 && length <= JOURNAL_RECORD_MAX;
}

/* What stands at an offset: its length as written (0 = not even that), the bytes that are there. */
static size_t piece_read(struct journal_reader *reader, int64_t offset, struct journal_piece *piece)
{
    uint8_t bytes[HEAD + JOURNAL_RECORD_MAX];
    size_t got = 0;
    *piece = (struct journal_piece){.offset = offset};
    while (got < sizeof bytes) {
        ssize_t more =
            reader->read_at(reader->from, bytes + got, sizeof bytes - got, offset + (int64_t)got);
        if (more < 0)
            reader->error = (int)more;
        if (more <= 0)
            break;
        got += (size_t)more;
    }
    if (got < HEAD)
        return got;
    piece->length = little(bytes);
    memcpy(piece->bytes, bytes + HEAD, got - HEAD);
    return got;
}

static Busbar__JournalRecord *piece_unpack(const struct journal_piece *piece, size_t got)
{
    if (!length_is_one(piece->length) || got < HEAD + piece->length)
        return NULL;
    Busbar__JournalRecord *message =
        busbar__journal_record__unpack(NULL, piece->length, piece->bytes);
    if (message && message->previous.len == JOURNAL_HASH_SIZE)
        return message;
    if (message)
        busbar__journal_record__free_unpacked(message, NULL);
    return NULL;
}

enum journal_kind journal_kind_find(const char *word)
{
    for (int kind = 0; kind < JOURNAL_KINDS; kind++) {
        const char *name = journal_kind_name((enum journal_kind)kind);
        size_t i = 0;
        while (word[i] && (tolower((unsigned char)word[i]) == tolower((unsigned char)name[i]) ||
                           (word[i] == '-' && name[i] == ' ')))
            i++;
        if (i && word[i] == '\0' &&
            (name[i] == '\0' || strcmp(name + i, " of") == 0 || strcmp(name + i, " to") == 0))
            return (enum journal_kind)kind;
    }
    return JOURNAL_KINDS;
}

/* The length of the UTF-8 character that begins here; 0 = none. */
static size_t character(const unsigned char *text)
{
    size_t more = *text < 0x80 ? 0 : *text >= 0xC2 && *text < 0xE0 ? 1 : 2;
    if (*text < 0x20 || *text == 0x7F || (*text >= 0x80 && *text < 0xC2) || *text >= 0xF0)
        return 0;
    if ((*text == 0xE0 && text[1] < 0xA0) || (*text == 0xED && text[1] > 0x9F))
        return 0;
    for (size_t i = 1; i <= more; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    return 1 + more;
}

/* What a terminal or JSON may be given: other bytes become '?'. */
static void text_take(char *out, size_t room, const char *from)
{
    const unsigned char *text = (const unsigned char *)from;
    size_t used = 0;
    while (*text) {
        size_t length = character(text), takes = length ? length : 1;
        if (used + takes >= room)
            break;
        if (length)
            memcpy(out + used, text, length);
        else
            out[used] = '?';
        used += takes;
        text += takes;
    }
    out[used] = '\0';
}

static void entry_fill(struct journal_entry *entry, const Busbar__JournalRecord *message)
{
    struct journal_record *record = &entry->record;
    struct journal_request *request = &record->request;
    text_take(entry->kind, sizeof entry->kind, message->kind);
    entry->index = message->index;
    entry->wall_ms = message->wall_ms;
    *record = (struct journal_record){.at_ms = message->monotonic_ms,
                                      .sequence = message->sequence,
                                      .kind = JOURNAL_KINDS,
                                      .index = (uint8_t)message->index,
                                      .before = message->before,
                                      .after = message->after};
    for (int kind = 0; kind < JOURNAL_KINDS && message->index <= UINT8_MAX; kind++)
        if (strcmp(journal_kind_name((enum journal_kind)kind), entry->kind) == 0)
            record->kind = (enum journal_kind)kind;
    text_take(record->cause, sizeof record->cause, message->cause);
    request->id = message->request_id;
    request->value = message->value;
    text_take(request->about, sizeof request->about, message->about);
    text_take(request->inverter, sizeof request->inverter, message->inverter);
    text_take(request->setting, sizeof request->setting, message->setting);
}

/* --- what is wrong with its link --- */

/* One byte of the piece, changed, gives the hash it should have: its place and what it was. */
static bool changed_byte(const struct journal_piece *piece, const uint8_t hash[], uint32_t *place,
                         uint8_t *was)
{
    struct journal_piece tried = *piece;
    uint8_t got[JOURNAL_HASH_SIZE];
    for (uint32_t i = 0; i < piece->length; i++) {
        for (unsigned change = 1; change <= UINT8_MAX; change++) {
            tried.bytes[i] = (uint8_t)(piece->bytes[i] ^ change);
            hash_of(&tried, got);
            if (memcmp(got, hash, sizeof got) != 0)
                continue;
            *place = i;
            *was = tried.bytes[i];
            return true;
        }
        tried.bytes[i] = piece->bytes[i];
    }
    return false;
}

static bool changed_byte_say(struct journal_reader *reader, struct journal_entry *entry,
                             const struct journal_piece *piece, const uint8_t hash[])
{
    uint32_t place;
    uint8_t was;
    if (reader->searches <= 0)
        return false;
    reader->searches--;
    if (!changed_byte(piece, hash, &place, &was))
        return false;
    problem_say(entry, "byte %lld is %02X and was written as %02X",
                (long long)(piece->offset + HEAD + place), piece->bytes[place], was);
    return true;
}

/* One byte of the link itself. */
static bool link_byte_say(struct journal_entry *entry, const struct journal_piece *piece,
                          const uint8_t link[], const uint8_t expected[])
{
    size_t changed = 0, place = 0;
    for (size_t i = 0; i < JOURNAL_HASH_SIZE; i++)
        if (link[i] != expected[i]) {
            changed++;
            place = i;
        }
    const uint8_t *at = memmem(piece->bytes, piece->length, link, JOURNAL_HASH_SIZE);
    if (changed != 1 || !at)
        return false;
    problem_say(entry,
                "record %llu at byte %lld is changed: byte %lld is %02X and was written as %02X",
                (unsigned long long)entry->number, (long long)entry->offset,
                (long long)(piece->offset + HEAD + (at - piece->bytes) + (int64_t)place),
                link[place], expected[place]);
    return true;
}

static void link_check(struct journal_reader *reader, struct journal_entry *entry,
                       const struct journal_piece *piece, const uint8_t link[])
{
    uint8_t expected[JOURNAL_HASH_SIZE] = {0};
    bool first = reader->before.length == 0;
    if (!first)
        hash_of(&reader->before, expected);
    if (!reader->linked || memcmp(link, expected, sizeof expected) == 0)
        return;
    reader->broken++;
    if (*entry->problem || link_byte_say(entry, piece, link, expected))
        return;
    if (first) {
        problem_say(entry,
                    "record 1 at byte 0 follows another: what came before is not in this file");
        return;
    }
    uint32_t follows = entry->record.sequence - reader->sequence;
    problem_say(entry, "record %llu at byte %lld ", (unsigned long long)(entry->number - 1),
                (long long)reader->before.offset);
    size_t said = strlen(entry->problem);
    problem_say(entry, "is changed: ");
    if (changed_byte_say(reader, entry, &reader->before, link))
        return;
    entry->problem[said] = '\0';
    if (follows > 1 && follows < INT32_MAX && entry->record.sequence != 0)
        problem_say(entry, "is not the one before record %llu at byte %lld: %u are missing between",
                    (unsigned long long)entry->number, (long long)entry->offset, follows - 1);
    else
        problem_say(entry,
                    "is not the one that record %llu at byte %lld was written after: changed, "
                    "missing or added",
                    (unsigned long long)entry->number, (long long)entry->offset);
}

static void record_taken(struct journal_reader *reader, struct journal_entry *entry,
                         const struct journal_piece *piece, Busbar__JournalRecord *message)
{
    entry_fill(entry, message);
    link_check(reader, entry, piece, message->previous.data);
    busbar__journal_record__free_unpacked(message, NULL);
    reader->before = *piece;
    reader->sequence = entry->record.sequence;
    reader->linked = true;
    reader->records++;
    reader->number = entry->number;
}

/* --- where there is no record --- */

/* The next record: its offset; -1 = none. Zeros: there is nothing else up to the end, which is told as well. */
static int64_t next_record(struct journal_reader *reader, int64_t from, bool *zeros, int64_t *end)
{
    uint8_t bytes[4096];
    struct journal_piece piece;
    *zeros = true;
    for (int64_t at = from;; at += (int64_t)sizeof bytes - HEAD + 1) {
        ssize_t got = reader->read_at(reader->from, bytes, sizeof bytes, at);
        if (got < 0)
            reader->error = (int)got;
        *end = got > 0 ? at + got : at;
        for (ssize_t i = 0; i < got; i++) {
            *zeros = *zeros && bytes[i] == 0;
            if (i + HEAD > got || !length_is_one(little(bytes + i)))
                continue;
            Busbar__JournalRecord *message =
                piece_unpack(&piece, piece_read(reader, at + i, &piece));
            if (!message)
                continue;
            busbar__journal_record__free_unpacked(message, NULL);
            return at + i;
        }
        if (got < (ssize_t)sizeof bytes)
            return -1;
    }
}

/* What lies before the record found may be one with a changed length or a changed byte: the found one's link
 * tells. True: only its length is wrong; the piece is the record as written. */
static bool gap_explained(struct journal_reader *reader, struct journal_entry *entry, int64_t found,
                          struct journal_piece *gap)
{
    struct journal_piece next;
    uint8_t hash[JOURNAL_HASH_SIZE];
    uint32_t told = gap->length;
    int64_t length = found - entry->offset - HEAD;
    Busbar__JournalRecord *message = piece_unpack(&next, piece_read(reader, found, &next));
    if (!message)
        return false;
    bool whole = false;
    if (length > 0 && length <= JOURNAL_RECORD_MAX) {
        gap->length = (uint32_t)length;
        hash_of(gap, hash);
        whole = memcmp(hash, message->previous.data, sizeof hash) == 0;
        if (whole)
            problem_say(
                entry,
                "record %llu at byte %lld is changed: its length is %u and was written as %u",
                (unsigned long long)entry->number, (long long)entry->offset, told, gap->length);
        else if (told == gap->length) {
            problem_say(entry, "record %llu at byte %lld cannot be read: ",
                        (unsigned long long)entry->number, (long long)entry->offset);
            if (!changed_byte_say(reader, entry, gap, message->previous.data))
                problem_say(entry, "more than one byte is changed");
        }
    }
    busbar__journal_record__free_unpacked(message, NULL);
    return whole;
}

static enum journal_found no_record(struct journal_reader *reader, struct journal_entry *entry,
                                    struct journal_piece *piece, size_t got)
{
    bool zeros;
    int64_t end, found = next_record(reader, entry->offset, &zeros, &end);
    if (reader->error)
        return JOURNAL_FOUND_ERROR;
    if (found < 0 &&
        (zeros || got < HEAD || (length_is_one(piece->length) && got < HEAD + piece->length))) {
        problem_say(entry, "record %llu at byte %lld is cut short after %lld bytes%s",
                    (unsigned long long)entry->number, (long long)entry->offset,
                    (long long)(end - entry->offset), zeros ? ", all of them zero" : "");
        return JOURNAL_FOUND_END;
    }
    reader->broken++;
    if (found >= 0 && gap_explained(reader, entry, found, piece)) {
        Busbar__JournalRecord *message = piece_unpack(piece, HEAD + piece->length);
        reader->at = found;
        if (message) {
            record_taken(reader, entry, piece, message);
            return JOURNAL_FOUND_RECORD;
        }
    }
    reader->at = found >= 0 ? found : end;
    if (!*entry->problem)
        problem_say(
            entry,
            "record %llu at byte %lld cannot be read: the %lld bytes up to %lld are no record",
            (unsigned long long)entry->number, (long long)entry->offset,
            (long long)(reader->at - entry->offset), (long long)reader->at);
    reader->number = entry->number;
    reader->linked = false;
    return JOURNAL_FOUND_DAMAGE;
}

/* --- in order --- */

void journal_reader_init(struct journal_reader *reader,
                         ssize_t (*read_at)(void *from, uint8_t *out, size_t room, int64_t offset),
                         void *from)
{
    *reader = (struct journal_reader){
        .read_at = read_at, .from = from, .searches = JOURNAL_SEARCHES, .linked = true};
}

enum journal_found journal_read_next(struct journal_reader *reader, struct journal_entry *entry)
{
    struct journal_piece piece;
    *entry = (struct journal_entry){.number = reader->number + 1, .offset = reader->at};
    size_t got = piece_read(reader, reader->at, &piece);
    if (reader->error)
        return JOURNAL_FOUND_ERROR;
    if (got == 0)
        return JOURNAL_FOUND_END;
    Busbar__JournalRecord *message = piece_unpack(&piece, got);
    if (!message)
        return no_record(reader, entry, &piece, got);
    reader->at += HEAD + piece.length;
    record_taken(reader, entry, &piece, message);
    return JOURNAL_FOUND_RECORD;
}
