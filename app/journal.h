/* The journal: one record with a cause for each change of an actuator (invariant 36), and for
 * what led to it: sessions, faults, transfers.
 *
 * The decision code appends to a ring in memory; the loop writes the ring to a file of protobuf
 * records (app/journal.proto), each chained to the one before by SHA-256. `busbar journal` prints
 * the newest of the ring, `busbar journal FILE` the file, and checks its chain
 * (app/journal_read.h). A full disk loses nothing but the file. */
#ifndef BUSBAR_APP_JOURNAL_H
#define BUSBAR_APP_JOURNAL_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/limits.h"

enum journal_kind {
    JOURNAL_CONTACT,          /* index: contact; values 0 open, 1 closed */
    JOURNAL_STRING_SWITCH,    /* index: string; 0 off, 1 on */
    JOURNAL_CHARGE_POINT,     /* index: charge point; tenths of an ampere */
    JOURNAL_CHARGE_MAX,       /* index: inverter; amperes */
    JOURNAL_CHARGER_OFF,      /* index: inverter; 0 on, 1 off */
    JOURNAL_OUTPUT_PRIORITY,  /* index: inverter; enum output_priority */
    JOURNAL_LAMP,             /* index: button; enum lamp */
    JOURNAL_ROUTER,           /* router state; no actuator */
    JOURNAL_SESSION,          /* index: charge point; session state; no actuator */
    JOURNAL_CAP,              /* 0 not reached, 1 reached; no actuator */
    JOURNAL_START,            /* the controller has started; no actuator */
    JOURNAL_VETO,             /* the gate refused an order; no actuator */
    JOURNAL_AC_CONTACT,       /* index: charge point; 0 open, 1 closed; the cause names it */
    JOURNAL_AC_STATE,         /* index: charge point; enum ac_state; no actuator */
    JOURNAL_PV_OFF,          /* index: inverter; 0 it takes PV current, 1 it takes none */
    JOURNAL_WEAR,             /* index: contact; enum wear_mark; no actuator */
    JOURNAL_EMULATION,        /* index: emulation; enum emulate_state; no actuator */
    JOURNAL_EMULATED_CHARGE,  /* index: emulation; tenths of an ampere told; to and from 0 only */
    JOURNAL_EMULATED_DISCHARGE,
    JOURNAL_EMULATED_INVERTER,  /* index: emulation; enum inverter_word; no actuator */
    JOURNAL_CURRENT,          /* index: current sensor; enum currents_fault; no actuator */
    JOURNAL_BUSBAR,           /* index: DC node; 0 its currents add up, 1 they do not; no actuator */
    JOURNAL_PACK,             /* index: pack; enum pack_place; no actuator */
    JOURNAL_CAP_POLICY,       /* permille; no actuator */
    JOURNAL_CHARGE,           /* 0 estimate and counter agree, 1 they contradict; no actuator */
    JOURNAL_UNIT_FAULT,       /* index: inverter; fault codes, 0 none; no actuator */
    JOURNAL_UNIT_WARNING,     /* index: inverter; 0 ended, 1 begun; the cause names it; no actuator */
    JOURNAL_UNIT_DOUBT,       /* index: inverter; 1 it disagrees with config or other units; no actuator */
    JOURNAL_UNIT_FLOAT,       /* index: inverter; enum inverter_float; no actuator */
    JOURNAL_REQUEST,          /* enum request_step; journal_record.request says which; no actuator */
    JOURNAL_MEANS,            /* index: inverter; enum means that keeps its charge; no actuator */
    JOURNAL_KINDS
};

enum { JOURNAL_CAUSE_SIZE = 112, JOURNAL_RING = 256, JOURNAL_HASH_SIZE = 32 };

/* Which request a step belongs to, by names: a record outlives the config. */
struct journal_request {
    uint64_t id;
    char about[64];           /* "set inv2 charge-current 30 A" */
    char inverter[NAME_SIZE]; /* of a setter, else "" */
    char setting[NAME_SIZE];  /* setting_name */
    int32_t value;            /* in its unit; a cap: permille */
};

struct journal_record {
    int64_t at_ms;            /* monotonic */
    uint32_t sequence;
    enum journal_kind kind;
    uint8_t index;
    int32_t before, after;
    char cause[JOURNAL_CAUSE_SIZE];
    struct journal_request request;   /* JOURNAL_REQUEST only, else zeros */
};

struct journal {
    struct journal_record ring[JOURNAL_RING];
    uint32_t next;            /* sequence of the next record */
    uint32_t taken;           /* sequence up to which the owner has read */
    uint32_t lost;            /* overwritten before they were read */
};

void journal_add(struct journal *journal, enum journal_kind kind, int index, int32_t before,
                 int32_t after, int64_t now_ms, const char *cause_format, ...)
    __attribute__((format(printf, 7, 8)));

/* A step of a request's ladder. */
void journal_add_request(struct journal *journal, const struct journal_request *request,
                         int32_t before, int32_t after, int64_t at_ms, const char *says);

/* The next record nobody has read, or NULL. */
const struct journal_record *journal_take(struct journal *journal);

/* One record as a line, with the names of the config: "61.400 contact s2 > inv4.pv1: open ->
 * closed: dead time is over". */
struct config;
void journal_text(const struct journal_record *record, const struct config *config, char *out,
                  size_t room);

/* Its parts, of a record from anywhere: what the config has not (or NULL) is "#3", a value without
 * a name is a number. */
void journal_subject(const struct journal_record *record, const struct config *config, char *out,
                     size_t room);
void journal_value(enum journal_kind kind, int32_t value, char *out, size_t room);

/* "contact", "charge point", ... */
const char *journal_kind_name(enum journal_kind kind);

/* --- the file --- */
struct journal_file {
    int fd;                   /* -1 = none */
    uint8_t hash[JOURNAL_HASH_SIZE];   /* of the newest record */
    char problem[128];
};

/* Opens or makes DIR/journal, checks its chain and cuts a torn tail off (kept as journal.torn).
 * Returns 0 or -errno with file->problem. */
int journal_file_open(struct journal_file *file, const char *dir, FILE *errors);

/* 0, or -errno; a record that could not be written whole is cut off again. */
int journal_file_write(struct journal_file *file, const struct journal_record *record,
                       int64_t wall_ms);
void journal_file_close(struct journal_file *file);

#endif
