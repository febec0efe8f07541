/* DBC files, read at run time and compiled to a flat signal plan. */
#ifndef BUSBAR_CAN_DBC_H
#define BUSBAR_CAN_DBC_H

#include <stdio.h>

struct dbc;

/* Loads a DBC file. Every mistake is printed to errors as "file:line: what was expected".
 * Returns 0, or a negative errno, or the number of mistakes; *out is set only on 0. */
int dbc_load(struct dbc **out, const char *path, FILE *errors);
void dbc_free(struct dbc *dbc);

#endif
