/* The file of `busbar sim --plant`: what it changes, and every mistake named with its line. */
#include "app/sim_file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/quirks.h"
#include "sim/variants.h"
#include "test/check.h"

static struct sim_config plant;
static char told[2048];

static unsigned load(const char *text)
{
    char path[] = "/tmp/busbar-sim-XXXXXX";
    int fd = mkstemp(path);
    FILE *errors = fmemopen(told, sizeof told, "w");
    memset(told, 0, sizeof told);
    CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0,
          "file");
    sim_uc001(&plant);
    unsigned mistakes = sim_file_load(&plant, path, errors);
    fclose(errors);
    unlink(path);
    return mistakes;
}

static void taken(void)
{
    struct sim_config before;
    sim_uc001(&before);
    CHECK(load("inverters: []\n") == 0 && memcmp(&before, &plant, sizeof plant) == 0, "nothing: %s",
          told);
    CHECK(load("inverters:\n"
               "  - {name: inv2, variant: mks-5kva, firmware: '00072.10', group: 2, output_mode: "
               "3, staged: true,\n"
               "     quirks: [{quirk: late, rate: 0.25, from_s: 10, to_s: 60, amount: 2500}, "
               "{quirk: \"off\"}]}\n") == 0,
          "%s", told);
    const struct sim_inverter_config *inverter = &plant.inverter[1];
    CHECK(inverter->variant == sim_variant_named("mks-5kva") && inverter->rated_W == 4000 &&
              plant.input[1].voc_max_V == 145,
          "model");
    CHECK(strcmp(inverter->firmware, "00072.10") == 0 && inverter->group == 2 &&
              inverter->output_mode == 3 && inverter->phase == 2 && inverter->staged,
          "keys");
    CHECK(inverter->quirks == 2 && inverter->quirk[0].quirk == SIM_QUIRK_LATE &&
              inverter->quirk[0].rate == 0.25 && inverter->quirk[0].to_s == 60 &&
              inverter->quirk[0].amount == 2500 && inverter->quirk[1].quirk == SIM_QUIRK_OFF &&
              inverter->quirk[1].rate == 1,
          "quirks");
    CHECK(plant.string[1].modules * plant.string[1].voc_V < 145 && plant.string[0].modules == 9,
          "its string is short enough, others stay");
    CHECK(plant.inverter[0].variant == NULL, "inverters not named stay");
}

static void mistakes(void)
{
    static const struct {
        const char *text, *told;
        unsigned count;
    } rows[] = {
        {"inverters:\n  - {name: inv9}\n",
         ":2: inverters[0].name: inv9 is not allowed: inv1 to inv4", 1},
        {"inverters:\n  - {name: inv1, variant: maxi}\n", "a model that `busbar sim --list` names",
         1},
        {"inverters:\n  - {name: inv1, quirks: [{quirk: tired}]}\n",
         "a quirk that `busbar sim --list` names", 1},
        {"inverters:\n  - {name: inv1, quirks: [{quirk: crc, rate: 2}]}\n",
         "rate: 2 is not allowed", 1},
        {"inverters:\n  - {name: inv1, firmware: new}\n", "digits and a point", 1},
        {"inverters:\n  - {name: inv1, colour: red}\n", "colour", 1},
        {"inverters:\n  - {name: inv1, variant: pip-24v}\n", "12, 24 and 48 V do not go together",
         1},
        {"inverters:\n  - {variant: mks-5kva}\n", "name", 1},
    };
    struct sim_config before;
    sim_uc001(&before);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned count = load(rows[i].text);
        CHECK(count >= rows[i].count && strstr(told, rows[i].told), "%u: %s", count, told);
        CHECK(memcmp(&before, &plant, sizeof plant) == 0, "the plant is as it was");
    }
    CHECK(sim_file_load(&plant, "/nowhere/at/all", stdout) == 1, "no such file");
}

/* Each model and each quirk can be named. */
static void names(void)
{
    char text[256];
    for (size_t i = 0; i < sim_variant_count; i++)
        CHECK(sim_variant_named(sim_variants[i].name) == &sim_variants[i], "%s",
              sim_variants[i].name);
    for (enum sim_quirk quirk = SIM_QUIRK_NONE + 1; quirk < SIM_QUIRKS; quirk++) {
        snprintf(text, sizeof text, "inverters:\n  - {name: inv1, quirks: [{quirk: \"%s\"}]}\n",
                 sim_quirk_name(quirk));
        CHECK(load(text) == 0 && plant.inverter[0].quirk[0].quirk == quirk, "%s: %s",
              sim_quirk_name(quirk), told);
    }
}

int main(void)
{
    taken();
    mistakes();
    names();
    return check_done("sim_file");
}
