/* The journal's file: a file from before requests had their own fields is read and goes on, a request's
 * step is found in it by its fields, and the chain tells a changed record. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/journal.h"
#include "app/journal.pb-c.h"
#include "app/request.h"
#include "test/check.h"

static char dir[64], path[80];

/* As written before fields 10 to 14: sequence 1, 1000 ms, kind "start", after 1, the zeros of the first. By
 * protobuf's encoding, each tag apart; before is 0 and not there. */
static const uint8_t old_record[] = {
    57,   0,    0,    0,                               /* length */
    0x08, 0x01,                                        /* sequence */
    0x10, 0xE8, 0x07,                                  /* monotonic_ms */
    0x22, 0x05, 's',  't', 'a', 'r', 't',              /* kind */
    0x38, 0x02,                                        /* after, zigzag */
    0x42, 0x07, 's',  't', 'a', 'r', 't', 'e', 'd',    /* cause */
    0x4A, 0x20, 0,    0,   0,   0,   0,   0,   0,   0, /* previous */
    0,    0,    0,    0,   0,   0,   0,   0,   0,   0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

static size_t file_read(uint8_t *bytes, size_t room)
{
    int fd = open(path, O_RDONLY);
    ssize_t got = read(fd, bytes, room);
    close(fd);
    return got < 0 ? 0 : (size_t)got;
}

static void file_write(const uint8_t *bytes, size_t count)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(write(fd, bytes, count) == (ssize_t)count, "written");
    close(fd);
}

static const struct journal_request request = {.id = 0xFEDCBA9876543210,
                                               .about = "set inv2 charge-current 30 A",
                                               .inverter = "inv2",
                                               .setting = "charge_max_A",
                                               .value = 30};

static void step_written(struct journal_file *file)
{
    static struct journal journal;
    journal_add_request(&journal, &request, REQUEST_SENT, REQUEST_REFUSED, 5000,
                        "the unit said no twice");
    const struct journal_record *record = journal_take(&journal);
    CHECK(record && record->request.id == request.id, "in memory");
    CHECK(journal_file_write(file, record, 1700000000000) == 0, "%s", file->problem);
}

static void step_found(const uint8_t *bytes, size_t count)
{
    size_t at = sizeof old_record + 4;
    Busbar__JournalRecord *record =
        count > at ? busbar__journal_record__unpack(NULL, count - at, bytes + at) : NULL;
    CHECK(record != NULL, "a record follows the old one");
    if (!record)
        return;
    CHECK(record->request_id == request.id && strcmp(record->about, request.about) == 0 &&
              strcmp(record->inverter, "inv2") == 0 &&
              strcmp(record->setting, "charge_max_A") == 0 && record->value == 30,
          "its request: %s", record->about);
    CHECK(strcmp(record->kind, "request") == 0 && record->before == REQUEST_SENT &&
              record->after == REQUEST_REFUSED && record->monotonic_ms == 5000 &&
              strcmp(record->cause, "the unit said no twice") == 0,
          "its step: %s", record->cause);
    busbar__journal_record__free_unpacked(record, NULL);
}

static bool opens_whole(struct journal_file *file)
{
    char torn[96];
    snprintf(torn, sizeof torn, "%s.torn", path);
    int status = journal_file_open(file, dir, stderr);
    bool whole = status == 0 && access(torn, F_OK) != 0;
    unlink(torn);
    return whole;
}

static void an_old_file_goes_on(void)
{
    struct journal_file file;
    uint8_t bytes[2048];
    CHECK(sizeof old_record == 4 + 57, "%zu bytes", sizeof old_record);
    file_write(old_record, sizeof old_record);
    CHECK(opens_whole(&file), "an old file is whole");
    step_written(&file);
    journal_file_close(&file);
    size_t count = file_read(bytes, sizeof bytes);
    CHECK(memcmp(bytes, old_record, sizeof old_record) == 0, "nothing old is changed");
    step_found(bytes, count);
    CHECK(opens_whole(&file), "and whole again");
    journal_file_close(&file);
    bytes[count - 50] ^= 1;
    file_write(bytes, count);
    CHECK(opens_whole(&file), "the newest record's own bytes are chained by the next");
    step_written(&file);
    journal_file_close(&file);
    bytes[count - 50] ^= 1;
    uint8_t longer[2048];
    size_t all = file_read(longer, sizeof longer);
    longer[count - 50] ^= 1;
    file_write(longer, all);
    CHECK(!opens_whole(&file), "a record that was changed later is told");
    journal_file_close(&file);
}

/* What is no request's step is written as ever, byte for byte. */
static void other_records_are_as_ever(void)
{
    static struct journal journal;
    struct journal_file file;
    uint8_t bytes[256];
    unlink(path);
    CHECK(opens_whole(&file), "a new file");
    journal.next = journal.taken = 1;
    journal_add(&journal, JOURNAL_START, 0, 0, 1, 1000, "started");
    CHECK(journal_file_write(&file, journal_take(&journal), 0) == 0, "written");
    journal_file_close(&file);
    size_t count = file_read(bytes, sizeof bytes);
    CHECK(count == sizeof old_record && memcmp(bytes, old_record, count) == 0,
          "%zu bytes of %zu are the old ones", count, sizeof old_record);
}

int main(void)
{
    snprintf(dir, sizeof dir, "/tmp/busbar-journal-XXXXXX");
    if (!mkdtemp(dir))
        return 1;
    snprintf(path, sizeof path, "%s/journal", dir);
    an_old_file_goes_on();
    other_records_are_as_ever();
    unlink(path);
    CHECK(rmdir(dir) == 0, "nothing else was left");
    return check_done("journal");
}
