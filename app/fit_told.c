/* A fit in words, and its cell file. */
#include <stdlib.h>

#include "app/cell_file.h"
#include "app/soc_fit.h"

static void print_residuals(FILE *out, const struct fit_job *job, const struct cell *cell)
{
    if (job->count)
        fputs("Residual above 5 % charge (mean, R, z: how far levels, resistance and place are "
              "off):\n",
              out);
    for (int i = 0; i < job->count; i++) {
        const struct fit_series *s = &job->series[i];
        struct fit_residual r = fit_residual(cell, s);
        fprintf(
            out,
            "  %s %s, %.1f C: RMS %.2f mV (all %.2f), mean %+.2f mV, correlated %.0f s, R %.1f %%, "
            "z %.2f %%\n",
            s->check ? "left out" : "fitted", s->name, s->temp_C, 1000 * r.rms_V,
            1000 * r.all_rms_V, 1000 * r.mean_V, r.correlation_s, 100 * r.resistance_off,
            100 * r.position_off);
    }
}

static void print_half(FILE *out, const struct fit_job *job, const struct fit_told *told)
{
    if (job->half)
        fprintf(
            out,
            "Half cells: RMS %.2f mV before the correction; graphite %.3f .. %.3f, positive %.3f "
            ".. %.3f\n",
            1000 * told->half_rms_V, told->half_ends[0], told->half_ends[1], told->half_ends[2],
            told->half_ends[3]);
}

void fit_print(FILE *out, const struct fit_job *job, const struct cell *cell,
               const struct fit_told *told)
{
    print_residuals(out, job, cell);
    print_half(out, job, told);
    if (told->tries)
        fprintf(out,
                "%d tries, cost %.1f; tau1 %.1f s, tau2 %.0f s, diffusion %.0f s, hysteresis "
                "rate %.1f\n",
                told->tries, told->cost, cell->tau1_s, cell->tau2_s, cell->diffusion_s,
                cell->hysteresis_rate);
    for (int i = 0; i < told->rows; i++) {
        const struct fit_row_told *r = &told->row[i];
        const struct cell_row *row = &cell->row[i];
        fprintf(out,
                "%6.1f C %-7s curve read at z %+.4f %+.4f (z - 1/2), hysteresis x %.2f, at z 0.5: "
                "%.4g %.4g %.4g Ohm, i0 %.3g A\n",
                r->temp_C, r->fitted ? "fitted" : "between", r->shift, r->stretch,
                r->hysteresis_scale, row->r0_Ohm[5], row->r1_Ohm[5], row->r2_Ohm[5], row->i0_A);
    }
    for (int i = 0; i < cell->knees; i++)
        fprintf(out, "knee at %.3f, %.3f .. %.3f\n", cell->knee[i].at, cell->knee[i].from,
                cell->knee[i].to);
}

static struct cell_sources sources(const struct fit_job *job, bool series)
{
    const char *curves = job->curves ? "low-rate curves, corrected by the fit" : "fitted";
    struct cell_sources s = {
        .charge = "as given to the fit",
        .dynamics = series ? "fitted" : "as given to the fit",
        .errors = job->given.errors ? "judged, not measured" : "residuals of the fit",
        .half_cells = "measured half cells between the fitted ends",
        .knees = "steepest place of the table nearest 25 C",
        .open_circuit = job->half ? "measured curve less half cells"
                        : series  ? curves
                                  : "measured curve",
        .resistance = series ? "fitted; where no series was taken, ln R over 1 / T"
                             : "given at 25 C; else by 14, 22 and 22 kJ/mol",
    };
    return s;
}

void fit_write(FILE *out, const struct fit_job *job, const struct cell *cell,
               const struct fit_told *told, const struct fit_words *words)
{
    char *comment = NULL;
    size_t size;
    bool series = false;
    FILE *text = open_memstream(&comment, &size);
    if (!text)
        return;
    fprintf(text, "Made by\n  %s\n\n", words->command);
    print_residuals(text, job, cell);
    print_half(text, job, told);
    if (words->note)
        fprintf(text, "\n%s\n", words->note);
    fclose(text);
    for (int i = 0; i < job->count; i++)
        series |= !job->series[i].check;
    struct cell_sources s = sources(job, series);
    s.comment = comment;
    s.cell = words->source;
    s.licence = words->licence;
    cell_file_write(out, cell, &s);
    free(comment);
}
