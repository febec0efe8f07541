/* Byte stream ports: the serial line to an inverter, never blocking.
 *
 *     serial:/dev/ttyUSB0[,baud=2400]   libserialport, real UARTs and USB adapters, 8N1
 *     tty:/dev/pts/3                    plain character device or pty, raw, 2400 where it matters
 *     hidraw:/dev/hidraw0               8-byte reports, zero padded (0665:5161)
 *     tcp://host:port                   serial server; address by number or name, [v6]:port
 *     /dev/...                          picks hidraw, serial or tty by what is there
 *
 * A local port is locked (flock, and TIOCEXCL on real serial lines) so that two processes cannot
 * eat each other's answers; a TCP connection cannot be locked, its server must allow only one.
 *
 * A port that fails (unplugged, hung up, connection lost) closes itself and says why in problem;
 * the caller tries stream_reopen when it likes. Nothing here waits for hardware or a network: a real
 * serial line, a hidraw device and a TCP connection are opened in the background, host names looked
 * up included. Until that is done (opening) writes return -EAGAIN and reads 0; what went wrong is told
 * by the next call, as of a port that failed. Closing is done in the background too.
 *
 * To add a kind: fill one struct stream_ops, and a row in stream.c's table. */
#ifndef BUSBAR_INVERTER_STREAM_H
#define BUSBAR_INVERTER_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stream;

struct stream_ops {
    const char *scheme;
    int (*open)(struct stream *stream, const char *where);
    int (*read)(struct stream *stream, uint8_t *bytes, size_t room);
    int (*write)(struct stream *stream, const uint8_t *bytes, size_t count);
    int (*drain)(struct stream *stream);      /* throw away unread input */
    void (*close)(struct stream *stream);
};

struct stream {
    const struct stream_ops *ops;
    int fd;                 /* to wait on, -1 while closed */
    char url[128];
    void *impl;
    char problem[128];      /* why it is closed, "" when well */
    bool locked;            /* by us: ours to unlock */
    bool opening;           /* in the background, not done yet */
};

/* 0, or -errno with the reason in stream->problem; the struct is then ready for stream_reopen.
 * -EINVAL: the url itself is wrong. */
int stream_open(struct stream *stream, const char *url);
int stream_reopen(struct stream *stream);

/* Bytes read, 0 for none now, -errno when the port has closed itself. room >= 8. */
int stream_read(struct stream *stream, uint8_t *bytes, size_t room);

/* All or nothing: 0, -EAGAIN when it cannot take them now, or -errno when it has closed itself. A
 * port that took only a part closes itself: the rest of the request must not follow later. */
int stream_write(struct stream *stream, const uint8_t *bytes, size_t count);

/* Throws away what came in and was not read. 0, or -errno when the port has closed itself. */
int stream_drain(struct stream *stream);
void stream_close(struct stream *stream);

#endif
