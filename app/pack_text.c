/* What stands in the way of a pack, in words. */
#include <stdio.h>
#include <stdlib.h>

#include "app/why.h"

static bool pack_out(const struct controller *c, size_t i)
{
    return c->config->bank.pack_out[i] || c->bank.pack[i].asked_out;
}

static double join_V(const struct bank_config *bank)
{
    return (bank->join_mV > 0 ? bank->join_mV : bank->cells * JOIN_CELL_mV) / 1000.0;
}

static int apart_text(const struct controller *c, size_t i, char *out, size_t room)
{
    const struct pack_memory *m = &c->bank.pack[i];
    return snprintf(out, room, "its voltage is %+.2f V from the others', it joins within %.2f V",
                    m->apart_mV / 1000.0, join_V(&c->config->bank));
}

static const char *latched_alarm(uint32_t latched)
{
    for (size_t a = 0; a < PACK_ALARMS; a++)
        if (latched & 1u << a)
            return pack_alarm_names[a];
    return "";
}

/* A connected pack that is not as it should be; 0 = nothing to tell. */
static int connected_text(const struct controller *c, size_t i, char *out, size_t room)
{
    const struct pack_memory *m = &c->bank.pack[i];
    if (pack_out(c, i))
        return snprintf(out, room, "taken out by the owner, but it carries %.1f A: it counts",
                        c->plant.packs[i].current_mA.value / 1000.0);
    if (m->told)
        return snprintf(out, room, "it tells that it is open, but carries %.1f A: it counts",
                        c->plant.packs[i].current_mA.value / 1000.0);
    if (m->latched)
        return snprintf(out, room, "its alarm %s stays until `busbar request reset`",
                        latched_alarm(m->latched));
    if (m->jump_ms)
        return snprintf(out, room,
                        "its BMS's charge jumped from %.1f %%: the old and the new one count",
                        m->jump_from_permille / 10.0);
    return 0;
}

static int open_text(const struct controller *c, size_t i, char *out, size_t room)
{
    bool contactor = c->plant.packs[i].alarms.value & 1 << ALARM_CONTACTOR;
    return snprintf(out, room, "%s, and no current",
                    contactor ? "a contactor alarm" : "its BMS forbids both directions");
}

int pack_says(const struct controller *c, size_t i, char *out, size_t room)
{
    const struct pack_memory *m = &c->bank.pack[i];
    out[0] = '\0';
    switch (m->place) {
    case PLACE_UNSEEN:
        return snprintf(out, room, "it has told nothing yet");
    case PLACE_IN:
        return connected_text(c, i, out, room);
    case PLACE_LEAVING:
        return snprintf(out, room, "it tells that it opens");
    case PLACE_OPEN:
        return m->told ? open_text(c, i, out, room) : snprintf(out, room, "its last word was that");
    case PLACE_OUT:
        return snprintf(out, room, "%s",
                        m->asked_out ? "by request: `busbar request pack-in`" : "in the config");
    case PLACE_APART:
        return apart_text(c, i, out, room);
    case PLACES:
        break;
    }
    return 0;
}
