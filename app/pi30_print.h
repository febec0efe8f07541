/* An inverter's answer for people and for programs: busbar pi30 decode, query and scan. */
#ifndef BUSBAR_APP_PI30_PRINT_H
#define BUSBAR_APP_PI30_PRINT_H

#include <jansson.h>
#include <stdio.h>

#include "inverter/answer.h"

/* "\xNN", \r, \n, \t and \\ to bytes, other bytes as they are; the length, at most room. */
size_t pi30_unescape(uint8_t *out, size_t room, const char *text);

/* Protocol and layout, then each field with its value, unit and meaning. frame is what the answer was
 * judged from; protocol is NULL for ACK and NAK. */
void pi30_print_answer(FILE *out, const char *word, const struct protocol *protocol,
                       const struct answer *answer, const uint8_t *frame);

/* The same as {command, protocol, layout, accepted: true, answer: "values", "ACK" or "NAK",
 * fields: [{name, value, unit, text}], surplus}. The caller gives it back by json_decref. */
json_t *pi30_answer_json(const char *word, const struct protocol *protocol,
                         const struct answer *answer, const uint8_t *frame);

/* Why not: "QPIGS refused at byte 45, field 9 battery_voltage: ..". question may be NULL. */
void pi30_print_refusal(FILE *out, const char *word, const struct question *question,
                        const struct refusal *refusal);

/* {command, accepted: false, reason, byte, field}. */
json_t *pi30_refusal_json(const char *word, const struct question *question,
                          const struct refusal *refusal);

/* In one line, nine digits to a number; the object is freed. */
void pi30_json_show(json_t *object);

#endif
