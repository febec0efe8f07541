/* A serial server. Its name is looked up and the connection made in the background, each time anew: an
 * address may change, and after a power cut the name server comes up later than we do. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inverter/stream_background.h"
#include "inverter/stream_fd.h"

/* "host:7", "[::1]:7" -> host and port; false when it is neither. */
static bool parse_where(const char *where, char host[128], const char **port)
{
    const char *colon = strrchr(where, ':');
    size_t length = colon ? (size_t)(colon - where) : 0;
    bool bracket = length >= 2 && where[0] == '[' && where[length - 1] == ']';
    size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;
    if (length == 0 || length >= 128 || digits < 1 || digits > 5 || colon[1 + digits] != '\0')
        return false;
    memcpy(host, where + bracket, length - 2 * bracket);
    host[length - 2 * bracket] = '\0';
    *port = colon + 1;
    return true;
}

/* --- in the background --- */

/* A dead peer is noticed within half a minute, not after two hours. */
static void set_options(int fd)
{
    static const struct {
        int level, name, value;
    } options[] = {
        {SOL_SOCKET, SO_KEEPALIVE, 1},   {IPPROTO_TCP, TCP_NODELAY, 1},
        {IPPROTO_TCP, TCP_SYNCNT, 3},    {IPPROTO_TCP, TCP_USER_TIMEOUT, 15000},
        {IPPROTO_TCP, TCP_KEEPIDLE, 10}, {IPPROTO_TCP, TCP_KEEPINTVL, 5},
        {IPPROTO_TCP, TCP_KEEPCNT, 3},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        (void)setsockopt(fd, options[i].level, options[i].name, &options[i].value,
                         sizeof options[i].value);
}

static int connect_to(struct background *background, const struct addrinfo *peer)
{
    int fd = socket(peer->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return background_fail(background, errno, "socket: %s", strerror(errno));
    set_options(fd);
    if (connect(fd, peer->ai_addr, peer->ai_addrlen) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
        int error = errno;
        close(fd);
        return background_fail(background, error, "connecting: %s", strerror(error));
    }
    background->error = 0;
    background->device = fd;
    return 0;
}

/* The first of its addresses that answers. */
static int connection_open(struct background *background)
{
    char host[128];
    const char *port = NULL;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *found;
    parse_where(background->where, host, &port);
    int error = getaddrinfo(host, port, &hints, &found), status = -EHOSTUNREACH;
    if (error)
        return background_fail(background, EHOSTUNREACH, "%s", gai_strerror(error));
    for (const struct addrinfo *peer = found; peer && status < 0; peer = peer->ai_next)
        status = connect_to(background, peer);
    freeaddrinfo(found);
    return status;
}

static void connection_close(struct background *background)
{
    close(background->device);
}

static const struct background_calls calls = {connection_open, NULL, connection_close};

/* --- the caller's thread --- */

static int tcp_open(struct stream *stream, const char *where)
{
    char host[128];
    const char *port;
    if (!parse_where(where, host, &port))
        return stream_fail(stream, EINVAL, "%.60s: not allowed: tcp://host:port", stream->url);
    return background_open(stream, where, &calls);
}

static int socket_of(const struct stream *stream)
{
    return ((const struct background *)stream->impl)->device;
}

static int tcp_read(struct stream *stream, uint8_t *bytes, size_t room)
{
    int status = background_look(stream);
    if (status <= 0)
        return status;
    return stream_read_result(stream, recv(socket_of(stream), bytes, room, 0));
}

static int tcp_write(struct stream *stream, const uint8_t *bytes, size_t count)
{
    int status = background_look(stream);
    if (status <= 0)
        return status == 0 ? -EAGAIN : status;
    return stream_write_result(stream, send(socket_of(stream), bytes, count, MSG_NOSIGNAL), count);
}

static int tcp_drain(struct stream *stream)
{
    enum { PIECES = 16 };
    uint8_t bytes[1024];
    for (int i = 0; i < PIECES; i++) {
        int got = tcp_read(stream, bytes, sizeof bytes);
        if (got <= 0)
            return got;
    }
    return 0;
}

const struct stream_ops stream_tcp_ops = {"tcp",     tcp_open,  tcp_read,
                                          tcp_write, tcp_drain, background_close};
