/* The sun on each string's plane, and each string's curve in it. Once a plant second. */
#include <math.h>

#include "sim/state.h"

static const double DEG = 3.14159265358979323846 / 180;

struct sky {
    double elevation, azimuth; /* radians; azimuth clockwise from north */
    double direct_Wm2, diffuse_Wm2, ground_Wm2;
};

/* Declination by Cooper, air mass plain, direct beam by Meinel, diffuse light of a clear sky an
 * eighth of it, ground that gives back a fifth. */
static struct sky sky_at(const struct sim_config *config, double hour)
{
    double declination = 23.45 * DEG * sin(2 * 180 * DEG * (284 + config->day_of_year) / 365.0);
    double latitude = config->latitude_deg * DEG, angle = 15 * DEG * (hour - 12);
    struct sky sky = {0};
    double height =
        sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(angle);
    sky.elevation = asin(height);
    double west = cos(declination) * sin(angle);
    double north = cos(latitude) * sin(declination) - sin(latitude) * cos(declination) * cos(angle);
    sky.azimuth = atan2(-west, north);
    if (height > 0.02) {
        sky.direct_Wm2 = 1361 * pow(0.7, pow(1 / height, 0.678));
        sky.diffuse_Wm2 = 0.125 * sky.direct_Wm2;
        sky.ground_Wm2 = 0.2 * (sky.direct_Wm2 * height + sky.diffuse_Wm2);
    }
    return sky;
}

static double plane_Wm2(const struct sky *sky, const struct sim_string_config *string)
{
    double tilt = string->tilt_deg * DEG;
    double cosine = sin(sky->elevation) * cos(tilt) +
                    cos(sky->elevation) * sin(tilt) * cos(sky->azimuth - string->azimuth_deg * DEG);
    return sky->direct_Wm2 * (cosine > 0 ? cosine : 0) + sky->diffuse_Wm2 * (1 + cos(tilt)) / 2 +
           sky->ground_Wm2 * (1 - cos(tilt)) / 2;
}

/* Clouds drift towards a new random cover each few minutes. */
static void cloud_second(struct sim *sim)
{
    if (sim_random(sim) < 1.0 / 240)
        sim->cloud_target = sim_random(sim);
    sim->cloud += (sim->cloud_target - sim->cloud) / 60;
}

/* The usual four-point fit of a module's curve: I = Isc (1 - c1 (exp(V / (c2 Voc)) - 1)). */
static void pv_curve(struct sim_pv *pv, const struct sim_string_config *string, double Wm2,
                     double C)
{
    double g = Wm2 / 1000, n = string->modules;
    pv->isc_A = string->isc_A * g * (1 + string->isc_per_K * (C - 25));
    if (g < 0.001) {
        *pv = (struct sim_pv){0};
        return;
    }
    double voc = string->voc_V * n * (1 + string->voc_per_K * (C - 25) + 0.06 * log(g));
    pv->voc_V = voc > 0 ? voc : 0;
    pv->c2 = (string->vmp_V / string->voc_V - 1) / log(1 - string->imp_A / string->isc_A);
    pv->c1 = (1 - string->imp_A / string->isc_A) * exp(-string->vmp_V / (pv->c2 * string->voc_V));
}

/* Past its open-circuit voltage a string takes current: another one drives it. */
double pv_current(const struct sim_pv *pv, double volts)
{
    if (pv->voc_V <= 0)
        return 0;
    return pv->isc_A * (1 - pv->c1 * (exp(volts / (pv->c2 * pv->voc_V)) - 1));
}

void sun_second(struct sim *sim)
{
    double hour = fmod(sim->truth.day_s / 3600, 24);
    struct sky sky = sky_at(&sim->config, hour);
    cloud_second(sim);
    double clear = 1 - sim->config.cloudiness * sim->cloud * 0.85;
    double warmth = 0.5 - 0.5 * cos((hour - 3) / 24 * 360 * DEG);
    sim->ambient_C = sim->config.ambient_min_C +
                     warmth * (sim->config.ambient_max_C - sim->config.ambient_min_C);
    for (int s = 0; s < sim->config.strings; s++) {
        double Wm2 = plane_Wm2(&sky, &sim->config.string[s]) * clear;
        sim->cell_C[s] += (sim->ambient_C + Wm2 * 0.031 - sim->cell_C[s]) / 300;
        pv_curve(&sim->pv[s], &sim->config.string[s], Wm2, sim->cell_C[s]);
        if (s == 0)
            sim->truth.irradiance_Wm2 = Wm2;
    }
    for (int i = 0; i < sim->config.inputs; i++)
        sim->mppt[i].stale = true;
}
