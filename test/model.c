/* The exhaustive search of router and gate, strings and AC side, one line a menu: states, transitions, depth. Ends with the
 * shortest way to a violation when there is one. Arguments: --max STATES of one menu, --menu N alone,
 * --no-gate: the router alone, with the faults a gate is not needed for. */
#include <getopt.h>
#include <time.h>

#include "test/model_ac.h"
#include "test/model_strings.h"

enum { STATES_MAX = 3000000, ENDS_EACH = 16, AC_ENDS_EACH = 256 };

/* Every kind of fault is in some menu; contacts 0-2 are the homes, 3 and 5, 6 those of the charge
 * point that the second layout closes. */
static const struct model_menu menus[] = {
    {{{FAULT_WELDED, 1}, {FAULT_STUCK_OPEN, 4}, {FAULT_FEEDBACK, 2}}, 3, 4},
    {{{FAULT_WELDED, 2}, {FAULT_WELDED, 6}, {FAULT_RESTART, 0}}, 3, 2},
    {{{FAULT_SLOW, 1}, {FAULT_SLOW, 4}, {FAULT_RESET, 0}}, 3, 2},
    {{{FAULT_STUCK_OPEN, 4}, {FAULT_STUCK_OPEN, 1}, {FAULT_RESTART, 0}}, 3, 2},
    {{{FAULT_FEEDBACK, 1}, {FAULT_FEEDBACK, 6}, {FAULT_RESTART, 0}}, 3, 2},
    {{{FAULT_REBOOT, 0}, {FAULT_WELDED, 1}, {FAULT_RESTART, 0}}, 3, 2},
    {{{FAULT_REBOOT, 0}, {FAULT_REBOOT, 1}, {FAULT_RESET, 0}}, 3, 2},
    {{{FAULT_BOARD_SILENT, 0}, {FAULT_FEEDBACK, 2}, {FAULT_STUCK_OPEN, 6}}, 3, 2},
    {{{FAULT_BOARD_SILENT, 1}, {FAULT_SLOW, 2}, {FAULT_FOREIGN, 0}}, 3, 2},
    {{{FAULT_FRAMES_LOST, 0}, {FAULT_FRAMES_LOST, 1}, {FAULT_WELDED, 2}}, 3, 2},
    {{{FAULT_COUNTER_SILENT, 0}, {FAULT_SWITCH_SHORTED, 1}, {FAULT_RESTART, 0}}, 3, 2},
    {{{FAULT_COUNTER_FROZEN, 0}, {FAULT_LEAK, 1}, {FAULT_WELDED, 1}}, 3, 2},
    {{{FAULT_CONTROLLER_DEAD, 0}, {FAULT_INPUT, 3}, {FAULT_STUCK_OPEN, 4}}, 3, 2},
    {{{FAULT_INSULATION, 0}, {FAULT_NIGHT, 0}, {FAULT_ISOLATE, 1}}, 3, 2},
    {{{FAULT_STOP, 0}, {FAULT_WELDED, 1}, {FAULT_SWITCH_SHORTED, 2}}, 3, 2},
    {{{FAULT_STOP, 0}, {FAULT_RESTART, 0}, {FAULT_LEAK, 2}}, 3, 2},
    {{{FAULT_BUTTON_SILENT, 0}, {FAULT_RESTART, 0}, {FAULT_WELDED, 1}}, 3, 2},
};
enum { MENUS = sizeof menus / sizeof menus[0] };

static const uint8_t ac_menus[][AC_MENU] = {
    {AC_WELDED_LINE, AC_WELDED_NEUTRAL, AC_RESTARTS},
    {AC_WELDED_OWN_LINE, AC_STUCK_LINE, AC_RESTARTS},
    {AC_STUCK_NEUTRAL, AC_UNKNOWN, AC_RESTARTS},
    {AC_UNKNOWN_NEUTRAL, AC_DEAD_SOURCE, AC_CAR_HOLDS},
    {AC_UNREADY, AC_CAR_HOLDS, AC_RESTARTS},
    {AC_MUTE_BOARD, AC_MUTE_BOX, AC_RESTARTS},
    {AC_DEAF, AC_LOCKED_OUT, AC_WELDED_LINE},
    {AC_WELDED_LINE, AC_CAR_HOLDS, AC_MUTE_BOX},
};
enum { AC_MENUS = sizeof ac_menus / sizeof ac_menus[0] };

struct options {
    size_t states_max;
    int only;
    bool gate_off;
};

static bool searched(struct search *search, uint64_t *states)
{
    clock_t from = clock();
    search_run(search);
    search_print(search);
    printf(", %.0f s\n", (double)(clock() - from) / CLOCKS_PER_SEC);
    if (search->wrong)
        trace_print(search);
    fflush(stdout);
    *states += search->states;
    bool well = !search->wrong;
    search_free(search);
    return well;
}

static bool strings_search(const struct model_menu *menu, const struct options *options,
                           uint64_t *states, uint32_t visits[])
{
    static struct model model;
    model = (struct model){.menu = *menu, .gate_off = options->gate_off};
    struct search search = {.kind = &model_kind,
                            .world = &model,
                            .states_max = options->states_max,
                            .ends_each = ENDS_EACH};
    for (int i = 0; i < menu->faults; i++)
        printf("%s%s %d", i ? ", " : "strings: ", faults[menu->fault[i].fault].name,
               menu->fault[i].at);
    fputs(": ", stdout);
    bool well = searched(&search, states);
    for (int i = 0; i < ROUTER_STATES; i++)
        visits[i] += model.visits[i];
    return well;
}

static bool ac_search(const uint8_t menu[AC_MENU], const struct options *options, uint64_t *states,
                      uint32_t visits[])
{
    static struct ac_world world;
    memset(&world, 0, sizeof world);
    memcpy(world.menu, menu, sizeof world.menu);
    world.faults = AC_MENU;
    world.gate_off = options->gate_off;
    struct search search = {.kind = &ac_kind,
                            .world = &world,
                            .states_max = options->states_max,
                            .ends_each = AC_ENDS_EACH};
    for (int i = 0; i < AC_MENU; i++)
        printf("%s%s", i ? ", " : "AC: ", ac_fault_names[menu[i]]);
    fputs(": ", stdout);
    bool well = searched(&search, states);
    for (int i = 0; i < AC_STATES; i++)
        visits[i] += world.visits[i];
    return well;
}

int main(int argc, char **argv)
{
    static const struct option known[] = {{"max", required_argument, NULL, 'm'},
                                          {"menu", required_argument, NULL, 'n'},
                                          {"no-gate", no_argument, NULL, 'g'},
                                          {NULL, 0, NULL, 0}};
    struct options options = {.states_max = STATES_MAX, .only = -1};
    uint32_t visits[ROUTER_STATES] = {0}, ac_visits[AC_STATES] = {0};
    uint64_t states = 0;
    int passed = 0, failed = 0;
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (c == 'm')
            options.states_max = strtoull(optarg, NULL, 10);
        else if (c == 'n')
            options.only = atoi(optarg);
        else if (c == 'g')
            options.gate_off = true;
        else
            return 2;
    }
    for (int i = 0; i < MENUS + AC_MENUS; i++) {
        if (options.only >= 0 && options.only != i)
            continue;
        bool well = i < MENUS ? strings_search(&menus[i], &options, &states, visits)
                              : ac_search(ac_menus[i - MENUS], &options, &states, ac_visits);
        passed += well;
        failed += !well;
    }
    printf("%llu distinct states; steps in each state of the strings:", (unsigned long long)states);
    for (int i = 0; i < ROUTER_STATES; i++)
        printf(" %s %u", router_state_name((enum router_state)i), visits[i]);
    fputs("; of the AC side:", stdout);
    for (int i = 0; i < AC_STATES; i++)
        printf(" %s %u", ac_state_name((enum ac_state)i), ac_visits[i]);
    printf("\nmodel: %d passed, %d failed\n", passed, failed);
    return failed != 0;
}
