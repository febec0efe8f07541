#include "inverter/stream.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "inverter/stream_fd.h"

static const struct {
    const char *prefix;
    const struct stream_ops *ops;
} schemes[] = {
    {"serial:", &stream_serial_ops},
    {"tty:", &stream_tty_ops},
    {"hidraw:", &stream_hidraw_ops},
    {"tcp://", &stream_tcp_ops},
};

int stream_fail(struct stream *stream, int error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(stream->problem, sizeof stream->problem, format, arguments);
    va_end(arguments);
    if (stream->ops)
        stream->ops->close(stream);
    stream->fd = -1;
    return -error;
}

int stream_read_result(struct stream *stream, ssize_t got)
{
    if (got > 0)
        return (int)got;
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (got < 0)
        return stream_fail(stream, errno, "%s: reading: %s", stream->url, strerror(errno));
    return stream_fail(stream, ENODEV, "%s: the other end is gone", stream->url);
}

int stream_write_result(struct stream *stream, ssize_t sent, size_t count)
{
    if (sent == (ssize_t)count)
        return 0;
    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        return -EAGAIN;
    if (sent < 0)
        return stream_fail(stream, errno, "%s: writing: %s", stream->url, strerror(errno));
    return stream_fail(stream, EIO, "%s: took only %zd of %zu bytes", stream->url, sent, count);
}

/* TIOCEXCL on a pty would outlast us as long as its other end is open, and lock us out. */
static bool is_pty(int fd)
{
    enum { PTY_FIRST = 136, PTY_LAST = 143 }; /* Documentation/admin-guide/devices.txt */
    struct stat status;
    if (fstat(fd, &status) != 0)
        return false;
    unsigned number = major(status.st_rdev);
    return number >= PTY_FIRST && number <= PTY_LAST;
}

int stream_lock_fd(int fd)
{
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return -EBUSY;
    if (isatty(fd) && !is_pty(fd))
        (void)ioctl(fd, TIOCEXCL);
    return 0;
}

int stream_lock(struct stream *stream, int fd)
{
    if (stream_lock_fd(fd) != 0)
        return stream_fail(stream, EBUSY, "%s: " STREAM_BUSY, stream->url);
    stream->locked = true;
    return 0;
}

/* Closing takes the flock away, but not TIOCEXCL where somebody else has the line open too. */
void stream_unlock(int fd)
{
    if (fd >= 0 && isatty(fd) && !is_pty(fd))
        (void)ioctl(fd, TIOCNXCL);
}

void stream_close_fd(struct stream *stream)
{
    if (stream->fd >= 0)
        close(stream->fd);
    stream->fd = -1;
}

/* By the driver that sysfs names: hidraw, or a tty with hardware behind it; all else is plain. */
static const struct stream_ops *detect(const char *path)
{
    struct stat status;
    char link[64], target[PATH_MAX];
    if (stat(path, &status) != 0 || !S_ISCHR(status.st_mode))
        return &stream_tty_ops;
    unsigned number = major(status.st_rdev), minor_number = minor(status.st_rdev);
    snprintf(link, sizeof link, "/sys/dev/char/%u:%u/subsystem", number, minor_number);
    if (realpath(link, target) && strcmp(strrchr(target, '/'), "/hidraw") == 0)
        return &stream_hidraw_ops;
    snprintf(link, sizeof link, "/sys/dev/char/%u:%u/device", number, minor_number);
    return access(link, F_OK) == 0 ? &stream_serial_ops : &stream_tty_ops;
}

static int open_url(struct stream *stream)
{
    stream->ops = NULL;
    stream->fd = -1;
    stream->locked = stream->opening = false;
    stream->problem[0] = '\0';
    if (strncmp(stream->url, "/dev/", 5) == 0) {
        stream->ops = detect(stream->url);
        return stream->ops->open(stream, stream->url);
    }
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t length = strlen(schemes[i].prefix);
        if (strncmp(stream->url, schemes[i].prefix, length) != 0)
            continue;
        stream->ops = schemes[i].ops;
        return stream->ops->open(stream, stream->url + length);
    }
    return stream_fail(stream, EINVAL,
                       "%.60s: not allowed: serial:, tty:, hidraw:, tcp:// or /dev/...",
                       stream->url);
}

int stream_open(struct stream *stream, const char *url)
{
    *stream = (struct stream){.fd = -1};
    if (strlen(url) >= sizeof stream->url)
        return stream_fail(stream, EINVAL, "%.40s...: longer than %zu characters", url,
                           sizeof stream->url - 1);
    memcpy(stream->url, url, strlen(url));
    return open_url(stream);
}

int stream_reopen(struct stream *stream)
{
    stream_close(stream);
    return open_url(stream);
}

int stream_read(struct stream *stream, uint8_t *bytes, size_t room)
{
    assert(room >= 8);
    return stream->fd < 0 ? -ENODEV : stream->ops->read(stream, bytes, room);
}

int stream_write(struct stream *stream, const uint8_t *bytes, size_t count)
{
    return stream->fd < 0 ? -ENODEV : stream->ops->write(stream, bytes, count);
}

int stream_drain(struct stream *stream)
{
    return stream->fd < 0 ? -ENODEV : stream->ops->drain(stream);
}

void stream_close(struct stream *stream)
{
    if (stream->ops && stream->fd >= 0)
        stream->ops->close(stream);
    stream->fd = -1;
    stream->problem[0] = '\0';
}
