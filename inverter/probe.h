/* Who is at the other end of a line: a short conversation that only asks.
 *
 * Which framing it answers (QPI; a unit of the PI17 and PI18 family answers that with ^0, then ^P005PI
 * and ^P003PI), then its serial number: QID, or QSID where there is no QID. A thorough probe asks its
 * model and firmware too and counts the fields of its ratings and its status, which tell the models
 * of one protocol apart. Nothing here can set anything. Nothing is believed without a good CRC and
 * the form its question wants: a serial number is 10 to 20 letters and digits. */
#ifndef BUSBAR_INVERTER_PROBE_H
#define BUSBAR_INVERTER_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inverter/protocol.h"

enum probe_state {
    PROBE_ASKS,
    PROBE_KNOWN,         /* it has told all it will */
    PROBE_SILENT         /* nothing that checks came to any question */
};

struct probe_found {
    enum framing framing;
    char protocol[8];    /* "PI30", "PI18"; "" = it does not say */
    char serial[24];     /* "" = it does not say */
    char model[24];      /* QMN, else QGMN; thorough */
    char firmware[24];   /* thorough */
    uint8_t rating_fields, status_fields;   /* 0 = no answer; thorough */
    int32_t rated_W, rated_dA;              /* thorough, as is what follows; 0 = not told */
    int32_t charge_max_A;                   /* as set */
    int32_t output_mode;                    /* PI30 numbering, -1 = not told */
};

enum { PROBE_BUFFER = 256, PROBE_REQUEST = 32, PROBE_ANSWER_MS = 700, PROBE_PAUSE_MS = 50 };

/* Further members are its own business. */
struct probe {
    enum probe_state state;
    struct probe_found found;
    int32_t answer_ms;
    uint8_t at;          /* row of the question under way */
    uint8_t tries, naks, crossings;
    bool thorough, asking, heard;
    int64_t asked_ms, quiet_until_ms;
    uint8_t rx[PROBE_BUFFER];
    size_t rx_len;
};

/* answer_ms: longest wait for an answer, 0 = PROBE_ANSWER_MS. */
void probe_start(struct probe *probe, bool thorough, int32_t answer_ms, int64_t now_ms);

/* The serial number alone, of a unit whose framing is known: is it still the same? */
void probe_prove(struct probe *probe, enum framing framing, int64_t now_ms);

/* Bytes that came from the port: any, any number. */
void probe_bytes(struct probe *probe, const uint8_t *bytes, size_t count, int64_t now_ms);

/* At most one request to send; *count is its length, 0 = none; its input is to be drained before.
 * room >= PROBE_REQUEST. Returns the next wake time, later than now; INT64_MAX when it is over. */
int64_t probe_step(struct probe *probe, uint8_t *out, size_t room, size_t *count, int64_t now_ms);

/* The request could not be sent yet: it is asked again after a pause and counts for nothing. */
void probe_unsent(struct probe *probe, int64_t now_ms);

#endif
