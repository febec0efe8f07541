/* Any bytes as a cell file: no crash, no leak. A cell that loads has a voltage everywhere, the estimator runs on
 * it, and written it loads again. Seeds: test/corpus/cell. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "app/cell_file.h"
#include "bms/estimator.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool load(const void *bytes, size_t size, struct cell *cell, FILE *errors)
{
    char path[64];
    int fd = memfd_create("cell", MFD_CLOEXEC);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    bool well = cell_file_load(path, cell, errors);
    close(fd);
    return well;
}

static void check_cell(const struct cell *cell)
{
    for (double temp_C = -60; temp_C <= 100; temp_C += 20) {
        struct cell_at at = cell_at(cell, temp_C);
        for (double z = -0.1; z < 1.15; z += 0.05) {
            struct cell_state state = {.z = z, .h = 1};
            if (!isfinite(cell_voltage(&at, &state, 1, 0.9)) || !isfinite(cell_ocv(&at, z, 0, 1).V))
                abort();
        }
        double full = cell_charge(&at, 3.5);
        if (!(full >= 0 && full <= 1))
            abort();
    }
}

static void run(const struct cell *cell)
{
    static struct estimator e;
    struct estimator_config config = {.cell = cell,
                                      .scale = 1,
                                      .offset_A = cell->capacity_Ah / 500,
                                      .drift_A = cell->capacity_Ah / 5000,
                                      .gain = 0.003,
                                      .voltage_V = 0.002,
                                      .capacity = 0.005};
    estimator_init(&e, &config);
    estimator_start(&e, 0.9, 0.01);
    struct estimator_input input = {-cell->capacity_Ah / 3, 3.3, 20};
    for (int i = 0; i < 200; i++) {
        input.voltage_V -= 0.001;
        input.temp_C = 40 - i % 50;
        estimator_step(&e, &input, 10);
    }
    struct estimate now = estimator_estimate(&e);
    if (!(now.charge >= -0.1 && now.charge <= 1.1) || !(now.sigma >= 0) || !isfinite(now.offset_A))
        abort();
}

/* Rows and knees are written with a few digits: what lies closer together than that is no cell. */
static bool writable(const struct cell *cell)
{
    for (const char *c = cell->name; *c; c++)
        if (*c < ' ' || *c > '~')
            return false;
    for (int i = 1; i < cell->rows; i++)
        if (cell->row[i].temp_C - cell->row[i - 1].temp_C < 0.01)
            return false;
    for (int i = 0; i < cell->knees; i++)
        if (cell->knee[i].at - cell->knee[i].from < 0.001 ||
            cell->knee[i].to - cell->knee[i].at < 0.001)
            return false;
    return true;
}

static void write_and_load(const struct cell *cell)
{
    static struct cell again;
    static const struct cell_sources sources = {.comment = "by the fuzzer"};
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    cell_file_write(out, cell, &sources);
    fclose(out);
    if (!load(text, size, &again, stderr))
        abort();
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct cell cell;
    static FILE *errors;
    if (!errors)
        errors = fopen("/dev/null", "w");
    if (load(data, size, &cell, errors)) {
        check_cell(&cell);
        run(&cell);
        if (writable(&cell))
            write_and_load(&cell);
    }
    return 0;
}
