/* A test is a plain program: CHECK prints where and what, the exit status is the verdict.
 *
 *     int main(void) { CHECK(1 + 1 == 2, "sums"); return check_done("dbc"); }
 *
 * check_done prints "dbc: 12 passed, 0 failed" and returns 0 or 1. A case that cannot run here
 * says why: check_skip("no ../shared/data"). */
#ifndef BUSBAR_TEST_CHECK_H
#define BUSBAR_TEST_CHECK_H

#include <stdio.h>

static int check_passed, check_failed, check_skipped;

#define CHECK(condition, ...)                                                        \
    do {                                                                             \
        if (condition) {                                                             \
            check_passed++;                                                          \
        } else {                                                                     \
            check_failed++;                                                          \
            printf("%s:%d: failed: %s: ", __FILE__, __LINE__, #condition);           \
            printf(__VA_ARGS__);                                                     \
            putchar('\n');                                                           \
        }                                                                            \
    } while (0)

static inline void check_skip(const char *why)
{
    check_skipped++;
    printf("skipped: %s\n", why);
}

static inline int check_done(const char *name)
{
    printf("%s: %d passed, %d failed, %d skipped\n", name, check_passed, check_failed,
           check_skipped);
    return check_failed != 0;
}

#endif
