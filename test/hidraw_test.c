/* The USB chip 0665:5161 on a real kernel: /dev/uhid makes HID devices of it, with simulated inverters
 * behind them in another process; the port keeper finds them by `auto` and talks over the real
 * /dev/hidrawN. Real time, about a minute. Runs in the virtual shed; elsewhere /dev/uhid may be missing.
 *
 * Where the kernel was told that this chip has no interrupt pipe towards it (as it has none; usbhid's
 * parameter quirks=0x0665:0x5161:0x40000), a write waits for the device as over USB, up to 5 s. */
#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <linux/uhid.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/ports.h"
#include "check.h"
#include "sim/sim.h"

/* Devices: two inverters, two keyboards, a UPS with the same chip that answers nobody. */
enum { UNITS = 2, KEYBOARD = 2, OTHER_KEYBOARD = 3, UPS = 4, DEVICES = 5, REPORT = 8, TURN_MS = 5 };

static int64_t real_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- the far end: a process with the devices --- */

struct device {
    int fd;
    bool hangs; /* takes nothing, says nothing */
    uint8_t say[512];
    size_t count, said;
};

static struct device devices[DEVICES] = {
    {.fd = -1}, {.fd = -1}, {.fd = -1}, {.fd = -1}, {.fd = -1}};

/* Eight bytes each way, as the chip's own descriptor says. */
static const uint8_t descriptor[] = {
    0x06, 0x00, 0xFF, 0x09, 0x01, 0xA1, 0x01, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75,
    0x08, 0x95, 0x08, 0x09, 0x01, 0x81, 0x02, 0x09, 0x01, 0x91, 0x02, 0xC0,
};

static void device_create(size_t d)
{
    struct uhid_event event = {.type = UHID_CREATE2};
    snprintf((char *)event.u.create2.name, sizeof event.u.create2.name, "unit %zu", d);
    memcpy(event.u.create2.rd_data, descriptor, sizeof descriptor);
    event.u.create2.rd_size = sizeof descriptor;
    event.u.create2.bus = BUS_USB;
    bool keyboard = d == KEYBOARD || d == OTHER_KEYBOARD;
    event.u.create2.vendor = keyboard ? 0x046D : 0x0665;
    event.u.create2.product = keyboard ? 0xC534 : 0x5161;
    devices[d] = (struct device){.fd = open("/dev/uhid", O_RDWR | O_NONBLOCK | O_CLOEXEC)};
    if (devices[d].fd < 0 || write(devices[d].fd, &event, sizeof event) != sizeof event)
        _exit(2);
}

static void device_destroy(size_t d)
{
    close(devices[d].fd);
    devices[d].fd = -1;
}

/* A report without its number; the chip passes on what is not padding. */
static void device_take(struct sim *sim, size_t d, const uint8_t *report, size_t size)
{
    size_t end = 0;
    if (size == REPORT + 1) {
        report++;
        size--;
    }
    for (size_t i = 0; i < size; i++)
        if (report[i])
            end = i + 1;
    if (d < UNITS)
        sim_bytes(sim, (int)d, report, end);
}

static void device_hear(struct sim *sim, size_t d)
{
    struct uhid_event event, reply = {.type = UHID_SET_REPORT_REPLY};
    struct device *device = &devices[d];
    while (read(device->fd, &event, sizeof event) > 0) {
        if (event.type == UHID_OUTPUT && !device->hangs) {
            device_take(sim, d, event.u.output.data, event.u.output.size);
        } else if (event.type == UHID_SET_REPORT && !device->hangs) {
            device_take(sim, d, event.u.set_report.data, event.u.set_report.size);
            reply.u.set_report_reply.id = event.u.set_report.id;
            if (write(device->fd, &reply, sizeof reply) < 0)
                return;
        }
    }
}

/* One report a turn, the last one padded with zeros. */
static void device_say(struct sim *sim, size_t d)
{
    struct device *device = &devices[d];
    struct uhid_event event = {.type = UHID_INPUT2};
    if (device->said == device->count && d < UNITS) {
        device->said = 0;
        device->count = sim_answer(sim, (int)d, device->say, sizeof device->say);
    }
    size_t left = device->count - device->said, part = left < REPORT ? left : REPORT;
    if (part == 0)
        return;
    event.u.input2.size = REPORT;
    memcpy(event.u.input2.data, device->say + device->said, part);
    device->said += part;
    if (!device->hangs && write(device->fd, &event, sizeof event) < 0)
        return;
}

static void far_order(char what, size_t d)
{
    switch (what) {
    case 'c':
        device_create(d);
        break;
    case 'd':
        device_destroy(d);
        break;
    case 'h':
        devices[d].hangs = true;
        break;
    case 'g':
        devices[d].hangs = false;
        break;
    }
}

static void far_end(int orders)
{
    static struct sim_config plant;
    struct sim *sim = malloc(sim_size());
    sim_uc001(&plant);
    sim_init(sim, &plant, real_ms());
    for (;;) {
        char order[2];
        struct pollfd watched = {.fd = orders, .events = POLLIN};
        if (poll(&watched, 1, TURN_MS) > 0) {
            if (read(orders, order, 2) != 2)
                _exit(0);
            far_order(order[0], (size_t)(order[1] - '0'));
        }
        sim_step(sim, real_ms());
        for (size_t d = 0; d < DEVICES; d++)
            if (devices[d].fd >= 0) {
                device_hear(sim, d);
                device_say(sim, d);
            }
    }
}

/* --- the near end --- */

static struct config config;
static struct plant plant;
static struct ports ports;
static int64_t longest_ms;
static int orders;

static void order(char what, size_t d)
{
    char text[2] = {what, (char)('0' + d)};
    CHECK(write(orders, text, 2) == 2, "far end");
}

static void on_watch(void *context, int slot, int fd)
{
    (void)context;
    (void)slot;
    (void)fd;
}

static void turn(void)
{
    int64_t began_ms = real_ms();
    ports_hear(&ports, &plant, -1, began_ms);
    ports_supervise(&ports, &plant, began_ms);
    ports_speak(&ports, &plant, began_ms);
    int64_t took_ms = real_ms() - began_ms;
    longest_ms = took_ms > longest_ms ? took_ms : longest_ms;
    usleep(TURN_MS * 1000);
}

static void run(int64_t span_ms)
{
    for (int64_t end_ms = real_ms() + span_ms; real_ms() < end_ms;)
        turn();
}

static bool at_home(size_t i)
{
    return ports_of(&ports, i) && plant.units[i].identified &&
           strcmp(plant.units[i].readings.serial, config.inverters[i].serial) == 0;
}

static int64_t wait_home(int64_t limit_ms)
{
    int64_t from_ms = real_ms();
    while (!(at_home(0) && at_home(1)) && real_ms() - from_ms < limit_ms)
        turn();
    return real_ms() - from_ms;
}

static void near_start(void)
{
    static struct sim_config sim;
    sim_uc001(&sim);
    config.inverter_count = UNITS;
    config.ports.hang_s = 10;
    config.backbone = CONFIG_NONE;
    for (size_t i = 0; i < UNITS; i++) {
        snprintf(config.inverters[i].name, NAME_SIZE, "inv%zu", i + 1);
        snprintf(config.inverters[i].port, CONFIG_PATH_SIZE, "auto");
        snprintf(config.inverters[i].serial, NAME_SIZE, "%s", sim.inverter[i].serial);
    }
    CHECK(plant_init(&plant, &config, real_ms(), stderr) == 0, "plant");
    ports.root = "";
    ports.watch = on_watch;
    ports_open(&ports, &config, &plant, real_ms());
}

static const char *url_of(size_t i)
{
    return ports_of(&ports, i) ? ports_of(&ports, i)->where.url : "nowhere";
}

/* Numbered as they come, a keyboard among them. */
static void check_found(void)
{
    order('c', KEYBOARD);
    usleep(200000);
    order('c', 0);
    usleep(200000);
    order('c', 1);
    int64_t took_ms = wait_home(20000);
    CHECK(took_ms < 20000, "found: %s, %s", url_of(0), url_of(1));
    printf("found by auto at %s and %s after %d ms\n", url_of(0), url_of(1), (int)took_ms);
    CHECK(strstr(url_of(0), "hidraw:/dev/hidraw1") && strstr(url_of(1), "hidraw:/dev/hidraw2"),
          "the keyboard's hidraw0 is none: %s %s", url_of(0), url_of(1));
    for (size_t p = 0; p < MAX_PORTS; p++)
        CHECK(!ports.port[p].used || !strstr(ports.port[p].where.url, "hidraw0"),
              "it is not even looked at");
}

/* A setter of ten bytes and its CRC goes out in two reports, QPIGS2 in two. */
static void check_split(void)
{
    struct unit_orders wanted = unit_orders_none();
    wanted.want[SET_CHARGE_MAX] = 30;
    unit_order(&plant.units[0], &wanted);
    run(12000);
    CHECK(plant.units[0].settings[SET_CHARGE_MAX].state == SETTING_CONFIRMED, "state %d",
          (int)plant.units[0].settings[SET_CHARGE_MAX].state);
    CHECK(plant.units[0].readings.charge_max_A.value == 30, "%d A",
          plant.units[0].readings.charge_max_A.value);
    const struct unit_statistics *s = &plant.units[0].statistics;
    CHECK(s->answers > 15 && s->checks == 0 && s->shapes == 0, "%u answers, %u bad CRC, %u shapes",
          s->answers, s->checks, s->shapes);
    printf("%u answers over real hidraw reports, none bad\n", s->answers);
}

/* Both pulled, and put in again in the other order: the numbers swap, the roles do not. */
static void check_swapped(void)
{
    order('d', 0);
    order('d', 1);
    run(1500);
    CHECK(!ports_of(&ports, 0) && !ports_of(&ports, 1), "gone");
    order('c', 1);
    usleep(200000);
    order('c', 0);
    int64_t took_ms = wait_home(20000);
    CHECK(took_ms < 5000, "%d ms", (int)took_ms);
    printf("swapped to %s and %s, adopted after %d ms\n", url_of(0), url_of(1), (int)took_ms);
    CHECK(strstr(url_of(0), "hidraw2") && strstr(url_of(1), "hidraw1"), "%s %s", url_of(0),
          url_of(1));
}

/* Another number altogether: something else has taken the old one. */
static void check_renumbered(void)
{
    const char *before = "hidraw:/dev/hidraw1";
    order('d', 1);
    run(1500);
    order('c', OTHER_KEYBOARD);
    usleep(200000);
    order('c', 1);
    int64_t took_ms = wait_home(20000);
    CHECK(took_ms < 5000 && strcmp(url_of(1), before) != 0, "%s after %d ms", url_of(1),
          (int)took_ms);
    printf("re-enumerated from %s to %s, adopted after %d ms\n", before, url_of(1), (int)took_ms);
}

static int write_ms;

static void *slow_write(void *data)
{
    uint8_t report[REPORT + 1] = {0, 'Q'};
    int fd = open(data, O_RDWR | O_NONBLOCK);
    int64_t began_ms = real_ms();
    ssize_t taken = fd < 0 ? 0 : write(fd, report, sizeof report);
    write_ms = taken > 0 ? -1 : (int)(real_ms() - began_ms);
    close(fd);
    return NULL;
}

/* The device that is neither inverter's. */
static void other_path(char path[PORT_URL_SIZE])
{
    struct port_found found[8];
    size_t count = port_find("auto", "", found, 8);
    path[0] = '\0';
    for (size_t i = 0; i < count; i++)
        if (strcmp(found[i].url, url_of(0)) != 0 && strcmp(found[i].url, url_of(1)) != 0)
            port_url_path(found[i].url, path);
}

/* How long the kernel keeps somebody who writes to a chip that takes nothing. */
static void check_kernel(void)
{
    char path[PORT_URL_SIZE];
    pthread_t thread;
    order('c', UPS);
    order('h', UPS);
    run(500);
    other_path(path);
    longest_ms = 0;
    CHECK(pthread_create(&thread, NULL, slow_write, path) == 0, "thread");
    run(7000);
    pthread_join(thread, NULL);
    printf("%s takes nothing: the kernel kept a writer for %d ms\n", path, write_ms);
    if (write_ms < 4000)
        check_skip("writes do not wait for the device here: usbhid quirks=0x0665:0x5161:0x40000");
    CHECK(at_home(0) && at_home(1), "nobody else minds");
    order('d', UPS);
    run(500);
}

/* An inverter's chip hangs: the loop goes on, the other inverter is asked all the time. */
static void check_hang(void)
{
    longest_ms = 0;
    order('h', 1);
    uint32_t answers = plant.units[0].statistics.answers;
    run(25000);
    answers = plant.units[0].statistics.answers - answers;
    printf("25 s with a hung chip: the loop's longest turn was %d ms, the other gave %u answers\n",
           (int)longest_ms, answers);
    CHECK(longest_ms < 500, "the loop was kept for %d ms", (int)longest_ms);
    CHECK(at_home(0) && answers > 25, "the other inverter is asked all the time: %u", answers);
    CHECK(!ports_of(&ports, 1), "the hung one is not");
    order('g', 1);
    int64_t took_ms = wait_home(20000);
    CHECK(took_ms < 12000, "back after %d ms", (int)took_ms);
    printf("back %d ms after the chip has recovered\n", (int)took_ms);
}

int main(void)
{
    int pair[2], probe = open("/dev/uhid", O_RDWR | O_CLOEXEC);
    if (probe < 0) {
        check_skip("no /dev/uhid: the virtual shed has it (make shed)");
        return check_done("hidraw");
    }
    close(probe);
    if (pipe(pair) != 0)
        return 1;
    pid_t far = fork();
    if (far == 0) {
        close(pair[1]);
        far_end(pair[0]);
    }
    close(pair[0]);
    orders = pair[1];
    near_start();
    check_found();
    check_split();
    check_swapped();
    check_renumbered();
    check_kernel();
    check_hang();
    ports_close(&ports);
    close(orders);
    waitpid(far, NULL, 0);
    return check_done("hidraw");
}
