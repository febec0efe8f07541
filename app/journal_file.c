/* The journal on disk. A record is a 4-byte length and a packed JournalRecord; the chain is checked
 * when the file is opened, so that a changed or missing record is told by its number. */
#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/journal.h"
#include "app/journal.pb-c.h"

enum { RECORD_MAX = 512 };

static void hash_of(const uint8_t *bytes, size_t count, uint8_t out[JOURNAL_HASH_SIZE])
{
    SHA2_CTX context;
    SHA256Init(&context);
    SHA256Update(&context, bytes, count);
    SHA256Final(out, &context);
}

/* One record from the file: its length, 0 at the clean end, -1 when torn or no record. */
static int record_read(FILE *in, uint8_t bytes[RECORD_MAX])
{
    uint8_t head[4];
    size_t got = fread(head, 1, sizeof head, in);
    if (got == 0)
        return 0;
    uint32_t length = (uint32_t)head[0] | (uint32_t)head[1] << 8 | (uint32_t)head[2] << 16 |
                      (uint32_t)head[3] << 24;
    if (got < sizeof head || length == 0 || length > RECORD_MAX ||
        fread(bytes, 1, length, in) != length)
        return -1;
    return (int)length;
}

static bool record_follows(const uint8_t *bytes, size_t length,
                           const uint8_t previous[JOURNAL_HASH_SIZE])
{
    Busbar__JournalRecord *record = busbar__journal_record__unpack(NULL, length, bytes);
    bool follows = record && record->previous.len == JOURNAL_HASH_SIZE &&
                   memcmp(record->previous.data, previous, JOURNAL_HASH_SIZE) == 0;
    if (record)
        busbar__journal_record__free_unpacked(record, NULL);
    return follows;
}

/* Walks the chain; returns where the good part ends. */
static long chain_check(struct journal_file *file, FILE *in, const char *path, FILE *errors)
{
    uint8_t bytes[RECORD_MAX];
    unsigned number = 0;
    for (;;) {
        long at = ftell(in);
        int length = record_read(in, bytes);
        if (length == 0)
            return at;
        number++;
        if (length < 0 || !record_follows(bytes, (size_t)length, file->hash)) {
            fprintf(errors, "%s: record %u at byte %ld %s; kept aside as %s.torn\n", path, number,
                    at, length < 0 ? "is torn" : "does not follow the one before it", path);
            return at;
        }
        hash_of(bytes, (size_t)length, file->hash);
    }
}

static void keep_tail(const char *path, FILE *in, long from)
{
    char name[256];
    snprintf(name, sizeof name, "%s.torn", path);
    FILE *out = fopen(name, "a");
    if (!out)
        return;
    uint8_t bytes[RECORD_MAX];
    fseek(in, from, SEEK_SET);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, in)) > 0;)
        fwrite(bytes, 1, n, out);
    fclose(out);
}

int journal_file_open(struct journal_file *file, const char *dir, FILE *errors)
{
    char path[192];
    *file = (struct journal_file){.fd = -1};
    snprintf(path, sizeof path, "%s/journal", dir);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND, 0640);
    if (fd < 0) {
        int error = errno;
        snprintf(file->problem, sizeof file->problem, "journal: %.60s: %.40s", path,
                 strerror(error));
        return -error;
    }
    FILE *in = fopen(path, "r");
    if (in) {
        long good = chain_check(file, in, path, errors);
        struct stat st;
        if (fstat(fd, &st) == 0 && st.st_size > good) {
            keep_tail(path, in, good);
            if (ftruncate(fd, good) != 0)
                snprintf(file->problem, sizeof file->problem, "journal: cannot cut its torn tail");
        }
        fclose(in);
    }
    file->fd = fd;
    return 0;
}

int journal_file_write(struct journal_file *file, const struct journal_record *record,
                       int64_t wall_ms)
{
    if (file->fd < 0)
        return -EBADF;
    Busbar__JournalRecord message = BUSBAR__JOURNAL_RECORD__INIT;
    message.sequence = record->sequence;
    message.monotonic_ms = record->at_ms;
    message.wall_ms = wall_ms;
    message.kind = (char *)(uintptr_t)journal_kind_name(record->kind);
    message.index = record->index;
    message.before = record->before;
    message.after = record->after;
    message.cause = (char *)(uintptr_t)record->cause;
    message.request_id = record->request.id;
    message.about = (char *)(uintptr_t)record->request.about;
    message.inverter = (char *)(uintptr_t)record->request.inverter;
    message.setting = (char *)(uintptr_t)record->request.setting;
    message.value = record->request.value;
    message.previous.data = file->hash;
    message.previous.len = JOURNAL_HASH_SIZE;

    uint8_t bytes[4 + RECORD_MAX];
    size_t length = busbar__journal_record__pack(&message, bytes + 4);
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(length >> (8 * i));
    off_t before = lseek(file->fd, 0, SEEK_END);
    ssize_t wrote = write(file->fd, bytes, length + 4);
    if (wrote != (ssize_t)(length + 4)) {
        int error = wrote < 0 ? errno : ENOSPC;
        if (wrote > 0 && ftruncate(file->fd, before) != 0)
            file->fd = -1;
        snprintf(file->problem, sizeof file->problem, "journal: %.60s", strerror(error));
        return -error;
    }
    hash_of(bytes + 4, length, file->hash);
    return 0;
}

void journal_file_close(struct journal_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}
