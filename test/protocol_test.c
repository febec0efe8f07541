/* The tables hold together: each question has an answer that decodes whole, each setter a proof that
 * reads back what it wrote, each purpose one question. */
#include "inverter/protocol.h"

#include <string.h>

#include "answer_samples.h"
#include "answers.h"
#include "check.h"

/* Each question's sample is taken by it, with nothing left over. */
static void check_samples(const struct protocol *protocol)
{
    for (size_t q = 0; q < protocol->question_count; q++) {
        const struct question *question = &protocol->questions[q];
        unsigned found = 0;
        for (size_t s = 0; s < SAMPLES; s++) {
            uint8_t frame[512];
            struct answer answer;
            struct refusal refusal = {.why = ""};
            if (!sample_of(&samples[s], protocol) || !sample_asks(&samples[s], question))
                continue;
            found++;
            enum verdict verdict =
                answer_judge(question, protocol->framing, frame, frame_of(frame, samples[s].text),
                             &answer, &refusal);
            CHECK(verdict == VERDICT_TAKEN && answer.surplus.length == 0, "%s %s %s: %s",
                  protocol->name, question->word, question->layout, refusal.why);
        }
        CHECK(found > 0, "%s %s %s: no sample", protocol->name, question->word, question->layout);
    }
}

static void check_rows(const struct protocol *protocol)
{
    for (size_t q = 0; q < protocol->question_count; q++) {
        const struct question *question = &protocol->questions[q];
        CHECK(question->count > 0 && question->count <= ANSWER_VALUES, "%s: %d rows",
              question->word, question->count);
        CHECK(question->least <= question->count, "%s: least", question->word);
        CHECK(question->kind != ANSWER_ROWS || question->least > 0, "%s: none must be there",
              question->word);
        for (int i = 0; i < question->count; i++) {
            const struct field_row *row = &question->rows[i];
            CHECK(row->name && row->unit && row->min <= row->max, "%s, row %d", question->word, i);
            CHECK(row->width_min <= row->width_max, "%s %s: width", question->word, row->name);
            CHECK(row->form != FORM_CODE || row->words, "%s %s: no codes", question->word,
                  row->name);
            for (int k = 0; k < i; k++)
                CHECK(strcmp(row->name, question->rows[k].name) != 0, "%s: two %s", question->word,
                      row->name);
        }
    }
}

static void check_purposes(const struct protocol *protocol)
{
    for (size_t a = 0; a < protocol->question_count; a++)
        for (size_t b = a + 1; b < protocol->question_count; b++)
            CHECK(protocol->questions[a].ask != protocol->questions[b].ask ||
                      protocol->questions[a].ask == ASK_OTHER,
                  "%s: %s and %s", protocol->name, protocol->questions[a].word,
                  protocol->questions[b].word);
    CHECK(protocol_question(protocol, ASK_PROTOCOL) != NULL, "%s is not told", protocol->name);
    CHECK(protocol_question(protocol, ASK_OTHER) == NULL, "%s: any", protocol->name);
}

static void check_setters(const struct protocol *protocol)
{
    for (size_t s = 0; s < protocol->setter_count; s++) {
        const struct setter *setter = &protocol->setters[s];
        const struct question *proof = NULL, *partner = NULL;
        const struct field_row *row = protocol_row(protocol, setter->proof, &proof);
        CHECK(row, "%s %s: nothing proves it", protocol->name, setter->form[0]);
        CHECK(protocol_setter(protocol, setter->set) == setter, "%s %s: two", protocol->name,
              setter->form[0]);
        CHECK(setter->list == ASK_OTHER || protocol_question(protocol, setter->list), "%s: no list",
              setter->form[0]);
        CHECK(setter->max || (row && row->words), "%s: no range", setter->form[0]);
        bool pair = strchr(setter->form[0], '@') != NULL;
        CHECK(pair == (setter->partner != QUANTITY_NONE), "%s: partner", setter->form[0]);
        CHECK(!pair || protocol_row(protocol, setter->partner, &partner), "%s: unread partner",
              setter->form[0]);
        for (int f = 0; f < SETTER_FORMS && setter->form[f]; f++) {
            char word[64];
            size_t length = setter_word_with(word, sizeof word, setter->form[f], setter->min,
                                             pair ? setter->min : 0);
            CHECK(length == strlen(setter->form[f]) && !strpbrk(word, "#@"), "%s", word);
        }
    }
}

static void check_words(void)
{
    char word[32];
    CHECK(setter_word(word, sizeof word, "MNCHGC0###", 60) && !strcmp(word, "MNCHGC0060"), "%s",
          word);
    CHECK(setter_word(word, sizeof word, "PCVV##.#", 564) && !strcmp(word, "PCVV56.4"), "%s", word);
    CHECK(!setter_word(word, sizeof word, "MCHGC0##", 120), "three digits for two");
    CHECK(!setter_word(word, 5, "POP##", 1), "no room");
    CHECK(!setter_word(word, sizeof word, "POP##", -1), "a sign");
    CHECK(!setter_word(word, sizeof word, "MCHGV###,@@@", 552), "a partner is missing");
    CHECK(setter_word_with(word, sizeof word, "MCHGV@@@,###", 540, 552) &&
              !strcmp(word, "MCHGV552,540"),
          "%s", word);
}

/* Meanings go out as the codes by which they come back. */
static void check_codes(void)
{
    static const struct {
        const char *protocol;
        enum quantity is;
        int32_t means, code;
    } rows[] = {
        {"PI30", OUTPUT_PRIORITY, OUTPUT_SBU, 2},
        {"PI18", OUTPUT_PRIORITY, OUTPUT_SBU, 1},
        {"PI18", OUTPUT_PRIORITY, OUTPUT_SOLAR, 0},
        {"PI18", OUTPUT_PRIORITY, OUTPUT_UTILITY, -1},
        {"PI30", CHARGER_PRIORITY, CHARGER_SOLAR_ONLY, 3},
        {"PI18", CHARGER_PRIORITY, CHARGER_SOLAR_ONLY, 2},
        {"PI18", CHARGER_PRIORITY, CHARGER_UTILITY_FIRST, -1},
        {"PI30", CHARGER_OFF, 1, 110},
        {"PI30", CHARGER_OFF, 0, 0},
        {"PI30", CHARGE_MAX_A, 60, 60},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct question *question;
        const struct field_row *row =
            protocol_row(protocol_named(rows[i].protocol), rows[i].is, &question);
        int32_t code = -1;
        bool known = row && field_code(row, rows[i].means, &code);
        CHECK(known == (rows[i].code >= 0), "row %zu: known", i);
        CHECK(!known || code == rows[i].code, "row %zu: %d, not %d", i, code, rows[i].code);
    }
}

static void check_asked(void)
{
    static const struct {
        const char *form, *word;
        bool fits;
    } rows[] = {
        {"QPGSn", "QPGS1", true},
        {"QPGSn", "QPGS", true},
        {"QPGSn", "QPGSx", false},
        {"QPGSn", "QPGS12", false},
        {"QPIGS", "QPIGS2", false},
        {"QPIGS2", "QPIGS", false},
        {"QEDyyyymmdd", "QED20251222", true},
        {"QEDyyyymmdd", "QED2025", false},
        {"QP2GSn", "QP2GS0", true},
        {"GS", "", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct question question = {rows[i].form, ""};
        CHECK(question_is(&question, rows[i].word) == rows[i].fits, "%s for %s", rows[i].word,
              rows[i].form);
    }
}

int main(void)
{
    for (size_t p = 0; p < protocol_count; p++) {
        check_samples(protocols[p]);
        check_rows(protocols[p]);
        check_purposes(protocols[p]);
        check_setters(protocols[p]);
        CHECK(protocol_named(protocols[p]->name) == protocols[p], "%s", protocols[p]->name);
    }
    CHECK(protocol_named("PI99") == NULL, "no such protocol");
    check_words();
    check_codes();
    check_asked();
    return check_done("protocol");
}
