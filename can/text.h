/* Frames as text: candump -L lines and cansend words, all common variants
 * (can-utils lib.c: 3 hex digits standard, 8 extended, R remote, ## FD, _N raw DLC,
 * trailing R/T direction mark, 6 or 9 decimals, separating dots in cansend data). */
#ifndef BUSBAR_CAN_TEXT_H
#define BUSBAR_CAN_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "can/frame.h"

enum { FRAME_TEXT_SIZE = 256, BUS_NAME_SIZE = 32 };

/* "123#11.22.33", "123#R3", "12345678#..", "123##1AABB". 0, or -EINVAL with *error set to a
 * sentence that says what was expected and at which column (1-based). */
int frame_parse(struct frame *frame, const char *text, const char **error, size_t *column);

/* The cansend form, upper case, NUL-terminated; returns its length. */
size_t frame_format(char out[FRAME_TEXT_SIZE], const struct frame *frame);

/* "(1700000000.000000) can0 351#1402" -> frame and interface name. */
int frame_parse_log(struct frame *frame, char name[BUS_NAME_SIZE], const char *line,
                    const char **error, size_t *column);
size_t frame_format_log(char out[FRAME_TEXT_SIZE], const struct frame *frame, const char *name);

#endif
