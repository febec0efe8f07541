#include "app/client.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/control.h"

enum { ANSWER_WAIT_MS = 5000, LEASE_MS = 10000 };

const char *client_path(const char *option)
{
    const char *path = option ? option : getenv("BUSBAR_SOCKET");
    return path ? path : "/run/busbar/control.sock";
}

int client_try(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    int error = errno;
    close(fd);
    return -error;
}

int client_connect(const char *path)
{
    int fd = client_try(path);
    if (fd == -ENAMETOOLONG)
        fprintf(stderr, "busbar: %s: a socket path has at most %zu characters\n", path,
                sizeof((struct sockaddr_un *)0)->sun_path - 1);
    else if (fd < 0)
        fprintf(stderr,
                "busbar: %s: %s; is `busbar run` running? (--socket or $BUSBAR_SOCKET names "
                "another)\n",
                path, strerror(-fd));
    return fd < 0 ? -1 : fd;
}

Busbar__Response *client_exchange(int fd, Busbar__Request *request, const char **problem)
{
    uint8_t out[2048];
    static uint8_t in[CONTROL_PACKET];
    request->version = 1;
    *problem = "the request is too long";
    if (busbar__request__get_packed_size(request) > sizeof out)
        return NULL;
    size_t count = busbar__request__pack(request, out);
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    *problem = "the controller does not answer";
    if (send(fd, out, count, MSG_NOSIGNAL) < 0 || poll(&waiting, 1, ANSWER_WAIT_MS) <= 0)
        return NULL;
    ssize_t got = recv(fd, in, sizeof in, 0);
    *problem = "the controller's answer cannot be read";
    return got > 0 ? busbar__response__unpack(NULL, (size_t)got, in) : NULL;
}

Busbar__Response *client_ask(int fd, Busbar__Request *request)
{
    const char *problem;
    Busbar__Response *response = client_exchange(fd, request, &problem);
    if (!response)
        fprintf(stderr, "busbar: %s\n", problem);
    return response;
}

Busbar__Response *client_once(const char *socket_option, Busbar__Request *request, int *status)
{
    *status = 1;
    if (getrandom(&request->id, sizeof request->id, 0) != sizeof request->id)
        return NULL;
    if (request->lease_ms == 0)
        request->lease_ms = LEASE_MS;
    int fd = client_connect(client_path(socket_option));
    if (fd < 0)
        return NULL;
    Busbar__Response *response = client_ask(fd, request);
    close(fd);
    if (!response)
        return NULL;
    *status = response->accepted ? 0 : 1;
    if (!response->accepted)
        fprintf(stderr, "busbar: refused: %s\n", response->reason);
    return response;
}

void lines_print(const Busbar__Response *response, bool json)
{
    if (!json) {
        for (size_t i = 0; i < response->n_lines; i++)
            puts(response->lines[i]);
        return;
    }
    json_t *lines = json_array();
    for (size_t i = 0; i < response->n_lines; i++)
        json_array_append_new(lines, json_string(response->lines[i]));
    json_show(lines);
}

int client_command(int argc, char **argv, const char *help, Busbar__Verb verb,
                   void (*show)(const Busbar__Response *response, bool json))
{
    static const struct option known[] = {{"json", no_argument, NULL, 'j'},
                                          {"socket", required_argument, NULL, 's'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    const char *socket = NULL;
    bool json = false;
    for (int c; (c = getopt_long(argc, argv, "js:h", known, NULL)) != -1;) {
        if (c != 'j' && c != 's') {
            fputs(help, c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
        json |= c == 'j';
        socket = c == 's' ? optarg : socket;
    }
    return client_show(socket, verb, json, show);
}

int client_show(const char *socket_option, Busbar__Verb verb, bool json,
                void (*show)(const Busbar__Response *response, bool json))
{
    int status;
    Busbar__Request request = BUSBAR__REQUEST__INIT;
    request.verb = verb;
    Busbar__Response *response = client_once(socket_option, &request, &status);
    if (response && status == 0)
        show(response, json);
    if (response)
        busbar__response__free_unpacked(response, NULL);
    return status;
}

void json_show(json_t *object)
{
    json_dumpf(object, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
    putchar('\n');
    json_decref(object);
}
