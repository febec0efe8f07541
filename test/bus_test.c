/* The bus port on its backends that need no hardware. SocketCAN runs in the virtual shed. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "can/bus.h"
#include "test/check.h"

static const struct frame sample = {.id = 0x123, .len = 3, .data = {1, 2, 3}};

static void in_memory(void)
{
    struct bus_mem *mem = bus_mem_new();
    struct bus a, b, c;
    struct frame got[4];
    struct bus_filter only = {.id = 0x120, .mask = 0x7F0};
    CHECK(bus_open_mem(&a, mem) == 0 && bus_open_mem(&b, mem) == 0 && bus_open_mem(&c, mem) == 0,
          "open");
    c.filters[0] = only;
    c.filter_count = 1;
    CHECK(bus_send(&a, &sample) == 0, "send");
    struct frame other = {.id = 0x200, .len = 1};
    CHECK(bus_send(&a, &other) == 0, "send");
    CHECK(bus_recv(&a, got, 4) == 0, "a sender does not hear itself");
    CHECK(bus_recv(&b, got, 4) == 2 && memcmp(&got[0], &sample, sizeof sample) == 0, "others do");
    CHECK(bus_recv(&c, got, 4) == 1 && got[0].id == 0x123, "a filter lets through what it names");
    bus_close(&a);
    bus_close(&b);
    bus_close(&c);
    bus_mem_free(mem);
}

static void pump(struct bus_hub *hub)
{
    struct pollfd wait = {.fd = bus_hub_fd(hub), .events = POLLIN};
    while (poll(&wait, 1, 5) > 0)
        bus_hub_pump(hub);
}

static void the_local_bus(void)
{
    char path[64], url[80];
    struct bus_hub *hub = NULL, *second = NULL;
    static struct bus a, b;
    struct frame got[64];
    snprintf(path, sizeof path, "/tmp/busbar-bus-test-%d", (int)getpid());
    snprintf(url, sizeof url, "local:%s", path);
    CHECK(bus_open(&a, url, NULL, 0) < 0 && strstr(a.problem, "no hub answers"), "%s", a.problem);
    CHECK(bus_hub_open(&hub, path) == 0, "a hub");
    CHECK(bus_hub_open(&second, path) == -EADDRINUSE, "a second hub is refused");
    CHECK(bus_reopen(&a) == 0 && bus_open(&b, url, NULL, 0) == 0, "two clients");
    pump(hub);
    CHECK(bus_send(&a, &sample) == 0, "send");
    pump(hub);
    CHECK(bus_recv(&a, got, 64) == 0, "a sender does not hear itself");
    CHECK(bus_recv(&b, got, 64) == 1 && got[0].id == 0x123 && got[0].len == 3 &&
              memcmp(got[0].data, sample.data, 3) == 0 && got[0].at_us > 0,
          "the other does, with a stamp");

    /* b does not read: it loses frames and is told how many, and a is never held up */
    unsigned sent = 0;
    for (; sent < 20000; sent++) {
        if (bus_send(&a, &sample) < 0)
            break;
        if (sent % 32 == 0)
            pump(hub);
    }
    pump(hub);
    CHECK(sent == 20000, "%u frames sent without waiting", sent);
    uint64_t heard = 0;
    for (int n; (n = bus_recv(&b, got, 64)) > 0;)
        heard += (uint64_t)n;
    CHECK(bus_send(&a, &sample) == 0, "one more");
    pump(hub);
    heard += (uint64_t)bus_recv(&b, got, 64);
    CHECK(heard + b.stats.rx_lost == 20001 && b.stats.rx_lost > 0, "%llu heard, %llu told lost",
          (unsigned long long)heard, (unsigned long long)b.stats.rx_lost);

    bus_hub_close(hub);
    CHECK(bus_recv(&b, got, 64) == -ENETDOWN && b.fd < 0 && b.problem[0], "the hub goes: %s",
          b.problem);
    CHECK(bus_send(&b, &sample) == -ENETDOWN, "a closed port drops");
    CHECK(bus_hub_open(&hub, path) == 0 && bus_reopen(&b) == 0, "both come back");
    bus_close(&a);
    bus_close(&b);
    bus_hub_close(hub);
}

static void a_log(void)
{
    char path[64], url[80];
    struct bus bus;
    struct frame got[8];
    snprintf(path, sizeof path, "/tmp/busbar-log-test-%d", (int)getpid());
    FILE *out = fopen(path, "w");
    fputs("(1.000000) can0 123#01\n\n(2.000000) can0 zzz\n(3.000000) can0 124#02\n", out);
    fclose(out);
    snprintf(url, sizeof url, "log:%s", path);
    CHECK(bus_open(&bus, url, NULL, 0) == 0, "%s", bus.problem);
    CHECK(bus_recv(&bus, got, 8) == 2 && got[1].id == 0x124 && got[1].at_us == 3000000,
          "two frames");
    CHECK(bus.stats.errors == 1 && strstr(bus.problem, ":3:17:"), "the damaged line is named: %s",
          bus.problem);
    CHECK(bus_send(&bus, &sample) == -EROFS, "a log is not written");
    CHECK(bus_recv(&bus, got, 8) == -ENODATA, "its end");
    bus_close(&bus);
    unlink(path);
}

static void wrong_names(void)
{
    static const struct {
        const char *url, *problem;
    } rows[] = {
        {"tcp:host", "expected an interface, local:PATH, log:FILE"},
        {"local:", "1 to"},
        {"log:/no/such/log", "No such file"},
        {"averyverylonginterfacename", "1 to 15 characters"},
        {"mem:", "opened by tests"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bus bus;
        CHECK(bus_open(&bus, rows[i].url, NULL, 0) < 0 && bus.fd < 0, "%s", rows[i].url);
        CHECK(strstr(bus.problem, rows[i].problem), "%s: %s", rows[i].url, bus.problem);
        CHECK(bus_recv(&bus, &(struct frame){0}, 1) == -ENETDOWN, "closed");
    }
}

int main(void)
{
    in_memory();
    the_local_bus();
    a_log();
    wrong_names();
    return check_done("bus");
}
