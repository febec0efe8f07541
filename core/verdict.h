/* What became of foreign bytes. Verdicts are counted, never logged one by one. */
#ifndef BUSBAR_CORE_VERDICT_H
#define BUSBAR_CORE_VERDICT_H

#include <stdint.h>

enum verdict {
    VERDICT_TAKEN,     /* readings changed */
    VERDICT_FOREIGN,   /* not ours to decode */
    VERDICT_LENGTH,    /* right id, wrong number of bytes */
    VERDICT_RANGE,     /* a value outside its range */
    VERDICT_FROZEN,    /* its counter did not move */
    VERDICT_CHECK,     /* CRC, checksum or inverted copy is wrong */
    VERDICT_SHAPE,     /* an answer that does not fit the question */
    VERDICTS
};

struct verdict_counts {
    uint32_t n[VERDICTS];
};

/* A lower-case word for status output: "taken", "foreign", ... */
const char *verdict_name(enum verdict verdict);

#endif
