/* A real BMS on a busy bus, through `busbar replay`: the built binary, twice. Values are those the device
 * sent: 0x356 6E0B = 292.6 V, 0x351 AC0B640010040009 = 298.8 V, 10.0 A, 104.0 A, 230.4 V, 0x355 95.0 %. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test/check.h"

static char first[1 << 20], second[1 << 20];

static size_t run(const char *command, char *out, size_t room)
{
    FILE *in = popen(command, "r");
    size_t n = in ? fread(out, 1, room - 1, in) : 0;
    out[n] = '\0';
    if (in)
        pclose(in);
    return n;
}

int main(void)
{
    const char *shared = getenv("BUSBAR_SHARED") ? getenv("BUSBAR_SHARED") : "../shared";
    char command[512];
    snprintf(command, sizeof command, "%s/data/captures/orion-bms2-first8s.log", shared);
    if (access(command, R_OK) != 0) {
        check_skip(command);
        return check_done("replay");
    }
    snprintf(command, sizeof command,
             "build/san/busbar replay --config test/orion.yaml "
             "%s/data/captures/orion-bms2-first8s.log 2>&1",
             shared);
    size_t n = run(command, first, sizeof first);
    CHECK(n > 100, "says something");
    CHECK(run(command, second, sizeof second) == n && memcmp(first, second, n) == 0,
          "the same log gives the same bytes");
    static const char *const lines[] = {
        "bank 292.60 V 0.0 A, BMS SoC 95.0 %, CVL 298.8 V, CCL 10.0 A, DCL 104.0 A, DVL 230.4 V",
        "CCL 0.0 A, DCL 0.0 A",
        "0 damaged lines",
        "pack: 239 taken",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        CHECK(strstr(first, lines[i]) != NULL, "\"%s\"", lines[i]);
    const char *foreign = strstr(first, "replayed ");
    unsigned long frames = 0, strange = 0;
    CHECK(foreign &&
              sscanf(foreign, "replayed %lu frames, %*f s: %lu foreign", &frames, &strange) == 2,
          "the summary");
    CHECK(frames == 13168 || frames > 10000, "%lu frames", frames);
    CHECK(strange == frames - 239, "%lu of them foreign", strange);
    return check_done("replay");
}
