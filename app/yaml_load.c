/* What was found right is written out again as YAML and given to libcyaml, then the defaults of
 * absent keys are filled in from the notes. */
#include "app/yaml_text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const cyaml_config_t settings = {
    .mem_fn = cyaml_mem,
    .log_level = CYAML_LOG_ERROR,
    .flags = CYAML_CFG_NO_ALIAS,
};

/* --- writing what is right --- */

struct writer {
    struct yaml_file *file;
    yaml_emitter_t emitter;
    bool well;
};

static void write_value(struct writer *w, const cyaml_schema_value_t *schema,
                        const yaml_node_t *node);

static void write_event(struct writer *w, yaml_event_t *event, int made)
{
    w->well = w->well && made && yaml_emitter_emit(&w->emitter, event);
}

static void write_text(struct writer *w, const char *text)
{
    yaml_event_t event;
    write_event(w, &event,
                yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text,
                                             (int)strlen(text), 1, 1,
                                             YAML_DOUBLE_QUOTED_SCALAR_STYLE));
}

static bool is_right(struct yaml_file *file, const yaml_node_t *node)
{
    return file->marks[yaml_node_index(file, node)] == YAML_RIGHT;
}

/* In the order of the document: what an alias names again is written where it was checked. */
static void write_pair(struct writer *w, const cyaml_schema_value_t *schema,
                       const yaml_node_t *mapping, const yaml_node_pair_t *pair)
{
    const char *key = yaml_scalar(yaml_document_get_node(&w->file->document, pair->key));
    const yaml_node_t *value = yaml_document_get_node(&w->file->document, pair->value);
    const cyaml_schema_field_t *field = key ? yaml_field_find(schema->mapping.fields, key) : NULL;
    if (!field || !is_right(w->file, value) || yaml_child(w->file, mapping, key) != value)
        return;
    write_text(w, key);
    write_value(w, &field->value, value);
}

static void write_mapping(struct writer *w, const cyaml_schema_value_t *schema,
                          const yaml_node_t *node)
{
    yaml_event_t event;
    write_event(
        w, &event,
        yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE));
    const yaml_node_pair_t *pair = node ? node->data.mapping.pairs.start : NULL;
    for (; node && pair < node->data.mapping.pairs.top; pair++)
        write_pair(w, schema, node, pair);
    write_event(w, &event, yaml_mapping_end_event_initialize(&event));
}

/* A wrong entry keeps its place as an empty mapping, so that the others keep their index. */
static void write_list(struct writer *w, const cyaml_schema_value_t *schema,
                       const yaml_node_t *node)
{
    const cyaml_schema_value_t *inner = schema->sequence.entry;
    const yaml_node_item_t *item = node->data.sequence.items.start;
    yaml_event_t event;
    write_event(
        w, &event,
        yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE));
    for (uint32_t i = 0; i < schema->sequence.max && item < node->data.sequence.items.top;
         i++, item++) {
        const yaml_node_t *entry = yaml_document_get_node(&w->file->document, *item);
        if (is_right(w->file, entry))
            write_value(w, inner, entry);
        else if (inner->type == CYAML_MAPPING)
            write_mapping(w, inner, NULL);
    }
    write_event(w, &event, yaml_sequence_end_event_initialize(&event));
}

static void write_value(struct writer *w, const cyaml_schema_value_t *schema,
                        const yaml_node_t *node)
{
    w->file->marks[yaml_node_index(w->file, node)] = YAML_WRITTEN;
    if (schema->type == CYAML_MAPPING)
        write_mapping(w, schema, node);
    else if (schema->type == CYAML_SEQUENCE)
        write_list(w, schema, node);
    else
        write_text(w, yaml_scalar(node));
}

static void write_document(struct writer *w)
{
    yaml_event_t event;
    write_event(w, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
    write_event(w, &event, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1));
    write_value(w, w->file->schema->top, yaml_document_get_root_node(&w->file->document));
    write_event(w, &event, yaml_document_end_event_initialize(&event, 1));
    write_event(w, &event, yaml_stream_end_event_initialize(&event));
}

/* The text, owned by the caller, or NULL. */
static char *write_text_of(struct yaml_file *file, size_t *size)
{
    char *text = NULL;
    struct writer w = {.file = file, .well = true};
    FILE *out = open_memstream(&text, size);
    if (!out)
        return NULL;
    w.well = yaml_emitter_initialize(&w.emitter);
    yaml_emitter_set_output_file(&w.emitter, out);
    yaml_emitter_set_unicode(&w.emitter, 1);
    yaml_emitter_set_width(&w.emitter, -1);
    write_document(&w);
    yaml_emitter_delete(&w.emitter);
    if (fclose(out) == 0 && w.well)
        return text;
    free(text);
    return NULL;
}

/* --- defaults --- */

static void store_whole(const cyaml_schema_value_t *schema, uint8_t *data, int64_t value)
{
    /* Little and big end alike: a copy from an integer of the member's own size. */
    if (schema->data_size == 1)
        *data = (uint8_t)value;
    else if (schema->data_size == 4)
        memcpy(data, &(int32_t){(int32_t)value}, 4);
    else
        assert(schema->data_size == 0);
}

static int64_t word_value(const cyaml_schema_value_t *schema, const char *word)
{
    uint32_t at = 0;
    while (at < schema->enumeration.count && strcmp(schema->enumeration.strings[at].str, word) != 0)
        at++;
    assert(at < schema->enumeration.count);
    return schema->enumeration.strings[at].val;
}

static void store_preset(const cyaml_schema_value_t *schema, uint8_t *data, const char *text)
{
    int64_t whole = 0;
    double number = 0;
    if (schema->type == CYAML_STRING && !(schema->flags & CYAML_FLAG_POINTER)) {
        assert(strlen(text) < schema->data_size);
        strcpy((char *)data, text);
    } else if (schema->type == CYAML_FLOAT && schema->data_size == sizeof number) {
        assert(yaml_parse_number(text, &number));
        memcpy(data, &number, sizeof number);
    } else if (schema->type == CYAML_ENUM) {
        store_whole(schema, data, word_value(schema, text));
    } else {
        assert(schema->type == CYAML_INT || schema->type == CYAML_UINT);
        assert(yaml_parse_whole(text, &whole));
        store_whole(schema, data, whole);
    }
}

static void preset_value(struct yaml_file *file, const cyaml_schema_value_t *schema, uint8_t *data,
                         char *path);

static void preset_list(struct yaml_file *file, const cyaml_schema_field_t *field, uint8_t *owner,
                        char *path)
{
    uint8_t *entries = owner + field->data_offset;
    if (field->value.flags & CYAML_FLAG_POINTER)
        memcpy(&entries, owner + field->data_offset, sizeof entries);
    unsigned count;
    assert(field->count_size == sizeof count);
    memcpy(&count, owner + field->count_offset, sizeof count);
    size_t length = strlen(path);
    for (unsigned i = 0; i < count; i++) {
        snprintf(path + length, YAML_PATH_SIZE - length, "[%u]", i);
        preset_value(file, field->value.sequence.entry, entries + i * field->value.data_size, path);
        path[length] = '\0';
    }
}

static void preset_field(struct yaml_file *file, const cyaml_schema_field_t *field, uint8_t *owner,
                         char *path)
{
    if (field->value.type == CYAML_SEQUENCE) {
        preset_list(file, field, owner, path);
    } else if (field->value.type == CYAML_MAPPING) {
        preset_value(file, &field->value, owner + field->data_offset, path);
    } else {
        const struct yaml_note *note = yaml_note_find(file->schema, path);
        const yaml_node_t *node = yaml_find(file, path);
        bool given = node && file->marks[yaml_node_index(file, node)] == YAML_WRITTEN;
        if (note->preset && !given)
            store_preset(&field->value, owner + field->data_offset, note->preset);
    }
}

static void preset_value(struct yaml_file *file, const cyaml_schema_value_t *schema, uint8_t *data,
                         char *path)
{
    if (schema->type != CYAML_MAPPING)
        return;
    size_t length = strlen(path);
    for (const cyaml_schema_field_t *f = schema->mapping.fields; f->key; f++) {
        snprintf(path + length, YAML_PATH_SIZE - length, "%s%s", length ? "." : "", f->key);
        preset_field(file, f, data, path);
        path[length] = '\0';
    }
}

/* --- the two together --- */

void *yaml_file_load(struct yaml_file *file)
{
    size_t size = 0;
    char *text = write_text_of(file, &size);
    void *data = NULL;
    cyaml_err_t error = CYAML_ERR_OOM;
    if (text)
        error =
            cyaml_load_data((const uint8_t *)text, size, &settings, file->schema->top, &data, NULL);
    free(text);
    if (error != CYAML_OK) {
        yaml_tell(file, 1, "", "libcyaml does not take this file: %s", cyaml_strerror(error));
        return NULL;
    }
    char path[YAML_PATH_SIZE] = "";
    preset_value(file, file->schema->top, data, path);
    return data;
}

void yaml_file_free(const struct yaml_schema *schema, void *data)
{
    if (data)
        cyaml_free(&settings, schema->top, data, 0);
}
