/* What `busbar soc` prints of one series, to standard output. */
#ifndef BUSBAR_APP_SOC_PRINT_H
#define BUSBAR_APP_SOC_PRINT_H

#include "app/soc_cells.h"
#include "app/soc_score.h"

struct soc_result {
    const char *path;
    bool reference;          /* the series has one */
    size_t backwards;        /* rows left out */
    struct soc_score score;
    double us;               /* processor time of a step */
    struct soc_cells cells;  /* at the end; none in a series without single cells */
};

void soc_print_text(const struct soc_result *result);
/* One object on one line. Without a judged row it has no figure that needs one. */
void soc_print_json(const struct soc_result *result);

#endif
