/* A journal of eight records in a folder of its own, written by the controller's own writer. */
#ifndef BUSBAR_TEST_JOURNAL_SAMPLE_H
#define BUSBAR_TEST_JOURNAL_SAMPLE_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/journal.h"
#include "app/request.h"
#include "inverter/means.h"
#include "test/check.h"

enum { RECORDS = 8, ROOM = 8192 };

static char dir[64], path[80];
static const int64_t begin_ms = 1795680000000; /* 2026-11-26 08:00 UTC */
static uint8_t good[ROOM], bytes[ROOM];          /* as written; changed */
static size_t good_count;
static int64_t offset[RECORDS + 1]; /* of each record, and the end */

static const struct journal_request request = {.id = 0xFEDCBA9876543210,
                                               .about = "set inv2 charge-current 30 A",
                                               .inverter = "inv2",
                                               .setting = "charge_max_A",
                                               .value = 30};

static inline size_t file_read(uint8_t *to)
{
    int fd = open(path, O_RDONLY);
    ssize_t got = read(fd, to, ROOM);
    close(fd);
    return got < 0 ? 0 : (size_t)got;
}

static inline void file_write(const uint8_t *from, size_t count)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(write(fd, from, count) == (ssize_t)count, "written");
    close(fd);
}

static inline void journal_make(void)
{
    static struct journal journal;
    struct journal_file file;
    int64_t at_ms = begin_ms;
    journal_add(&journal, JOURNAL_START, 0, 0, 1, 1000, "the controller starts");
    journal_add(&journal, JOURNAL_CONTACT, 1, 0, 1, 2000, "dead time is over");
    journal_add(&journal, JOURNAL_CHARGE_POINT, 0, 0, 160, 3000, "surplus");
    journal_add_request(&journal, &request, REQUEST_NONE, REQUEST_ACCEPTED, 4000, "to 30 A");
    journal_add(&journal, JOURNAL_UNIT_FAULT, 2, 0, 7, 5000, "overload; first: take loads away");
    journal_add_request(&journal, &request, REQUEST_SENT, REQUEST_CONFIRMED, 6000, "reads 30 A");
    journal_add(&journal, JOURNAL_MEANS, 0, MEANS_NONE, MEANS_CURRENT, 7000, "no BMS port");
    journal_add(&journal, JOURNAL_CAP, 0, 0, 1, 8000, "70 %%");
    CHECK(journal_file_open(&file, dir, stderr) == 0, "%s", file.problem);
    for (int i = 0; i < RECORDS; i++, at_ms += 3600000) {
        int64_t put_back_ms = i == 6 ? 86400000 : 0; /* the clock, for one record */
        CHECK(journal_file_write(&file, journal_take(&journal), at_ms - put_back_ms) == 0, "%s",
              file.problem);
        offset[i + 1] = lseek(file.fd, 0, SEEK_END);
    }
    journal_file_close(&file);
    good_count = file_read(good);
    CHECK((int64_t)good_count == offset[RECORDS], "%zu bytes", good_count);
}

static inline void journal_begin(void)
{
    snprintf(dir, sizeof dir, "/tmp/busbar-journal-XXXXXX");
    if (!mkdtemp(dir))
        exit(1);
    snprintf(path, sizeof path, "%s/journal", dir);
    journal_make();
}

static inline void journal_end(void)
{
    unlink(path);
    CHECK(rmdir(dir) == 0, "nothing else was left");
}

#endif
