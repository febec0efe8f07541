/* Setters with proof: the part of the conversation that writes. Inner to unit.c. */
#ifndef BUSBAR_INVERTER_UNIT_SET_H
#define BUSBAR_INVERTER_UNIT_SET_H

#include "inverter/pi30.h"
#include "inverter/unit.h"

/* Ten minutes: how long a NAK, or silence where others answer, is believed. */
enum { UNIT_LACKING_MS = 600000 };

/* What the line is to do next for the setting under way, or for one that may be written now. */
enum unit_set_step { UNIT_SET_NOTHING, UNIT_SET_WRITE, UNIT_SET_PROVE };

/* Takes up a setting when none is under way. */
enum unit_set_step unit_set_next(struct unit *unit, int64_t now_ms);

/* The request that writes the setting under way; returns its length. */
size_t unit_set_write(struct unit *unit, uint8_t *out, size_t room, int64_t now_ms);

/* The question that proves it; asked only where there is one. */
enum pi30_command unit_set_proof(const struct unit *unit);

/* ACK; the second NAK; no answer. */
void unit_set_acked(struct unit *unit, int64_t now_ms);
void unit_set_nakked(struct unit *unit, int64_t now_ms);
void unit_set_silent(struct unit *unit);

/* The proof was read, or cannot be. */
void unit_set_read_back(struct unit *unit);
void unit_set_unproved(struct unit *unit);

/* The unit was lost: nothing is known of what was under way or of its ways. */
void unit_set_forget(struct unit *unit);

/* When a setting that waits may be written; INT64_MAX when none waits. */
int64_t unit_set_wake(struct unit *unit, int64_t now_ms);

#endif
