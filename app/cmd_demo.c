#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "app/cli.h"
#include "app/demo.h"

enum {
    PUSH_S = 16 * 3600 + 300, /* the car came at 16:00 */
    END_S = 20 * 3600,
    MEASURE_AFTER_MS = 120000, /* two minutes after bundling the MPPTs have found their point */
    MEASURE_MS = 600000,
    QUIET_MS = 120000, /* the afternoon goes on this long after the strings are home */
    REPORT_MS = 600000,
    BUNDLED_MAX_S = 60,
    WALLBOX_MIN_W = 7900,
    CAP_MARGIN_PERMILLE = 10,
};

/* --- the scripted afternoon --- */

static double busy_strings(const struct demo *demo)
{
    return (2 * demo->plant.strings + 2) / 3;
}

/* Follows the truth of the plant, not what the controller says of it. */
static void result_follow(struct demo_result *result, struct demo *demo, int64_t step_ms)
{
    const struct sim_truth *truth = sim_truth(demo->sim);
    int there = demo_strings_at_wallbox(demo);
    if (there > result->strings_there)
        result->strings_there = there;
    if (result->pushed_ms && !result->bundled_ms && there >= busy_strings(demo))
        result->bundled_ms = demo->now_ms;
    int64_t since_ms = result->bundled_ms ? demo->now_ms - result->bundled_ms : -1;
    if (since_ms >= MEASURE_AFTER_MS && since_ms < MEASURE_AFTER_MS + MEASURE_MS) {
        result->wallbox_Ws += truth->wallbox_W * (double)step_ms / 1000;
        result->wallbox_s += (double)step_ms / 1000;
    }
    if (result->bundled_ms && !result->done_ms &&
        truth->car_soc >= demo->plant.car_target_soc - 1e-6)
        result->done_ms = demo->now_ms;
    if (result->done_ms && !result->home_ms && demo_home(demo))
        result->home_ms = demo->now_ms;
}

static int wallbox_mean_W(const struct demo_result *result)
{
    return result->wallbox_s >= MEASURE_MS / 1000.0 - 1
               ? (int)(result->wallbox_Ws / result->wallbox_s)
               : 0;
}

static double button_to_bundled_s(const struct demo_result *result)
{
    return result->bundled_ms ? (double)(result->bundled_ms - result->pushed_ms) / 1000 : -1;
}

struct judged {
    const char *what, *asked;
    char got[64];
    bool well;
};

static int result_judge(const struct demo *demo, const struct demo_result *result,
                        struct judged rows[8])
{
    const struct sim_truth *truth = sim_truth(demo->sim);
    int soc_max = (int)ceil(truth->battery_soc_max * 1000),
        cap = (int)lround(demo->plant.cap * 1000);
    double bundled_s = button_to_bundled_s(result);
    int n = 0;
#define ROW(name, wanted, condition, ...)                                                          \
    rows[n] = (struct judged){.what = name, .asked = wanted, .well = condition};                   \
    snprintf(rows[n].got, sizeof rows[n].got, __VA_ARGS__);                                        \
    n++
    ROW("button to both strings moved", "<= 60 s", bundled_s > 0 && bundled_s <= BUNDLED_MAX_S,
        "%.1f s", bundled_s);
    ROW("wallbox, mean of ten minutes", ">= 7900 W", wallbox_mean_W(result) >= WALLBOX_MIN_W,
        "%d W", wallbox_mean_W(result));
    ROW("strings on the wallbox's phase", "2 of 3", result->strings_there == 2, "%d (before: %d W)",
        result->strings_there, (int)result->before_W);
    ROW("highest charge of the battery", "<= cap + 1 %", soc_max <= cap + CAP_MARGIN_PERMILLE,
        "%.1f %% (cap %.1f %%)", soc_max / 10.0, cap / 10.0);
    ROW("broken invariants", "0", truth->violations_total == 0, "%u %.40s", truth->violations_total,
        truth->violation);
    ROW("contacts operated under current", "0", true, "%u", 0u);
    rows[n - 1].well = true;
    uint32_t hot = 0;
    for (int c = 0; c < demo->plant.contacts; c++)
        hot += truth->contact_hot[c];
    rows[n - 1].well = hot == 0;
    snprintf(rows[n - 1].got, sizeof rows[n - 1].got, "%u", hot);
    ROW("transfers", "4", truth->transfers == 4, "%u", truth->transfers);
    ROW("strings home when the car is full", "yes", result->home_ms > 0, "%s",
        result->home_ms ? "yes" : "no");
#undef ROW
    return n;
}

static bool result_print(const struct demo *demo, const struct demo_result *result, bool json)
{
    struct judged rows[8];
    bool well = true;
    int count = result_judge(demo, result, rows);
    printf("\n  %-36s %-14s %s\n", "the afternoon of UC001", "asked", "measured");
    for (int i = 0; i < count; i++) {
        printf("  %-36s %-14s %-28s %s\n", rows[i].what, rows[i].asked, rows[i].got,
               rows[i].well ? "well" : "NOT WELL");
        well &= rows[i].well;
    }
    if (!json)
        return well;
    const struct sim_truth *truth = sim_truth(demo->sim);
    json_t *object = json_pack(
        "{s:f, s:i, s:i, s:i, s:i, s:i, s:i, s:b, s:i, s:b}", "button_to_bundled_s",
        button_to_bundled_s(result), "wallbox_W_mean_10min", wallbox_mean_W(result),
        "strings_on_wallbox_phase", result->strings_there, "soc_max_permille",
        (int)ceil(truth->battery_soc_max * 1000), "soc_cap_permille",
        (int)lround(demo->plant.cap * 1000), "invariant_violations", (int)truth->violations_total,
        "transfers", (int)truth->transfers, "returned_home", result->home_ms > 0,
        "wallbox_W_before_button", (int)result->before_W, "well", well);
    json_dumpf(object, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(object);
    return well;
}

/* What changed since the last step, told in a line. */
struct timeline {
    int string_input[SIM_STRINGS];
    char car_state;
    int64_t reported_ms;
};

static void line_start(const struct demo *demo)
{
    char clock[16];
    printf("%s  ", demo_clock(demo, clock));
}

static void timeline_tell(struct timeline *told, struct demo *demo)
{
    const struct sim_truth *truth = sim_truth(demo->sim);
    const struct topology *topology = &demo->config.topology;
    for (int s = 0; s < demo->plant.strings; s++) {
        if (truth->string_input[s] == told->string_input[s])
            continue;
        line_start(demo);
        if (truth->string_input[s] < 0)
            printf("string %s stands open\n", topology->string[s].name);
        else
            printf("string %s stands on %s\n", topology->string[s].name,
                   topology->input[truth->string_input[s]].name);
        told->string_input[s] = truth->string_input[s];
    }
    if (truth->car_state != told->car_state) {
        line_start(demo);
        printf("car: state %c\n", truth->car_state);
        told->car_state = truth->car_state;
    }
    if (demo->now_ms < told->reported_ms)
        return;
    told->reported_ms = demo->now_ms + REPORT_MS;
    line_start(demo);
    double pv_W = 0;
    for (int s = 0; s < demo->plant.strings; s++)
        pv_W += truth->string_W[s];
    printf("sun %.1f kW, wallbox %.2f kW, battery %.1f %% %+.1f A\n", pv_W / 1000,
           truth->wallbox_W / 1000, truth->battery_soc * 100, truth->battery_A);
    Busbar__Response *response = demo_ask(demo, BUSBAR__VERB__WHY);
    for (size_t i = 0; response && i < response->n_lines && i < 4; i++)
        printf("          %s\n", response->lines[i]);
    if (response)
        busbar__response__free_unpacked(response, NULL);
}

static int script_play(struct demo *demo, bool json)
{
    struct demo_result result = {0};
    struct timeline told = {.car_state = 'A'};
    for (int s = 0; s < SIM_STRINGS; s++)
        told.string_input[s] = demo->plant.contact[demo->plant.string[s].home_contact].input;
    for (;;) {
        int64_t before_ms = demo->now_ms;
        const struct sim_truth *truth = sim_truth(demo->sim);
        if (demo_step(demo) < 0)
            return 1;
        timeline_tell(&told, demo);
        if (!result.pushed_ms && truth->day_s >= PUSH_S) {
            result.before_W = truth->wallbox_W;
            result.pushed_ms = demo->now_ms;
            line_start(demo);
            printf("the button is pushed\n");
            sim_press_button(demo->sim);
        }
        result_follow(&result, demo, demo->now_ms - before_ms);
        if (truth->day_s >= END_S || (result.home_ms && demo->now_ms - result.home_ms > QUIET_MS))
            break;
    }
    return result_print(demo, &result, json) ? 0 : 1;
}

/* --- the live screen --- */

static struct termios terminal_before;

static void terminal_restore(void)
{
    tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
    fputs("\033[?25h\n", stdout);
}

static void terminal_raw(void)
{
    tcgetattr(STDIN_FILENO, &terminal_before);
    struct termios raw = terminal_before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    atexit(terminal_restore);
    fputs("\033[2J\033[?25l", stdout);
}

/* false when it is time to leave. */
static bool key_obey(struct demo *demo, double *speed, const char **note)
{
    char key;
    while (read(STDIN_FILENO, &key, 1) == 1) {
        if (key == 'q')
            return false;
        if (key == 'b') {
            sim_press_button(demo->sim);
            *note = "button pushed";
        } else if (key == 'c') {
            bool there = sim_truth(demo->sim)->car_state != 'A';
            sim_car(demo->sim, !there);
            *note = there ? "the car has left" : "the car is plugged in";
        } else if (key == '+' && *speed < 1000) {
            *speed *= 2;
        } else if (key == '-' && *speed > 1) {
            *speed /= 2;
        }
    }
    return true;
}

static int live_play(struct demo *demo, double speed)
{
    const char *note = "b pushes the charge button: try it after the car has come at 16:00";
    bool pushed = false;
    terminal_raw();
    for (;;) {
        int64_t until_ms = demo->now_ms + (int64_t)(speed * 100);
        while (demo->now_ms < until_ms)
            if (demo_step(demo) < 0)
                return 1;
        if (!pushed && sim_truth(demo->sim)->day_s >= PUSH_S) {
            pushed = true;
            if (demo_strings_at_wallbox(demo) == 0) {
                sim_press_button(demo->sim);
                note = "16:05: the script pushes the button";
            }
        }
        demo_draw(demo, speed, note);
        if (!key_obey(demo, &speed, &note))
            return 0;
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    }
}

static const char help[] =
    "Usage: busbar demo [--script] [--json] [--speed N]\n"
    "Starts the simulated plant of UC001 and the controller, joined by real frames and serial "
    "lines,\n"
    "and plays the afternoon: live in a terminal, else as a script with a closing table.\n"
    "  --script    play the script even in a terminal; exit 0 only if the afternoon went well\n"
    "  --json      the script's last line is one JSON object\n"
    "  --speed N   live: times real time, default 60\n";

int cmd_demo(int argc, char **argv)
{
    static const struct option known[] = {{"script", no_argument, NULL, 's'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"speed", required_argument, NULL, 'x'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    static struct demo demo;
    bool script = !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO), json = false;
    double speed = 60;
    for (int c; (c = getopt_long(argc, argv, "sjx:h", known, NULL)) != -1;) {
        if (c == 's') {
            script = true;
        } else if (c == 'j') {
            script = json = true;
        } else if (c == 'x' && (speed = atof(optarg)) >= 1 && speed <= 1000) {
            continue;
        } else {
            fputs(help, c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
    }
    int status = demo_start(&demo, cli_data_dir());
    if (status == 0)
        status = script ? script_play(&demo, json) : live_play(&demo, speed);
    demo_stop(&demo);
    return status ? 1 : 0;
}
