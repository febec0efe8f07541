/* Which protocol does the unit speak? First the framing, then the name it gives, then the layouts
 * that fit its answers. */
#include "inverter/unit_inner.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Most units are PI30, so most attempts are. A unit of PI17 or PI18 says ^0 to a PI30 question, which
 * names its framing at once (esphome-pipsolar issue 115). */
static const enum framing turns[] = {FRAMING_PI30, FRAMING_PI30, FRAMING_PI18,
                                     FRAMING_PI30, FRAMING_PI30, FRAMING_PI17};
enum { TURNS = sizeof turns / sizeof *turns, TURN_PI30 = 0, TURN_PI18 = 2, TURN_PI17 = 5 };

enum { MISFIT = 1000 };

static const struct protocol *first_of(enum framing framing)
{
    for (size_t i = 0; i < protocol_count; i++)
        if (protocols[i]->framing == framing)
            return protocols[i];
    return protocols[0];
}

const struct protocol *identify_protocol(const struct unit *unit)
{
    if (unit->protocol)
        return unit->protocol;
    const struct protocol *configured = protocol_named(unit->config.protocol);
    return configured ? configured : first_of(turns[unit->probe]);
}

void identify_next(struct unit *unit)
{
    unit->probe = (uint8_t)((unit->probe + 1) % TURNS);
}

void identify_refused(struct unit *unit, const uint8_t *frame)
{
    enum framing tried = identify_protocol(unit)->framing;
    if (frame[0] != '^')
        unit->probe = TURN_PI30;
    else
        unit->probe = tried == FRAMING_PI18 ? TURN_PI17 : TURN_PI18;
}

/* Bits of the protocols that begin with the name, or of all in a framing where none does. */
static uint32_t named_so(const char *name, enum framing framing, bool *by_name)
{
    uint32_t named = 0, framed = 0;
    for (size_t i = 0; i < protocol_count; i++) {
        named |= (uint32_t)(*name && !strncmp(protocols[i]->name, name, strlen(name))) << i;
        framed |= (uint32_t)(protocols[i]->framing == framing) << i;
    }
    *by_name = named != 0;
    return named ? named : framed;
}

static uint32_t only(const struct protocol *protocol)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < protocol_count; i++)
        bits |= (uint32_t)(protocols[i] == protocol) << i;
    return bits;
}

/* Of equals the first, which is the more general one. */
static const struct protocol *best(const struct unit *unit)
{
    const struct protocol *found = NULL;
    int32_t most = INT32_MIN;
    for (size_t i = 0; i < protocol_count; i++)
        if (unit->candidates >> i & 1 && unit->fit[i] > most) {
            found = protocols[i];
            most = unit->fit[i];
        }
    return found;
}

void identify_named(struct unit *unit, const struct answer *answer)
{
    const struct protocol *asked = identify_protocol(unit);
    static_assert(sizeof unit->candidates * 8 >= sizeof unit->fit / sizeof *unit->fit, "bits");
    assert(protocol_count <= sizeof unit->fit / sizeof *unit->fit);
    char *name = unit->readings.protocol;
    bool by_name = true;
    name[0] = '\0';
    if (answer && answer->state == ANSWER_IS_VALUES) {
        const char *prefix = answer->question->prefix;
        snprintf(name, sizeof unit->readings.protocol, "%.3s%.4s", prefix ? prefix : "PI",
                 answer->text);
    }
    unit->candidates = named_so(name, asked->framing, &by_name);
    if (protocol_named(unit->config.protocol))
        unit->candidates = only(asked);
    unit->fitted = !by_name;
    memset(unit->fit, 0, sizeof unit->fit);
    unit->protocol = best(unit);
}

/* The more documented fields, the better; what no row explains, the worse. */
static int32_t fit_of(const struct answer *answer)
{
    return 2 * answer->count - answer->surplus.length;
}

enum verdict identify_judge(struct unit *unit, enum ask ask, const uint8_t *frame, size_t count,
                            struct answer *answer)
{
    for (size_t i = 0; i < protocol_count; i++) {
        const struct question *question = protocol_question(protocols[i], ask);
        if (!(unit->candidates >> i & 1))
            continue;
        bool taken = question && answer_judge(question, protocols[i]->framing, frame, count, answer,
                                              NULL) == VERDICT_TAKEN;
        if (taken && answer->state != ANSWER_IS_VALUES)
            return VERDICT_TAKEN;
        unit->fit[i] += taken ? fit_of(answer) : -MISFIT;
    }
    const struct protocol *chosen = best(unit);
    const struct question *question = protocol_question(chosen, ask);
    unit->protocol = chosen;
    if (!question)
        return VERDICT_SHAPE;
    return answer_judge(question, chosen->framing, frame, count, answer, NULL);
}
