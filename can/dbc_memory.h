/* Memory of one DBC file: everything is freed at once. */
#ifndef BUSBAR_CAN_DBC_MEMORY_H
#define BUSBAR_CAN_DBC_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

struct dbc_memory {
    struct dbc_block *blocks;
    bool failed;
};

struct dbc_memory *dbc_memory_new(void);
void dbc_memory_free(struct dbc_memory *memory);

/* NULL when there is no more, and memory->failed. */
void *dbc_memory_get(struct dbc_memory *memory, size_t size);

/* A copy with its closing NUL. */
const char *dbc_memory_string(struct dbc_memory *memory, const char *text, size_t length);

/* Room for one more element behind count in *array; the address of that element. */
void *dbc_memory_grow(struct dbc_memory *memory, void **array, size_t *room, size_t count,
                      size_t size);

#endif
