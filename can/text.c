#include "can/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct reader {
    const char *start, *at;
    const char *error;
};

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

static int refuse(struct reader *r, const char *error)
{
    r->error = error;
    return -EINVAL;
}

/* 3 digits are a standard identifier, 8 an extended one or an error frame (bit 29 set). */
static int id_read(struct reader *r, struct frame *frame)
{
    size_t digits = 0;
    uint32_t id = 0;
    for (; hex_digit(r->at[digits]) >= 0 && digits < 9; digits++)
        id = id << 4 | (uint32_t)hex_digit(r->at[digits]);
    if (digits != 3 && digits != 8)
        return refuse(r, "expected an identifier of 3 or 8 hex digits");
    if (digits == 3 && id > 0x7FF)
        return refuse(r, "a standard identifier is at most 7FF");
    if (id >> 30)
        return refuse(r, "an extended identifier is at most 1FFFFFFF");
    frame->id = id & 0x1FFFFFFF;
    if (digits == 8)
        frame->flags |= id & 0x20000000 ? FRAME_ERR : FRAME_EXT;
    r->at += digits;
    return 0;
}

static int data_read(struct reader *r, struct frame *frame, size_t room)
{
    while (hex_digit(*r->at) >= 0) {
        if (hex_digit(r->at[1]) < 0) {
            r->at++;
            return refuse(r, "expected a second hex digit");
        }
        if (frame->len == room)
            return refuse(r, room == 8 ? "a classic frame has at most 8 bytes"
                                       : "an FD frame has at most 64 bytes");
        frame->data[frame->len++] = (uint8_t)(hex_digit(r->at[0]) << 4 | hex_digit(r->at[1]));
        r->at += 2;
        if (*r->at == '.')
            r->at++;
    }
    return 0;
}

/* "_9": the raw DLC of an 8-byte frame, 9 to F. */
static int dlc_read(struct reader *r, struct frame *frame)
{
    if (*r->at != '_')
        return 0;
    int dlc = hex_digit(r->at[1]);
    if (frame->len != 8 || dlc < 9) {
        r->at++;
        return refuse(r, "a raw DLC is 9 to F, behind 8 bytes");
    }
    frame->dlc = (uint8_t)dlc;
    r->at += 2;
    return 0;
}

static int remote_read(struct reader *r, struct frame *frame)
{
    r->at++;
    frame->flags |= FRAME_RTR;
    int length = hex_digit(*r->at);
    if (length < 0)
        return 0;
    if (length > 8)
        return refuse(r, "a remote frame asks for at most 8 bytes");
    frame->len = (uint8_t)length;
    r->at++;
    return dlc_read(r, frame);
}

static bool fd_length(size_t length)
{
    return length <= 8 || length == 12 || length == 16 || length == 20 || length == 24 ||
           length == 32 || length == 48 || length == 64;
}

static int fd_read(struct reader *r, struct frame *frame)
{
    r->at++;
    int flags = hex_digit(*r->at);
    if (flags < 0)
        return refuse(r, "expected the FD flags, one hex digit");
    frame->flags |= FRAME_FD;
    if (flags & 1)
        frame->flags |= FRAME_BRS;
    if (flags & 2)
        frame->flags |= FRAME_ESI;
    r->at++;
    int status = data_read(r, frame, 64);
    if (status == 0 && !fd_length(frame->len))
        return refuse(r, "an FD frame has 0 to 8, 12, 16, 20, 24, 32, 48 or 64 bytes");
    return status;
}

static int frame_read(struct reader *r, struct frame *frame)
{
    *frame = (struct frame){0};
    int status = id_read(r, frame);
    if (status < 0)
        return status;
    if (*r->at != '#')
        return refuse(r, "expected # behind the identifier");
    r->at++;
    if (*r->at == '#')
        return fd_read(r, frame);
    if (*r->at == 'R' || *r->at == 'r')
        return remote_read(r, frame);
    status = data_read(r, frame, 8);
    return status < 0 ? status : dlc_read(r, frame);
}

static int reader_end(const struct reader *r, int status, const char **error, size_t *column)
{
    if (status < 0) {
        *error = r->error;
        *column = (size_t)(r->at - r->start) + 1;
    }
    return status;
}

int frame_parse(struct frame *frame, const char *text, const char **error, size_t *column)
{
    struct reader r = {text, text, NULL};
    int status = frame_read(&r, frame);
    if (status == 0 && *r.at != '\0')
        status = refuse(&r, "expected the end of the frame");
    return reader_end(&r, status, error, column);
}

/* --- log lines --- */

static int stamp_read(struct reader *r, int64_t *at_us)
{
    int64_t seconds = 0, fraction = 0;
    int digits = 0;
    if (*r->at++ != '(') {
        r->at--;
        return refuse(r, "expected ( and a time stamp");
    }
    while (*r->at == ' ')
        r->at++;
    for (; *r->at >= '0' && *r->at <= '9' && seconds < 100000000000; r->at++)
        seconds = seconds * 10 + (*r->at - '0');
    if (*r->at++ != '.')
        return refuse(r, "expected seconds, a dot and 6 or 9 decimals");
    for (; *r->at >= '0' && *r->at <= '9' && digits < 9; r->at++, digits++)
        fraction = fraction * 10 + (*r->at - '0');
    if (digits != 6 && digits != 9)
        return refuse(r, "expected 6 or 9 decimals");
    if (*r->at++ != ')') {
        r->at--;
        return refuse(r, "expected ) behind the time stamp");
    }
    *at_us = seconds * 1000000 + (digits == 9 ? fraction / 1000 : fraction);
    return 0;
}

static int name_read(struct reader *r, char name[BUS_NAME_SIZE])
{
    size_t n = 0;
    while (*r->at == ' ' || *r->at == '\t')
        r->at++;
    for (; *r->at > ' ' && n < BUS_NAME_SIZE - 1; r->at++)
        name[n++] = *r->at;
    name[n] = '\0';
    if (n == 0 || *r->at > ' ')
        return refuse(r, "expected an interface name of 1 to 31 characters");
    while (*r->at == ' ' || *r->at == '\t')
        r->at++;
    return 0;
}

/* candump -x ends a line with R or T for received and sent. */
static int tail_read(struct reader *r)
{
    while (*r->at == ' ' || *r->at == '\t')
        r->at++;
    if (*r->at == 'R' || *r->at == 'T')
        r->at++;
    while (*r->at == ' ' || *r->at == '\t' || *r->at == '\r' || *r->at == '\n')
        r->at++;
    return *r->at == '\0' ? 0 : refuse(r, "expected the end of the line");
}

int frame_parse_log(struct frame *frame, char name[BUS_NAME_SIZE], const char *line,
                    const char **error, size_t *column)
{
    struct reader r = {line, line, NULL};
    int64_t at_us = 0;
    int status = stamp_read(&r, &at_us);
    if (status == 0)
        status = name_read(&r, name);
    if (status == 0)
        status = frame_read(&r, frame);
    if (status == 0)
        status = tail_read(&r);
    if (status == 0)
        frame->at_us = at_us;
    return reader_end(&r, status, error, column);
}

/* --- formatting --- */

size_t frame_format(char out[FRAME_TEXT_SIZE], const struct frame *frame)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t n;
    if (frame->flags & FRAME_ERR)
        n = (size_t)sprintf(out, "%08X#", (unsigned)frame->id | 0x20000000u);
    else
        n = (size_t)sprintf(out, frame->flags & FRAME_EXT ? "%08X#" : "%03X#", (unsigned)frame->id);
    if (frame->flags & FRAME_RTR) {
        out[n++] = 'R';
        if (frame->len)
            out[n++] = hex[frame->len & 15];
    } else {
        if (frame->flags & FRAME_FD) {
            out[n++] = '#';
            out[n++] = hex[(frame->flags & FRAME_BRS ? 1 : 0) | (frame->flags & FRAME_ESI ? 2 : 0)];
        }
        for (size_t i = 0; i < frame->len && i < sizeof frame->data; i++) {
            out[n++] = hex[frame->data[i] >> 4];
            out[n++] = hex[frame->data[i] & 15];
        }
    }
    if (frame->dlc > 8) {
        out[n++] = '_';
        out[n++] = hex[frame->dlc & 15];
    }
    out[n] = '\0';
    return n;
}

size_t frame_format_log(char out[FRAME_TEXT_SIZE], const struct frame *frame, const char *name)
{
    int64_t at_us = frame->at_us < 0 ? 0 : frame->at_us;
    char text[FRAME_TEXT_SIZE];
    frame_format(text, frame);
    /* the longest frame has 147 characters, so nothing is cut */
    return (size_t)snprintf(out, FRAME_TEXT_SIZE, "(%010lld.%06lld) %.31s %.160s",
                            (long long)(at_us / 1000000), (long long)(at_us % 1000000), name, text);
}
