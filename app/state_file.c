#include "app/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/state_codec.h"

/* clang-format off */
enum {
    AT_VERSION = 8, AT_LENGTH = 12, AT_SEQUENCE = 16, AT_CRC = 24, HEADER_SIZE = 28,
    VERSION = 1,
};
/* clang-format on */
static const char magic[] = "BUSBARST";

static uint32_t crc32_add(uint32_t crc, const uint8_t *bytes, size_t count)
{
    crc = ~crc;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (0xEDB88320u & -(crc & 1));
    }
    return ~crc;
}

static uint32_t crc_of(const uint8_t *bytes, size_t count)
{
    return crc32_add(crc32_add(0, bytes, AT_CRC), bytes + HEADER_SIZE, count - HEADER_SIZE);
}

static void put(uint8_t *out, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get(const uint8_t *in, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)in[i] << (8 * i);
    return value;
}

static void generation_path(const struct state_file *file, int generation,
                            char out[STATE_PATH_SIZE + 32])
{
    snprintf(out, STATE_PATH_SIZE + 32, "%s/state.%d", file->dir, generation);
}

/* --- reading --- */

static bool all_zero(const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i])
            return false;
    return true;
}

/* What is wrong with a generation's bytes; "" when whole. */
static void judge(char *out, size_t room, const uint8_t *bytes, size_t count)
{
    *out = '\0';
    if (count == 0)
        snprintf(out, room, "empty");
    else if (all_zero(bytes, count))
        snprintf(out, room, "filled with zeros");
    else if (count < HEADER_SIZE)
        snprintf(out, room, "torn: %zu bytes, not even its header of %d", count, HEADER_SIZE);
    else if (memcmp(bytes, magic, AT_VERSION) != 0)
        snprintf(out, room, "no state file: it does not begin with %s", magic);
    else if (get(bytes + AT_VERSION, 4) > VERSION)
        snprintf(out, room, "written by a newer busbar: version %u, this one reads up to %d",
                 (unsigned)get(bytes + AT_VERSION, 4), VERSION);
    else if (get(bytes + AT_LENGTH, 4) != count - HEADER_SIZE)
        snprintf(out, room, "torn: %zu bytes of %zu", count - HEADER_SIZE,
                 (size_t)get(bytes + AT_LENGTH, 4));
    else if (get(bytes + AT_CRC, 4) != crc_of(bytes, count))
        snprintf(out, room, "damaged: its CRC is wrong");
}

/* The sequence number when whole and decoded to *out, else 0. */
static uint64_t load_generation(struct state_file *file, int generation, struct saved_state *out)
{
    char path[STATE_PATH_SIZE + 32];
    char *problem = file->problem[generation];
    static const size_t room = sizeof file->problem[0];
    generation_path(file, generation, path);
    FILE *in = fopen(path, "re");
    uint8_t *bytes = in ? malloc(STATE_FILE_MAX + 1) : NULL;
    size_t count = bytes ? fread(bytes, 1, STATE_FILE_MAX + 1, in) : 0;
    uint64_t sequence = 0;
    if (!bytes || ferror(in))
        snprintf(problem, room, "%s", errno == ENOENT ? "not there" : strerror(errno));
    else
        judge(problem, room, bytes, count);
    if (!*problem && !state_unpack(out, bytes + HEADER_SIZE, count - HEADER_SIZE))
        snprintf(problem, room, "damaged: its message cannot be read");
    if (!*problem)
        sequence = get(bytes + AT_SEQUENCE, 8);
    if (in)
        fclose(in);
    free(bytes);
    return sequence;
}

bool state_load(struct state_file *file, const char *dir, struct saved_state *out)
{
    *file = (struct state_file){0};
    *out = (struct saved_state){0};
    snprintf(file->dir, sizeof file->dir, "%s", dir);
    struct saved_state *found = calloc(1, sizeof *found);
    for (int i = 0; found && i < STATE_GENERATIONS; i++) {
        uint64_t sequence = load_generation(file, i, found);
        if (sequence <= file->sequence)
            continue;
        file->sequence = sequence;
        file->next = (uint8_t)!i;
        *out = *found;
    }
    free(found);
    return file->sequence != 0;
}

void state_text(const struct state_file *file, char *out, size_t room)
{
    int taken = !file->next;
    if (!file->sequence)
        snprintf(out, room,
                 "saved state: none to be read (state.0: %s; state.1: %s), starting afresh",
                 file->problem[0], file->problem[1]);
    else if (*file->problem[file->next])
        snprintf(out, room, "saved state: state.%d, sequence %llu; state.%u: %s", taken,
                 (unsigned long long)file->sequence, file->next, file->problem[file->next]);
    else
        snprintf(out, room, "saved state: state.%d, sequence %llu", taken,
                 (unsigned long long)file->sequence);
}

/* --- writing --- */

size_t state_encode(const struct state_file *file, const struct saved_state *state,
                    uint8_t out[STATE_FILE_MAX])
{
    size_t length = state_pack(state, out + HEADER_SIZE, STATE_FILE_MAX - HEADER_SIZE);
    memcpy(out, magic, AT_VERSION);
    put(out + AT_VERSION, VERSION, 4);
    put(out + AT_LENGTH, length, 4);
    put(out + AT_SEQUENCE, file->sequence + 1, 8);
    put(out + AT_CRC, crc_of(out, HEADER_SIZE + length), 4);
    return HEADER_SIZE + length;
}

static int write_synced(const char *path, const uint8_t *bytes, size_t count)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0)
        return -errno;
    int error = 0;
    while (count && !error) {
        ssize_t n = write(fd, bytes, count);
        if (n < 0 && errno != EINTR)
            error = -errno;
        bytes += n > 0 ? n : 0;
        count -= n > 0 ? (size_t)n : 0;
    }
    if (!error && fsync(fd) < 0)
        error = -errno;
    if (close(fd) < 0 && !error)
        error = -errno;
    return error;
}

static int sync_folder(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int error = fsync(fd) < 0 ? -errno : 0;
    close(fd);
    return error;
}

int state_write(struct state_file *file, const uint8_t *bytes, size_t count)
{
    char path[STATE_PATH_SIZE + 32], fresh[STATE_PATH_SIZE + 32];
    snprintf(fresh, sizeof fresh, "%s/state.new", file->dir);
    generation_path(file, file->next, path);
    int error = write_synced(fresh, bytes, count);
    if (!error && rename(fresh, path) < 0)
        error = -errno;
    if (!error)
        error = sync_folder(file->dir);
    if (error)
        return error;
    file->sequence = get(bytes + AT_SEQUENCE, 8);
    file->problem[file->next][0] = '\0';
    file->next = !file->next;
    return 0;
}
