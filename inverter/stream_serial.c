/* A serial line by libserialport: 8N1, no flow control. Opening and closing wait for a USB adapter, see
 * inverter/stream_background.h; reading and writing go to the kernel's buffers. */
#include <errno.h>
#include <libserialport.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>

#include "inverter/stream_background.h"
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

/* "/dev/ttyUSB0,baud=9600" -> 9600; 0 = not allowed. */
static int baud_of(const char *where)
{
    static const char option[] = ",baud=";
    const char *comma = strchr(where, ',');
    char *end = NULL;
    if (!comma)
        return BAUD;
    long number = strncmp(comma, option, sizeof option - 1) == 0
                      ? strtol(comma + sizeof option - 1, &end, 10)
                      : 0;
    return number < BAUD_MIN || number > BAUD_MAX || *end != '\0' ? 0 : (int)number;
}

/* --- in the background --- */

static int line_fail(struct background *background, enum sp_return result, const char *doing)
{
    int error = error_of(result);
    return background_fail(background, error, "%s: %s", doing, strerror(error));
}

static int set_up(struct background *background)
{
    struct sp_port *port = background->port;
    enum sp_return result;
    if ((result = sp_set_baudrate(port, baud_of(background->where))) < 0)
        return line_fail(background, result, "setting the speed");
    if ((result = sp_set_bits(port, 8)) < 0 || (result = sp_set_parity(port, SP_PARITY_NONE)) < 0 ||
        (result = sp_set_stopbits(port, 1)) < 0)
        return line_fail(background, result, "setting 8N1");
    if ((result = sp_set_flowcontrol(port, SP_FLOWCONTROL_NONE)) < 0)
        return line_fail(background, result, "switching flow control off");
    sp_flush(port, SP_BUF_INPUT); /* what waited there was for somebody else */
    return 0;
}

/* The library knows a line by its own name in sysfs, not by a link in /dev/serial/by-path; a pty is
 * none to it. */
static int find_port(struct background *background)
{
    char path[sizeof background->where], real[PATH_MAX];
    struct sp_port *port;
    snprintf(path, sizeof path, "%.*s", (int)strcspn(background->where, ","), background->where);
    if (!realpath(path, real))
        return background_fail(background, errno, "opening: %s", strerror(errno));
    enum sp_return done = sp_get_port_by_name(real, &port);
    if (done == SP_ERR_ARG)
        return background_fail(background, ENOTTY, "not a serial line (a pty wants tty:)");
    if (done < 0)
        return line_fail(background, done, "opening");
    background->port = port;
    return 0;
}

/* What was not sent is not waited for. */
static void line_close(struct background *background)
{
    tcflush(background->device, TCOFLUSH);
    stream_unlock(background->device);
    sp_close(background->port);
    sp_free_port(background->port);
}

static int line_open(struct background *background)
{
    int status = find_port(background), device;
    if (status < 0)
        return status;
    enum sp_return done = sp_open(background->port, SP_MODE_READ_WRITE);
    if (done < 0) {
        status = line_fail(background, done, "opening");
        sp_free_port(background->port);
        return status;
    }
    sp_get_port_handle(background->port, &device);
    if (stream_lock_fd(device) != 0) {
        status = background_fail(background, EBUSY, STREAM_BUSY);
        sp_close(background->port);
        sp_free_port(background->port);
        return status;
    }
    background->device = device;
    status = set_up(background);
    if (status < 0)
        line_close(background);
    return status;
}

static const struct background_calls calls = {line_open, NULL, line_close};

/* --- the caller's thread --- */

static int serial_fail(struct stream *stream, enum sp_return result, const char *doing)
{
    int error = error_of(result);
    return stream_fail(stream, error, "%s: %s: %s", stream->url, doing, strerror(error));
}

static int serial_open(struct stream *stream, const char *where)
{
    if (!baud_of(where))
        return stream_fail(stream, EINVAL, "%.60s: '%.20s' is not allowed: ,baud=%d to %d",
                           stream->url, strchr(where, ','), BAUD_MIN, BAUD_MAX);
    return background_open(stream, where, &calls);
}

static struct sp_port *port_of(const struct stream *stream)
{
    return ((const struct background *)stream->impl)->port;
}

/* The library's "0 bytes" is also what an unplugged adapter gives. */
static bool is_hung_up(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    return poll(&poll_fd, 1, 0) > 0 && poll_fd.revents & (POLLHUP | POLLERR | POLLNVAL);
}

static int serial_read(struct stream *stream, uint8_t *bytes, size_t room)
{
    int status = background_look(stream);
    if (status <= 0)
        return status;
    enum sp_return got = sp_nonblocking_read(port_of(stream), bytes, room);
    if (got < 0)
        return serial_fail(stream, got, "reading");
    if (got == 0 && is_hung_up(((const struct background *)stream->impl)->device))
        return stream_fail(stream, ENODEV, "%s: the other end is gone", stream->url);
    return (int)got;
}

static int serial_write(struct stream *stream, const uint8_t *bytes, size_t count)
{
    int status = background_look(stream);
    if (status <= 0)
        return status == 0 ? -EAGAIN : status;
    enum sp_return sent = sp_nonblocking_write(port_of(stream), bytes, count);
    if (sent < 0)
        return serial_fail(stream, sent, "writing");
    if (sent == 0)
        return -EAGAIN;
    return stream_write_result(stream, (ssize_t)sent, count);
}

static int serial_drain(struct stream *stream)
{
    int status = background_look(stream);
    if (status <= 0)
        return status;
    enum sp_return result = sp_flush(port_of(stream), SP_BUF_INPUT);
    return result < 0 ? serial_fail(stream, result, "draining") : 0;
}

const struct stream_ops stream_serial_ops = {"serial",     serial_open,  serial_read,
                                             serial_write, serial_drain, background_close};
