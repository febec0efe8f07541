#include "app/bms_port.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>

/* The longest answer takes 90 ms at 9600 baud. */
enum { RETRY_MS = 1000, ROOM = 512, SENT_MS = LIB_ANSWER_MS + 90 };

static void lost(struct bms_ports *ports, struct controller *controller, size_t i, int64_t now_ms)
{
    ports->watch(ports->context, (int)i, -1);
    lib_port_changed(&controller->lib_ports[i]);
    ports->retry_ms[i] = now_ms + RETRY_MS;
}

/* Whatever waited in the line from before is not for us. */
static void found(struct bms_ports *ports, struct controller *controller, size_t i, int64_t now_ms)
{
    lib_port_changed(&controller->lib_ports[i]);
    if (stream_drain(&ports->streams[i]) < 0)
        lost(ports, controller, i, now_ms);
    else
        ports->watch(ports->context, (int)i, ports->streams[i].fd);
}

void bms_ports_open(struct bms_ports *ports, const struct config *config,
                    struct controller *controller, int64_t now_ms,
                    void (*watch)(void *context, int slot, int fd), void *context)
{
    memset(ports, 0, sizeof *ports);
    ports->config = config;
    ports->count = config->emulation_count;
    ports->watch = watch;
    ports->context = context;
    for (size_t i = 0; i < ports->count; i++) {
        const char *url = config->emulation_link[i].port;
        ports->streams[i].fd = -1;
        if (*url == '\0')
            continue;
        ports->any = true;
        if (stream_open(&ports->streams[i], url) == 0)
            found(ports, controller, i, now_ms);
        else
            lost(ports, controller, i, now_ms);
    }
}

/* What is still here after this time would come late. */
static void output_look(struct bms_ports *ports, size_t i, int64_t now_ms)
{
    int waiting = 0, fd = ports->streams[i].fd;
    if (ports->said_ms[i] == 0 || now_ms - ports->said_ms[i] <= SENT_MS)
        return;
    ports->said_ms[i] = 0;
    if (ioctl(fd, TIOCOUTQ, &waiting) == 0 && waiting > 0 && tcflush(fd, TCOFLUSH) == 0)
        ports->thrown_away++;
}

static void turn(struct bms_ports *ports, struct controller *controller, size_t i, int64_t now_ms)
{
    struct lib_port *port = &controller->lib_ports[i];
    struct stream *stream = &ports->streams[i];
    uint8_t bytes[ROOM], out[LIB_ANSWER_MAX];
    size_t count = 0;
    for (int got = 1; got > 0 && count + 64 <= ROOM; count += (size_t)got) {
        got = stream_read(stream, bytes + count, ROOM - count);
        if (got < 0) {
            lost(ports, controller, i, now_ms);
            return;
        }
    }
    size_t length = lib_port_hear(port, bytes, count, now_ms, out);
    if (length == 0)
        return;
    ports->said_ms[i] = now_ms;
    int status = stream_write(stream, out, length);
    if (status < 0 && status != -EAGAIN)
        lost(ports, controller, i, now_ms);
}

void bms_ports_turn(struct bms_ports *ports, struct controller *controller, int64_t now_ms)
{
    for (size_t i = 0; i < ports->count; i++) {
        struct stream *stream = &ports->streams[i];
        if (*ports->config->emulation_link[i].port == '\0')
            continue;
        if (stream->fd >= 0) {
            output_look(ports, i, now_ms);
            turn(ports, controller, i, now_ms);
        } else if (now_ms >= ports->retry_ms[i]) {
            if (stream_reopen(stream) == 0)
                found(ports, controller, i, now_ms);
            else
                lost(ports, controller, i, now_ms);
        }
    }
}

int64_t bms_ports_wake_ms(const struct bms_ports *ports, int64_t now_ms)
{
    return ports->any ? now_ms + BMS_PORTS_LOOK_MS : INT64_MAX;
}

void bms_ports_close(struct bms_ports *ports)
{
    for (size_t i = 0; i < ports->count; i++)
        if (*ports->config->emulation_link[i].port)
            stream_close(&ports->streams[i]);
}
