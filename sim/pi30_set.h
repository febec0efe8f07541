/* Between pi30_set.c and pi18_set.c: one setter at work, and what setters of all families share. A function
 * changes the unit and returns true, or leaves it and returns false, where the unit would say NAK. */
#ifndef BUSBAR_SIM_PI30_SET_H
#define BUSBAR_SIM_PI30_SET_H

#include "sim/state.h"
#include "sim/variants.h"

struct setter {
    struct sim_unit *unit;
    const struct variant *variant;
    bool grouped;
    bool ignored;               /* ACKed without effect */
    double part;                /* battery voltage over 48 V */
};

/* Volts of a 48 V battery, scaled to this one. */
bool setter_within(const struct setter *s, double volts, double low_V, double high_V);
bool setter_int(int *member, int value, int low, int high);
/* The digit is this unit's number in its group. */
bool setter_number(const struct setter *s, char digit);
bool setter_charge(struct setter *s, int amperes);
bool setter_ac_charge(struct setter *s, int amperes);
bool setter_user_volts(struct setter *s, double *member, double volts, bool fits);

/* pi18_set.c: value is the word from its first digit on. */
bool pi18_pop(struct setter *s, const char *value);
bool pi18_pcp(struct setter *s, const char *value);
bool pi18_charge(struct setter *s, const char *value);
bool pi18_ac_charge(struct setter *s, const char *value);
bool pi17_charge(struct setter *s, const char *value);
bool pi17_ac_charge(struct setter *s, const char *value);
bool pi18_charge_volts(struct setter *s, const char *value);
bool pi18_cut_off(struct setter *s, const char *value);
bool pi18_back_volts(struct setter *s, const char *value);
bool revo_all(struct setter *s, const char *value);

#endif
