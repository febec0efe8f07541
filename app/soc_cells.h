/* The single cells of a measured series: how far each is ahead of the pack (bms/cell_delta.h). Heap. */
#ifndef BUSBAR_APP_SOC_CELLS_H
#define BUSBAR_APP_SOC_CELLS_H

#include "app/soc_score.h"
#include "bms/cell_delta.h"

struct soc_cells {
    int count;                             /* of the series; 0 = none */
    bool extremes;                         /* two: the lowest and the highest */
    struct cell_delta_estimate *cell;
    int emptiest, fullest;                 /* of cell */
};

/* The trial's run again, cells beside it. False without memory. */
bool soc_cells_find(struct soc_cells *cells, const struct soc_series *series, const struct soc_trial *trial);
void soc_cells_free(struct soc_cells *cells);

#endif
