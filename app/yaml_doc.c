/* The reference page of a schema, from the same tables that check and load. */
#include <string.h>

#include "app/yaml_text.h"

struct page {
    const struct yaml_schema *schema;
    FILE *out;
    char path[YAML_PATH_SIZE];
    size_t heading; /* length of the path that the section's heading names */
};

static void print_row(struct page *page, const cyaml_schema_value_t *value)
{
    char allowed[YAML_LIST_SIZE + 16];
    const struct yaml_note *note = yaml_note_find(page->schema, page->path);
    if (!note)
        return;
    fprintf(page->out, "| `%s` | ", page->path + page->heading);
    if (note->refers)
        fprintf(page->out, "a name in `%.*s`", (int)strcspn(note->refers, "["), note->refers);
    else
        fputs(yaml_allowed(allowed, sizeof allowed, value, note), page->out);
    if (note->must)
        fprintf(page->out, " | required");
    else
        fprintf(page->out, note->preset ? " | `%s`" : " | %s", note->preset ? note->preset : "");
    fprintf(page->out, " | %s%s |\n", note->help, note->unique ? "; each once" : "");
}

static const cyaml_schema_field_t *fields_of(const cyaml_schema_value_t *value)
{
    if (value->type == CYAML_SEQUENCE)
        value = value->sequence.entry;
    return value->type == CYAML_MAPPING ? value->mapping.fields : NULL;
}

/* Keys of one section; a mapping inside it goes on in the same table. */
static void print_rows(struct page *page, const cyaml_schema_field_t *fields)
{
    size_t length = strlen(page->path);
    for (const cyaml_schema_field_t *f = fields; f->key; f++) {
        const cyaml_schema_field_t *inner = fields_of(&f->value);
        if (inner && page->heading == 0)
            continue;
        bool dot = length && length != page->heading;
        snprintf(page->path + length, YAML_PATH_SIZE - length, "%s%s", dot ? "." : "", f->key);
        print_row(page, &f->value);
        if (inner)
            print_rows(page, inner);
        page->path[length] = '\0';
    }
}

static void print_table(struct page *page, const cyaml_schema_field_t *fields)
{
    fputs("\n| key | allowed | default | meaning |\n|---|---|---|---|\n", page->out);
    print_rows(page, fields);
}

void yaml_schema_print(const struct yaml_schema *schema, FILE *out)
{
    struct page page = {.schema = schema, .out = out};
    print_table(&page, schema->top->mapping.fields);
    for (const cyaml_schema_field_t *f = schema->top->mapping.fields; f->key; f++) {
        const cyaml_schema_field_t *inner = fields_of(&f->value);
        const struct yaml_note *note = yaml_note_find(schema, f->key);
        if (!inner || !note)
            continue;
        bool list = f->value.type == CYAML_SEQUENCE;
        fprintf(out, "\n### %s\n\n", f->key);
        if (list)
            fprintf(out, "A list of at most %u: %s.\n", f->value.sequence.max, note->help);
        else
            fprintf(out, "One mapping: %s.\n", note->help);
        snprintf(page.path, sizeof page.path, "%s%s.", f->key, list ? "[]" : "");
        page.heading = strlen(page.path);
        print_table(&page, inner);
        page.path[0] = '\0';
    }
}
