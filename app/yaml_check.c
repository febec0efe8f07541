#include "app/yaml_text.h"

#include <assert.h>

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A value along its schema, path being where it stands. */
struct place {
    const cyaml_schema_value_t *schema;
    const yaml_node_t *node;
    int line;   /* of its key; an alias's node is where its anchor stands */
    char *path; /* YAML_PATH_SIZE, grown and cut back on the way */
};

static bool check_value(struct yaml_file *file, const struct place *place);

/* --- texts --- */

static size_t path_add(char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));
static size_t path_add(char *path, const char *format, ...)
{
    size_t length = strlen(path);
    va_list args;
    va_start(args, format);
    vsnprintf(path + length, YAML_PATH_SIZE - length, format, args);
    va_end(args);
    return length;
}

static size_t path_key(char *path, const char *key)
{
    return path_add(path, "%s%.*s", *path ? "." : "", YAML_SHOWN_SIZE, key);
}

static int line_of(const yaml_node_t *node)
{
    return (int)node->start_mark.line + 1;
}

void yaml_tell(struct yaml_file *file, int line, const char *path, const char *format, ...)
{
    file->mistakes++;
    fprintf(file->errors, "%s:%d: ", file->name, line);
    if (*path)
        fprintf(file->errors, "%s: ", path);
    va_list args;
    va_start(args, format);
    vfprintf(file->errors, format, args);
    va_end(args);
    fputc('\n', file->errors);
}

static bool refuse(struct yaml_file *file, const struct place *place, const char *allowed)
{
    char value[YAML_SHOWN_SIZE];
    yaml_tell(file, line_of(place->node), place->path, "%s is not allowed: %s",
              yaml_shown(value, place->node), allowed);
    return false;
}

/* Where the kind of value is right and only its size is not, the range says enough. */
static bool refuse_scalar(struct yaml_file *file, const struct place *place,
                          const struct yaml_note *note)
{
    char allowed[YAML_LIST_SIZE + 16];
    yaml_allowed(allowed, sizeof allowed, place->schema, note);
    const char *text = yaml_scalar(place->node);
    int64_t whole;
    double number;
    bool kind = text && ((place->schema->type == CYAML_FLOAT && yaml_parse_number(text, &number)) ||
                         (place->schema->type != CYAML_FLOAT && yaml_parse_whole(text, &whole)));
    const char *range = note->min < note->max ? strchr(allowed, ',') : NULL;
    return refuse(file, place, kind && range ? range + 2 : allowed);
}

/* --- names that refer to other entries --- */

/* refers is "LIST[].KEY": calls add for each KEY there is. True when one equals text. */
static bool names_look(struct yaml_file *file, const char *refers, struct yaml_words *words)
{
    const char *bracket = strstr(refers, "[].");
    assert(bracket);
    char list[YAML_WORD_SIZE];
    snprintf(list, sizeof list, "%.*s", (int)(bracket - refers), refers);
    const yaml_node_t *node = yaml_child(file, yaml_document_get_root_node(&file->document), list);
    if (!node || node->type != YAML_SEQUENCE_NODE)
        return false;
    for (yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top; item++) {
        const yaml_node_t *name =
            yaml_child(file, yaml_document_get_node(&file->document, *item), bracket + 3);
        const char *known = name ? yaml_scalar(name) : NULL;
        if (known && strcmp(known, words->wrong) == 0)
            return true;
        if (known)
            yaml_words_add(words, known);
    }
    return false;
}

static bool check_refers(struct yaml_file *file, const struct place *place, const char *refers)
{
    struct yaml_words words = {.wrong = yaml_scalar(place->node)};
    if (names_look(file, refers, &words))
        return true;
    char allowed[2 * YAML_LIST_SIZE + 64];
    int section = (int)strcspn(refers, "[");
    if (*words.list)
        snprintf(allowed, sizeof allowed, "a name in %.*s: %s%s", section, refers, words.list,
                 words.nearest);
    else
        snprintf(allowed, sizeof allowed, "a name in %.*s, which has none", section, refers);
    return refuse(file, place, allowed);
}

static bool check_scalar(struct yaml_file *file, const struct place *place)
{
    const struct yaml_note *note = yaml_note_find(file->schema, place->path);
    assert(note);
    const char *text = yaml_scalar(place->node);
    if (!text || !yaml_scalar_right(place->schema, note, text))
        return refuse_scalar(file, place, note);
    return !note->refers || check_refers(file, place, note->refers);
}

/* --- mappings --- */

const cyaml_schema_field_t *yaml_field_find(const cyaml_schema_field_t *fields, const char *key)
{
    while (fields->key && strcmp(fields->key, key) != 0)
        fields++;
    return fields->key ? fields : NULL;
}

static void unknown_key(struct yaml_file *file, const struct place *place, const yaml_node_t *key)
{
    char value[YAML_SHOWN_SIZE];
    struct yaml_words words = {.wrong = yaml_shown(value, key)};
    for (const cyaml_schema_field_t *f = place->schema->mapping.fields; f->key; f++)
        yaml_words_add(&words, f->key);
    size_t cut = path_key(place->path, words.wrong);
    yaml_tell(file, line_of(key), place->path, "this key is not allowed: one of %s%s", words.list,
              words.nearest);
    place->path[cut] = '\0';
}

static void check_pair(struct yaml_file *file, const struct place *place,
                       const yaml_node_pair_t *pair)
{
    const yaml_node_t *key = yaml_document_get_node(&file->document, pair->key);
    const char *text = yaml_scalar(key);
    const cyaml_schema_field_t *field =
        text ? yaml_field_find(place->schema->mapping.fields, text) : NULL;
    if (!field) {
        unknown_key(file, place, key);
        return;
    }
    size_t cut = path_key(place->path, text);
    const yaml_node_t *first = yaml_child(file, place->node, text);
    const yaml_node_t *value = yaml_document_get_node(&file->document, pair->value);
    struct place inner = {&field->value, value, line_of(key), place->path};
    if (first != value)
        yaml_tell(file, line_of(key), place->path,
                  "this key is not allowed twice: it stands on line %d", line_of(first));
    else
        check_value(file, &inner);
    place->path[cut] = '\0';
}

static void check_missing(struct yaml_file *file, const struct place *place)
{
    for (const cyaml_schema_field_t *f = place->schema->mapping.fields; f->key; f++) {
        size_t cut = path_key(place->path, f->key);
        const struct yaml_note *note = yaml_note_find(file->schema, place->path);
        if (note && note->must && !yaml_child(file, place->node, f->key)) {
            char allowed[YAML_LIST_SIZE + 16];
            yaml_tell(file, place->line, place->path, "missing, it must be given: %s",
                      yaml_allowed(allowed, sizeof allowed, &f->value, note));
        }
        place->path[cut] = '\0';
    }
}

/* A mapping with wrong values in it is still walked on and loaded: only they are left out. */
static bool check_mapping(struct yaml_file *file, const struct place *place)
{
    char allowed[YAML_LIST_SIZE];
    if (place->node->type != YAML_MAPPING_NODE)
        return refuse(file, place, yaml_allowed(allowed, sizeof allowed, place->schema, NULL));
    check_missing(file, place);
    for (const yaml_node_pair_t *pair = place->node->data.mapping.pairs.start;
         pair < place->node->data.mapping.pairs.top; pair++)
        check_pair(file, place, pair);
    return true;
}

/* --- lists --- */

static const yaml_node_t *entry(struct yaml_file *file, const yaml_node_t *list, size_t index)
{
    return yaml_document_get_node(&file->document, list->data.sequence.items.start[index]);
}

static void check_unique(struct yaml_file *file, const struct place *place, size_t count,
                         const char *key)
{
    for (size_t i = 1; i < count; i++) {
        const yaml_node_t *mine = yaml_child(file, entry(file, place->node, i), key);
        for (size_t j = 0; mine && j < i; j++) {
            const yaml_node_t *other = yaml_child(file, entry(file, place->node, j), key);
            const char *a = yaml_scalar(mine), *b = other ? yaml_scalar(other) : NULL;
            if (!a || !b || !*a || strcmp(a, b) != 0)
                continue;
            size_t cut = path_add(place->path, "[%zu].%s", i, key);
            struct place here = {.node = mine, .path = place->path};
            char allowed[YAML_LIST_SIZE];
            snprintf(allowed, sizeof allowed, "each %s once, and line %d has it", key,
                     line_of(other));
            refuse(file, &here, allowed);
            place->path[cut] = '\0';
            break;
        }
    }
}

static void check_all_unique(struct yaml_file *file, const struct place *place, size_t count)
{
    const cyaml_schema_value_t *schema = place->schema->sequence.entry;
    if (schema->type != CYAML_MAPPING)
        return;
    for (const cyaml_schema_field_t *f = schema->mapping.fields; f->key; f++) {
        size_t cut = path_add(place->path, "[].%s", f->key);
        const struct yaml_note *note = yaml_note_find(file->schema, place->path);
        place->path[cut] = '\0';
        if (note && note->unique)
            check_unique(file, place, count, f->key);
    }
}

static bool check_list(struct yaml_file *file, const struct place *place)
{
    char allowed[YAML_LIST_SIZE];
    yaml_allowed(allowed, sizeof allowed, place->schema, NULL);
    if (place->node->type != YAML_SEQUENCE_NODE)
        return refuse(file, place, allowed);
    size_t count =
        (size_t)(place->node->data.sequence.items.top - place->node->data.sequence.items.start);
    if (count < place->schema->sequence.min || count > place->schema->sequence.max)
        yaml_tell(file, line_of(place->node), place->path, "%zu entries are not allowed: %s", count,
                  allowed);
    if (count > place->schema->sequence.max)
        count = place->schema->sequence.max;
    for (size_t i = 0; i < count; i++) {
        size_t cut = path_add(place->path, "[%zu]", i);
        const yaml_node_t *node = entry(file, place->node, i);
        struct place inner = {place->schema->sequence.entry, node, line_of(node), place->path};
        check_value(file, &inner);
        place->path[cut] = '\0';
    }
    check_all_unique(file, place, count);
    return count >= place->schema->sequence.min;
}

/* --- all together --- */

static bool check_value(struct yaml_file *file, const struct place *place)
{
    uint8_t *mark = &file->marks[yaml_node_index(file, place->node)];
    if (*mark != YAML_UNREACHED) {
        yaml_tell(file, place->line, place->path, "an alias is not allowed: the value itself");
        return false;
    }
    *mark = YAML_WRONG;
    bool right;
    if (place->schema->type == CYAML_MAPPING)
        right = check_mapping(file, place);
    else if (place->schema->type == CYAML_SEQUENCE)
        right = check_list(file, place);
    else
        right = check_scalar(file, place);
    *mark = right ? YAML_RIGHT : YAML_WRONG;
    return right;
}

void yaml_check(struct yaml_file *file)
{
    char path[YAML_PATH_SIZE] = "";
    struct place place = {file->schema->top, yaml_document_get_root_node(&file->document), 1, path};
    check_value(file, &place);
}

void yaml_file_mistake(struct yaml_file *file, const char *path, const char *allowed_format, ...)
{
    char allowed[2 * YAML_LIST_SIZE], value[YAML_SHOWN_SIZE];
    va_list args;
    va_start(args, allowed_format);
    vsnprintf(allowed, sizeof allowed, allowed_format, args);
    va_end(args);
    const yaml_node_t *node = yaml_find(file, path);
    if (node && node->type == YAML_SCALAR_NODE)
        yaml_tell(file, line_of(node), path, "%s is not allowed: %s", yaml_shown(value, node),
                  allowed);
    else
        yaml_tell(file, yaml_file_line(file, path), path, "%s", allowed);
}
