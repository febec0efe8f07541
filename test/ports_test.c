/* The port keeper against simulated inverters on ptys: roles follow serial numbers, whatever is
 * pulled out, put in elsewhere, silent or strange. */
#include "ports_world.h"

static void check_no_stranger(const char *where)
{
    for (size_t u = 0; u < WORLD_UNITS; u++)
        CHECK(units[u].strange == 0, "%s: inv%zu was set %u times by another's orders", where,
              u + 1, units[u].strange);
}

/* Swapped while nobody looked, and swapped while it ran: the number decides. */
static void check_swapped(void)
{
    world_start(2, "tty:%s/dev%d", true);
    unit_plug(0, "dev1");
    unit_plug(1, "dev0");
    CHECK(world_wait(0, 10000) < 10000 && world_wait(1, 10000) < 10000, "found where they are");
    CHECK(strstr(ports_of(&ports, 0)->where.url, "dev1"), "%s", ports_of(&ports, 0)->where.url);
    world_run(5000);
    CHECK(units[0].setters && units[1].setters, "orders arrive");
    unit_pull(0);
    unit_pull(1);
    world_step();
    unit_plug(0, "dev0");
    unit_plug(1, "dev1");
    CHECK(world_wait(0, 10000) < 5000 && world_wait(1, 10000) < 5000, "and again");
    CHECK(strstr(ports_of(&ports, 0)->where.url, "dev0"), "%s", ports_of(&ports, 0)->where.url);
    CHECK(ports.role[0].adopted == 2 && ports.role[1].adopted == 2, "adopted twice");
    world_run(70000);
    check_no_stranger("swapped");
    world_end();
}

static void cables_change_places(int64_t silent_ms)
{
    units[0].deaf = units[1].deaf = true;
    world_run(silent_ms);
    int master = units[0].master;
    units[0].master = units[1].master;
    units[1].master = master;
    units[0].deaf = units[1].deaf = false;
}

/* The adapters stay, the cables behind them change places: nothing hangs up. */
static void check_cables(int64_t silent_ms)
{
    world_start(2, "tty:%s/dev%d", true);
    unit_plug(0, "dev0");
    unit_plug(1, "dev1");
    world_wait(0, 10000);
    world_wait(1, 10000);
    world_run(65000);
    cables_change_places(silent_ms);
    world_run(10000);
    CHECK(at_home(0) && at_home(1), "found after %d ms of silence", (int)silent_ms);
    CHECK(strstr(ports_of(&ports, 0)->where.url, "dev1"), "by the number");
    world_run(130000);
    check_no_stranger("cables");
    world_end();
}

/* So quickly that no answer was missed: found out when there is something to set. */
static void check_quick_cables(void)
{
    world_start(2, "tty:%s/dev%d", true);
    unit_plug(0, "dev0");
    unit_plug(1, "dev1");
    world_wait(0, 10000);
    world_wait(1, 10000);
    world_run(65000);
    uint32_t setters = units[1].setters;
    cables_change_places(0);
    world_run(10000);
    CHECK(strstr(ports_of(&ports, 0)->where.url, "dev0"), "nothing was to be noticed");
    struct unit_orders orders = unit_orders_none();
    orders.want[SET_CHARGE_MAX] = 60;
    unit_order(&plant.units[0], &orders);
    for (int i = 0; i < 100 && ports_of(&ports, 0) && !ports_of(&ports, 0)->held_count; i++)
        world_step();
    CHECK(ports_of(&ports, 0) && ports_of(&ports, 0)->held_count, "the setter waits");
    world_run(10000);
    CHECK(at_home(0) && strstr(ports_of(&ports, 0)->where.url, "dev1"), "where it is now");
    CHECK(units[1].setters == setters, "nothing was set at the other");
    check_no_stranger("quick cables");
    world_run(70000);
    CHECK(plant.units[0].settings[SET_CHARGE_MAX].state == SETTING_CONFIRMED, "and set at last");
    world_end();
}

/* The conversation itself hears another number. */
static void check_told(void)
{
    world_start(2, "tty:%s/dev%d", true);
    unit_plug(0, "dev0");
    unit_plug(1, "dev1");
    world_wait(0, 10000);
    world_wait(1, 10000);
    strcpy(plant.units[0].readings.serial, config.inverters[1].serial);
    world_step();
    CHECK(ports_of(&ports, 0) == NULL, "no line from the moment it tells another number");
    CHECK(world_wait(0, 10000) < 5000, "and back when it tells its own");
    world_end();
}

/* Questions that a unit does not answer at all, in a row: it is proven, not lost. */
static void check_silent_questions(void)
{
    world_start(1, "tty:%s/dev%d", true);
    unit_plug(0, "dev0");
    units[0].mute_to = "QMC QB QVFW";
    world_run(120000);
    CHECK(at_home(0) && ports.role[0].adopted == 1 && ports.port[0].counts.disowned == 0,
          "adopted %u times", ports.role[0].adopted);
    CHECK(ports.port[0].counts.proven >= 1, "asked %u times", ports.port[0].counts.proven);
    world_end();
}

static void check_stranger(void)
{
    char problem[160];
    world_start(1, "tty:%s/dev%d", true);
    unit_plug(1, "dev0");
    world_run(8000);
    CHECK(!ports_of(&ports, 0), "not adopted");
    ports_problem(&ports, 0, problem, sizeof problem);
    CHECK(strstr(problem, "96332409100102") && strstr(problem, "which no inverter"), "%s", problem);
    CHECK(units[1].setters == 0, "nothing was written to it");
    unit_pull(1);
    unit_plug(0, "dev0");
    int64_t took_ms = world_wait(0, 20000);
    CHECK(took_ms < 10000, "the right one is taken, %d ms", (int)took_ms);
    ports_problem(&ports, 0, problem, sizeof problem);
    CHECK(!*problem, "%s", problem);
    world_end();
}

/* Without numbers the place decides, as ever. */
static void check_places(void)
{
    world_start(2, "tty:%s/dev%d", false);
    unit_plug(0, "dev0");
    unit_plug(1, "dev1");
    world_run(5000);
    CHECK(ports_of(&ports, 0) && strstr(ports_of(&ports, 0)->where.url, "dev0"), "first");
    CHECK(ports_of(&ports, 1) && strstr(ports_of(&ports, 1)->where.url, "dev1"), "second");
    CHECK(!strcmp(plant.units[1].readings.serial, "96332409100102"), "%s",
          plant.units[1].readings.serial);
    world_end();
}

/* A place without a number never takes the unit that another inverter names. */
static void check_mixed(void)
{
    world_start(2, "tty:%s/dev%d", true);
    config.inverters[1].serial[0] = '\0';
    unit_plug(0, "dev1");
    world_run(8000);
    CHECK(ports_of(&ports, 0) && !ports_of(&ports, 1), "by number");
    unit_plug(1, "dev0");
    world_run(8000);
    CHECK(!ports_of(&ports, 1), "the other place is not its own");
    check_no_stranger("mixed");
    world_end();
}

/* A pattern: devices come and go under new names, those that nobody needs are left alone. */
static void check_pattern(void)
{
    world_start(2, "tty:%s/dev*", true);
    unit_plug(2, "dev7");
    unit_plug(0, "dev3");
    unit_plug(1, "dev9");
    CHECK(world_wait(0, 10000) < 5000 && world_wait(1, 10000) < 5000, "both found");
    world_run(1000);
    for (size_t p = 0; p < MAX_PORTS; p++)
        CHECK(!ports.port[p].used || ports.port[p].state == PORT_OWNED ||
                  ports.port[p].stream.fd < 0,
              "the third one is not held open");
    unit_pull(0);
    world_run(20000);
    unit_plug(0, "dev4");
    int64_t took_ms = world_wait(0, 10000);
    CHECK(took_ms < 5000, "under its new name after %d ms", (int)took_ms);
    unit_plug(1, "alone");
    world_run(10000);
    CHECK(!ports_of(&ports, 1), "what fits no pattern is not touched");
    check_no_stranger("pattern");
    world_end();
}

/* Two names of one device do not lock each other out. */
static void check_two_names(void)
{
    char other[128], device[64];
    world_start(1, "tty:%s/dev*", true);
    unit_plug(0, "dev0");
    ssize_t length = readlink(units[0].link, device, sizeof device - 1);
    device[length > 0 ? length : 0] = '\0';
    snprintf(other, sizeof other, "%s/dev1", dir);
    CHECK(symlink(device, other) == 0, "second name");
    CHECK(world_wait(0, 10000) < 5000, "adopted");
    world_run(3000);
    CHECK(at_home(0) && ports.role[0].adopted == 1, "and it stays");
    unlink(other);
    world_end();
}

/* Open but silent while another answers: closed and opened anew. */
static void check_hang(void)
{
    world_start(2, "tty:%s/dev%d", true);
    unit_plug(0, "dev0");
    unit_plug(1, "dev1");
    world_wait(0, 10000);
    world_wait(1, 10000);
    const struct port *port = ports_of(&ports, 1);
    units[1].deaf = true;
    world_run(50000);
    CHECK(!ports_of(&ports, 1) && port->state != PORT_CLOSED && !port->counts.hung, "not yet");
    world_run(20000);
    CHECK(port->counts.hung == 1 && port->counts.opened == 2, "opened anew");
    units[0].deaf = true;
    world_run(100000);
    CHECK(port->counts.hung == 1, "when all are silent it is not the port");
    units[0].deaf = units[1].deaf = false;
    CHECK(world_wait(0, 10000) < 5000 && world_wait(1, 10000) < 5000, "both come back");
    world_end();
}

/* Nothing there for long: tried at once, then ever more rarely, each 2 s at the longest. */
static void check_backoff(void)
{
    static const int64_t tries_ms[] = {250, 750, 1750, 3750, 5750, 7750};
    world_start(1, "tty:%s/dev%d", true);
    uint32_t failed = ports.port[0].counts.failed;
    int64_t from_ms = now_ms;
    CHECK(failed == 1, "at once");
    for (size_t i = 0; i < sizeof tries_ms / sizeof *tries_ms; i++) {
        while (ports.port[0].counts.failed == failed && now_ms - from_ms < 20000)
            world_step();
        failed = ports.port[0].counts.failed;
        CHECK(now_ms - from_ms == tries_ms[i], "try %zu after %d ms, not %d", i,
              (int)(now_ms - from_ms), (int)tries_ms[i]);
    }
    world_end();
}

/* A TCP server that is not there, then is, then goes away: opened in the background. */
static void check_tcp(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    char url[64];
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK(server >= 0 && bind(server, (struct sockaddr *)&address, sizeof address) == 0 &&
              getsockname(server, (struct sockaddr *)&address, &length) == 0,
          "server");
    world_start(1, "tty:%s/dev%d", true);
    ports_close(&ports);
    snprintf(url, sizeof url, "tcp://127.0.0.1:%u", ntohs(address.sin_port));
    snprintf(config.inverters[0].port, sizeof config.inverters[0].port, "%s", url);
    memset(ports.port, 0, sizeof ports.port);
    ports_open(&ports, &config, &plant, now_ms);
    for (int i = 0; i < 300; i++) {
        world_step();
        usleep(1000);
    }
    CHECK(ports.port[0].counts.opened == 0 && ports.port[0].counts.failed > 1,
          "nobody listens: %u failed, %u opened", ports.port[0].counts.failed,
          ports.port[0].counts.opened);
    CHECK(listen(server, 1) == 0, "listens");
    for (int i = 0; i < 1000 && units[0].master < 0; i++) {
        world_step();
        usleep(1000);
        units[0].master = accept4(server, NULL, NULL, SOCK_NONBLOCK);
    }
    CHECK(units[0].master >= 0 && world_wait(0, 10000) < 10000, "adopted");
    CHECK(ports.port[0].counts.opened == 1 && ports.port[0].counts.lost == 0, "opened once");
    unit_pull(0);
    world_run(100);
    CHECK(!ports_of(&ports, 0) && ports.port[0].counts.lost == 1, "lost");
    close(server);
    world_end();
}

static const char *free_name(void)
{
    static char name[16];
    for (;;) {
        bool taken = false;
        snprintf(name, sizeof name, "dev%u", random_below(8));
        for (size_t u = 0; u < WORLD_UNITS; u++)
            taken = taken || (units[u].master >= 0 && strstr(units[u].link, name));
        if (!taken)
            return name;
    }
}

/* A line with a wrong bit in every fifth answer stays its inverter's, but for moments. */
static void check_noise(void)
{
    int64_t owned = 0;
    world_start(2, "tty:%s/dev%d", true);
    unit_plug(0, "dev0");
    unit_plug(1, "dev1");
    units[0].noise_percent = units[1].noise_percent = 20;
    world_run(20000);
    for (int i = 0; i < 30000; i++) {
        world_step();
        owned += ports_of(&ports, 0) != NULL;
    }
    CHECK(owned > 27000, "owned %d of 30000 steps", (int)owned);
    check_no_stranger("noise");
    world_end();
}

/* Pulled and put in again, anywhere, alone or several at once. */
static void check_random(int cycles)
{
    int64_t worst_ms = 0, sum_ms = 0;
    world_start(3, "tty:%s/dev*", true);
    for (size_t u = 0; u < 3; u++)
        unit_plug(u, free_name());
    for (size_t u = 0; u < 3; u++)
        CHECK(world_wait(u, 10000) < 10000, "inv%zu found", u + 1);
    for (int i = 0; i < cycles; i++) {
        size_t u = random_below(3), other = random_below(4);
        unit_pull(u);
        if (other < 3)
            unit_pull(other);
        world_run(random_below(12000));
        if (other < 3 && other != u)
            unit_plug(other, free_name());
        unit_plug(u, free_name());
        int64_t took_ms = world_wait(u, 20000);
        CHECK(took_ms <= 5000, "cycle %d: %d ms", i, (int)took_ms);
        worst_ms = took_ms > worst_ms ? took_ms : worst_ms;
        sum_ms += took_ms;
        for (size_t k = 0; k < 3; k++)
            CHECK(world_wait(k, 10000) < 10000, "cycle %d: inv%zu", i, k + 1);
        world_run(random_below(3000));
    }
    check_no_stranger("random");
    printf("{\"bench\": \"replug\", \"cycles\": %d, \"worst_s\": %.2f, \"mean_s\": %.2f}\n", cycles,
           (double)worst_ms / 1000, (double)sum_ms / 1000 / cycles);
    world_end();
}

int main(int argc, char **argv)
{
    world_dir();
    check_swapped();
    check_cables(6000);
    check_cables(2500);
    check_quick_cables();
    check_told();
    check_silent_questions();
    check_stranger();
    check_places();
    check_mixed();
    check_pattern();
    check_two_names();
    check_hang();
    check_backoff();
    check_noise();
    check_tcp();
    check_random(argc > 1 ? atoi(argv[1]) : 200);
    free(sim);
    rmdir(dir);
    return check_done("ports");
}
