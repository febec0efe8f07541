/* A serial server. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inverter/stream_fd.h"

/* "host:7", "[::1]:7" -> host and port. */
static int parse_where(struct stream *stream, const char *where, char *host, const char **port)
{
    const char *colon = strrchr(where, ':');
    size_t length = colon ? (size_t)(colon - where) : 0;
    bool bracket = length >= 2 && where[0] == '[' && where[length - 1] == ']';
    size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;
    if (length == 0 || digits < 1 || digits > 5 || colon[1 + digits] != '\0')
        return stream_fail(stream, EINVAL, "%.60s: not allowed: tcp://host:port", stream->url);
    memcpy(host, where + bracket, length - 2 * bracket);
    host[length - 2 * bracket] = '\0';
    *port = colon + 1;
    return 0;
}

/* The address, kept for later: a name is looked up, and waited for, the first time only. */
static int find_peer(struct stream *stream, const char *where)
{
    char host[sizeof stream->url];
    const char *port = NULL;
    int result = parse_where(stream, where, host, &port);
    if (result < 0 || stream->peer_length)
        return result;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *found;
    hints.ai_flags |= stream->reopening ? AI_NUMERICHOST : 0;
    int error = getaddrinfo(host, port, &hints, &found);
    if (error)
        return stream_fail(stream, EHOSTUNREACH, "%.40s: %s%s", stream->url, gai_strerror(error),
                           stream->reopening ? "; a name is looked up at the start only" : "");
    if (found->ai_addrlen <= sizeof stream->peer) {
        memcpy(stream->peer, found->ai_addr, found->ai_addrlen);
        stream->peer_length = (uint8_t)found->ai_addrlen;
    }
    freeaddrinfo(found);
    return stream->peer_length
               ? 0
               : stream_fail(stream, EAFNOSUPPORT, "%.60s: neither IPv4 nor IPv6", stream->url);
}

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

static int tcp_open(struct stream *stream, const char *where)
{
    struct sockaddr_storage peer = {0};
    int result = find_peer(stream, where);
    if (result < 0)
        return result;
    memcpy(&peer, stream->peer, stream->peer_length);
    stream->fd = socket(peer.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (stream->fd < 0)
        return stream_fail(stream, errno, "%s: socket: %s", stream->url, strerror(errno));
    set_options(stream->fd);
    if (connect(stream->fd, (struct sockaddr *)&peer, stream->peer_length) != 0 &&
        errno != EINPROGRESS)
        return stream_fail(stream, errno, "%s: connecting: %s", stream->url, strerror(errno));
    return 0;
}

static int tcp_read(struct stream *stream, uint8_t *bytes, size_t room)
{
    return stream_read_result(stream, recv(stream->fd, bytes, room, 0));
}

static int tcp_write(struct stream *stream, const uint8_t *bytes, size_t count)
{
    return stream_write_result(stream, send(stream->fd, bytes, count, MSG_NOSIGNAL), count);
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
                                          tcp_write, tcp_drain, stream_close_fd};
