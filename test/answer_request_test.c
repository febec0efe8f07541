/* Requests byte by byte, from documents and captures; the CRC of PBATCD and of two charge forms, and
 * the sum of EY, were computed with Python. */
#include "inverter/answer_pick.h"

#include <string.h>

#include "answers.h"
#include "check.h"

/* clang-format off */
static const struct {
    enum framing framing;
    char kind;
    const char *word;
    const uint8_t *frame;
    size_t count;
} requests[] = {
    {FRAMING_PI30, 'P', "QPIGS",  BYTES("QPIGS\xB7\xA9\r")},
    {FRAMING_PI30, 'P', "QPIRI",  BYTES("QPIRI\xF8T\r")},
    {FRAMING_PI30, 'P', "QPIGS2", BYTES("QPIGS2h-\r")},
    {FRAMING_PI30, 'S', "POP02",  BYTES("POP02\xE2\x0B\r")},        /* raw E2 0A */
    {FRAMING_PI30, 'S', "POPM01", BYTES("POPM01\x0E%\r")},          /* raw 0D 25 */
    {FRAMING_PI30, 'P', "QBOOT",  BYTES("QBOOT\x0B\x88\r")},        /* raw 0A 88 */
    {FRAMING_PI30, 'P', "QGMN",   BYTES("QGMNI)\r")},               /* raw 49 28 */
    {FRAMING_PI30, 'S', "PF",     BYTES("PF&\xBD\r")},
    {FRAMING_PI30, 'P', "QBATCD", BYTES("QBATCD\xAA&\r")},
    {FRAMING_PI30, 'S', "PBATCD110", BYTES("PBATCD110\xCF\\\r")},
    {FRAMING_PI30, 'S', "MNCHGC0120", BYTES("MNCHGC0120pX\r")},
    {FRAMING_PI18, 'P', "GS",     BYTES("^P005GSX\x14\r")},
    {FRAMING_PI18, 'P', "PIRI",   BYTES("^P007PIRI\xEE" "8\r")},
    {FRAMING_PI18, 'P', "EY2022", BYTES("^P009EY2022\x81\x1C\r")},
    {FRAMING_PI17, 'P', "GS",     BYTES("^P003GS\r")},
    {FRAMING_PI17, 'P', "PIRI",   BYTES("^P005PIRI\r")},
    {FRAMING_PI17, 'P', "EY2022", BYTES("^P010EY2022163\r")},
    {FRAMING_PI17, 'S', "EDA1",   BYTES("^S005EDA1\r")},
};

/* Words as people and lines have them. */
static const struct {
    const uint8_t *bytes;
    size_t count;
    const char *word;
} asked[] = {
    {BYTES("QPIGS"),               "QPIGS"},
    {BYTES("QPIGS\xB7\xA9\r"),     "QPIGS"},
    {BYTES("QPIGS2h-\r"),          "QPIGS2"},
    {BYTES("^P005GS"),             "GS"},
    {BYTES("^P005GSX\x14\r"),      "GS"},
    {BYTES("^P006MOD\xB1%\r"),     "MOD"},      /* its CRC is not the standard one */
    {BYTES("^P003GS\r"),           "GS"},
    {BYTES("QALL+\r"),             "QALL"},     /* REVO's sum */
    {BYTES("PQSE:\r"),             "PQSE"},
    {BYTES("PSET120103 56.3 54.6"), "PSET120103 56.3 54.6"},
    {BYTES("POP02\r"),             "POP02"},
};
/* clang-format on */

static void check_setters(void)
{
    static const char *const sets[] = {
        "POP02",     "PBT02",      "PSET120103 56.3 54.6", "MNCHGC0010",      "PCVV56.4", "PEa",
        "PBATCD110", "MUCHGC0020", "MCHGV552,540",         "DAT210726122606", "ATE1",     "BTA-01"};
    static const char *const asks[] = {"QPIGS", "GS",   "PQSE", "PIRI",
                                       "PS",    "PGS1", "ACCT", "ED20210101"};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        CHECK(pick_setter(sets[i]), "%s sets", sets[i]);
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
        CHECK(!pick_setter(asks[i]), "%s asks", asks[i]);
}

int main(void)
{
    uint8_t out[REQUEST_MAX];
    char word[64];
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        size_t count = answer_request(out, sizeof out, requests[i].framing, requests[i].kind,
                                      requests[i].word);
        CHECK(count == requests[i].count && !memcmp(out, requests[i].frame, count), "%s",
              requests[i].word);
        CHECK(answer_request(out, requests[i].count - 1, requests[i].framing, requests[i].kind,
                             requests[i].word) == 0,
              "%s: no room", requests[i].word);
    }
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        CHECK(pick_word(word, sizeof word, asked[i].bytes, asked[i].count) &&
                  !strcmp(word, asked[i].word),
              "%s is %s", asked[i].word, word);
    CHECK(!pick_word(word, sizeof word, BYTES("")) && !pick_word(word, 4, BYTES("QPIGS")), "none");
    check_setters();
    return check_done("answer_request");
}
