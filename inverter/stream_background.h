/* What waits for hardware or a network, in a thread of its own: opening, closing, and writing where
 * the kernel does not return before the device has taken it. Inner to the stream_*.c files.
 *
 * A USB device that hangs keeps such a call for 5 s and more: hidraw's write waits for a control
 * transfer and meanwhile keeps every open and close of other hidraw devices waiting, too; a serial
 * adapter is set up by control transfers, and closing it waits up to 30 s for what was not sent; a
 * name server that is down takes as long. These cannot be asked for without waiting, hence a thread.
 * It touches nothing but its own struct; everything else stays with the caller's thread.
 *
 * One epoll descriptor stands for all of it: it is readable when a call is over, and when the device
 * has something. */
#ifndef BUSBAR_INVERTER_STREAM_BACKGROUND_H
#define BUSBAR_INVERTER_STREAM_BACKGROUND_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inverter/stream.h"

struct background;

/* All of them run in the thread. */
struct background_calls {
    int (*open)(struct background *background);   /* sets device; 0, or background_fail */
    int (*write)(struct background *background);  /* request; NULL: the caller writes by itself */
    void (*close)(struct background *background); /* device is open */
};

struct background {
    const struct background_calls *calls;
    char where[128];             /* behind the scheme */
    void *port;                  /* the kind's own */
    int device;                  /* -1 until open */
    uint8_t request[64];
    size_t count;
    int error;                   /* why the last call failed, 0 = well .. */
    char problem[96];            /* .. in words */
    /* between the threads */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    int over;                    /* eventfd: a call is over */
    int both;                    /* epoll of the caller's: over and device */
    bool working, leaving;
};

/* In the thread: notes why; returns -error. */
int background_fail(struct background *background, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The rest is for the caller's thread. Begins to open; stream->fd is set. 0 or -errno. */
int background_open(struct stream *stream, const char *where,
                    const struct background_calls *calls);

/* What is over by now: 1 it is open, 0 it is still being opened, -errno a call failed and the stream
 * has closed itself. */
int background_look(struct stream *stream);

/* Hands a request over; 0, -EAGAIN while another call is under way, or as background_look. */
int background_write(struct stream *stream, const uint8_t *bytes, size_t count);

/* Leaves it to the thread to close; never waits. */
void background_close(struct stream *stream);

#endif
