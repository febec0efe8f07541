/* The parts of the conversation with one inverter. Inner to unit*.c. */
#ifndef BUSBAR_INVERTER_UNIT_INNER_H
#define BUSBAR_INVERTER_UNIT_INNER_H

#include "inverter/answer.h"
#include "inverter/unit.h"

/* Ten minutes: how long a NAK is believed. */
enum { UNIT_LACKING_MS = 600000 };

/* What is asked when it is a setter. */
#define UNIT_SETTER ASKS

static inline bool unit_lacks(const struct unit *unit, enum ask ask)
{
    return unit->lacking >> ask & 1;
}

static inline bool unit_settled(const struct unit *unit, enum ask ask)
{
    return unit->settled >> ask & 1;
}

/* --- unit.c, unit_hear.c: the line --- */

/* Back to the first question. */
void unit_forget(struct unit *unit, int64_t now_ms);

/* Nothing is under way any more, and nothing is sent for a while. */
void unit_reply_over(struct unit *unit, int32_t pause_ms, int64_t now_ms);

/* The unit does not have it. */
void unit_lack(struct unit *unit, enum ask ask, int64_t now_ms);

/* --- unit_sync.c: in step again after a missing reply --- */

/* What to ask, and from when on. */
enum ask sync_next(const struct unit *unit, int64_t *due_ms, int64_t now_ms);

/* Any question was asked; was answered, which may put the line in step; was NAKed. */
void sync_asked(struct unit *unit, enum ask ask, int64_t now_ms);
void sync_answered(struct unit *unit, enum ask ask);
void sync_refused(struct unit *unit);

/* --- unit_form.c: answers keep their form --- */

/* Is the form of the answers to it remembered? Those that are repeated all day. */
bool form_kept(enum ask ask);

/* Has a judged answer the form that the unit's answers to this question have, or one that came twice
 * in a row? Where not it must be asked again. */
bool form_believed(struct unit *unit, enum ask ask, const struct answer *answer,
                   const uint8_t *frame, size_t count);
void form_forget(struct unit *unit);

/* --- unit_identify.c: which protocol --- */

/* Of the protocol whose own question is asked next: known, or the one tried now. */
const struct protocol *identify_protocol(const struct unit *unit);

/* The framing tried got no answer; or it was told off: frame is its NAK. */
void identify_next(struct unit *unit);
void identify_refused(struct unit *unit, const uint8_t *frame);

/* The protocol's question was answered, or every time with a NAK (text NULL). */
void identify_named(struct unit *unit, const struct answer *answer);

/* Judges an answer by the layouts of all that it may be, and speaks the best from now on. */
enum verdict identify_judge(struct unit *unit, enum ask ask, const uint8_t *frame, size_t count,
                            struct answer *answer);

/* --- unit_plan.c: what is asked when --- */

void plan_begin(struct unit *unit, int64_t now_ms);

/* Answered; or known to be lacking, which is believed for a while. */
void plan_answered(struct unit *unit, enum ask ask);
void plan_lacking(struct unit *unit, enum ask ask, int64_t now_ms);

/* The unit is gone when it stays silent. */
bool plan_needed(enum ask ask);

/* One that is not needed was silent: true when that was once too often. */
bool plan_missed(struct unit *unit, enum ask ask, int64_t now_ms);

/* The question whose turn is next; *due_ms is when. */
enum ask plan_next(const struct unit *unit, int64_t *due_ms);

/* --- unit_read.c, unit_parallel.c, unit_fault.c: from answers to readings --- */

void unit_read(struct unit *unit, enum ask ask, const struct answer *answer, const uint8_t *frame,
               int64_t now_ms);

/* What a field says: what its word means, else scaled to so many decimals. */
int32_t unit_value(const struct field_row *row, int32_t value, uint8_t decimals);

/* What a quantity was read as; NULL where it is no reading. */
const struct reading *unit_reading(const struct unit *unit, enum quantity is);

/* The code among the warnings of a unit in fault mode that stands alone; in parallel the units tell
 * it of each other. */
void fault_read(struct unit *unit, const struct answer *answer, int64_t now_ms);

void parallel_read(struct unit *unit, const struct answer *answer, const uint8_t *frame,
                   int64_t now_ms);

/* The number the unit itself has among those in parallel; -1 where it is not known. */
int parallel_number(const struct unit *unit);

/* --- unit_value.c: what may be written --- */

/* The value to write for what is ordered; -1 = leave alone. Why it is not to be written, or not yet,
 * goes to *reason. */
int32_t setting_target(const struct unit *unit, enum setting which, enum setting_reason *reason,
                       int64_t now_ms);

/* What the unit has; -1 = not known. */
int32_t setting_actual(const struct unit *unit, enum setting which);

/* Charges less than the other. */
bool setting_safer(enum setting which, int32_t value, int32_t than);

/* The setter's request word; 0 when this form does not take the value. */
size_t setting_word(const struct unit *unit, enum setting which, unsigned form, int32_t value,
                    char *out, size_t room);

/* The question that proves it; ASKS = none. */
enum ask setting_proof(const struct unit *unit, enum setting which);

/* --- unit_set.c: setters with proof --- */

/* What the line is to do next for the setting under way, or for one that may be written now. */
enum unit_set_step { UNIT_SET_NOTHING, UNIT_SET_WRITE, UNIT_SET_PROVE };

/* Takes up a setting when none is under way. */
enum unit_set_step unit_set_next(struct unit *unit, int64_t now_ms);

/* The word that writes the setting under way; its length. */
size_t unit_set_write(struct unit *unit, char *out, size_t room, int64_t now_ms);

/* The question that proves it; asked only where there is one. */
enum ask unit_set_proof(const struct unit *unit);

/* ACK; any NAK; the second one; no answer. */
void unit_set_acked(struct unit *unit, int64_t now_ms);
void unit_set_not_written(struct unit *unit);
void unit_set_nakked(struct unit *unit, int64_t now_ms);
void unit_set_silent(struct unit *unit);

/* The proof was read, or cannot be. */
void unit_set_read_back(struct unit *unit, int64_t now_ms);
void unit_set_unproved(struct unit *unit);

/* The unit was lost: nothing is known of what was under way or of its ways. */
void unit_set_forget(struct unit *unit);

/* When a setting that waits may be written; INT64_MAX when none waits. */
int64_t unit_set_wake(struct unit *unit, int64_t now_ms);

#endif
