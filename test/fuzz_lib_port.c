/* Foreign bytes on a BMS port: cut into pieces by the first byte, which also sets the time between them.
 * Whatever comes, an answer is one of the documented forms, of this address, and its CRC fits. */
#include <stdlib.h>

#include "bms/lib_port.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void judge(const uint8_t *out, size_t length)
{
    bool refusal = length == 5 && out[1] == 0x83;
    require(refusal || (length >= 8 && out[1] == 3 && length == 6u + 2u * out[3]));
    require(out[0] == LIB_ADDRESS && length <= LIB_ANSWER_MAX);
    require(lib_port_crc(out, length - 2) == (out[length - 2] | out[length - 1] << 8));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct lib_port port;
    const struct emulate_orders orders = {
        .ccl_mA = 60000, .soc_permille = 500, .voltage_mV = 52000};
    if (size < 1 || size > 4096)
        return 0;
    size_t piece = 1u + (data[0] & 31);
    int64_t now_ms = 1000, step_ms = data[0] >> 5 == 7 ? 80 : 2 + 7 * (data[0] >> 5);
    lib_port_init(&port, LIB_ADDRESS, 16);
    for (size_t at = 1; at < size; at += piece, now_ms += step_ms) {
        uint8_t out[LIB_ANSWER_MAX];
        lib_port_tell(&port, &orders, now_ms);
        size_t part = size - at < piece ? size - at : piece;
        size_t length = lib_port_hear(&port, data + at, part, now_ms, out);
        if (length)
            judge(out, length);
        require(length == 0 || step_ms <= LIB_ANSWER_MS);
    }
    return 0;
}
