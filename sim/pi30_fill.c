#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/pi30_look.h"
#include "sim/state.h"

/* clang-format off */
static const struct name {
    const char *name;
    size_t at;
} numbers[] = {
#define X(name) {#name, offsetof(struct look, name)},
    SIM_LOOK_NUMBERS(X)
#undef X
}, texts[] = {
#define X(name, size) {#name, offsetof(struct look, name)},
    SIM_LOOK_TEXTS(X)
#undef X
};
/* clang-format on */

static const struct name *name_find(const struct name *names, size_t count, const char *text,
                                    size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(names[i].name) == length && memcmp(names[i].name, text, length) == 0)
            return &names[i];
    return NULL;
}

static long whole(double value, int width, char how)
{
    long most = 1, number = lround(value);
    for (int i = 0; i < width; i++)
        most *= 10;
    if (how == '~')
        return labs(number) % most;
    if (how == '>')
        return number < 0 ? 0 : number;
    return number < 0 ? 0 : number >= most ? most - 1 : number;
}

/* The part after the name: *10 4, 5.1, ~ 4, + 6. */
static int number_print(char *out, size_t room, double value, const char *how)
{
    char *end;
    if (*how == '*') {
        value *= (double)strtol(how + 1, &end, 10);
        how = end;
    }
    char kind = *how == '~' || *how == '>' || *how == '+' ? *how++ : ' ';
    long width = strtol(how, &end, 10), decimals = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
    if (width <= 0 || width > 12 || decimals < 0 || decimals > 3)
        return -1;
    if (decimals > 0)
        return snprintf(out, room, "%0*.*f", (int)width, (int)decimals, value);
    if (kind == '+')
        return snprintf(out, room, "%+0*ld", (int)width, lround(value));
    return snprintf(out, room, "%0*ld", (int)width, whole(value, (int)width, kind));
}

/* Characters before the first of these, or before the end. */
static size_t until(const char *text, const char *ends)
{
    size_t length = 0;
    while (text[length] && !strchr(ends, text[length]))
        length++;
    return length;
}

/* One {..}, from behind its brace; how many characters it makes, -1 = it is wrong. */
static int part_print(const struct look *look, const char *part, char *out, size_t room)
{
    size_t length = until(part, "*~>+ }");
    const char *base = (const char *)look;
    const struct name *name = name_find(numbers, COUNT(numbers), part, length);
    double value;
    if (name) {
        memcpy(&value, base + name->at, sizeof value);
        return number_print(out, room, value, part + length);
    }
    name = name_find(texts, COUNT(texts), part, length);
    return name && part[length] == '}' ? snprintf(out, room, "%s", base + name->at) : -1;
}

bool sim_look_fill(const struct look *look, const char *template, char *out, size_t room)
{
    size_t at = 0;
    while (*template && at + 1 < room) {
        if (*template != '{') {
            out[at++] = *template ++;
            continue;
        }
        int length = part_print(look, template + 1, out + at, room - at);
        if (length < 0 || (size_t)length >= room - at)
            return false;
        at += (size_t)length;
        template += until(template, "}");
        template += *template == '}';
    }
    out[at] = '\0';
    return *template == '\0';
}
