#include "app/sim_can.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { RETRY_MS = 1000, BATCH = 64 };

static const char LOCAL[] = "local:";

int sim_can_open(struct sim_can *can, const char *url, char *problem, size_t room)
{
    *can = (struct sim_can){.url = url, .bus.fd = -1};
    if (!url)
        return 0;
    int status = 0;
    if (strncmp(url, LOCAL, sizeof LOCAL - 1) == 0)
        status = bus_hub_open(&can->hub, url + sizeof LOCAL - 1);
    if (status < 0 && status != -EADDRINUSE) {
        snprintf(problem, room, "BMS bus %.100s: %.50s", url, strerror(-status));
        return status;
    }
    status = bus_open(&can->bus, url, NULL, 0);
    if (status == -EINVAL)
        snprintf(problem, room, "%.180s", can->bus.problem);
    return status == -EINVAL ? status : 0;
}

void sim_can_talk(struct sim_can *can, struct sim *sim, int inverter, int64_t now_ms)
{
    struct frame frame;
    if (can->url && can->bus.fd < 0 && now_ms >= can->retry_ms) {
        can->retry_ms = now_ms + RETRY_MS;
        bus_reopen(&can->bus);
    }
    while (can->url && sim_can_says(sim, inverter, &frame))
        if (can->bus.fd >= 0 && bus_send(&can->bus, &frame) == -ENETDOWN)
            bus_close(&can->bus);
}

void sim_can_listen(struct sim_can *can, struct sim *sim, int inverter)
{
    struct frame frames[BATCH];
    int count = 0;
    do {
        if (!can->url || can->bus.fd < 0)
            return;
        count = bus_recv(&can->bus, frames, BATCH);
        for (int i = 0; i < count; i++)
            if (!(frames[i].flags & FRAME_OWN))
                sim_can_hear(sim, inverter, &frames[i]);
    } while (count == BATCH);
}

void sim_can_pump(struct sim_can *can)
{
    if (can->hub)
        bus_hub_pump(can->hub);
}

void sim_can_forget(struct sim_can *can)
{
    bus_close(&can->bus);
}

void sim_can_close(struct sim_can *can)
{
    bus_close(&can->bus);
    bus_hub_close(can->hub);
    can->hub = NULL;
}
