/* UC001 whose strings have no switch: inverters are ordered to take no current instead. A push bundles
 * two strings, another sends them home, and the emergency stop takes all off; the truth is judged at
 * every step. */
#include <string.h>

#include "test/check.h"
#include "test/together.h"

static struct together t;
static char text[32768];

static const struct sim_truth *truth(void)
{
    return sim_truth(t.sim);
}

/* Each place where the file says `from` says `to`. */
static void replace(const char *from, const char *to)
{
    static char out[sizeof text];
    size_t at = 0;
    const char *rest = text;
    for (const char *hit; (hit = strstr(rest, from)); rest = hit + strlen(from))
        at += (size_t)snprintf(out + at, sizeof out - at, "%.*s%s", (int)(hit - rest), rest, to);
    snprintf(out + at, sizeof out - at, "%s", rest);
    CHECK(rest != text, "%s is in the file", from);
    strcpy(text, out);
}

static void rewrite(void)
{
    FILE *in = fopen("sim/uc001.yaml", "r");
    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    fclose(in);
    for (int s = 1; s <= 3; s++) {
        char from[64];
        snprintf(from, sizeof from, ", switch: {board: switches, channel: %d}", s);
        replace(from, "");
    }
    replace("rated_W: 8000", "pv_off_command: PPVOFF, pv_on_command: PPVON, rated_W: 8000");
    replace("power_max_W: 4000", "power_max_W: 4000, inhibit: command");
}

static void begin(void)
{
    t.controller = calloc(1, sizeof *t.controller);
    t.sim = malloc(sim_size());
    CHECK(config_load_text(&t.config, "sim/uc001.yaml", text, strlen(text), "dbc", stdout) == 0,
          "the config is right");
    sim_uc001(&t.plant);
    for (int s = 0; s < 3; s++)
        t.plant.switch_channel[s] = -1;
    t.plant.start_h = 12;
    t.plant.car_arrive_h = 12.01;
    t.now_ms = t.next_tick_ms = TOGETHER_START_MS;
    CHECK(together_begin(&t) == 0, "starts");
    together_run(&t, 60000);
}

static void end(const char *scenario)
{
    CHECK(truth()->violations_total == 0, "%s: %u invariants broken: %s", scenario,
          truth()->violations_total, truth()->violation);
    config_free(&t.config);
    free(t.controller);
    free(t.sim);
}

static double wait_strings(int count, double limit_s)
{
    int64_t from_ms = t.now_ms;
    while (together_strings_at_wallbox(&t) != count || t.controller->router.state != ROUTER_IDLE) {
        together_step(&t);
        if ((double)(t.now_ms - from_ms) / 1000 > limit_s)
            return -1;
    }
    return (double)(t.now_ms - from_ms) / 1000;
}

static void bundled_and_back(void)
{
    begin();
    CHECK(truth()->string_W[0] > 1000, "the sun shines: %.0f W", truth()->string_W[0]);
    sim_press_button(t.sim);
    double took_s = wait_strings(2, 120);
    CHECK(took_s > 0 && took_s <= 60, "bundled after %.1f s", took_s);
    printf("switchless: two strings bundled after %.1f s\n", took_s);
    CHECK(truth()->transfers == 2 && truth()->stop_hot == 0, "%u transfers", truth()->transfers);
    together_run(&t, 120000);
    CHECK(truth()->load_W[3] > 3000, "inv4 feeds the car: %.0f W", truth()->load_W[3]);
    for (int i = 0; i < 4; i++)
        CHECK(t.controller->plant.units[i].readings.pv_off.value == 0, "unit %d takes sun again",
              i + 1);
    sim_press_button(t.sim);
    took_s = wait_strings(0, 1200);
    CHECK(took_s > 600, "home after the dwell: %.0f s", took_s);
    end("bundled and back");
}

static void stopped(void)
{
    begin();
    sim_stop(t.sim, true);
    together_run(&t, 8000);
    for (int c = 0; c < 7; c++)
        CHECK(!truth()->contact_closed[c], "contact %d is open", c + 1);
    CHECK(t.controller->router.state == ROUTER_STOP, "stopped");
    sim_stop(t.sim, false);
    together_run(&t, 60000);
    for (int c = 0; c < 7; c++)
        CHECK(!truth()->contact_closed[c], "contact %d stays open", c + 1);
    controller_reset(t.controller, t.now_ms);
    together_run(&t, 120000);
    CHECK(together_home(&t), "home after a person's reset");
    CHECK(truth()->string_W[0] > 1000, "and the sun is used again: %.0f W", truth()->string_W[0]);
    end("stopped");
}

int main(void)
{
    rewrite();
    bundled_and_back();
    stopped();
    return check_done("switchless");
}
