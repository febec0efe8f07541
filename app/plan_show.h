/* The plant on paper: one-line diagram, forbidden layouts with their rule, what each layout would
 * deliver with full sun. Three forms of the same. */
#ifndef BUSBAR_APP_PLAN_SHOW_H
#define BUSBAR_APP_PLAN_SHOW_H

#include <stdio.h>

#include "app/config.h"

enum { PLAN_LAYOUTS_MAX = 256 };       /* listed one by one; beyond it the forbidden sets must do */

void plan_text(FILE *out, const struct config *config);
void plan_dot(FILE *out, const struct config *config);         /* Graphviz */
void plan_json(FILE *out, const struct config *config);

/* "s1 and s2 on inv4.pv1", "any 3 of s1, s2, s3 on inv4.pv1", or two contacts. */
void plan_set_text(char *out, size_t room, const struct config *config,
                   const struct forbidden_set *set);
/* "contacts 1": board and channel as in the config. */
void plan_channel_text(char *out, size_t room, const struct config *config,
                       struct config_channel at);

#endif
