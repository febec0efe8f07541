/* Byte stream ports on real ptys and sockets; the cutting of HID reports on bytes alone. */
#include "inverter/stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "inverter/stream_hid.h"

/* Every byte a line discipline would touch, and a real answer with a zero in its CRC. */
static const uint8_t all_sorts[] = "(\x03\x04\x11\x13\x1A\x7F\xFF\x00\xE7\r\n\r\n";
enum { ALL_SORTS = sizeof all_sorts - 1 };

static int open_pty(char *slave, size_t room)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) || unlockpt(master) || ptsname_r(master, slave, room)) {
        perror("pty");
        exit(1);
    }
    return master;
}

/* Waits for the port as the loop does, at most two seconds. */
static bool wait_for(const struct stream *stream)
{
    struct pollfd poll_fd = {.fd = stream->fd, .events = POLLIN};
    return poll(&poll_fd, 1, 2000) > 0;
}

/* What is opened in the background is waited for. */
static int opened(struct stream *stream, int status)
{
    uint8_t bytes[8];
    while (status == 0 && stream->opening && wait_for(stream))
        status = stream_read(stream, bytes, sizeof bytes);
    return status > 0 ? 0 : status;
}

static int read_all(struct stream *stream, uint8_t *bytes, size_t room, size_t wanted)
{
    size_t count = 0;
    while (count < wanted && wait_for(stream)) {
        int got = stream_read(stream, bytes + count, room - count);
        if (got < 0)
            return got;
        count += (size_t)got;
    }
    return (int)count;
}

static void check_both_ways(struct stream *stream, int far)
{
    uint8_t bytes[64];
    CHECK(stream_read(stream, bytes, sizeof bytes) == 0, "nothing yet: %s", stream->problem);
    CHECK(stream_write(stream, all_sorts, ALL_SORTS) == 0, "write: %s", stream->problem);
    ssize_t got = 0;
    while (got < ALL_SORTS && poll(&(struct pollfd){far, POLLIN, 0}, 1, 2000) > 0) {
        ssize_t more = read(far, bytes + got, sizeof bytes - (size_t)got);
        if (more <= 0)
            break;
        got += more;
    }
    CHECK(got == ALL_SORTS && !memcmp(bytes, all_sorts, ALL_SORTS), "sent as it is");
    CHECK(write(far, all_sorts, ALL_SORTS) == ALL_SORTS, "far end");
    CHECK(read_all(stream, bytes, sizeof bytes, ALL_SORTS) == ALL_SORTS &&
              !memcmp(bytes, all_sorts, ALL_SORTS),
          "received as it is: %s", stream->problem);
    CHECK(write(far, "stale", 5) == 5 && wait_for(stream), "stale bytes");
    CHECK(stream_drain(stream) == 0 && stream_read(stream, bytes, sizeof bytes) == 0, "drained");
}

/* Locked against another process, lost with a reason, found again under its name. */
static void check_pty(const char *scheme)
{
    char slave[64], url[96], link[64];
    int master = open_pty(slave, sizeof slave);
    struct stream stream, second;
    snprintf(link, sizeof link, "/tmp/busbar-stream-test-%d", (int)getpid());
    unlink(link);
    CHECK(symlink(slave, link) == 0, "link");
    snprintf(url, sizeof url, "%s%s", scheme, link);
    CHECK(stream_open(&stream, url) == 0, "%s: %s", url, stream.problem);
    check_both_ways(&stream, master);
    struct termios line;
    CHECK(tcgetattr(stream.fd, &line) == 0 && cfgetospeed(&line) == B2400, "2400 baud");
    CHECK(stream_open(&second, url) == -EBUSY && second.fd == -1, "locked");
    CHECK(strstr(second.problem, "another process"), "%s", second.problem);
    CHECK(stream.fd >= 0 && stream_write(&stream, all_sorts, 1) == 0, "the first one is unharmed");
    close(master);
    uint8_t bytes[64];
    CHECK(wait_for(&stream) && stream_read(&stream, bytes, sizeof bytes) < 0, "hung up");
    CHECK(stream.fd == -1 && stream.problem[0] != '\0', "closed, with a reason");
    CHECK(stream_read(&stream, bytes, sizeof bytes) == -ENODEV, "reading a closed port");
    CHECK(stream_write(&stream, bytes, 1) == -ENODEV, "writing a closed port");
    CHECK(stream_drain(&stream) == -ENODEV, "draining a closed port");
    CHECK(stream_reopen(&stream) < 0 && strstr(stream.problem, link), "%s", stream.problem);
    master = open_pty(slave, sizeof slave);
    unlink(link);
    CHECK(symlink(slave, link) == 0, "link");
    CHECK(stream_reopen(&stream) == 0, "plugged in again: %s", stream.problem);
    CHECK(stream.problem[0] == '\0', "well");
    check_both_ways(&stream, master);
    stream_close(&stream);
    CHECK(stream.fd == -1 && stream_open(&second, url) == 0, "closing unlocks: %s", second.problem);
    stream_close(&second);
    close(master);
    unlink(link);
}

/* A killed process leaves no lock behind. */
static void check_killed(void)
{
    char slave[64], url[96];
    int master = open_pty(slave, sizeof slave), ready[2];
    struct stream stream;
    snprintf(url, sizeof url, "tty:%s", slave);
    CHECK(pipe(ready) == 0, "pipe");
    pid_t child = fork();
    if (child == 0) {
        char result = stream_open(&stream, url) == 0 ? 'y' : 'n';
        if (write(ready[1], &result, 1) == 1)
            pause();
        _exit(1);
    }
    char result = '?';
    CHECK(read(ready[0], &result, 1) == 1 && result == 'y', "the child has it");
    CHECK(stream_open(&stream, url) == -EBUSY, "locked");
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    CHECK(stream_reopen(&stream) == 0, "%s", stream.problem);
    stream_close(&stream);
    close(ready[0]);
    close(ready[1]);
    close(master);
}

static void check_detection(void)
{
    char slave[64];
    struct stream stream;
    int master = open_pty(slave, sizeof slave);
    CHECK(stream_open(&stream, slave) == 0, "%s", stream.problem);
    CHECK(stream.ops && !strcmp(stream.ops->scheme, "tty"), "a pty is plain");
    stream_close(&stream);
    close(master);
}

/* How a line is set, looked at past its lock. */
static int line_of(const char *path, struct termios *line)
{
    int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    int status = fd < 0 ? -1 : tcgetattr(fd, line);
    if (fd >= 0)
        close(fd);
    return status;
}

/* libserialport wants hardware. A test must not touch a line somebody may be using, so the line is
 * named: BUSBAR_TEST_SERIAL=/dev/ttyS1, with nothing on it. */
static void check_serial(void)
{
    const char *path = getenv("BUSBAR_TEST_SERIAL");
    struct stream stream, second;
    uint8_t bytes[64];
    char url[96];
    struct termios line;
    if (!path) {
        check_skip("serial line: BUSBAR_TEST_SERIAL names none that is free");
        return;
    }
    snprintf(url, sizeof url, "serial:%s", path);
    CHECK(opened(&stream, stream_open(&stream, url)) == 0, "%s", stream.problem);
    CHECK(line_of(path, &line) == 0 && cfgetospeed(&line) == B2400, "2400 baud");
    CHECK((line.c_cflag & (CSIZE | PARENB | CSTOPB | CRTSCTS)) == CS8, "8N1");
    CHECK(!(line.c_lflag & (ICANON | ECHO | ISIG)) && !(line.c_iflag & (ICRNL | IXON)), "raw");
    CHECK(opened(&second, stream_open(&second, url)) < 0 && second.fd == -1, "locked");
    CHECK(stream_drain(&stream) == 0 && stream_read(&stream, bytes, sizeof bytes) == 0, "quiet");
    CHECK(stream_write(&stream, all_sorts, ALL_SORTS) == 0, "%s", stream.problem);
    stream_close(&stream);
    usleep(100000); /* closed in the background */
    CHECK(opened(&stream, stream_open(&stream, path)) == 0 && !strcmp(stream.ops->scheme, "serial"),
          "hardware is a serial line: %s", stream.problem);
    stream_close(&stream);
    usleep(100000); /* closed in the background */
    snprintf(url, sizeof url, "serial:%s,baud=9600", path);
    CHECK(opened(&stream, stream_open(&stream, url)) == 0, "%s", stream.problem);
    CHECK(line_of(path, &line) == 0 && cfgetospeed(&line) == B9600, "9600 baud");
    stream_close(&stream);
    usleep(100000); /* closed in the background */
}

static int listen_on(int family, uint16_t *port)
{
    struct sockaddr_storage address = {.ss_family = (sa_family_t)family};
    socklen_t length = sizeof address;
    int fd = socket(family, SOCK_STREAM, 0);
    if (family == AF_INET)
        ((struct sockaddr_in *)&address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else
        ((struct sockaddr_in6 *)&address)->sin6_addr = in6addr_loopback;
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 4) ||
        getsockname(fd, (struct sockaddr *)&address, &length)) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    *port = ntohs(((struct sockaddr_in *)&address)->sin_port);
    return fd;
}

/* A system without /etc/hosts does not know even localhost. */
static bool host_known(const char *host)
{
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, NULL, NULL, &found) != 0)
        return false;
    freeaddrinfo(found);
    return true;
}

static void check_tcp(int family, const char *host)
{
    uint16_t port;
    uint8_t bytes[64];
    char url[64];
    struct stream stream;
    char bare[64];
    snprintf(bare, sizeof bare, "%.*s", (int)strcspn(host + (*host == '['), "]"),
             host + (*host == '['));
    if (!host_known(bare)) {
        check_skip("this system does not know the host's name");
        return;
    }
    int server = listen_on(family, &port);
    if (server < 0) {
        check_skip("no loopback of this family");
        return;
    }
    snprintf(url, sizeof url, "tcp://%s:%u", host, port);
    CHECK(stream_open(&stream, url) == 0, "%s", stream.problem);
    int far = accept(server, NULL, NULL);
    CHECK(opened(&stream, 0) == 0, "%s", stream.problem);
    check_both_ways(&stream, far);
    close(far);
    CHECK(wait_for(&stream) && stream_read(&stream, bytes, sizeof bytes) == -ENODEV, "ended");
    CHECK(stream.fd == -1 && strstr(stream.problem, "gone"), "%s", stream.problem);
    CHECK(stream_reopen(&stream) == 0, "%s", stream.problem);
    far = accept(server, NULL, NULL);
    CHECK(opened(&stream, 0) == 0, "%s", stream.problem);
    check_both_ways(&stream, far);
    close(far);
    close(server);
    stream_close(&stream);
    /* Nobody listens: known at once or by the first read, never by waiting. */
    int result = stream_reopen(&stream);
    if (result == 0 && wait_for(&stream))
        result = stream_read(&stream, bytes, sizeof bytes);
    CHECK(result == -ECONNREFUSED && stream.fd == -1, "%d %s", result, stream.problem);
}

/* A server whose queue is full leaves the connection in the making. */
static void check_tcp_slow(void)
{
    uint16_t port;
    uint8_t bytes[64];
    char url[64];
    struct stream streams[8];
    int server = listen_on(AF_INET, &port);
    CHECK(server >= 0 && listen(server, 0) == 0, "server");
    snprintf(url, sizeof url, "tcp://127.0.0.1:%u", port);
    int in_the_making = 0;
    for (int i = 0; i < 8; i++) {
        CHECK(stream_open(&streams[i], url) == 0, "%s", streams[i].problem);
        CHECK(stream_read(&streams[i], bytes, sizeof bytes) == 0, "%s", streams[i].problem);
        in_the_making += stream_write(&streams[i], all_sorts, ALL_SORTS) == -EAGAIN;
    }
    CHECK(in_the_making > 0, "writes wait for the connection");
    for (int i = 0; i < 8; i++)
        stream_close(&streams[i]);
    close(server);
}

/* A name is looked up in the background, and each time anew: what is unknown now may be known later. */
static void check_names(void)
{
    struct stream stream;
    struct timespec began, after;
    clock_gettime(CLOCK_MONOTONIC, &began);
    int status = stream_open(&stream, "tcp://nosuchhost.invalid:4001");
    clock_gettime(CLOCK_MONOTONIC, &after);
    int64_t took_us =
        (after.tv_sec - began.tv_sec) * 1000000 + (after.tv_nsec - began.tv_nsec) / 1000;
    CHECK(status == 0 && took_us < 50000, "%d after %d us", status, (int)took_us);
    CHECK(stream_write(&stream, all_sorts, 1) < 0, "nobody to write to");
    for (int i = 0; i < 5 && status == 0 && stream.fd >= 0; i++)
        status = opened(&stream, status);
    CHECK(status == -EHOSTUNREACH && stream.fd == -1, "%d %s", status, stream.problem);
    status = opened(&stream, stream_reopen(&stream));
    CHECK(status == -EHOSTUNREACH || (status == 0 && stream.opening), "asked again: %d %s", status,
          stream.problem);
    stream_close(&stream);
}

/* clang-format off */
static const struct {
    const char *url;
    int error;
    const char *says;
} wrong[] = {
    {"",                                 EINVAL, "serial:, tty:, hidraw:, tcp:// or /dev/..."},
    {"usb:/dev/ttyUSB0",                 EINVAL, "usb:/dev/ttyUSB0: not allowed"},
    {"tcp://host",                       EINVAL, "tcp://host:port"},
    {"tcp://:23",                        EINVAL, "tcp://host:port"},
    {"tcp://host:port",                  EINVAL, "tcp://host:port"},
    {"tcp://host:123456",                EINVAL, "tcp://host:port"},
    {"tcp://host:23x",                   EINVAL, "tcp://host:port"},
    {"serial:/dev/null,baud=2400x",      EINVAL,
     "',baud=2400x' is not allowed: ,baud=300 to 230400"},
    {"serial:/dev/null,baud=",           EINVAL, "baud=300 to 230400"},
    {"serial:/dev/null,baud=99",         EINVAL, "baud=300 to 230400"},
    {"serial:/dev/null,parity=e",        EINVAL, "',parity=e' is not allowed"},
    {"tty:/nonexistent/tty",             ENOENT, "tty:/nonexistent/tty: opening: No such file"},
    {"tty:/tmp",                         EISDIR, "opening: Is a directory"},
    {"tty:/etc/passwd",                  ENOTTY, "not a character device"},
    {"/dev/nonexistent",                 ENOENT, "/dev/nonexistent: opening: No such file"},
    {"hidraw:/dev/null",                 ENOTTY, "not a hidraw device"},
    {"hidraw:/dev/nonexistent",          ENOENT, "opening: No such file"},
    {"serial:/dev/nonexistent",          ENOENT, "opening: No such file"},
    {"serial:/dev/null",                 ENOTTY, "not a serial line (a pty wants tty:)"},
    {"tty:/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
     "8901234567890123456789012345678901234567890123456789", EINVAL, "longer than 127"},
};
/* clang-format on */

static void check_wrong(void)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct stream stream;
        int result = opened(&stream, stream_open(&stream, wrong[i].url));
        CHECK(result < 0 && stream.fd == -1, "%s opened", wrong[i].url);
        CHECK(result == -wrong[i].error, "%s: %d", wrong[i].url, result);
        CHECK(strstr(stream.problem, wrong[i].says), "%s says: %s", wrong[i].url, stream.problem);
        CHECK(opened(&stream, stream_reopen(&stream)) < 0 && stream.problem[0], "%s reopened",
              wrong[i].url);
        stream_close(&stream);
    }
}

static void check_reports(void)
{
    static const uint8_t request[] = "QPIGS2h-\r"; /* 9 bytes: the one naive tools lose */
    static const uint8_t expected[2][9] = {{0, 'Q', 'P', 'I', 'G', 'S', '2', 'h', '-'},
                                           {0, '\r', 0, 0, 0, 0, 0, 0, 0}};
    uint8_t report[1 + HID_REPORT];
    size_t sent = 0;
    for (int i = 0; i < 2; i++) {
        hid_cut(report, request, sizeof request - 1, &sent);
        CHECK(!memcmp(report, expected[i], sizeof report), "report %d", i);
    }
    CHECK(sent == 9, "all of it: %zu", sent);
    sent = 0;
    hid_cut(report, (const uint8_t *)"QMODI\xC1\r", 7, &sent);
    CHECK(sent == 7 && !memcmp(report, "\0QMODI\xC1\r\0", 9), "one report");
    CHECK(hid_data((const uint8_t *)"(B\xE7\xC9\r\0\0\0", 8) == 5, "padding after the end");
    CHECK(hid_data((const uint8_t *)"(230.0 4", 8) == 8, "a full report");
    CHECK(hid_data((const uint8_t *)" 00 0000\0", 8) == 8, "a full one, zeros are digits");
    CHECK(hid_data((const uint8_t *)"00 0000\0", 8) == 8, "the zero of CRC 00 E7 stays");
    CHECK(hid_data((const uint8_t *)"\xE7\r\0\0\0\0\0\0", 8) == 2, "and its end is found");
    CHECK(hid_data((const uint8_t *)"\0\0\0\0\0\0\0\0", 8) == 0, "nothing");
    CHECK(hid_data(NULL, 0) == 0, "no report");
}

int main(void)
{
    alarm(60);
    setvbuf(stdout, NULL, _IOLBF, 0);
    check_pty("tty:");
    check_serial();
    check_killed();
    check_detection();
    check_tcp(AF_INET, "127.0.0.1");
    check_tcp(AF_INET, "localhost");
    check_tcp(AF_INET6, "[::1]");
    check_tcp_slow();
    check_names();
    check_wrong();
    check_reports();
    return check_done("stream");
}
