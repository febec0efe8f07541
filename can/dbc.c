#include "can/dbc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "can/dbc_memory.h"

enum { BLOCK_SIZE = 65536, FILE_MAX = 64 << 20 };

struct dbc_block {
    struct dbc_block *next;
    size_t used, size;
    _Alignas(16) unsigned char bytes[];
};

struct dbc_memory *dbc_memory_new(void)
{
    return calloc(1, sizeof(struct dbc_memory));
}

void dbc_memory_free(struct dbc_memory *memory)
{
    if (!memory)
        return;
    while (memory->blocks) {
        struct dbc_block *next = memory->blocks->next;
        free(memory->blocks);
        memory->blocks = next;
    }
    free(memory);
}

void *dbc_memory_get(struct dbc_memory *memory, size_t size)
{
    size = (size + 15) & ~(size_t)15;
    struct dbc_block *block = memory->blocks;
    if (!block || block->size - block->used < size) {
        size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
        block = malloc(sizeof *block + room);
        if (!block) {
            memory->failed = true;
            return NULL;
        }
        *block = (struct dbc_block){.next = memory->blocks, .size = room};
        memory->blocks = block;
    }
    void *at = &block->bytes[block->used];
    block->used += size;
    return at;
}

const char *dbc_memory_string(struct dbc_memory *memory, const char *text, size_t length)
{
    char *copy = dbc_memory_get(memory, length + 1);
    if (!copy)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

void *dbc_memory_grow(struct dbc_memory *memory, void **array, size_t *room, size_t count,
                      size_t size)
{
    if (count == *room) {
        size_t more = *room ? *room * 2 : 8;
        void *bigger = dbc_memory_get(memory, more * size);
        if (!bigger)
            return NULL;
        if (count)
            memcpy(bigger, *array, count * size);
        *array = bigger;
        *room = more;
    }
    return (char *)*array + count * size;
}

static char *file_read(const char *path, size_t *length)
{
    FILE *in = fopen(path, "rb");
    if (!in)
        return NULL;
    char *text = NULL;
    *length = 0;
    for (size_t room = BLOCK_SIZE; room <= FILE_MAX; room *= 2) {
        char *bigger = realloc(text, room);
        if (!bigger)
            break;
        text = bigger;
        *length += fread(text + *length, 1, room - *length, in);
        if (*length < room)
            break;
    }
    if (ferror(in)) {
        free(text);
        text = NULL;
    }
    fclose(in);
    return text;
}

int dbc_load(struct dbc **out, const char *path, FILE *errors)
{
    size_t length;
    char *text = file_read(path, &length);
    if (!text) {
        int error = errno ? errno : EIO;
        fprintf(errors, "%s: %s\n", path, strerror(error));
        return -error;
    }
    int status = dbc_parse(out, path, text, length, errors);
    free(text);
    return status;
}

void dbc_free(struct dbc *dbc)
{
    if (dbc)
        dbc_memory_free(dbc->memory);
}

const struct dbc_message *dbc_message_by_id(const struct dbc *dbc, uint32_t id, bool ext)
{
    for (size_t i = 0; i < dbc->message_count; i++)
        if (dbc->messages[i].id == id && dbc->messages[i].ext == ext)
            return &dbc->messages[i];
    return NULL;
}

const struct dbc_message *dbc_message_by_name(const struct dbc *dbc, const char *name)
{
    for (size_t i = 0; i < dbc->message_count; i++)
        if (strcmp(dbc->messages[i].name, name) == 0)
            return &dbc->messages[i];
    return NULL;
}

int dbc_signal_index(const struct dbc_message *message, const char *name)
{
    for (size_t i = 0; i < message->signal_count; i++)
        if (strcmp(message->signals[i].name, name) == 0)
            return (int)i;
    return -1;
}

const char *dbc_value_text(const struct dbc_signal *signal, int64_t raw)
{
    for (size_t i = 0; i < signal->value_count; i++)
        if (signal->values[i].raw == raw)
            return signal->values[i].text;
    return NULL;
}
