/* Requests in 8-byte reports and back: the pure half of the hidraw port. */
#ifndef BUSBAR_INVERTER_STREAM_HID_H
#define BUSBAR_INVERTER_STREAM_HID_H

#include <stddef.h>
#include <stdint.h>

enum { HID_REPORT = 8 };

/* The report that carries bytes from *sent on, behind the report number 0 that hidraw wants first;
 * advances *sent. */
void hid_cut(uint8_t report[1 + HID_REPORT], const uint8_t *bytes, size_t count, size_t *sent);

/* How many bytes of a report are data: zeros that follow a CR to its end are padding, and so is a
 * report of zeros alone. Other zeros may belong to a CRC and stay. */
size_t hid_data(const uint8_t *report, size_t count);

#endif
