/* Any bytes as a config file and as a dialect file: no crash, no leak, and whatever our own check
 * leaves over, libcyaml takes. Seeds: test/corpus/config. */
#include <stdlib.h>

#include "app/config.h"
#include "app/config_file.h"
#include "app/dialect_file.h"

static void check_and_load(const struct yaml_schema *schema, const char *text, size_t size,
                           FILE *errors)
{
    struct yaml_file file;
    if (yaml_file_open(&file, "fuzz.yaml", schema, text, size, errors)) {
        void *data = yaml_file_load(&file);
        if (!data)
            abort();
        yaml_file_free(schema, data);
    }
    yaml_file_close(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct config config;
    static FILE *errors;
    const char *text = (const char *)data;
    if (!errors)
        errors = fopen("/dev/null", "w");
    check_and_load(&config_schema, text, size, errors);
    check_and_load(&dialect_schema, text, size, errors);
    config_load_text(&config, "fuzz.yaml", text, size, "dbc", errors);
    config_free(&config);
    return 0;
}
