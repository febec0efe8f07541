/* UC001 with busbar as its inverters' battery: the cap without a write, each way of losing a link,
 * and what the inverters do by themselves when the controller dies. Judged by the simulated truth. */
#include "test/bms_links.h"

#include "app/why.h"

/* clang-format off */
static const char ports[] =
    "  - {name: lib1, port: \"tty:/dev/null1\", dialect: voltronic-lib, inverter: inv1}\n"
    "  - {name: lib2, port: \"tty:/dev/null2\", dialect: voltronic-lib, inverter: inv2}\n"
    "  - {name: lib3, port: \"tty:/dev/null3\", dialect: voltronic-lib, inverter: inv3}\n"
    "  - {name: lib4, port: \"tty:/dev/null4\", dialect: voltronic-lib, inverter: inv4}\n";
static const char first_only[] =
    "  - {name: lib1, port: \"tty:/dev/null1\", dialect: voltronic-lib, inverter: inv1}\n";
static const char on_can[] =
    "  - {name: can1, bus: hybrid, dialect: emulate-pylontech-lv, inverter: inv1}\n";
/* clang-format on */

static const struct sim_truth *truth(void)
{
    return sim_truth(links_t.sim);
}

static const struct means_orders *means_of(size_t u)
{
    return &links_t.controller->decided.inverter[u].means;
}

/* Idle draw and the unit's own measurement are no charge. */
static bool first_charges(void)
{
    return truth()->dc_A[0] > 1;
}

static bool first_does_not(void)
{
    return !first_charges();
}

static bool nothing_charged(void)
{
    return truth()->battery_A < 1;
}

static void cap(int32_t permille)
{
    char why[128];
    int status = controller_cap(links_t.controller, permille, links_t.now_ms, why, sizeof why);
    CHECK(status == 0, "%s", why);
}

static const char *why_of(const char *name)
{
    static struct why why;
    why_fill(&why, links_t.controller, links_t.now_ms);
    for (size_t i = 0; i < why.count; i++)
        if (strncmp(why.lines[i], name, strlen(name)) == 0)
            return why.lines[i];
    return "";
}

/* --- nothing is written --- */

static uint32_t charge_writes(void)
{
    uint32_t writes = 0;
    for (int u = 0; u < links_t.plant.inverters; u++) {
        const struct unit *unit = &links_t.controller->plant.units[u];
        writes += unit->settings[SET_CHARGE_MAX].writes + unit->settings[SET_CHARGER_OFF].writes +
                  unit->settings[SET_FLOAT].writes + unit->settings[SET_BULK].writes;
    }
    return writes;
}

static void capped_without_a_write(void)
{
    if (!links_begin(ports))
        return;
    links_run(30000);
    uint32_t before = links_writes();
    CHECK(truth()->battery_A > 20, "it is charged: %.1f A", truth()->battery_A);
    for (size_t u = 0; u < 3; u++) /* the fourth has no string */
        CHECK(means_of(u)->by == MEANS_BMS_PORT, "inverter %zu by %s", u,
              means_name(means_of(u)->by));
    int64_t slowest_ms = 0;
    for (int round = 0; round < 5; round++) {
        cap(300);
        int64_t took_ms = links_until(nothing_charged, 20000);
        slowest_ms = took_ms > slowest_ms ? took_ms : slowest_ms;
        CHECK(took_ms <= 5000, "0 A after %lld ms", (long long)took_ms);
        links_run(20000);
        CHECK(nothing_charged(), "and stays: %.1f A", truth()->battery_A);
        cap(0);
        links_run(40000);
        CHECK(!nothing_charged(), "charged again");
    }
    CHECK(charge_writes() == 0, "%u writes", charge_writes());
    CHECK(links_writes() == before, "%u writes seen by the inverters", links_writes() - before);
    uint32_t late = 0, refused = 0;
    for (size_t e = 0; e < 4; e++) {
        late += sim_bms_seen(links_t.sim, (int)e)->timeouts;
        refused += sim_bms_seen(links_t.sim, (int)e)->refused;
    }
    CHECK(refused == 0, "%u answers refused, %u questions unanswered", refused, late);
    printf("bms_links: 0 A after %lld ms at most by the BMS port, %u writes\n",
           (long long)slowest_ms, links_writes() - before);
}

/* Each is told its part of the bank's limit, together no more than it. */
static void parts(void)
{
    if (!links_begin(ports))
        return;
    links_run(30000);
    double told_A = 0;
    for (int u = 0; u < 4; u++)
        told_A += sim_bms_seen(links_t.sim, u)->limit_A;
    double allowed_A = links_t.controller->limits.charge_mA.value / 1000.0;
    CHECK(told_A <= allowed_A + 0.1 && told_A > allowed_A - 1, "%.1f of %.1f A", told_A, allowed_A);
    CHECK(strstr(why_of("inv1:"), "told by the BMS port"), "%s", why_of("inv1:"));
    CHECK(strstr(why_of("lib1:"), "may charge") && strstr(why_of("lib1:"), "heard 0."), "%s",
          why_of("lib1:"));
}

/* --- a link that does not work --- */

static void cable_cut(void)
{
    if (!links_begin(first_only))
        return;
    links_run(30000);
    cap(300);
    CHECK(links_until(first_does_not, 5000) <= 5000, "0 A by the port");
    sim_bms_fault(links_t.sim, 0, SIM_BMS_CUT);
    links_run(10000);
    CHECK(means_of(0)->by == MEANS_CHARGER && truth()->setter_writes[0] >= 1, "by %s",
          means_name(means_of(0)->by));
    CHECK(strstr(why_of("inv1: its"), "the BMS port: the inverter is silent there"), "%s",
          why_of("inv1: its"));
    CHECK(first_does_not(), "and still 0 A");
    uint32_t writes = links_writes();
    sim_bms_fault(links_t.sim, 0, SIM_BMS_WELL);
    links_run(90000); /* a release has its dwell */
    CHECK(means_of(0)->by == MEANS_BMS_PORT && links_writes() == writes + 1,
          "back, its charger released: %u writes", links_writes() - writes);
    CHECK(first_does_not(), "0 A all the while");
}

static void not_obeyed(void)
{
    if (!links_begin(first_only))
        return;
    links_run(30000);
    CHECK(first_charges() && means_of(0)->by == MEANS_BMS_PORT, "charged");
    sim_bms_fault(links_t.sim, 0, SIM_BMS_DISOBEYS);
    cap(300);
    int64_t took_ms = links_until(first_does_not, 60000);
    CHECK(took_ms <= 20000, "stopped by other means after %lld ms", (long long)took_ms);
    CHECK(means_of(0)->by == MEANS_CHARGER && means_of(0)->why[MEANS_BMS_PORT] == MEANS_DISOBEYED,
          "%s", why_of("inv1:"));
    links_run(5 * 60000);
    CHECK(first_does_not() && means_of(0)->by == MEANS_CHARGER, "and stays so");
}

/* A machine so busy that every request may be old: the inverter asks, but is told nothing. */
static void too_slow(void)
{
    if (!links_begin(first_only))
        return;
    links_run(30000);
    CHECK(means_of(0)->by == MEANS_BMS_PORT, "in time");
    links_look_ms = 400;
    cap(300);
    links_run(8000);
    links_look_ms = TOGETHER_STEP_MS;
    const struct lib_port *port = &links_t.controller->lib_ports[0];
    CHECK(port->late > 10 && links_t.now_ms - port->asked_ms < 1500, "%u late", port->late);
    CHECK(means_of(0)->by == MEANS_CHARGER && means_of(0)->why[MEANS_BMS_PORT] == MEANS_SILENT &&
              first_does_not(),
          "by %s", means_name(means_of(0)->by));
    CHECK(sim_bms_seen(links_t.sim, 0)->mistaken == 0, "and no answer was another question's");
}

/* The battery's own BMS falls silent: 0 A, then silence; the inverters end it by themselves. */
static void bank_lost(void)
{
    if (!links_begin(ports))
        return;
    links_run(30000);
    sim_fault(links_t.sim, SIM_BMS_SILENT, 0, true);
    int64_t took_ms = links_until(nothing_charged, 30000);
    CHECK(took_ms <= 14000, "0 A after %lld ms", (long long)took_ms);
    links_run(60000);
    CHECK(links_t.controller->emulations[0].state == EMULATE_SILENT, "nothing is said any more");
    CHECK(sim_bms_seen(links_t.sim, 0)->timeouts > 10, "and the inverter asks in vain");
    links_run(620000);
    CHECK(sim_bms_seen(links_t.sim, 0)->error == 61 && nothing_charged(), "error %d",
          sim_bms_seen(links_t.sim, 0)->error);
}

static void can_inverter(void)
{
    if (!links_begin(on_can))
        return;
    links_run(30000);
    CHECK(means_of(0)->by == MEANS_BMS_CAN && first_charges(), "by %s",
          means_name(means_of(0)->by));
    uint32_t before = truth()->setter_writes[0];
    cap(300);
    int64_t took_ms = links_until(first_does_not, 20000);
    CHECK(took_ms <= 5000 && truth()->setter_writes[0] == before, "0 A after %lld ms, %u writes",
          (long long)took_ms, truth()->setter_writes[0] - before);
}

/* The charger switch has no writes left: float and bulk go down, float first, and come back as they were. */
static void by_voltages(void)
{
    if (!links_begin(first_only))
        return;
    sim_bms_wire(links_t.sim, 0, SIM_BMS_NONE);
    links_run(40000);
    struct unit *unit = &links_t.controller->plant.units[0];
    int32_t bulk_dV = unit->readings.bulk_dV.value, float_dV = unit->readings.float_dV.value;
    CHECK(means_of(0)->by == MEANS_CURRENT && float_dV > 500 && bulk_dV > float_dV, "by %s",
          means_name(means_of(0)->by));
    unit->settings[SET_CHARGER_OFF].writes_today = 2 * (uint16_t)unit->config.writes_per_day;
    cap(300);
    int64_t took_ms = links_until(first_does_not, 30000);
    CHECK(took_ms <= 15000 && means_of(0)->by == MEANS_VOLTAGE, "0 A after %lld ms by %s",
          (long long)took_ms, means_name(means_of(0)->by));
    links_run(20000);
    CHECK(unit->readings.bulk_dV.value == 480 && unit->readings.float_dV.value == 480, "%d and %d",
          unit->readings.bulk_dV.value, unit->readings.float_dV.value);
    CHECK(strstr(why_of("inv1: its"), "its charger switch: no write is left today"), "%s",
          why_of("inv1: its"));
    cap(0);
    links_run(200000);
    CHECK(first_charges() && unit->readings.bulk_dV.value == bulk_dV &&
              unit->readings.float_dV.value == float_dV,
          "charged again, %d and %d", unit->readings.bulk_dV.value, unit->readings.float_dV.value);
}

/* --- kill -9 --- */

static struct {
    const char *links;
    enum means by;
    bool capped;
    bool charges[3]; /* after 30 s, 5 min, 15 min */
    int error;       /* in the end */
    const char *sentence;
} deaths[] = {
    {ports, MEANS_BMS_PORT, false, {true, true, false}, 61, "port: the last limit, then error 61"},
    {ports, MEANS_BMS_PORT, true, {false, false, false}, 61, "port at the cap: 0 A, then error 61"},
    {on_can, MEANS_BMS_CAN, false, {true, false, false}, 61, "CAN: the last limit for a minute"},
    {on_can, MEANS_BMS_CAN, true, {false, false, false}, 61, "CAN at the cap: 0 A"},
    {"", MEANS_CURRENT, false, {true, true, true}, 0, "setting: it charges on"},
    {"", MEANS_CHARGER, true, {false, false, false}, 0, "charger off: it stays off"},
};

static void controller_dies(void)
{
    static const int64_t after_ms[] = {30000, 300000, 900000};
    for (size_t i = 0; i < sizeof deaths / sizeof deaths[0]; i++) {
        if (!links_begin(*deaths[i].links ? deaths[i].links : first_only))
            return;
        if (!*deaths[i].links)
            sim_bms_wire(links_t.sim, 0, SIM_BMS_NONE);
        links_run(40000);
        if (deaths[i].capped)
            cap(300);
        links_run(15000);
        CHECK(means_of(0)->by == deaths[i].by, "%s: by %s", deaths[i].sentence,
              means_name(means_of(0)->by));
        links_t.controller_dead = true;
        int64_t died_ms = links_t.now_ms;
        printf("bms_links: %-36s", deaths[i].sentence);
        for (int k = 0; k < 3; k++) {
            links_run(died_ms + after_ms[k] - links_t.now_ms);
            printf(" %4llds %5.1f A", (long long)after_ms[k] / 1000, truth()->dc_A[0]);
            CHECK(first_charges() == deaths[i].charges[k], "%s: %.1f A after %lld s",
                  deaths[i].sentence, truth()->dc_A[0], (long long)after_ms[k] / 1000);
        }
        int error = sim_bms_seen(links_t.sim, 0)->error;
        printf("  error %d\n", error);
        CHECK(error == deaths[i].error, "%s: error %d", deaths[i].sentence, error);
    }
}

/* --- refusals --- */

/* clang-format off */
static const struct {
    const char *rows, *told;
} refused[] = {
    {"  - {name: a, port: \"tty:/x\", dialect: voltronic-lib}\n", "emulations[0].inverter: missing, it must be given with port"},
    {"  - {name: a, port: \"tty:/x\", bus: hybrid, dialect: voltronic-lib, inverter: inv1}\n", "emulations[0].bus: hybrid is not allowed: bus or port, not both"},
    {"  - {name: a, dialect: voltronic-lib, inverter: inv1}\n", "emulations[0].port: missing, it must be given with this dialect"},
    {"  - {name: a, dialect: emulate-sma-lv, inverter: inv1}\n", "emulations[0].bus: missing, it must be given, or a port"},
    {"  - {name: a, port: \"tty:/x\", dialect: emulate-sma-lv, inverter: inv1}\n", "emulations[0].dialect: emulate-sma-lv is not allowed: voltronic-lib, on a port"},
    {"  - {name: a, port: \"tty:/tmp/busbar/inv2\", dialect: voltronic-lib, inverter: inv1}\n", "a line of its own; inverters[1] has this one"},
    {"  - {name: a, port: \"tty:/x\", dialect: voltronic-lib, inverter: inv1, share_percent: 20}\n", "emulations[0].share_percent: 20 is not allowed: none with inverter"},
    {"  - {name: a, port: \"tty:/x\", dialect: voltronic-lib, inverter: inv9}\n", "emulations[0].inverter: inv9 is not allowed"},
    {"  - {name: a, port: \"tty:/x\", dialect: voltronic-lib, inverter: inv1, address: 16}\n", "emulations[0].address: 16 is not allowed: 1 to 15"},
    {"  - {name: a, port: \"tty:/x\", dialect: voltronic-lib, inverter: inv1}\n  - {name: b, port: \"tty:/x\", dialect: voltronic-lib, inverter: inv2}\n", "emulations[1].port"},
    {"  - {name: a, port: \"tty:/x\", dialect: voltronic-lib, inverter: inv1}\n  - {name: b, port: \"tty:/y\", dialect: voltronic-lib, inverter: inv1}\n", "emulations[0] speaks to it already"},
};
/* clang-format on */

static void refuses(void)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char *told = NULL;
        size_t size = 0;
        FILE *errors = open_memstream(&told, &size);
        struct config config = {0};
        links_read(refused[i].rows);
        int mistakes = config_load_text(&config, "sim/uc001.yaml", links_text, strlen(links_text),
                                        "dbc", errors);
        fclose(errors);
        CHECK(mistakes > 0 && strstr(told, refused[i].told), "%d mistakes: %s instead of %s",
              mistakes, told, refused[i].told);
        config_free(&config);
        free(told);
    }
}

int main(void)
{
    if (together_start(&links_t) < 0)
        return 1;
    refuses();
    capped_without_a_write();
    parts();
    cable_cut();
    not_obeyed();
    too_slow();
    bank_lost();
    can_inverter();
    by_voltages();
    controller_dies();
    together_end(&links_t);
    return check_done("bms_links");
}
