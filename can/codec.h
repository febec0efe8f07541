/* Signals out of and into frame bytes: the hot path. Pure.
 *
 * Raw values are int64_t: integers as they are, float and double as their bit pattern.
 * data must have CODEC_ROOM readable bytes (struct frame has them), zero behind the frame's end. */
#ifndef BUSBAR_CAN_CODEC_H
#define BUSBAR_CAN_CODEC_H

#include <stdbool.h>
#include <stdint.h>

#include "can/dbc.h"

enum { CODEC_ROOM = 64 };

/* Works out how the codec reaches a signal's bits. False when it does not fit into length bytes. */
bool codec_plan(struct dbc_signal *signal, unsigned length);

/* Whether all signals of the message fit into lanes; fills blocks of them when they do. */
bool codec_lanes(const struct dbc_message *message, struct dbc_lanes *blocks);

/* One signal, whether the frame's multiplexer chooses it or not. */
int64_t codec_signal(const struct dbc_signal *signal, const uint8_t data[CODEC_ROOM]);

/* Room for the raw values of count signals: they are written DBC_LANES at a time. */
#define CODEC_RAW(count) (((count) + DBC_LANES - 1) / DBC_LANES * DBC_LANES)

/* Every signal of the message into raw[CODEC_RAW(signal_count)]. For a multiplexed message, use
 * codec_present to see which of them are in this frame. */
void codec_decode(const struct dbc_message *message, const uint8_t data[CODEC_ROOM], int64_t raw[]);

/* Whether signal i is chosen by the multiplexers as decoded in raw. */
bool codec_present(const struct dbc_message *message, const int64_t raw[], int signal);

/* The inverse: present signals of raw into data (other bits are left as they are). A value wider
 * than its signal is cut to its bits. */
void codec_encode(const struct dbc_message *message, const int64_t raw[], uint8_t data[CODEC_ROOM]);
void codec_put(const struct dbc_signal *signal, int64_t raw, uint8_t data[CODEC_ROOM]);

/* raw * factor + offset, and its nearest inverse. */
double codec_physical(const struct dbc_signal *signal, int64_t raw);
int64_t codec_raw(const struct dbc_signal *signal, double physical);

#endif
