/* What the ports of a file descriptor have in common. Inner to the stream_*.c files. */
#ifndef BUSBAR_INVERTER_STREAM_FD_H
#define BUSBAR_INVERTER_STREAM_FD_H

#include "inverter/stream.h"

extern const struct stream_ops stream_serial_ops, stream_tty_ops, stream_hidraw_ops,
    stream_tcp_ops;

/* Closes the port with a reason; returns -error. */
int stream_fail(struct stream *stream, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The outcome of read(2) or recv(2), with errno: bytes, 0 for none now, or the port closed. */
int stream_read_result(struct stream *stream, ssize_t got);

/* The outcome of write(2) or send(2) of count bytes. */
int stream_write_result(struct stream *stream, ssize_t sent, size_t count);

/* For this process alone. 0, or -EBUSY. */
int stream_lock_fd(int fd);
#define STREAM_BUSY "another process has this port"

/* The same; 0, or the port closed. */
int stream_lock(struct stream *stream, int fd);

/* Before closing what stream_lock locked. fd may be -1. */
void stream_unlock(int fd);

void stream_close_fd(struct stream *stream);

#endif
