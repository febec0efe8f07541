/* What `busbar sim --plant FILE` changes about its inverters: their models, groups and quirks.
 *
 *     inverters:
 *       - {name: inv1, variant: mks-5kva, group: 1, output_mode: 1, quirks: [{quirk: late, rate: 0.02}]}
 *
 * Inverters and keys that are not named stay as the scenario has them. */
#ifndef BUSBAR_APP_SIM_FILE_H
#define BUSBAR_APP_SIM_FILE_H

#include <stdio.h>

#include "app/yaml_check.h"
#include "sim/sim.h"

/* Returns the number of mistakes, each printed to errors; then *plant is as it was. Texts of the file
 * that the plant keeps stand in its own memory, once for the program's life. */
unsigned sim_file_load(struct sim_config *plant, const char *path, FILE *errors);

/* Models and quirks by name, for people. */
void sim_file_list(FILE *out);

extern const struct yaml_schema sim_file_schema;

#endif
