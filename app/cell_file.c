#include "app/cell_file.h"

#include <stdlib.h>
#include <string.h>

enum { SOURCE_MAX = 2000, ENTRIES_MAX = 1001, TABLE_PATH = 64 };

struct list {
    double *at;
    unsigned at_count;
};

/* clang-format off */
struct file_charge { double capacity_Ah, efficiency; char *source; };
struct file_dynamics { double tau1_s, tau2_s, diffusion_s, tau_d_s, hysteresis_rate; char *source; };
struct file_errors { double voltage_sigma_V, resistance_sigma, position_sigma; char *source; };
struct file_calendar { double loss, years, charge, temp_C; char *source; };
struct file_cycle { double loss, cycles, depth, current_C, temp_C; char *source; };
struct file_ageing { struct file_calendar calendar; struct file_cycle cycle; };
struct file_half_cells { struct list charge, positive_V, negative_V; char *source; };
struct file_knee { double at, from, to, sigma; char *source; };
struct file_ocv { struct list charge, voltage_V, hysteresis_V; char *source; };
struct file_resistance { struct list charge, r0_Ohm, r1_Ohm, r2_Ohm; double i0_A; char *source; };
struct file_row { double temp_C, voltage_sigma_V; struct file_ocv open_circuit; struct file_resistance resistance; };
struct file_cell {
    char *name, *source, *licence;
    enum chemistry chemistry;
    struct file_charge charge;
    struct file_dynamics dynamics;
    struct file_errors errors;
    struct file_ageing ageing;
    struct file_half_cells half_cells;
    struct file_knee *knees;
    unsigned knees_count;
    struct file_row *rows;
    unsigned rows_count;
};

#define O CYAML_FLAG_OPTIONAL
#define TEXT(type, member, most) CYAML_FIELD_STRING_PTR(#member, O, struct type, member, 1, most)
#define NUMBER(type, member) CYAML_FIELD_FLOAT(#member, O, struct type, member)
#define PART(type, member) CYAML_FIELD_MAPPING(#member, O, struct type, member, member##_fields)
#define LIST(type, member) \
    CYAML_FIELD_SEQUENCE(#member, O | CYAML_FLAG_POINTER, struct type, member.at, &number_entry, 1, ENTRIES_MAX)
#define SOURCE(type) TEXT(type, source, SOURCE_MAX), CYAML_FIELD_END

static const cyaml_strval_t chemistries[] = {
    {"lfp", CHEMISTRY_LFP}, {"nmc", CHEMISTRY_NMC}, {"nca", CHEMISTRY_NCA},
};
static const cyaml_schema_value_t number_entry = {CYAML_VALUE_FLOAT(CYAML_FLAG_DEFAULT, double)};

static const cyaml_schema_field_t charge_fields[] = {
    NUMBER(file_charge, capacity_Ah), NUMBER(file_charge, efficiency), SOURCE(file_charge)
};
static const cyaml_schema_field_t dynamics_fields[] = {
    NUMBER(file_dynamics, tau1_s), NUMBER(file_dynamics, tau2_s), NUMBER(file_dynamics, diffusion_s),
    NUMBER(file_dynamics, tau_d_s), NUMBER(file_dynamics, hysteresis_rate), SOURCE(file_dynamics)
};
static const cyaml_schema_field_t errors_fields[] = {
    NUMBER(file_errors, voltage_sigma_V), NUMBER(file_errors, resistance_sigma),
    NUMBER(file_errors, position_sigma), SOURCE(file_errors)
};
static const cyaml_schema_field_t calendar_fields[] = {
    NUMBER(file_calendar, loss), NUMBER(file_calendar, years), NUMBER(file_calendar, charge),
    NUMBER(file_calendar, temp_C), SOURCE(file_calendar)
};
static const cyaml_schema_field_t cycle_fields[] = {
    NUMBER(file_cycle, loss), NUMBER(file_cycle, cycles), NUMBER(file_cycle, depth), NUMBER(file_cycle, current_C),
    NUMBER(file_cycle, temp_C), SOURCE(file_cycle)
};
static const cyaml_schema_field_t ageing_fields[] = {
    PART(file_ageing, calendar), PART(file_ageing, cycle), CYAML_FIELD_END
};
static const cyaml_schema_field_t half_cells_fields[] = {
    LIST(file_half_cells, charge), LIST(file_half_cells, positive_V), LIST(file_half_cells, negative_V),
    SOURCE(file_half_cells)
};
static const cyaml_schema_field_t knee_fields[] = {
    NUMBER(file_knee, at), NUMBER(file_knee, from), NUMBER(file_knee, to), NUMBER(file_knee, sigma),
    SOURCE(file_knee)
};
static const cyaml_schema_field_t open_circuit_fields[] = {
    LIST(file_ocv, charge), LIST(file_ocv, voltage_V), LIST(file_ocv, hysteresis_V), SOURCE(file_ocv)
};
static const cyaml_schema_field_t resistance_fields[] = {
    LIST(file_resistance, charge), LIST(file_resistance, r0_Ohm), LIST(file_resistance, r1_Ohm),
    LIST(file_resistance, r2_Ohm), NUMBER(file_resistance, i0_A), SOURCE(file_resistance)
};
static const cyaml_schema_field_t row_fields[] = {
    NUMBER(file_row, temp_C), NUMBER(file_row, voltage_sigma_V), PART(file_row, open_circuit), PART(file_row, resistance), CYAML_FIELD_END
};
static const cyaml_schema_value_t knee_entry = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_knee, knee_fields)};
static const cyaml_schema_value_t row_entry = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_row, row_fields)};

static const cyaml_schema_field_t top_fields[] = {
    TEXT(file_cell, name, CELL_NAME - 1),
    CYAML_FIELD_ENUM("chemistry", O | CYAML_FLAG_STRICT, struct file_cell, chemistry, chemistries, CHEMISTRIES),
    TEXT(file_cell, licence, SOURCE_MAX),
    PART(file_cell, charge), PART(file_cell, dynamics), PART(file_cell, errors), PART(file_cell, ageing),
    PART(file_cell, half_cells),
    CYAML_FIELD_SEQUENCE("knees", O | CYAML_FLAG_POINTER, struct file_cell, knees, &knee_entry, 0, CELL_KNEES),
    CYAML_FIELD_SEQUENCE("rows", O | CYAML_FLAG_POINTER, struct file_cell, rows, &row_entry, 1, CELL_TEMPERATURES),
    SOURCE(file_cell)
};
static const cyaml_schema_value_t top_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct file_cell, top_fields)
};

#define CHARGES "at these charges, rising, 0 = empty .. 1 = full; straight lines between them"
#define WHERE_FROM "where the figures beside it are from"

static const struct yaml_note notes[] = {
    {"name", .must = true, .help = "name of the cell type"},
    {"chemistry", .must = true, .help = "lfp, nmc or nca"},
    {"licence", .help = "licence of the measurements, where it asks to be named"},
    {"source", .help = "which cell, measured by whom"},
    {"charge", .must = true, .help = "what charge means"},
    {"charge.capacity_Ah", .must = true, .min = 0.01, .max = 10000, .help = "charge 1 less charge 0, Ah"},
    {"charge.efficiency", .min = 0.9, .max = 1, .preset = "1", .help = "of charging: Ah stored per Ah in"},
    {"charge.source", .help = WHERE_FROM},
    {"dynamics", .must = true, .help = "how the voltage follows the current"},
    {"dynamics.tau1_s", .must = true, .min = 0.1, .max = 1000, .help = "relaxation of r1, s"},
    {"dynamics.tau2_s", .must = true, .min = 1, .max = 100000, .help = "relaxation of r2, s"},
    {"dynamics.diffusion_s", .min = 0, .max = 20000, .preset = "0",
     .help = "lead of the graphite's surface, s: R^2 / 15 D; 0 = none"},
    {"dynamics.tau_d_s", .min = 0, .max = 20000, .preset = "0", .help = "how soon it is there, s: R^2 / 20.2 D"},
    {"dynamics.hysteresis_rate", .min = 0, .max = 10000, .preset = "20",
     .help = "hysteresis turns by e in capacity / this"},
    {"dynamics.source", .help = WHERE_FROM},
    {"errors", .must = true, .help = "what the tables may be wrong by, one standard deviation"},
    {"errors.voltage_sigma_V", .must = true, .min = 0.0005, .max = 0.5, .help = "of the open-circuit voltage, V"},
    {"errors.resistance_sigma", .must = true, .min = 0.01, .max = 2, .help = "of the resistances, relative"},
    {"errors.position_sigma", .must = true, .min = 0.0005, .max = 0.3,
     .help = "of the place of what is steep, in charge"},
    {"errors.source", .help = WHERE_FROM},
    {"ageing", .help = "what tests of this cell lost; absent: as the published models of its chemistry"},
    {"ageing.calendar", .help = "held at one charge and temperature"},
    {"ageing.calendar.loss", .must = true, .min = 0.001, .max = 0.6, .help = "of the capacity when new, 0..1"},
    {"ageing.calendar.years", .must = true, .min = 0.1, .max = 40, .help = "it was held so long"},
    {"ageing.calendar.charge", .must = true, .min = 0, .max = 1, .help = "charge"},
    {"ageing.calendar.temp_C", .must = true, .min = 0, .max = 60, .help = "temperature of the cell, degrees Celsius"},
    {"ageing.calendar.source", .must = true, .help = WHERE_FROM},
    {"ageing.cycle", .help = "cycled from full without rests"},
    {"ageing.cycle.loss", .must = true, .min = 0.001, .max = 0.6,
     .help = "of the capacity when new, 0..1; what the time alone cost included"},
    {"ageing.cycle.cycles", .must = true, .min = 10, .max = 100000, .help = "cycles of this depth"},
    {"ageing.cycle.depth", .min = 0.05, .max = 1, .preset = "1", .help = "of the capacity"},
    {"ageing.cycle.current_C", .must = true, .min = 0.02, .max = 5, .help = "mean current, of the capacity an hour"},
    {"ageing.cycle.temp_C", .must = true, .min = 0, .max = 60, .help = "temperature of the cell, degrees Celsius"},
    {"ageing.cycle.source", .must = true, .help = WHERE_FROM},
    {"half_cells", .help = "the two electrodes of a new cell; absent: only their difference was measured"},
    {"half_cells.charge", .help = CHARGES},
    {"half_cells.charge[]", .min = 0, .max = 1, .help = "charge"},
    {"half_cells.positive_V", .must = true, .help = "potential of the positive electrode against lithium"},
    {"half_cells.positive_V[]", .min = 0, .max = 6, .help = "V"},
    {"half_cells.negative_V", .must = true, .help = "potential of the graphite against lithium"},
    {"half_cells.negative_V[]", .min = -0.5, .max = 4, .help = "V"},
    {"half_cells.source", .help = WHERE_FROM},
    {"knees", .help = "steep places between two plateaus, where the voltage tells the charge"},
    {"knees[].at", .must = true, .min = 0, .max = 1, .help = "charge in the middle of the step"},
    {"knees[].from", .must = true, .min = 0, .max = 1, .help = "where it begins"},
    {"knees[].to", .must = true, .min = 0, .max = 1, .help = "where it ends"},
    {"knees[].sigma", .must = true, .min = 0.0005, .max = 0.3, .help = "how well its place is known, in charge"},
    {"knees[].source", .help = WHERE_FROM},
    {"rows", .must = true, .help = "what was measured at each temperature, temperatures rising"},
    {"rows[].temp_C", .must = true, .min = -50, .max = 90, .help = "temperature of the cell, degrees Celsius"},
    {"rows[].voltage_sigma_V", .min = 0, .max = 0.5, .preset = "0", .help = "as errors.voltage_sigma_V, at this temperature; 0 = that"},
    {"rows[].open_circuit", .must = true, .help = "the rested cell"},
    {"rows[].open_circuit.charge", .help = CHARGES},
    {"rows[].open_circuit.charge[]", .min = 0, .max = 1, .help = "charge"},
    {"rows[].open_circuit.voltage_V", .must = true,
     .help = "mean of both directions; with half_cells: the correction to them"},
    {"rows[].open_circuit.voltage_V[]", .min = -1, .max = 6, .help = "V"},
    {"rows[].open_circuit.hysteresis_V", .help = "half the gap between the directions; default: none"},
    {"rows[].open_circuit.hysteresis_V[]", .min = 0, .max = 0.5, .help = "V"},
    {"rows[].open_circuit.source", .help = WHERE_FROM},
    {"rows[].resistance", .must = true, .help = "the cell under current"},
    {"rows[].resistance.charge", .help = CHARGES},
    {"rows[].resistance.charge[]", .min = 0, .max = 1, .help = "charge"},
    {"rows[].resistance.r0_Ohm", .must = true, .help = "at once"},
    {"rows[].resistance.r0_Ohm[]", .min = 0, .max = 10, .help = "Ohm"},
    {"rows[].resistance.r1_Ohm", .must = true, .help = "after some tau1_s: charge transfer"},
    {"rows[].resistance.r1_Ohm[]", .min = 0, .max = 10, .help = "Ohm"},
    {"rows[].resistance.r2_Ohm", .must = true, .help = "after some tau2_s: electrolyte and slow diffusion"},
    {"rows[].resistance.r2_Ohm[]", .min = 0, .max = 10, .help = "Ohm"},
    {"rows[].resistance.i0_A", .min = 0, .max = 100000, .preset = "0",
     .help = "r1 sees i0 asinh(i / i0) of a current i, A; 0 = sees i"},
    {"rows[].resistance.source", .help = WHERE_FROM},
};
/* clang-format on */

const struct yaml_schema cell_schema = {
    .top = &top_value,
    .notes = notes,
    .note_count = sizeof notes / sizeof notes[0],
};

/* --- tables --- */

/* A list as it is read: charge is what it stands at. */
struct table {
    struct yaml_file *file;
    const char *part; /* "rows[2].open_circuit" */
    const struct list *charge;
};

static void check_charge(const struct table *t)
{
    char path[TABLE_PATH];
    for (unsigned i = 1; i < t->charge->at_count; i++)
        if (!(t->charge->at[i] > t->charge->at[i - 1])) {
            snprintf(path, sizeof path, "%s.charge[%u]", t->part, i);
            yaml_file_mistake(t->file, path, "more than the %g before it", t->charge->at[i - 1]);
        }
}

static double between(const struct list *charge, const struct list *value, double z)
{
    unsigned right = 0;
    while (right < charge->at_count && charge->at[right] < z)
        right++;
    if (right == 0 || right == charge->at_count)
        return value->at[right ? right - 1 : 0];
    double left_z = charge->at[right - 1], part = (z - left_z) / (charge->at[right] - left_z);
    return value->at[right - 1] + part * (value->at[right] - value->at[right - 1]);
}

static void fill(const struct table *t, const char *key, const struct list *value, double *out,
                 int points)
{
    char path[TABLE_PATH];
    snprintf(path, sizeof path, "%s.%s", t->part, key);
    if (value->at_count != 1 && value->at_count != t->charge->at_count) {
        yaml_file_mistake(t->file, path, "%u entries are not allowed: %u, as charge has, or 1",
                          value->at_count, t->charge->at_count);
        return;
    }
    for (int i = 0; i < points; i++)
        out[i] = value->at_count == 1 ? value->at[0]
                                      : between(t->charge, value, (double)i / (points - 1));
}

/* Open-circuit voltage rises with the charge, a graphite's falls. */
static void check_slope(const struct table *t, const char *key, const struct list *value, int sign)
{
    char path[TABLE_PATH];
    for (unsigned i = 1; i < value->at_count; i++)
        if ((value->at[i] - value->at[i - 1]) * sign < 0) {
            snprintf(path, sizeof path, "%s.%s[%u]", t->part, key, i);
            yaml_file_mistake(t->file, path, "not %s than the %g before it",
                              sign > 0 ? "less" : "more", value->at[i - 1]);
        }
}

static void take_row(struct yaml_file *file, struct cell *cell, const struct file_row *from, int i)
{
    char part[TABLE_PATH];
    struct cell_row *to = &cell->row[i];
    *to = (struct cell_row){.temp_C = from->temp_C, .i0_A = from->resistance.i0_A};
    snprintf(part, sizeof part, "rows[%d].open_circuit", i);
    to->voltage_sigma_V = from->voltage_sigma_V;
    struct table ocv = {file, part, &from->open_circuit.charge};
    check_charge(&ocv);
    fill(&ocv, "voltage_V", &from->open_circuit.voltage_V, to->ocv_V, CELL_POINTS);
    if (!cell->half_cells)
        check_slope(&ocv, "voltage_V", &from->open_circuit.voltage_V, 1);
    if (!cell->half_cells && from->open_circuit.voltage_V.at_count < 2)
        yaml_file_mistake(file, part,
                          "voltage_V must have at least two entries, or half_cells "
                          "be given");
    if (from->open_circuit.hysteresis_V.at_count)
        fill(&ocv, "hysteresis_V", &from->open_circuit.hysteresis_V, to->hysteresis_V, CELL_POINTS);
    snprintf(part, sizeof part, "rows[%d].resistance", i);
    struct table r = {file, part, &from->resistance.charge};
    check_charge(&r);
    fill(&r, "r0_Ohm", &from->resistance.r0_Ohm, to->r0_Ohm, CELL_R_POINTS);
    fill(&r, "r1_Ohm", &from->resistance.r1_Ohm, to->r1_Ohm, CELL_R_POINTS);
    fill(&r, "r2_Ohm", &from->resistance.r2_Ohm, to->r2_Ohm, CELL_R_POINTS);
}

static void take_rows(struct yaml_file *file, struct cell *cell, const struct file_cell *from)
{
    cell->rows = (int)from->rows_count;
    for (int i = 0; i < cell->rows; i++) {
        take_row(file, cell, &from->rows[i], i);
        if (i && !(cell->row[i].temp_C > cell->row[i - 1].temp_C)) {
            char path[TABLE_PATH];
            snprintf(path, sizeof path, "rows[%d].temp_C", i);
            yaml_file_mistake(file, path, "more than the %g before it", cell->row[i - 1].temp_C);
        }
    }
}

static void take_knees(struct yaml_file *file, struct cell *cell, const struct file_cell *from)
{
    cell->knees = (int)from->knees_count;
    for (int i = 0; i < cell->knees; i++) {
        const struct file_knee *k = &from->knees[i];
        cell->knee[i] = (struct cell_knee){k->at, k->from, k->to, k->sigma};
        if (k->from < k->at && k->at < k->to)
            continue;
        char path[TABLE_PATH];
        snprintf(path, sizeof path, "knees[%d].at", i);
        yaml_file_mistake(file, path, "more than from, %g, and less than to, %g", k->from, k->to);
    }
}

static void take_half_cells(struct yaml_file *file, struct cell *cell, const struct file_cell *from)
{
    struct table t = {file, "half_cells", &from->half_cells.charge};
    cell->half_cells = true;
    check_charge(&t);
    fill(&t, "positive_V", &from->half_cells.positive_V, cell->positive_V, CELL_POINTS);
    fill(&t, "negative_V", &from->half_cells.negative_V, cell->negative_V, CELL_POINTS);
    check_slope(&t, "positive_V", &from->half_cells.positive_V, 1);
    check_slope(&t, "negative_V", &from->half_cells.negative_V, -1);
}

static void take(struct yaml_file *file, struct cell *cell, const struct file_cell *from)
{
    *cell = (struct cell){
        .chemistry = from->chemistry,
        .capacity_Ah = from->charge.capacity_Ah,
        .efficiency = from->charge.efficiency,
        .tau1_s = from->dynamics.tau1_s,
        .tau2_s = from->dynamics.tau2_s,
        .diffusion_s = from->dynamics.diffusion_s,
        .tau_d_s = from->dynamics.tau_d_s,
        .hysteresis_rate = from->dynamics.hysteresis_rate,
        .voltage_sigma_V = from->errors.voltage_sigma_V,
        .resistance_sigma = from->errors.resistance_sigma,
        .position_sigma = from->errors.position_sigma,
    };
    const struct file_calendar *held = &from->ageing.calendar;
    const struct file_cycle *cycled = &from->ageing.cycle;
    cell->ageing = (struct cell_ageing){
        {held->loss, held->years, held->charge, held->temp_C},
        {cycled->loss, cycled->cycles, cycled->depth, cycled->current_C, cycled->temp_C}};
    snprintf(cell->name, sizeof cell->name, "%s", from->name);
    if (yaml_file_has(file, "half_cells"))
        take_half_cells(file, cell, from);
    take_knees(file, cell, from);
    take_rows(file, cell, from);
}

bool cell_file_load(const char *path, struct cell *cell, FILE *errors)
{
    size_t size;
    char *text = yaml_read_text(path, &size, errors);
    if (!text)
        return false;
    struct yaml_file file;
    struct file_cell *from = NULL;
    struct cell *loaded = calloc(1, sizeof *loaded);
    if (yaml_file_open(&file, path, &cell_schema, text, size, errors))
        from = yaml_file_load(&file);
    if (!loaded)
        yaml_tell(&file, 1, "", "no memory");
    if (from && !file.mistakes)
        take(&file, loaded, from);
    bool well = from && !file.mistakes;
    if (well)
        *cell = *loaded;
    yaml_file_free(&cell_schema, from);
    yaml_file_close(&file);
    free(loaded);
    free(text);
    return well;
}
