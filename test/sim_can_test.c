/* A simulated inverter that hears its battery on a CAN bus of its own: every wire real. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/sim_ports.h"
#include "test/check.h"

static struct sim_config plant;
static struct sim_ports ports;
static char dir[] = "/tmp/busbar-sim-can-XXXXXX";

static void say(struct bus *bus, uint32_t id, const uint8_t data[8])
{
    struct frame frame = {.id = id, .len = 8};
    memcpy(frame.data, data, 8);
    CHECK(bus_send(bus, &frame) == 0, "0x%03X is sent", id);
}

/* The battery's side: the hub is in the simulator, this is a client of it. */
static void two_on_one_bus(struct sim *sim)
{
    char url[64];
    struct bus battery;
    struct frame frames[64];
    int alive = 0, others = 0;
    snprintf(url, sizeof url, "local:%s/bms", dir);
    struct sim_ports_config config = {
        .sim = sim, .inverters = 4, .bms_can = {url, NULL, url}, .alone = true};
    CHECK(sim_ports_open(&ports, &config) == 0, "%s", ports.problem);
    CHECK(bus_open(&battery, url, NULL, 0) == 0, "%s", battery.problem);
    for (int64_t s = 1; s <= 10; s++) {
        say(&battery, 0x351, (const uint8_t[8]){0x28, 0x02, 0x2C, 0x01, 0xE8, 0x03, 0xE0, 0x01});
        say(&battery, 0x355, (const uint8_t[8]){60, 0, 100, 0});
        say(&battery, 0x35C, (const uint8_t[8]){0x80});
        sim_ports_step(&ports, ports.now_ms + 1000);
        for (int n; (n = bus_recv(&battery, frames, 64)) > 0;)
            for (int i = 0; i < n; i++) {
                bool own = frames[i].flags & FRAME_OWN;
                alive += !own && frames[i].id == 0x305;
                others += !own && frames[i].id != 0x305;
            }
    }
    CHECK(alive >= 18 && alive <= 22 && others == 0, "0x305 each second from two: %d", alive);
    for (int u = 0; u < 3; u += 2) {
        const struct sim_bms_seen *seen = sim_bms_seen(sim, u);
        CHECK(seen->limit_A == 30 && seen->charge && !seen->discharge && seen->error == 0,
              "inverter %d: %.1f A", u + 1, seen->limit_A);
    }
    CHECK(sim_bms_seen(sim, 1)->heard_ms == 0, "the others hear nothing");
    sim_ports_step(&ports, ports.now_ms + 61000);
    CHECK(sim_bms_seen(sim, 0)->error == 61, "a minute without a battery is an error");
    bus_close(&battery);
    sim_ports_close(&ports);
}

/* It is not there yet: no error, and tried again. */
static void what_cannot_be(struct sim *sim)
{
    struct sim_ports_config config = {.sim = sim, .inverters = 4, .alone = true};
    config.bms_can[1] = "nonsense:bus";
    CHECK(sim_ports_open(&ports, &config) < 0 && strstr(ports.problem, "local:PATH"), "%s",
          ports.problem);
    config.bms_can[1] = "busbar-none0";
    CHECK(sim_ports_open(&ports, &config) == 0, "%s", ports.problem);
    sim_ports_step(&ports, ports.now_ms + 3000);
    CHECK(ports.bms_can[1].bus.fd < 0 && ports.bms_can[1].retry_ms > ports.now_ms, "tried again");
    sim_ports_close(&ports);
}

int main(void)
{
    struct sim *sim = malloc(sim_size());
    if (!sim || !mkdtemp(dir))
        return 1;
    sim_uc001(&plant);
    sim_init(sim, &plant, 1000);
    two_on_one_bus(sim);
    what_cannot_be(sim);
    rmdir(dir);
    free(sim);
    return check_done("sim_can");
}
