#include "inverter/stream_hid.h"

#include <string.h>

void hid_cut(uint8_t report[1 + HID_REPORT], const uint8_t *bytes, size_t count, size_t *sent)
{
    size_t part = count - *sent;
    if (part > HID_REPORT)
        part = HID_REPORT;
    memset(report, 0, 1 + HID_REPORT);
    memcpy(report + 1, bytes + *sent, part);
    *sent += part;
}

size_t hid_data(const uint8_t *report, size_t count)
{
    size_t end = count;
    while (end > 0 && report[end - 1] == 0)
        end--;
    return end == 0 || report[end - 1] == '\r' ? end : count;
}
