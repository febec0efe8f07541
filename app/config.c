#include "app/config.h"

#include <stdlib.h>
#include <string.h>

#include "app/config_file.h"

int config_load_text(struct config *config, const char *path, const char *text, size_t size,
                     const char *data_dir, FILE *errors)
{
    *config = (struct config){0};
    struct yaml_file file;
    struct config_file *raw = NULL;
    if (yaml_file_open(&file, path, &config_schema, text, size, errors))
        raw = yaml_file_load(&file);
    if (raw)
        config_resolve(&(struct resolver){config, raw, &file, data_dir});
    int mistakes = (int)file.mistakes;
    yaml_file_free(&config_schema, raw);
    yaml_file_close(&file);
    return mistakes;
}

int config_load(struct config *config, const char *path, const char *data_dir, FILE *errors)
{
    size_t size;
    char *text = yaml_read_text(path, &size, errors);
    if (!text) {
        *config = (struct config){0};
        return 1;
    }
    int mistakes = config_load_text(config, path, text, size, data_dir, errors);
    free(text);
    return mistakes;
}

void config_free(struct config *config)
{
    for (uint8_t i = 0; i < config->dialect_count; i++)
        dialect_file_free(&config->dialects[i].file);
    *config = (struct config){0};
}
