#include "app/sim_file.h"

#include <stdlib.h>
#include <string.h>

#include "sim/quirks.h"
#include "sim/variants.h"

enum { FIRMWARE_SIZE = 11 };

struct file_quirk {
    char quirk[20];
    double rate, from_s, to_s, amount;
};
struct file_inverter {
    char name[8], variant[20], firmware[FIRMWARE_SIZE];
    int group, output_mode;
    bool staged, bms_port;
    struct file_quirk *quirks;
    unsigned quirks_count;
};
struct file_plant {
    struct file_inverter *inverters;
    unsigned inverters_count;
};

#define O CYAML_FLAG_OPTIONAL

/* clang-format off */
static const cyaml_schema_field_t quirk_fields[] = {
    CYAML_FIELD_STRING("quirk", O, struct file_quirk, quirk, 1),
    CYAML_FIELD_FLOAT("rate", O, struct file_quirk, rate),
    CYAML_FIELD_FLOAT("from_s", O, struct file_quirk, from_s),
    CYAML_FIELD_FLOAT("to_s", O, struct file_quirk, to_s),
    CYAML_FIELD_FLOAT("amount", O, struct file_quirk, amount),
    CYAML_FIELD_END
};
static const cyaml_schema_value_t quirk_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_quirk, quirk_fields)
};
static const cyaml_schema_field_t inverter_fields[] = {
    CYAML_FIELD_STRING("name", O, struct file_inverter, name, 1),
    CYAML_FIELD_STRING("variant", O, struct file_inverter, variant, 1),
    CYAML_FIELD_STRING("firmware", O, struct file_inverter, firmware, 1),
    CYAML_FIELD_INT("group", O, struct file_inverter, group),
    CYAML_FIELD_INT("output_mode", O, struct file_inverter, output_mode),
    CYAML_FIELD_BOOL("staged", O, struct file_inverter, staged),
    CYAML_FIELD_BOOL("bms_port", O, struct file_inverter, bms_port),
    CYAML_FIELD_SEQUENCE("quirks", O | CYAML_FLAG_POINTER, struct file_inverter, quirks, &quirk_entry, 0, SIM_QUIRK_ROWS),
    CYAML_FIELD_END
};
static const cyaml_schema_value_t inverter_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_inverter, inverter_fields)
};
static const cyaml_schema_field_t top_fields[] = {
    CYAML_FIELD_SEQUENCE("inverters", O | CYAML_FLAG_POINTER, struct file_plant, inverters, &inverter_entry, 0, SIM_INVERTERS),
    CYAML_FIELD_END
};
static const cyaml_schema_value_t top_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct file_plant, top_fields)
};

static bool variant_fits(const char *text)
{
    return sim_variant_named(text) != NULL;
}

static bool quirk_fits(const char *text)
{
    return sim_quirk_named(text) != SIM_QUIRK_NONE;
}

static bool firmware_fits(const char *text)
{
    return strlen(text) == strspn(text, "0123456789.");
}

static const struct yaml_note notes[] = {
    {"inverters", .help = "inverters that are not as the scenario has them"},
    {"inverters[].name", .must = true, .unique = true, .help = "inv1, inv2, .."},
    {"inverters[].variant", .fits = variant_fits, .allowed = "a model that `busbar sim --list` names",
     .preset = "max-8kw", .help = "model it is"},
    {"inverters[].firmware", .fits = firmware_fits, .allowed = "digits and a point: 00072.70", .help = "what it says of itself"},
    {"inverters[].group", .min = 0, .max = 8, .help = "works in parallel with those of the same number; 0 = alone"},
    {"inverters[].output_mode", .min = 0, .max = 7, .help = "0 single, 1 parallel on L1, 2 3 4 phase of three"},
    {"inverters[].staged", .help = "its charger has bulk, absorb and float; default: it only tapers"},
    {"inverters[].bms_port", .help = "its BMS port is wired, a pty beside its line (docs/means.md); default: false"},
    {"inverters[].quirks", .help = "what it does wrong"},
    {"inverters[].quirks[].quirk", .must = true, .fits = quirk_fits, .allowed = "a quirk that `busbar sim --list` names",
     .help = "which"},
    {"inverters[].quirks[].rate", .min = 0, .max = 1, .preset = "1", .help = "of its answers, where it befalls answers"},
    {"inverters[].quirks[].from_s", .min = 0, .max = 1e9, .help = "from this many plant seconds after the start"},
    {"inverters[].quirks[].to_s", .min = 0, .max = 1e9, .help = "until then; 0 = for good"},
    {"inverters[].quirks[].amount", .min = -1000, .max = 1e7, .help = "how much, in the quirk's own terms; default: its own"},
};
/* clang-format on */

const struct yaml_schema sim_file_schema = {
    .top = &top_value,
    .notes = notes,
    .note_count = sizeof notes / sizeof notes[0],
};

static int inverter_of(struct yaml_file *file, const struct sim_config *plant, unsigned i,
                       const char *name)
{
    char path[YAML_PATH_SIZE];
    for (int u = 0; u < plant->inverters; u++) {
        char known[8] = {'i', 'n', 'v', (char)('1' + u), '\0'};
        if (strcmp(known, name) == 0)
            return u;
    }
    snprintf(path, sizeof path, "inverters[%u].name", i);
    yaml_file_mistake(file, path, "inv1 to inv%d", plant->inverters);
    return -1;
}

static void quirks_take(struct sim_inverter_config *out, const struct file_inverter *in)
{
    out->quirks = 0;
    for (unsigned q = 0; q < in->quirks_count; q++)
        out->quirk[out->quirks++] = (struct sim_quirk_row){
            .quirk = sim_quirk_named(in->quirks[q].quirk),
            .rate = in->quirks[q].rate,
            .from_s = in->quirks[q].from_s,
            .to_s = in->quirks[q].to_s,
            .amount = in->quirks[q].amount,
        };
}

static void inverter_take(struct sim_config *plant, int u, const struct file_inverter *in)
{
    static char firmware[SIM_INVERTERS][FIRMWARE_SIZE];
    struct sim_inverter_config *out = &plant->inverter[u];
    const struct variant *variant = sim_variant_named(in->variant);
    if (variant)
        sim_variant_set(plant, u, variant);
    if (*in->firmware) {
        memcpy(firmware[u], in->firmware, FIRMWARE_SIZE);
        out->firmware = firmware[u];
    }
    out->group = in->group;
    out->output_mode = in->output_mode;
    if (in->output_mode >= 1 && in->output_mode <= 4)
        out->phase = in->output_mode == 1 ? 1 : in->output_mode - 1;
    out->staged = in->staged;
    out->bms_port = in->bms_port;
    quirks_take(out, in);
}

static void plant_take(struct sim_config *plant, struct yaml_file *file,
                       const struct file_plant *loaded)
{
    for (unsigned i = 0; i < loaded->inverters_count; i++) {
        int u = inverter_of(file, plant, i, loaded->inverters[i].name);
        if (u >= 0)
            inverter_take(plant, u, &loaded->inverters[i]);
    }
    const char *problem = sim_variants_fit(plant);
    if (problem)
        yaml_file_mistake(file, "inverters", "%s", problem);
}

unsigned sim_file_load(struct sim_config *plant, const char *path, FILE *errors)
{
    struct yaml_file file;
    struct sim_config changed = *plant;
    size_t size;
    char *text = yaml_read_text(path, &size, errors);
    if (!text)
        return 1;
    if (yaml_file_open(&file, path, &sim_file_schema, text, size, errors)) {
        struct file_plant *loaded = yaml_file_load(&file);
        if (loaded)
            plant_take(&changed, &file, loaded);
        yaml_file_free(&sim_file_schema, loaded);
    }
    unsigned mistakes = file.mistakes;
    yaml_file_close(&file);
    free(text);
    if (mistakes == 0)
        *plant = changed;
    return mistakes;
}

void sim_file_list(FILE *out)
{
    fputs("Models of inverters (inverters[].variant):\n", out);
    for (size_t i = 0; i < sim_variant_count; i++)
        fprintf(out, "  %-16s %s\n", sim_variants[i].name, sim_variants[i].help);
    fputs("Quirks (inverters[].quirks[].quirk):\n", out);
    for (enum sim_quirk quirk = SIM_QUIRK_NONE + 1; quirk < SIM_QUIRKS; quirk++)
        fprintf(out, "  %-16s %s\n", sim_quirk_name(quirk), sim_quirk_help(quirk));
}
