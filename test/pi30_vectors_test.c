/* Every collected answer with a CRC verdict is judged as the collection says. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "inverter/pi30.h"

/* "\xNN" escapes to bytes; returns the length. */
static size_t unescape(uint8_t *out, size_t room, const char *text, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length && count < room; i++) {
        unsigned byte;
        if (text[i] == '\\' && i + 3 < length && sscanf(text + i, "\\x%2x", &byte) == 1) {
            out[count++] = (uint8_t)byte;
            i += 3;
        } else {
            out[count++] = (uint8_t)text[i];
        }
    }
    return count;
}

/* One line of the vectors: good frames with '(' are taken whole, bad ones never. */
static void check_vector(const char *line, unsigned *good, unsigned *bad)
{
    const char *column[5] = {line};
    for (int i = 1; i < 5; i++) {
        column[i] = strchr(column[i - 1], '\t');
        if (!column[i]++)
            return;
    }
    uint8_t bytes[512];
    size_t room = unescape(bytes, sizeof bytes, column[3], (size_t)(column[4] - 1 - column[3]));
    size_t start = 0, count = 0;
    bool found = pi30_find(bytes, room, &start, &count);
    if (strstr(column[4], "CRC-BAD")) {
        ++*bad;
        CHECK(!found, "taken: %s", line);
    } else if (strstr(column[4], "CRC-OK") && bytes[0] == '(') {
        ++*good;
        CHECK(found && start == 0, "refused: %s", line);
        for (size_t i = start + count; found && i < room; i++)
            CHECK(bytes[i] == 0, "bytes left: %s", line);
    }
}

/* Every answer of a PI30 unit to a question we know also has that question's shape. */
static void check_vector_shape(const char *line, unsigned *shaped)
{
    char model[128], command[64];
    if (sscanf(line, "%*[^\t]\t%127[^\t]\t%63[^\t]", model, command) != 2)
        return;
    if (!strstr(line, "CRC-OK"))
        return;
    if (strncmp(model, "PI30REVO", 8) == 0 || strncmp(model, "PI16", 4) == 0)
        return;
    const char *raw = strchr(strchr(strchr(line, '\t') + 1, '\t') + 1, '\t') + 1;
    uint8_t bytes[512];
    size_t room = unescape(bytes, sizeof bytes, raw, strcspn(raw, "\t"));
    size_t start, count;
    if (bytes[0] != '(' || !pi30_find(bytes, room, &start, &count))
        return;
    for (int i = 0; i < PI30_SETTER; i++) {
        struct pi30_fields fields;
        if (strcmp(command, pi30_word((enum pi30_command)i)) != 0)
            continue;
        ++*shaped;
        enum verdict verdict = pi30_decode((enum pi30_command)i, bytes + start, count, &fields);
        CHECK(verdict == VERDICT_TAKEN, "%s: %s", verdict_name(verdict), line);
    }
}

static void check_vectors(void)
{
    const char *shared = getenv("BUSBAR_SHARED");
    char path[512], line[4096];
    snprintf(path, sizeof path, "%s/data/pi30-vectors.tsv", shared ? shared : "../shared");
    FILE *file = fopen(path, "r");
    if (!file) {
        check_skip("no ../shared/data/pi30-vectors.tsv");
        return;
    }
    unsigned good = 0, bad = 0, shaped = 0;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        check_vector(line, &good, &bad);
        check_vector_shape(line, &shaped);
    }
    fclose(file);
    CHECK(good > 80 && bad > 15 && shaped > 40, "%u good, %u bad, %u shaped", good, bad, shaped);
    printf("vectors: %u good, %u bad, %u decoded\n", good, bad, shaped);
}

int main(void)
{
    check_vectors();
    return check_done("pi30_vectors");
}
