/* Field tables: the names by which a dialect file reaches a struct.
 *
 * A device kind publishes two tables: its readings (struct reading members, filled
 * from frames) and its orders (int32_t members, sent in frames). A dialect joins a
 * DBC signal to one of these names; see can/dialect.h. */
#ifndef BUSBAR_CORE_FIELD_H
#define BUSBAR_CORE_FIELD_H

#include <stddef.h>
#include <stdint.h>

struct field {
    const char *name;         /* the word in the dialect file; ends in its unit */
    size_t offset;            /* of the struct reading, or of the int32_t order */
    int32_t min, max;         /* a value outside refuses the whole frame */
    const char *const *bits;  /* NULL, or names of bit 0, 1, ..; NULL ends the list */
};

struct field_table {
    const struct field *rows;
    size_t count;
};

#endif
