/* A lithium-ion cell as a single-particle model: the physical twin that estimators are tried on.
 *
 * Each electrode is one sphere of SPM_SHELLS shells in which lithium diffuses (implicit finite volumes, so any step
 * is stable); its surface sets the equilibrium potential and the Butler-Volmer overpotential, with equal transfer
 * coefficients an asinh. The electrolyte is a resistance, and a salt gradient that builds up behind it:
 *
 *   V = Up(ys) - Un(xs) + 2RT/F (asinh jp + asinh jn) + R I + salt          I: + charges
 *
 * x and y are stoichiometries, lithium per site, 0..1. What leaves one sphere arrives in the other: shells are
 * changed by the flow through their faces alone, so lithium is conserved to the last bits whatever the step.
 * Lithium lost to ageing moves the window of stoichiometries the cell is used in: spm_window.
 *
 * Structure and symbols: G. Richardson et al., "Generalised single particle models for high-rate operation of
 * graded lithium-ion electrodes", 2020; parameters as the Battery Parameter eXchange (BPX) names them. */
#ifndef BUSBAR_SIM_SPM_H
#define BUSBAR_SIM_SPM_H

enum { SPM_SHELLS = 20, SPM_POINTS = 501 };
enum spm_side { SPM_NEGATIVE, SPM_POSITIVE, SPM_SIDES };

struct spm_electrode {
    double radius_m;
    double diffusivity_m2_s, diffusivity_J_mol;   /* at 25 C; activation energy */
    double rate_mol_m2_s, rate_J_mol;             /* of the reaction: j0 = F rate sqrt(x (1 - x)) */
    double capacity_Ah;                           /* of stoichiometry 0 to 1 */
    double surface_m2;                            /* of all particles */
    double equilibrium_V[SPM_POINTS];             /* against lithium, over stoichiometry 0, 0.002 .. 1 */
};

struct spm {
    struct spm_electrode side[SPM_SIDES];
    double ohmic_Ohm;                             /* electrolyte and metal, at 25 C */
    double salt_Ohm, salt_s;                      /* the salt gradient's share, reached within some salt_s */
    double electrolyte_J_mol;                     /* activation energy of both */
};

/* Stoichiometries between which the cell is used. */
struct spm_window { double empty[SPM_SIDES], full[SPM_SIDES]; };

/* The window between two voltages at rest, of a cell that holds this much lithium, and its capacity in Ah. A fresh
 * cell's lithium is that of any of its windows; what ageing binds is less of it. */
double spm_lithium_Ah(const struct spm *spm, const struct spm_window *window);
double spm_window(const struct spm *spm, double lithium_Ah, double empty_V, double full_V,
                  struct spm_window *window);

/* What a step needs, at one temperature and step length; made once for many steps. */
struct spm_at {
    const struct spm *spm;
    double dt_s;
    double face[SPM_SHELLS + 1][SPM_SIDES];       /* conductance of the face below a shell */
    double pivot[SPM_SHELLS][SPM_SIDES], above[SPM_SHELLS][SPM_SIDES];
    double inflow[SPM_SIDES];                     /* per ampere */
    double rise[SPM_SIDES];                       /* of the surface above the last shell, per ampere */
    double drive[SPM_SIDES];                      /* j / 2 j0 but for sqrt(x (1 - x)), per ampere */
    double thermal_V;                             /* 2RT/F */
    double ohmic_Ohm, salt_Ohm, salt_keeps;
};
void spm_at(struct spm_at *at, const struct spm *spm, double temp_C, double dt_s);

struct spm_state {
    double shell[SPM_SHELLS][SPM_SIDES];          /* stoichiometries, from the middle outwards */
    double salt_V;
};

/* Rested at this charge of the window, 0..1. */
void spm_rest(struct spm_state *state, const struct spm_window *window, double charge);
void spm_step(const struct spm_at *at, struct spm_state *state, double current_A);
double spm_voltage(const struct spm_at *at, const struct spm_state *state, double current_A);

double spm_mean(const struct spm_state *state, enum spm_side side);
double spm_charge(const struct spm_state *state, const struct spm_window *window);
double spm_equilibrium_V(const struct spm *spm, enum spm_side side, double stoichiometry);

#endif
