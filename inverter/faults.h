/* Faults and warnings of PI30-like inverters in an owner's words: what it is, what it means for the
 * plant, and what to do first.
 *
 * A fault code is what QPGSn (field 4) and the display tell while the unit stands in fault mode. A
 * warning is a bit of enum unit_warning (inverter/protocol.h): QPIWS' own numbers, to which another
 * protocol's words bring theirs.
 *
 * Facts: PI30 documents HS/MS/MSX 2014, KS/MKS 2015, GK/MK, MAX 2021 (QPGSn, QPIWS); the fault
 * reference tables of the vendor's MKS, MAX and VM III manuals; docs/axpert.md. */
#ifndef BUSBAR_INVERTER_FAULTS_H
#define BUSBAR_INVERTER_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "inverter/protocol.h"

enum severity {
    SEVERITY_NONE,       /* no such code or bit */
    SEVERITY_USUAL,      /* comes and goes by itself: no grid, no sun */
    SEVERITY_WARNING,    /* it still works; somebody should look */
    SEVERITY_FAULT       /* the unit gives nothing out until it is cured */
};

struct fault_words {
    const char *text;    /* "overload for too long" */
    const char *means;   /* one sentence */
    const char *first;   /* what to do first */
    enum severity severity;
};

enum { WARNING_BITS = 36 };

/* NULL = no such code, or nothing by this bit. Fault 0 is none. */
const struct fault_words *fault_words(int32_t code);
const struct fault_words *warning_words(int bit);
const char *fault_text(int32_t code);
const char *warning_text(int bit);

/* Some bits are a warning by themselves and the reason where the unit has a fault (bit 1). */
enum severity warning_severity(int bit, bool unit_has_fault);

/* The n-th code of the table, 0 at its end: for whoever lists them all. */
int32_t fault_code(unsigned n);

#endif
