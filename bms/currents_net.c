/* The network as sums: which of the readings must be 0, and what a wire carries that none measures. */
#include <string.h>

#include "bms/currents.h"

static bool bit(uint64_t mask, size_t at)
{
    return mask >> at & 1;
}

/* --- from nodes to rows --- */

/* The nodes' sums over the living wires, brought to reduced echelon form. A network's incidence is
 * totally unimodular: all of it stays -1, 0 and 1. Wires without a sensor come first, so that they
 * are solved for wherever a sum can be spent on them. */
struct echelon {
    uint8_t rows, columns;
    uint8_t order[CURRENTS_WIRES]; /* of the columns: wires */
    uint8_t pivot[CURRENTS_NODES]; /* of a row: wire; CURRENTS_NOBODY = the row is spent */
    int8_t a[CURRENTS_NODES][CURRENTS_WIRES];
    int8_t of[CURRENTS_NODES][CURRENTS_NODES]; /* which nodes' sums make a row */
};

static void echelon_fill(struct echelon *e, const struct currents *c, const uint8_t first[],
                         const bool zero[])
{
    const struct currents_config *config = c->config;
    memset(e, 0, sizeof *e);
    for (int measured = 0; measured < 2; measured++)
        for (size_t w = 0; w < config->wires; w++)
            if (!zero[w] && (first[w] != CURRENTS_NOBODY) == measured)
                e->order[e->columns++] = (uint8_t)w;
    for (size_t n = 0; n < config->nodes; n++) {
        if (c->node[n].open)
            continue;
        for (size_t w = 0; w < config->wires; w++)
            e->a[e->rows][w] =
                (int8_t)(zero[w] ? 0 : (config->wire[w].to == n) - (config->wire[w].from == n));
        e->of[e->rows][n] = 1;
        e->pivot[e->rows++] = CURRENTS_NOBODY;
    }
}

static void row_take(struct echelon *e, size_t row, size_t other, int times)
{
    for (size_t w = 0; w < CURRENTS_WIRES; w++)
        e->a[row][w] = (int8_t)(e->a[row][w] - times * e->a[other][w]);
    for (size_t n = 0; n < CURRENTS_NODES; n++)
        e->of[row][n] = (int8_t)(e->of[row][n] - times * e->of[other][n]);
}

static void echelon_reduce(struct echelon *e)
{
    for (size_t i = 0; i < e->columns; i++) {
        uint8_t wire = e->order[i];
        size_t row = 0;
        while (row < e->rows && (e->pivot[row] != CURRENTS_NOBODY || !e->a[row][wire]))
            row++;
        if (row == e->rows)
            continue;
        e->pivot[row] = wire;
        for (size_t other = 0; other < e->rows; other++)
            if (other != row && e->a[other][wire])
                row_take(e, other, row, e->a[other][wire] * e->a[row][wire]);
    }
}

static void sum_add(struct currents_sum *sum, uint8_t sensor, int sign)
{
    sum->at[sum->count] = sensor;
    sum->sign[sum->count++] = (int8_t)sign;
}

/* A row whose pivot has a sensor is a sum that must be 0; one whose pivot has none says what that
 * wire carries, unless another wire without a sensor stands in it. */
static void row_use(struct currents_net *net, const struct echelon *e, size_t row,
                    const uint8_t first[])
{
    uint8_t pivot = e->pivot[row];
    bool spent = pivot != CURRENTS_NOBODY && first[pivot] == CURRENTS_NOBODY;
    struct currents_sum sum = {0};
    for (size_t i = 0; i < e->columns; i++) {
        uint8_t w = e->order[i];
        if (!e->a[row][w] || (spent && w == pivot))
            continue;
        if (first[w] == CURRENTS_NOBODY)
            return;
        sum_add(&sum, first[w], spent ? -e->a[row][w] * e->a[row][pivot] : e->a[row][w]);
    }
    if (spent) {
        net->wire[pivot] = sum;
        net->known[pivot] = true;
    } else if (sum.count) {
        memcpy(net->row_node[net->rows], e->of[row], sizeof e->of[row]);
        net->row[net->rows++] = sum;
    }
}

/* --- parts --- */

static uint8_t part_of(const struct currents_net *net, uint8_t sensor)
{
    while (net->part[sensor] != sensor)
        sensor = net->part[sensor];
    return sensor;
}

static void parts_join(struct currents_net *net)
{
    for (uint8_t k = 0; k < CURRENTS_SENSORS; k++)
        net->part[k] = k;
    for (size_t r = 0; r < net->rows; r++)
        for (size_t i = 1; i < net->row[r].count; i++) {
            uint8_t a = part_of(net, net->row[r].at[0]), b = part_of(net, net->row[r].at[i]);
            net->part[a > b ? a : b] = a > b ? b : a;
        }
    for (uint8_t k = 0; k < CURRENTS_SENSORS; k++)
        net->part[k] = part_of(net, k);
}

void currents_net_build(struct currents_net *net, const struct currents *c, uint64_t used,
                        const bool zero[])
{
    const struct currents_config *config = c->config;
    uint8_t first[CURRENTS_WIRES];
    struct echelon e;
    memset(net, 0, sizeof *net);
    memset(first, CURRENTS_NOBODY, sizeof first);
    for (uint8_t k = config->sensors; k-- > 0;)
        if (bit(used, k))
            first[config->sensor[k].wire] = k;
    echelon_fill(&e, c, first, zero);
    echelon_reduce(&e);
    for (size_t w = 0; w < config->wires; w++) {
        net->known[w] = zero[w] || first[w] != CURRENTS_NOBODY;
        if (!zero[w] && first[w] != CURRENTS_NOBODY)
            sum_add(&net->wire[w], first[w], 1);
    }
    for (size_t row = 0; row < e.rows; row++)
        row_use(net, &e, row, first);
    for (uint8_t k = 0; k < config->sensors; k++) {
        uint8_t wire = config->sensor[k].wire;
        if (!bit(used, k) || (!zero[wire] && first[wire] == k))
            continue;
        struct currents_sum *sum = &net->row[net->rows++];
        sum_add(sum, k, 1);
        if (!zero[wire])
            sum_add(sum, first[wire], -1);
    }
    parts_join(net);
}
