/* The planner: plans of UC001, and a large plant. */
#include <string.h>
#include <time.h>

#include "test/check.h"
#include "test/string_plant.h"

static void plans(void)
{
    static const struct {
        uint8_t point, wanted;
        int32_t W[3], load_W[3];
        uint8_t present[3];
        bool stays[3];
        uint8_t layout[3];
        int32_t there_W;
        uint8_t there, transfers;
        const char *sentence;
    } rows[] = {
        {0xFF,
         2,
         {3000, 3000, 3000},
         {0, 0, 0},
         {3, 4, 2},
         {0},
         {0, 1, 2},
         0,
         0,
         2,
         "nobody charges: everyone home"},
        {0xFF,
         0,
         {3000, 3000, 3000},
         {0, 0, 0},
         {0, 1, 2},
         {0},
         {0, 1, 2},
         0,
         0,
         0,
         "and stays there"},
        {0,
         0,
         {3000, 3000, 3000},
         {900, 300, 300},
         {0, 1, 2},
         {0},
         {0, 3, 4},
         6000,
         2,
         2,
         "two thirds; the one of the loaded phase stays"},
        {0,
         0,
         {3000, 3000, 3000},
         {300, 900, 300},
         {0, 1, 2},
         {0},
         {3, 1, 4},
         6000,
         2,
         2,
         "the load is on L2"},
        {0,
         0,
         {3000, 3000, 3000},
         {300, 300, 900},
         {0, 1, 2},
         {0},
         {3, 4, 2},
         6000,
         2,
         2,
         "the load is on L3"},
        {0,
         0,
         {3100, 3000, 3050},
         {900, 300, 300},
         {0, 1, 2},
         {0},
         {3, 1, 4},
         6150,
         2,
         2,
         "more power comes before load"},
        {0,
         0,
         {0, 0, 0},
         {300, 900, 300},
         {0, 1, 2},
         {0},
         {3, 1, 4},
         0,
         2,
         2,
         "at night by rating, for when the sun comes"},
        {0,
         0,
         {3000, 3000, 3000},
         {300, 300, 300},
         {0, 4, 2},
         {0},
         {3, 4, 2},
         6000,
         2,
         1,
         "fewest transfers"},
        {0,
         0,
         {3000, 3000, 3000},
         {300, 300, 300},
         {0, 3, 2},
         {0},
         {0, 3, 4},
         6000,
         2,
         1,
         "one is there, on the place of another"},
        {0,
         0,
         {3000, 3000, 3000},
         {300, 300, 300},
         {0, 1, 2},
         {0},
         {3, 4, 2},
         6000,
         2,
         2,
         "all the same: the lowest move"},
        {0,
         1,
         {2000, 3000, 1000},
         {300, 300, 300},
         {0, 1, 2},
         {0},
         {0, 3, 2},
         3000,
         1,
         1,
         "one is enough: the strongest"},
        {0,
         3,
         {3000, 3000, 3000},
         {300, 300, 300},
         {0, 1, 2},
         {0},
         {3, 4, 2},
         6000,
         2,
         2,
         "three are wanted, two have a place"},
        {0,
         2,
         {5000, 3000, 3000},
         {300, 300, 300},
         {0, 1, 2},
         {0},
         {3, 4, 2},
         7000,
         2,
         2,
         "an input takes 4000 W at most"},
        {0,
         2,
         {-5, 3000, 3000},
         {300, 300, 300},
         {0, 1, 2},
         {0},
         {0, 3, 4},
         6000,
         2,
         2,
         "a reading below zero is no power"},
        {0,
         2,
         {3000, 1000, 500},
         {300, 300, 300},
         {0, 3, 2},
         {0, 1, 0},
         {0, 3, 4},
         1500,
         2,
         1,
         "what stays is planned around"},
        {0,
         2,
         {3000, 3000, 3000},
         {300, 300, 300},
         {0, 255, 2},
         {0, 1, 0},
         {0, 3, 4},
         6000,
         2,
         2,
         "an isolated string cannot stay"},
        {0xFF,
         2,
         {1, 1, 1},
         {300, 300, 300},
         {3, 4, 2},
         {1, 0, 0},
         {3, 1, 2},
         0,
         0,
         1,
         "stays though nobody charges"},
        {7,
         2,
         {3000, 3000, 3000},
         {300, 300, 300},
         {0, 1, 2},
         {0},
         {0, 1, 2},
         0,
         0,
         0,
         "a charge point without inputs"},
    };
    struct topology t;
    plant_topology(&t);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct router_wish wish = {.charge_point = rows[i].point, .strings_wanted = rows[i].wanted};
        memcpy(wish.string_W, rows[i].W, sizeof rows[i].W);
        memcpy(wish.phase_load_W + 1, rows[i].load_W, sizeof rows[i].load_W);
        memcpy(wish.stays, rows[i].stays, sizeof rows[i].stays);
        struct router_layout out;
        router_plan(&out, &t, &wish, rows[i].present);
        CHECK(memcmp(out.input, rows[i].layout, 3) == 0, "%s: %d %d %d", rows[i].sentence,
              out.input[0], out.input[1], out.input[2]);
        CHECK(out.charge_point_W == rows[i].there_W && out.strings_there == rows[i].there &&
                  out.transfers == rows[i].transfers,
              "%s: %d W, %d there, %d transfers", rows[i].sentence, out.charge_point_W,
              out.strings_there, out.transfers);
        CHECK(out.input[3] == NO_INPUT, "nothing behind the last string");
    }
}

/* 64 strings, 32 inputs, two of three wanted at 12 inputs that take 4: it ends soon, and well. */
static void a_large_plant(void)
{
    static struct topology t;
    struct router_wish wish = {0};
    uint8_t present[MAX_STRINGS];
    t.strings = 64;
    t.inputs = 32;
    for (uint8_t i = 0; i < 32; i++)
        t.input[i] = (struct topology_input){.phase = (uint8_t)(1 + i % 3),
                                             .charge_point = i < 20 ? NO_CHARGE_POINT : 0,
                                             .voc_max_mV = 500000,
                                             .isc_max_mA = 80000,
                                             .power_max_W = 30000,
                                             .strings_max = 4};
    for (uint8_t s = 0; s < 64; s++) {
        t.string[s] = (struct topology_string){.voc_mV = 400000,
                                               .isc_mA = 11000,
                                               .mpp_W = 3300,
                                               .home = (uint8_t)(s % 20),
                                               .fused = true};
        wish.string_W[s] = 1000 + 37 * (s * 7 % 64);
        present[s] = t.string[s].home;
        t.contact[t.contacts++] = (struct topology_contact){s, (uint8_t)(s % 20)};
        t.contact[t.contacts++] = (struct topology_contact){s, (uint8_t)(20 + s % 12)};
    }
    CHECK(topology_check(&t, NULL, NULL), "well wired");
    struct router_layout out;
    clock_t from = clock();
    router_plan(&out, &t, &wish, present);
    double ms = (double)(clock() - from) * 1000 / CLOCKS_PER_SEC;
    printf("planner: 64 strings on 32 inputs in %.1f ms\n", ms);
    CHECK(out.strings_there == 43, "two thirds: %d", out.strings_there);
    CHECK(ms < 2000, "it does not blow up: %.0f ms", ms);
    CHECK(layout_forbidden(&t, out.input) == NULL, "allowed");
}

/* 40 strings of different power, all with a way to one input that takes eight: more sets than are
 * kept. The best eight are found all the same, but not proven. */
static void more_sets_than_room(void)
{
    static struct topology t;
    struct router_wish wish = {.strings_wanted = 8};
    uint8_t present[MAX_STRINGS];
    int32_t best_W = 0;
    t.strings = 40;
    t.inputs = 21;
    for (uint8_t i = 0; i < 21; i++)
        t.input[i] = (struct topology_input){.phase = (uint8_t)(1 + i % 3),
                                             .charge_point = i < 20 ? NO_CHARGE_POINT : 0,
                                             .voc_max_mV = 500000,
                                             .isc_max_mA = 120000,
                                             .power_max_W = 50000,
                                             .strings_max = 8};
    for (uint8_t s = 0; s < 40; s++) {
        t.string[s] = (struct topology_string){.voc_mV = 400000,
                                               .isc_mA = 11000,
                                               .mpp_W = 3300,
                                               .home = (uint8_t)(s % 20),
                                               .fused = true};
        wish.string_W[s] = 1000 + 50 * s;
        present[s] = t.string[s].home;
        best_W += s >= 32 ? wish.string_W[s] : 0;
        t.contact[t.contacts++] = (struct topology_contact){s, t.string[s].home};
        t.contact[t.contacts++] = (struct topology_contact){s, 20};
    }
    CHECK(topology_check(&t, NULL, NULL), "well wired");
    struct router_layout out;
    router_plan(&out, &t, &wish, present);
    CHECK(out.charge_point_W == best_W && out.transfers == 8, "%d W of %d W, %d transfers",
          out.charge_point_W, best_W, out.transfers);
    CHECK(!out.proven, "not proven");
    CHECK(layout_forbidden(&t, out.input) == NULL, "allowed");
}

int main(void)
{
    plans();
    a_large_plant();
    more_sets_than_room();
    return check_done("planner");
}
