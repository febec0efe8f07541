/* struct saved_state to and from the bytes of SavedState (state.proto). */
#ifndef BUSBAR_APP_STATE_CODEC_H
#define BUSBAR_APP_STATE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/state_file.h"

/* Bytes written; the largest state fits in STATE_FILE_MAX. No heap. */
size_t state_pack(const struct saved_state *state, uint8_t *out, size_t room);

/* False when the bytes are no such message; *out is then all zero. More entries than there is
 * room for are dropped, a charge outside 0..1 is not known. Allocates. */
bool state_unpack(struct saved_state *out, const uint8_t *bytes, size_t count);

#endif
