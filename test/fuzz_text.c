/* libFuzzer target: one line of a candump log or one cansend word. What is taken must read the same again
 * after it was written. */
#include <stdlib.h>
#include <string.h>

#include "can/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char line[512], name[BUS_NAME_SIZE], text[FRAME_TEXT_SIZE];
    struct frame frame, again;
    const char *error;
    size_t column;
    if (size >= sizeof line)
        return 0;
    memcpy(line, data, size);
    line[size] = '\0';
    frame_parse(&frame, line, &error, &column);
    if (frame_parse_log(&frame, name, line, &error, &column) < 0)
        return 0;
    frame_format_log(text, &frame, name);
    if (frame_parse_log(&again, name, text, &error, &column) < 0 ||
        memcmp(&frame, &again, sizeof frame) != 0)
        abort();
    return 0;
}
