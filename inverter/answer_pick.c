#include "inverter/answer_pick.h"

#include <stdio.h>
#include <string.h>

#include "inverter/answer_read.h"

enum { CR = 0x0D, LF = 0x0A };

/* clang-format off */
/* # a digit, ? a lower-case letter, ~ a sign, * anything. Documents of PI30, GK/MK, MAX, REVO, PI18
 * and PI17. */
static const char *const setters[] = {
    "POP#", "POP##", "PCP##", "PCP#,#", "PPCP###", "MCHGC###", "MCHGC####", "MCHGC#,###", "MNCHGC###",
    "MNCHGC####", "MUCHGC###", "MUCHGC####", "MUCHGC#,###", "MSCHGC###", "PBCV##.#", "PBDV##.#",
    "PSDV##.#", "PSDV###", "PCVV##.#", "PBFT##.#", "PBT#", "PBT##", "PGR#", "PGR##", "POPM##", "POPM#,#",
    "POPLG##", "PPVOKC#", "PSPB#", "F##", "V###", "PE?", "PD?", "PE*", "PD*", "PF", "PCVT###", "PCST##",
    "PBEQE#", "PBEQT###", "PBEQP###", "PBEQV##.##", "PBEQOT###", "PBEQA#", "PBATCD###",
    "PBATMAXDISC###", "PBMS*", "DAT*", "RTEY", "RTDL", "ATE#", "PSAVE", "BTA~##", "PLED?*", "PLEDE#",
    "PLEDS#", "PLEDM#", "PLEDB#", "PLEDT#", "PLEDC*", "PSET*", "PQSA*", "MCHGV*", "BUCD*", "PSP#",
    "LON#", "P??", "ACCT#*", "ACLT#*", "PA#", "PB#", "PC#", "PD#", "PE#", "PF#", "LST##", "EDA#", "EDB#",
    "EDC#", "EDD#", "EDE#", "EDF#", "EDG#", "BT#", "ACCB*", "SEP##", "BDCM####", "BATDV*", "GPMP#*",
    "BCA*", "PPT*", "CHT*"
};
/* clang-format on */

static bool is_form(const char *form, const char *word)
{
    for (; *form && *form != '*'; form++, word++) {
        bool fits = *form == '#'   ? answer_digit(*word)
                    : *form == '?' ? *word >= 'a' && *word <= 'z'
                    : *form == '~' ? *word == '+' || *word == '-'
                                   : *form == *word;
        if (!fits)
            return false;
    }
    return *form == '*' || !*word;
}

bool pick_setter(const char *word)
{
    for (size_t i = 0; i < sizeof setters / sizeof *setters; i++)
        if (is_form(setters[i], word))
            return true;
    return false;
}

/* A request has its CRC before the CR, REVO one byte of sum, PI17 nothing. */
static size_t without_check(const uint8_t *bytes, size_t count)
{
    bool ended = count > 0 && (bytes[count - 1] == CR || bytes[count - 1] == LF);
    uint16_t crc = count > 3 ? answer_crc(bytes, count - (ended ? 3 : 2)) : 0;
    const uint8_t *check = bytes + count - (ended ? 3 : 2);
    if (count > 3 && check[0] == answer_raised((uint8_t)(crc >> 8)) &&
        check[1] == answer_raised((uint8_t)crc))
        return (size_t)(check - bytes);
    if (ended && count > 3 && answer_sum_fits(bytes, count) && bytes[0] != '^')
        return count - 2;
    return ended ? count - 1 : count;
}

bool pick_word(char *word, size_t room, const uint8_t *bytes, size_t count)
{
    enum { HEAD = 5 };
    count = without_check(bytes, count);
    bool framed =
        count > HEAD && bytes[0] == '^' && (bytes[1] == 'P' || bytes[1] == 'S') &&
        answer_digits((struct piece){(const char *)bytes + 2, (const char *)bytes + HEAD});
    size_t head = framed ? HEAD : 0;
    while (count > head && bytes[count - 1] == ' ')
        count--;
    for (size_t i = head; framed && i < count; i++)
        if (bytes[i] < ' ' || bytes[i] > '~')
            count = i; /* a CRC that does not fit its request */
    if (count == head || count - head + 1 > room)
        return false;
    memcpy(word, bytes + head, count - head);
    word[count - head] = '\0';
    return true;
}

bool pick_frame(const uint8_t *bytes, size_t room, size_t *start, size_t *count)
{
    size_t at = 0;
    while (at < room && (bytes[at] <= ' ' || bytes[at] > '~'))
        at++;
    size_t end = at;
    while (end < room && bytes[end] != CR && bytes[end] != LF)
        end++;
    end += end < room;
    *start = at;
    *count = end - at;
    return *count > 0;
}

/* How far a refused answer came. */
static int reached(const struct refusal *refusal)
{
    if (refusal->verdict == VERDICT_CHECK || refusal->verdict == VERDICT_FOREIGN)
        return 0;
    return refusal->field == ANSWER_NO_FIELD ? 1 : 2 + refusal->field;
}

static void try_question(struct pick *pick, const struct protocol *protocol,
                         const struct question *question, const uint8_t *frame, size_t count)
{
    struct answer answer;
    struct refusal refusal = {.verdict = VERDICT_TAKEN};
    bool whole = pick->verdict == VERDICT_TAKEN && pick->answer.surplus.length == 0;
    if (whole)
        return;
    enum verdict verdict =
        answer_judge(question, protocol->framing, frame, count, &answer, &refusal);
    bool better = verdict == VERDICT_TAKEN
                      ? pick->verdict != VERDICT_TAKEN || answer.surplus.length == 0
                      : pick->verdict != VERDICT_TAKEN &&
                            (!pick->question || reached(&refusal) > reached(&pick->refusal));
    if (!better)
        return;
    pick->verdict = verdict;
    pick->protocol = protocol;
    pick->question = question;
    if (verdict == VERDICT_TAKEN)
        pick->answer = answer;
    pick->refusal = refusal;
}

static bool is_listed(const char *list, const char *word)
{
    size_t length = strlen(word);
    while (*list) {
        const char *space = strchr(list, ' ');
        size_t entry = space ? (size_t)(space - list) : strlen(list);
        if (entry == length && memcmp(list, word, length) == 0)
            return true;
        list += entry + (space != NULL);
    }
    return false;
}

void pick_near(char *out, size_t room, const struct protocol *only, const char *word)
{
    size_t same = strlen(word) < 3 ? 1 : 2, used = 0;
    out[0] = '\0';
    for (size_t p = 0; p < protocol_count; p++)
        for (size_t q = 0; q < protocols[p]->question_count; q++) {
            const char *known = protocols[p]->questions[q].word;
            if ((only && only != protocols[p]) || strncmp(known, word, same) != 0 ||
                is_listed(out, known) || used + strlen(known) + 2 > room)
                continue;
            used += (size_t)snprintf(out + used, room - used, "%s%s", used ? " " : "", known);
        }
}

/* The frame is whole, but no table says what it should be. */
static void refuse_unknown(struct pick *pick, const struct protocol *only, const char *word)
{
    char near[52];
    pick_near(near, sizeof near, only, word);
    pick->verdict = VERDICT_FOREIGN;
    pick->refusal = (struct refusal){.verdict = VERDICT_FOREIGN, .field = ANSWER_NO_FIELD};
    snprintf(pick->refusal.why, sizeof pick->refusal.why,
             "no protocol knows the command; near it: %s", *near ? near : "nothing");
}

void pick_answer(struct pick *pick, const struct protocol *only, const char *word,
                 const uint8_t *frame, size_t count)
{
    memset(pick, 0, sizeof *pick);
    pick->setter = pick_setter(word);
    pick->verdict =
        answer_judge(&question_ack, FRAMING_PI30, frame, count, &pick->answer, &pick->refusal);
    if (pick->verdict == VERDICT_TAKEN) {
        pick->question = &question_ack;
        return;
    }
    for (size_t p = 0; p < protocol_count; p++) {
        const struct protocol *protocol = protocols[p];
        for (size_t q = 0; q < protocol->question_count && (!only || only == protocol); q++)
            if (question_is(&protocol->questions[q], word))
                try_question(pick, protocol, &protocol->questions[q], frame, count);
    }
    if (!pick->question && pick->setter)
        pick->question = &question_ack;
    if (!pick->question && pick->verdict != VERDICT_CHECK && pick->verdict != VERDICT_LENGTH)
        refuse_unknown(pick, only, word);
}
