/* The live one-line diagram: power on every line, the contacts, SoC against the cap, and why. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/demo.h"

static void bar_draw(double value, double mark, int width)
{
    int filled = (int)(value * width + 0.5), at = (int)(mark * width + 0.5);
    for (int i = 0; i < width; i++)
        fputs(i == at ? "|" : i < filled ? "=" : ".", stdout);
}

static void string_draw(const struct demo *demo, int s)
{
    const struct sim_truth *truth = sim_truth(demo->sim);
    const struct topology *topology = &demo->config.topology;
    printf("  %-3s %4.2f kW %-3s", topology->string[s].name, truth->string_W[s] / 1000,
           truth->switch_on[s] ? "---" : "-x-");
    for (int k = 0; k < topology->contacts; k++)
        if (topology->contact[k].string == s)
            printf("[%s]%s  ", truth->contact_closed[k] ? "#" : " ",
                   topology->input[topology->contact[k].input].name);
    fputs("\033[K\n", stdout);
}

static void inverter_draw(const struct demo *demo, int i)
{
    const struct sim_truth *truth = sim_truth(demo->sim);
    bool box = i == demo->plant.wallbox_inverter;
    printf("  %-5s %c  PV %4.2f kW  battery %+6.1f A  grid %4.2f kW  -> %s %4.2f kW\033[K\n",
           demo->config.inverters[i].name, truth->mode[i], truth->pv_W[i] / 1000, truth->dc_A[i],
           truth->grid_W[i] / 1000, box ? "wallbox" : "house  ",
           (box ? truth->wallbox_W : truth->house_W[demo->plant.inverter[i].phase]) / 1000);
}

static void battery_draw(const struct demo *demo)
{
    const struct sim_truth *truth = sim_truth(demo->sim);
    fputs("  battery ", stdout);
    bar_draw(truth->battery_soc, demo->plant.cap, 40);
    printf(" %.1f %% (cap %.0f %%)  %+.2f kW\033[K\n", truth->battery_soc * 100,
           demo->plant.cap * 100, truth->battery_V * truth->battery_A / 1000);
}

void demo_draw(struct demo *demo, double speed, const char *note)
{
    char clock[16];
    const struct sim_truth *truth = sim_truth(demo->sim);
    printf("\033[H  busbar  %s   %s  x%.0f   sun %.0f W/m2   broken invariants: %u\033[K\n\033[K\n",
           demo->config.plant, demo_clock(demo, clock), speed, truth->irradiance_Wm2,
           truth->violations_total);
    for (int s = 0; s < demo->plant.strings; s++)
        string_draw(demo, s);
    fputs("\033[K\n", stdout);
    for (int i = 0; i < demo->plant.inverters; i++)
        inverter_draw(demo, i);
    printf("\033[K\n  car %c, %.0f %% full, takes %.2f kW\033[K\n", truth->car_state,
           truth->car_soc * 100, truth->wallbox_W / 1000);
    battery_draw(demo);
    fputs("\033[K\n", stdout);
    Busbar__Response *response = demo_ask(demo, BUSBAR__VERB__WHY);
    for (size_t i = 0; response && i < response->n_lines; i++)
        printf("  %.110s\033[K\n", response->lines[i]);
    if (response)
        busbar__response__free_unpacked(response, NULL);
    printf("\033[K\n  %s\033[K\n  b button   c car comes or goes   + - speed   q quit\033[K\033[J",
           note);
    fflush(stdout);
}
