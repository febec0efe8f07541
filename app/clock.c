#include "app/clock.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int64_t clock_ms(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_monotonic_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC) + 1;
}

int64_t clock_wall_ms(void)
{
    return clock_ms(CLOCK_REALTIME);
}

int clock_connect(const char *path, int wait_ms)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    for (int waited = 0;; waited += 20) {
        if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
            return fd;
        int error = errno;
        if (waited >= wait_ms) {
            close(fd);
            return -error;
        }
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
}

int64_t clock_receive(int fd)
{
    int64_t now_us;
    ssize_t got;
    do
        got = recv(fd, &now_us, sizeof now_us, 0);
    while (got < 0 && errno == EINTR);
    return got == sizeof now_us ? now_us / 1000 : 0;
}

int clock_done(int fd, int64_t now_ms)
{
    int64_t now_us = now_ms * 1000;
    return send(fd, &now_us, sizeof now_us, MSG_NOSIGNAL) == sizeof now_us ? 0 : -errno;
}
