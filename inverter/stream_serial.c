/* A serial line by libserialport: 8N1, no flow control. */
#include <errno.h>
#include <libserialport.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inverter/stream_fd.h"

enum { BAUD = 2400, BAUD_MIN = 300, BAUD_MAX = 230400 };

static int error_of(enum sp_return result)
{
    switch (result) {
    case SP_ERR_ARG:
        return EINVAL;
    case SP_ERR_FAIL:
        return errno ? errno : EIO;
    case SP_ERR_MEM:
        return ENOMEM;
    case SP_ERR_SUPP:
        return ENOTSUP;
    case SP_OK:
        break;
    }
    return EIO;
}

static int serial_fail(struct stream *stream, enum sp_return result, const char *doing)
{
    int error = error_of(result);
    return stream_fail(stream, error, "%s: %s: %s", stream->url, doing, strerror(error));
}

/* "/dev/ttyUSB0,baud=9600" -> path and baud. */
static int parse_where(struct stream *stream, const char *where, char *path, int *baud)
{
    static const char option[] = ",baud=";
    const char *comma = strchr(where, ',');
    size_t length = comma ? (size_t)(comma - where) : strlen(where);
    memcpy(path, where, length);
    path[length] = '\0';
    *baud = BAUD;
    if (!comma)
        return 0;
    char *end = NULL;
    long number = strncmp(comma, option, sizeof option - 1) == 0
                      ? strtol(comma + sizeof option - 1, &end, 10)
                      : 0;
    if (number < BAUD_MIN || number > BAUD_MAX || *end != '\0')
        return stream_fail(stream, EINVAL, "%.60s: '%.20s' is not allowed: ,baud=%d to %d",
                           stream->url, comma, BAUD_MIN, BAUD_MAX);
    *baud = (int)number;
    return 0;
}

static int set_up(struct stream *stream, struct sp_port *port, int baud)
{
    enum sp_return result;
    if ((result = sp_set_baudrate(port, baud)) < 0)
        return serial_fail(stream, result, "setting the speed");
    if ((result = sp_set_bits(port, 8)) < 0 || (result = sp_set_parity(port, SP_PARITY_NONE)) < 0 ||
        (result = sp_set_stopbits(port, 1)) < 0)
        return serial_fail(stream, result, "setting 8N1");
    if ((result = sp_set_flowcontrol(port, SP_FLOWCONTROL_NONE)) < 0)
        return serial_fail(stream, result, "switching flow control off");
    return 0;
}

static void serial_close(struct stream *stream)
{
    struct sp_port *port = stream->impl;
    if (stream->fd >= 0) {
        stream_unlock(stream->locked ? stream->fd : -1);
        sp_close(port);
    }
    if (port)
        sp_free_port(port);
    stream->impl = NULL;
}

/* The library knows a line by its own name in sysfs, not by a link in /dev/serial/by-path; a pty is
 * none to it. */
static int find_port(struct stream *stream, const char *path)
{
    char real[PATH_MAX];
    struct sp_port *port;
    if (!realpath(path, real))
        return stream_fail(stream, errno, "%s: opening: %s", stream->url, strerror(errno));
    enum sp_return done = sp_get_port_by_name(real, &port);
    if (done == SP_ERR_ARG)
        return stream_fail(stream, ENOTTY, "%s: not a serial line (a pty wants tty:)", stream->url);
    if (done < 0)
        return serial_fail(stream, done, "opening");
    stream->impl = port;
    return 0;
}

static int serial_open(struct stream *stream, const char *where)
{
    char path[sizeof stream->url];
    int baud, result = parse_where(stream, where, path, &baud);
    if (result < 0 || (result = find_port(stream, path)) < 0)
        return result;
    enum sp_return done = sp_open(stream->impl, SP_MODE_READ_WRITE);
    if (done < 0)
        return serial_fail(stream, done, "opening");
    sp_get_port_handle(stream->impl, &stream->fd);
    if ((result = stream_lock(stream, stream->fd)) < 0)
        return result;
    return set_up(stream, stream->impl, baud);
}

/* The library's "0 bytes" is also what an unplugged adapter gives. */
static bool is_hung_up(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    return poll(&poll_fd, 1, 0) > 0 && poll_fd.revents & (POLLHUP | POLLERR | POLLNVAL);
}

static int serial_read(struct stream *stream, uint8_t *bytes, size_t room)
{
    enum sp_return got = sp_nonblocking_read(stream->impl, bytes, room);
    if (got < 0)
        return serial_fail(stream, got, "reading");
    if (got == 0 && is_hung_up(stream->fd))
        return stream_fail(stream, ENODEV, "%s: the other end is gone", stream->url);
    return (int)got;
}

static int serial_write(struct stream *stream, const uint8_t *bytes, size_t count)
{
    enum sp_return sent = sp_nonblocking_write(stream->impl, bytes, count);
    if (sent < 0)
        return serial_fail(stream, sent, "writing");
    if (sent == 0)
        return -EAGAIN;
    return stream_write_result(stream, (ssize_t)sent, count);
}

static int serial_drain(struct stream *stream)
{
    enum sp_return result = sp_flush(stream->impl, SP_BUF_INPUT);
    return result < 0 ? serial_fail(stream, result, "draining") : 0;
}

const struct stream_ops stream_serial_ops = {"serial",     serial_open,  serial_read,
                                             serial_write, serial_drain, serial_close};
