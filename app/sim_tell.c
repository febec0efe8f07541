#include "app/sim_tell.h"

#include "sim/quirks.h"
#include "sim/variants.h"

void sim_tell_minute(const struct sim_config *plant, const struct sim *sim, FILE *out)
{
    const struct sim_truth *truth = sim_truth(sim);
    long day_s = (long)truth->day_s % 86400;
    double house_W = truth->house_W[1] + truth->house_W[2] + truth->house_W[3];
    fprintf(out, "%02ld:%02ld  sun %4.0f W/m2 ", day_s / 3600, day_s / 60 % 60,
            truth->irradiance_Wm2);
    for (int s = 0; s < plant->strings; s++) {
        int input = truth->string_input[s];
        if (input < 0)
            fprintf(out, " s%d open", s + 1);
        else
            fprintf(out, " s%d %.2f kW inv%d", s + 1, truth->string_W[s] / 1000,
                    plant->input[input].inverter + 1);
    }
    fprintf(out,
            "  car %c %.2f kW  house %.2f kW  battery %.1f %% %+.1f A  broken invariants %u %s\n",
            truth->car_state, truth->wallbox_W / 1000, house_W / 1000, truth->battery_soc * 100,
            truth->battery_A, truth->violations_total, truth->violation);
    fflush(out);
}

static void inverter_tell(const struct sim_config *plant, const struct sim_truth *truth, int u,
                          FILE *out)
{
    const struct sim_inverter_config *inverter = &plant->inverter[u];
    fprintf(
        out,
        "{\"name\": \"inv%d\", \"variant\": \"%s\", \"serial\": \"%s\", \"mode\": \"%c\", "
        "\"pv_W\": %.1f, \"load_W\": %.1f, \"grid_W\": %.1f, \"battery_A\": %.2f, \"writes\": %u, "
        "\"answers\": %u, \"zero_crc\": %u, \"quirks\": {",
        u + 1, sim_variant_of(inverter)->name, inverter->serial, truth->mode[u], truth->pv_W[u],
        truth->load_W[u], truth->grid_W[u], truth->dc_A[u], truth->setter_writes[u],
        truth->answers[u], truth->zero_crc[u]);
    const char *comma = "";
    for (enum sim_quirk quirk = SIM_QUIRK_NONE + 1; quirk < SIM_QUIRKS; quirk++) {
        if (truth->quirks[u][quirk] == 0)
            continue;
        fprintf(out, "%s\"%s\": %u", comma, sim_quirk_name(quirk), truth->quirks[u][quirk]);
        comma = ", ";
    }
    fputs("}}", out);
}

void sim_tell_truth(const struct sim_config *plant, const struct sim *sim, FILE *out)
{
    const struct sim_truth *truth = sim_truth(sim);
    fprintf(out,
            "{\"day_s\": %.1f, \"battery_V\": %.3f, \"battery_A\": %.2f, \"battery_soc\": %.4f, "
            "\"inverters\": [",
            truth->day_s, truth->battery_V, truth->battery_A, truth->battery_soc);
    for (int u = 0; u < plant->inverters; u++) {
        fputs(u ? ", " : "", out);
        inverter_tell(plant, truth, u, out);
    }
    fputs("]}\n", out);
    fflush(out);
}
