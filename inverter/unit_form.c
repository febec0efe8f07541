/* A unit's answers keep their form: the same length, digits where there were digits. So an answer
 * whose CRC and shape are good by chance is told by the form it does not have. */
#include "inverter/unit_inner.h"

enum {
    FORMED = 1u << ASK_STATUS | 1u << ASK_STATUS2 | 1u << ASK_RATING | 1u << ASK_SETTINGS |
             1u << ASK_WARNINGS | 1u << ASK_MODE | 1u << ASK_PARALLEL | 1u << ASK_STAGE |
             1u << ASK_CHARGER_SWITCH | 1u << ASK_ENERGY_PV | 1u << ASK_ENERGY_LOAD
};

bool form_kept(enum ask ask)
{
    return ask < ASKS && FORMED >> ask & 1;
}

static uint8_t class_of(uint8_t byte)
{
    bool letter = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
    if (byte >= '0' && byte <= '9')
        return '0';
    return letter ? 'A' : byte;
}

/* FNV-1a of the body, its CRC and CR are no part of the form: of what stands where, digits all alike,
 * letters all alike; or exactly as it is. Never 0. */
static uint32_t print_of(const uint8_t *frame, size_t count, bool exact)
{
    enum { TAIL = 3 };
    uint32_t print = 2166136261u;
    for (size_t i = 0; i + TAIL < count; i++)
        print = (print ^ (exact ? frame[i] : class_of(frame[i]))) * 16777619u;
    return print ? print : 1;
}

static void forget_form(struct unit_form *form)
{
    *form = (struct unit_form){{0}, 0};
}

void form_forget(struct unit *unit)
{
    for (int i = 0; i < ASKS; i++)
        forget_form(&unit->forms[i]);
    for (int i = 0; i < UNIT_PARALLELS; i++)
        forget_form(&unit->parallel_forms[i]);
}

/* Known, or told twice in a row. */
static bool is_believed(struct unit_form *form, uint32_t print)
{
    bool first = !form->known[0], last = form->known[1] == print;
    if (form->known[0] != print && !last && !first && form->fresh != print) {
        form->fresh = print;
        return false;
    }
    if (form->known[0] != print) {
        form->known[1] = form->known[0];
        form->known[0] = print;
    }
    form->fresh = 0;
    return true;
}

/* A mode alone is one letter or number: of its form every other one is, so the letter itself must
 * come twice. A fault is believed at once. */
static bool mode_believed(struct unit_form *form, const struct answer *answer, uint32_t print)
{
    form->known[1] = 0;
    if (unit_value(answer->question->rows, answer->value[0], 0) == MODE_FAULT)
        form->fresh = print;
    return is_believed(form, print);
}

bool form_believed(struct unit *unit, enum ask ask, const struct answer *answer,
                   const uint8_t *frame, size_t count)
{
    bool mode = ask == ASK_MODE && answer->question->kind == ANSWER_ROWS && answer->count == 1;
    if (!form_kept(ask))
        return true;
    if (mode)
        return mode_believed(&unit->forms[ask], answer, print_of(frame, count, true));
    struct unit_form *form =
        ask == ASK_PARALLEL ? &unit->parallel_forms[unit->parallel_n] : &unit->forms[ask];
    return is_believed(form, print_of(frame, count, false));
}
