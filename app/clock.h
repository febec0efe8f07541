/* The time a controller lives in: this machine's monotonic clock, or a simulator's.
 *
 * In lock step the simulator sends its time (int64_t microseconds, host byte order) over a UNIX
 * SOCK_SEQPACKET socket and waits for the same 8 bytes back, so that an accelerated plant and its
 * controller in another process never lose each other. */
#ifndef BUSBAR_APP_CLOCK_H
#define BUSBAR_APP_CLOCK_H

#include <stdint.h>

/* Milliseconds of CLOCK_MONOTONIC, never 0. */
int64_t clock_monotonic_ms(void);
/* Milliseconds since 1970; for records only. */
int64_t clock_wall_ms(void);

/* Connects to a simulator, waiting up to wait_ms for it to appear. The descriptor, or -errno. */
int clock_connect(const char *path, int wait_ms);

/* The simulator's time in ms, waiting for it; 0 when it has gone. */
int64_t clock_receive(int fd);
/* Everything for this time is done. 0, or -errno. */
int clock_done(int fd, int64_t now_ms);

#endif
