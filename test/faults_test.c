/* Every code and bit the vendor's documents name has words a person can act on, and nothing else has. */
#include "inverter/faults.h"

#include <string.h>

#include "app/journal.h"
#include "test/check.h"

/* PI30 documents HS/MS/MSX, KS/MKS, GK/MK and MAX: QPGSn, field 4. */
static const int32_t documented[] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 51, 52, 53,
                                     55, 56, 57, 58, 60, 71, 72, 73, 80, 81, 82, 83, 84, 85, 86};

/* QPIWS of the same: bits that have a meaning on some model. */
static const int bits[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 14, 15, 16, 17,
                           18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 33, 34, 35};

static void words_check(const struct fault_words *words, const char *kind, int number)
{
    CHECK(words != NULL, "%s %d has words", kind, number);
    if (!words)
        return;
    CHECK(words->text && words->means && words->first, "%s %d: all three", kind, number);
    CHECK(strlen(words->text) < 40, "%s %d: short enough for a table", kind, number);
    CHECK(strlen(words->text) + strlen(words->first) + 12 < JOURNAL_CAUSE_SIZE,
          "%s %d: a journal record holds it: %s; first: %s", kind, number, words->text,
          words->first);
    CHECK(words->severity != SEVERITY_NONE, "%s %d has a severity", kind, number);
    CHECK(words->means[strlen(words->means) - 1] == '.', "%s %d: a sentence", kind, number);
}

static bool among(const int *list, size_t count, int number)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == number)
            return true;
    return false;
}

int main(void)
{
    for (size_t i = 0; i < sizeof documented / sizeof *documented; i++)
        words_check(fault_words(documented[i]), "fault", documented[i]);
    for (unsigned n = 0; fault_code(n); n++) {
        words_check(fault_words(fault_code(n)), "fault", fault_code(n));
        for (unsigned before = 0; before < n; before++)
            CHECK(fault_code(before) < fault_code(n), "fault %d once, in order", fault_code(n));
    }
    for (int bit = -1; bit < 70; bit++) {
        bool named = among(bits, sizeof bits / sizeof *bits, bit);
        CHECK((warning_text(bit) != NULL) == named, "bit %d", bit);
        CHECK((warning_severity(bit, false) != SEVERITY_NONE) == named, "bit %d severity", bit);
        if (named)
            words_check(warning_words(bit), "bit", bit);
    }
    CHECK(!fault_text(0), "0 is no fault");
    CHECK(!fault_text(-1) && !fault_text(99), "codes nobody documents have no words");
    CHECK(strcmp(fault_text(7), "overload for too long") == 0, "07");
    CHECK(warning_severity(16, false) == SEVERITY_WARNING, "overload is a warning");
    CHECK(warning_severity(16, true) == SEVERITY_FAULT, "and the reason of a fault");
    CHECK(warning_severity(12, true) == SEVERITY_WARNING, "battery low stays a warning");
    CHECK(warning_severity(5, false) == SEVERITY_USUAL, "no grid is usual on an island");
    return check_done("faults");
}
