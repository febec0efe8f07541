/* An estimator's run as a picture: SVG, three panels over the hours.
 *
 *     charge     estimate with its band of two sigma, the reference, plain counting
 *     current    least and most in each column
 *     voltage    measured less what the cell file says at the estimate: where a cell file does not fit, it shows here */
#ifndef BUSBAR_APP_SOC_PLOT_H
#define BUSBAR_APP_SOC_PLOT_H

#include "app/soc_score.h"

struct soc_plot_point { double hours, charge, sigma, reference, counted, current_A, residual_V; };

struct soc_plot {
    const struct soc_trial *trial;
    struct soc_plot_point *points;    /* time rising */
    size_t count, room;
    bool short_of_memory;
    /* the cell led along the estimate */
    struct cell_state state;
    double time_s;
};

void soc_plot_init(struct soc_plot *plot, const struct soc_trial *trial);
/* A soc_watcher's row; to is the plot. */
void soc_plot_row(void *to, const struct soc_row *row, const struct estimate *estimate, double counted);
/* False where there is nothing to draw. */
bool soc_plot_write(FILE *out, const char *title, const struct soc_plot *plot);
void soc_plot_free(struct soc_plot *plot);

#endif
