/* The settings of an inverter as a person writes and reads them: "charge-current 30", "bulk-voltage
 * 56.4", "output-priority sbu". Pure.
 *
 * What a unit takes comes from its protocol's table (inverter/protocol.h) and its own lists; here are
 * only the words and units of the command line. A setting with words may be given by its number too. */
#ifndef BUSBAR_APP_SETTING_H
#define BUSBAR_APP_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inverter/unit.h"

enum { SETTING_VALUE = 24, SETTING_ALLOWED = 160 };

/* "charge-current". */
const char *setting_key(enum setting setting);

/* SETTINGS when there is no such word. setting_name()s are understood too. */
enum setting setting_find(const char *key);

/* What may happen, in one sentence; NULL = nothing that the owner would not expect. */
const char *setting_hazard(enum setting setting);

/* "30 A", "56.4 V", "sbu"; "?" for -1. */
void setting_value_text(enum setting setting, int32_t value, char *out, size_t room);

/* Whether this unit can be told at all, and by which values: "10, 20, 30 A", "48.0 to 58.4 V",
 * "utility, solar, sbu". False with the reason in out. */
bool setting_allowed_text(const struct unit *unit, enum setting setting, char *out, size_t room);

/* 0, or -EINVAL, -ERANGE or -ENOTSUP with the reason in why. */
int setting_parse(const struct unit *unit, enum setting setting, const char *text, int32_t *value,
                  char *why, size_t room);

/* What it is read back as; never heard where the unit does not tell it. */
const struct reading *setting_reading(const struct unit *unit, enum setting setting);
/* As the unit tells it, however long ago; -1 unknown. */
int32_t setting_read(const struct unit *unit, enum setting setting);

#endif
