#include "app/yaml_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 1 << 20 };

char *yaml_read_text(const char *path, size_t *size, FILE *errors)
{
    FILE *in = fopen(path, "re");
    char *text = in ? malloc(TEXT_MAX + 2) : NULL;
    *size = text ? fread(text, 1, TEXT_MAX + 1, in) : 0;
    const char *problem = NULL;
    if (!text || ferror(in))
        problem = strerror(errno);
    else if (*size > TEXT_MAX)
        problem = "longer than the 1 MiB that is allowed";
    else
        text[*size] = '\0';
    if (in)
        fclose(in);
    if (!problem)
        return text;
    fprintf(errors, "%s: cannot be read: %s\n", path, problem);
    free(text);
    return NULL;
}

/* --- finding one's way --- */

int yaml_node_index(struct yaml_file *file, const yaml_node_t *node)
{
    return (int)(node - file->document.nodes.start);
}

const yaml_node_t *yaml_child(struct yaml_file *file, const yaml_node_t *mapping, const char *key)
{
    if (!mapping || mapping->type != YAML_MAPPING_NODE)
        return NULL;
    for (const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top; pair++) {
        const char *text = yaml_scalar(yaml_document_get_node(&file->document, pair->key));
        if (text && strcmp(text, key) == 0)
            return yaml_document_get_node(&file->document, pair->value);
    }
    return NULL;
}

static const yaml_node_t *list_entry(struct yaml_file *file, const yaml_node_t *list, size_t index)
{
    if (!list || list->type != YAML_SEQUENCE_NODE)
        return NULL;
    const yaml_node_item_t *item = list->data.sequence.items.start + index;
    return item < list->data.sequence.items.top ? yaml_document_get_node(&file->document, *item)
                                                : NULL;
}

/* Follows the path as far as it goes: the last node that is there; *all tells whether that
 * was the whole path. */
static const yaml_node_t *walk(struct yaml_file *file, const char *path, bool *all)
{
    const yaml_node_t *node = yaml_document_get_root_node(&file->document);
    *all = true;
    while (*path) {
        const yaml_node_t *next;
        char key[YAML_PATH_SIZE];
        path += *path == '.';
        if (*path == '[') {
            next = list_entry(file, node, strtoul(path + 1, NULL, 10));
            path += strcspn(path, "]") + 1;
        } else {
            size_t length = strcspn(path, ".[");
            snprintf(key, sizeof key, "%.*s", (int)length, path);
            next = yaml_child(file, node, key);
            path += length;
        }
        if (!next) {
            *all = false;
            break;
        }
        node = next;
    }
    return node;
}

const yaml_node_t *yaml_find(struct yaml_file *file, const char *path)
{
    bool all;
    const yaml_node_t *node = walk(file, path, &all);
    return all ? node : NULL;
}

int yaml_file_line(struct yaml_file *file, const char *path)
{
    bool all;
    return (int)walk(file, path, &all)->start_mark.line + 1;
}

bool yaml_file_has(struct yaml_file *file, const char *path)
{
    return yaml_find(file, path) != NULL;
}

const struct yaml_note *yaml_note_find(const struct yaml_schema *schema, const char *path)
{
    char plain[YAML_PATH_SIZE];
    size_t n = 0;
    bool inside = false;
    for (; *path && n + 1 < sizeof plain; path++) {
        inside = *path == '[' || (inside && *path != ']');
        if (!inside || *path == '[')
            plain[n++] = *path;
    }
    plain[n] = '\0';
    for (size_t i = 0; i < schema->note_count; i++)
        if (strcmp(schema->notes[i].path, plain) == 0)
            return &schema->notes[i];
    return NULL;
}

/* --- reading --- */

static void tell_syntax(struct yaml_file *file, const yaml_parser_t *parser)
{
    yaml_tell(file, (int)parser->problem_mark.line + 1, "", "not YAML at column %zu: %s%s%s",
              parser->problem_mark.column + 1, parser->problem ? parser->problem : "out of memory",
              parser->context ? " " : "", parser->context ? parser->context : "");
}

/* A second document in the same text would be passed over unread. */
static void check_only_document(struct yaml_file *file, yaml_parser_t *parser)
{
    yaml_document_t second;
    if (!yaml_parser_load(parser, &second)) {
        tell_syntax(file, parser);
        return;
    }
    const yaml_node_t *root = yaml_document_get_root_node(&second);
    if (root)
        yaml_tell(file, (int)root->start_mark.line + 1, "",
                  "a second document is not allowed: one in a file");
    yaml_document_delete(&second);
}

static void parse(struct yaml_file *file, const char *text, size_t size)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        yaml_tell(file, 1, "", "out of memory");
        return;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    file->parsed = yaml_parser_load(&parser, &file->document);
    if (!file->parsed)
        tell_syntax(file, &parser);
    else
        check_only_document(file, &parser);
    yaml_parser_delete(&parser);
}

bool yaml_file_open(struct yaml_file *file, const char *name, const struct yaml_schema *schema,
                    const char *text, size_t size, FILE *errors)
{
    *file = (struct yaml_file){.name = name, .schema = schema, .errors = errors};
    parse(file, text, size);
    if (!file->parsed)
        return false;
    const yaml_node_t *root = yaml_document_get_root_node(&file->document);
    if (!root || root->type != YAML_MAPPING_NODE) {
        yaml_tell(file, root ? (int)root->start_mark.line + 1 : 1, "",
                  "%s is not allowed: a mapping of keys to values",
                  root ? "something else" : "an empty file");
        return false;
    }
    size_t nodes = (size_t)(file->document.nodes.top - file->document.nodes.start);
    file->marks = calloc(nodes, sizeof *file->marks);
    if (file->marks)
        yaml_check(file);
    else
        yaml_tell(file, 1, "", "out of memory");
    return file->marks != NULL;
}

void yaml_file_close(struct yaml_file *file)
{
    free(file->marks);
    if (file->parsed)
        yaml_document_delete(&file->document);
    *file = (struct yaml_file){0};
}
