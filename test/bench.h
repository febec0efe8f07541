/* What the benches share. A bench prints one JSON line per figure and judges nothing. */
#ifndef BUSBAR_TEST_BENCH_H
#define BUSBAR_TEST_BENCH_H

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

static inline double bench_now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline int bench_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The value below which share (0..1) of the sorted samples lie. */
static inline double bench_quantile(const double *sorted, size_t count, double share)
{
    size_t at = (size_t)((double)count * share);
    return sorted[at < count ? at : count - 1];
}

#endif
