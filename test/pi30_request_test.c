/* PI30 requests byte by byte, from documents and captures; the CRCs of PBATCD and of two charge
 * forms were computed with Python's binascii.crc_hqx. */
#include <string.h>

#include "check.h"
#include "inverter/pi30.h"

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

/* clang-format off */
/* Requests; bytes from the documents and captures, the last ones computed. */
static const struct {
    const char *word;
    const uint8_t *frame;
    size_t count;
} requests[] = {
    {"QPIGS", BYTES("QPIGS\xB7\xA9\r")},
    {"QPIRI", BYTES("QPIRI\xF8T\r")},
    {"QPIGS2", BYTES("QPIGS2h-\r")},
    {"POP02", BYTES("POP02\xE2\x0B\r")},      /* raw E2 0A */
    {"POPM01", BYTES("POPM01\x0E%\r")},       /* raw 0D 25 */
    {"QBOOT", BYTES("QBOOT\x0B\x88\r")},      /* raw 0A 88 */
    {"QGMN", BYTES("QGMNI)\r")},             /* raw 49 28 */
    {"PF", BYTES("PF&\xBD\r")},
    {"QBATCD", BYTES("QBATCD\xAA&\r")},
};
/* clang-format on */

static void check_requests(void)
{
    uint8_t out[PI30_REQUEST_MAX];
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        size_t count = pi30_request(out, sizeof out, requests[i].word);
        CHECK(count == requests[i].count && !memcmp(out, requests[i].frame, count), "%s",
              requests[i].word);
    }
    CHECK(pi30_request(out, 7, "QPIGS") == 0, "no room");
#define SENDS(count, text)                                                                         \
    CHECK((count) == sizeof(text) - 1 && !memcmp(out, text, sizeof(text) - 1), "%s", text)
    SENDS(pi30_set_charge(out, sizeof out, 0, 10), "MNCHGC0010\x12;\r");
    SENDS(pi30_set_charge(out, sizeof out, 0, 120), "MNCHGC0120pX\r");
    SENDS(pi30_set_charge(out, sizeof out, 1, 30), "MNCHGC030+\xDB\r");
    SENDS(pi30_set_charge(out, sizeof out, 2, 20), "MCHGC020\xD1u\r");
    SENDS(pi30_set_output_priority(out, sizeof out, 0), "POP00\xC2H\r");
    SENDS(pi30_set_output_priority(out, sizeof out, 2), "POP02\xE2\x0B\r");
    SENDS(pi30_set_charger_off(out, sizeof out, true), "PBATCD110\xCF\\\r");
    SENDS(pi30_set_charger_off(out, sizeof out, false), "PBATCD000\xCB]\r");
#undef SENDS
}

int main(void)
{
    check_requests();
    return check_done("pi30_request");
}
