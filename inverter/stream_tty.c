/* A plain character device, or a pty. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "inverter/stream_fd.h"

/* Raw: a line discipline would turn CR into LF, swallow 0x11 and 0x13 and act on 0x03. VMIN 1 makes
 * a hang-up an end of file, told apart from "nothing now". */
static int set_raw(int fd)
{
    struct termios line;
    if (tcgetattr(fd, &line) != 0)
        return -1;
    cfmakeraw(&line);
    line.c_cflag &= ~(tcflag_t)(CSTOPB | CRTSCTS);
    line.c_cflag |= CLOCAL | CREAD;
    line.c_cc[VMIN] = 1;
    line.c_cc[VTIME] = 0;
    cfsetispeed(&line, B2400);
    cfsetospeed(&line, B2400);
    return tcsetattr(fd, TCSANOW, &line);
}

static int tty_open(struct stream *stream, const char *where)
{
    struct stat status;
    stream->fd = open(where, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (stream->fd < 0)
        return stream_fail(stream, errno, "%s: opening: %s", stream->url, strerror(errno));
    if (fstat(stream->fd, &status) != 0 || !S_ISCHR(status.st_mode))
        return stream_fail(stream, ENOTTY, "%s: not a character device", stream->url);
    int result = stream_lock(stream, stream->fd);
    if (result < 0)
        return result;
    if (isatty(stream->fd) && set_raw(stream->fd) != 0)
        return stream_fail(stream, errno, "%s: setting it raw: %s", stream->url, strerror(errno));
    return 0;
}

static void tty_close(struct stream *stream)
{
    stream_unlock(stream->locked ? stream->fd : -1);
    stream_close_fd(stream);
}

static int tty_read(struct stream *stream, uint8_t *bytes, size_t room)
{
    return stream_read_result(stream, read(stream->fd, bytes, room));
}

static int tty_write(struct stream *stream, const uint8_t *bytes, size_t count)
{
    return stream_write_result(stream, write(stream->fd, bytes, count), count);
}

static int tty_drain(struct stream *stream)
{
    if (isatty(stream->fd) && tcflush(stream->fd, TCIFLUSH) != 0)
        return stream_fail(stream, errno, "%s: draining: %s", stream->url, strerror(errno));
    return 0;
}

const struct stream_ops stream_tty_ops = {"tty",     tty_open,  tty_read,
                                          tty_write, tty_drain, tty_close};
