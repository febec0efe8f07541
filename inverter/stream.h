/* Byte stream ports: the serial line to an inverter, never blocking.
 *
 *     serial:/dev/ttyUSB0[,baud=2400]   libserialport, real UARTs and USB adapters
 *     tty:/dev/pts/3                    plain character device or pty, raw
 *     hidraw:/dev/hidraw0               8-byte reports, zero padded (0665:5161)
 *     tcp://host:port                   serial server; address by number or name
 *     /dev/...                          picks hidraw, serial or tty by what is there
 *
 * A port is locked (flock / TIOCEXCL) so that two processes cannot eat each other's answers. */
#ifndef BUSBAR_INVERTER_STREAM_H
#define BUSBAR_INVERTER_STREAM_H

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
};

/* 0, or -errno with the reason in stream->problem; the struct is then ready for stream_reopen. */
int stream_open(struct stream *stream, const char *url);
int stream_reopen(struct stream *stream);

/* Bytes read, 0 for none now, -errno when the port has closed itself. */
int stream_read(struct stream *stream, uint8_t *bytes, size_t room);

/* All or nothing: 0, -EAGAIN when it cannot take them now, or -errno when it has closed itself. */
int stream_write(struct stream *stream, const uint8_t *bytes, size_t count);
int stream_drain(struct stream *stream);
void stream_close(struct stream *stream);

#endif
