/* Which inverters are one group, how the group is wired, and how long each bears an overload. */
#include <stdlib.h>
#include <string.h>

#include "app/config_file.h"

enum { GROUP_UNITS_MAX = 9 }; /* PI30 documents, QPIRI field 19 */

/* --- "110:10 150:5" --- */

/* One point; false when the text is none or it does not go on from the one before. */
static bool point_read(const char **text, struct overload_curve *curve)
{
    enum { PERCENT_MIN = 100, PERCENT_MAX = 400, SECONDS_MAX = 3600 };
    char *end;
    double percent = strtod(*text, &end);
    if (end == *text || *end != ':')
        return false;
    const char *from = end + 1;
    double seconds = strtod(from, &end);
    if (end == from || (*end && *end != ' ') || curve->points == OVERLOAD_POINTS)
        return false;
    if (!(percent >= PERCENT_MIN && percent <= PERCENT_MAX && seconds >= 0.01 &&
          seconds <= SECONDS_MAX))
        return false;
    int32_t whole = (int32_t)lround(percent), ms = config_milli(seconds);
    size_t n = curve->points;
    if (n && (whole <= curve->point[n - 1].percent || ms >= curve->point[n - 1].ms))
        return false;
    curve->point[curve->points].percent = whole;
    curve->point[curve->points++].ms = ms;
    *text = end + strspn(end, " ");
    return true;
}

static bool curve_read(const char *text, struct overload_curve *curve)
{
    *curve = (struct overload_curve){0};
    do
        if (!point_read(&text, curve))
            return false;
    while (*text);
    return true;
}

bool config_overload_fits(const char *text)
{
    struct overload_curve curve;
    return curve_read(text, &curve);
}

/* --- groups --- */

/* That of an earlier unit with the same word, else a new one; a lone unit's has its own name. */
static uint8_t group_of(const struct resolver *r, unsigned i)
{
    struct inverter_bank_config *bank = &r->config->inverter_bank;
    const struct file_inverter *raw = r->raw->inverters;
    for (unsigned k = 0; *raw[i].group && k < i; k++)
        if (strcmp(raw[k].group, raw[i].group) == 0)
            return bank->unit[k].group;
    memcpy(bank->group[bank->groups].name, *raw[i].group ? raw[i].group : raw[i].name, NAME_SIZE);
    return bank->groups++;
}

/* bits of the phases its units stand on */
static unsigned phases_of(const struct inverter_bank_config *bank, uint8_t g)
{
    unsigned phases = 0;
    for (uint8_t i = 0; i < bank->units; i++)
        if (bank->unit[i].group == g)
            phases |= 1u << bank->unit[i].phase;
    return phases;
}

static void group_close(const struct resolver *r, uint8_t g, unsigned first)
{
    enum { L1 = 1 << 1, L2 = 1 << 2, L3 = 1 << 3 };
    struct inverter_bank_group *group = &r->config->inverter_bank.group[g];
    unsigned phases = phases_of(&r->config->inverter_bank, g);
    char path[YAML_PATH_SIZE];
    snprintf(path, sizeof path, "inverters[%u].group", first);
    bool named = *r->raw->inverters[first].group != '\0';
    if (phases == (L1 | L2 | L3))
        group->wiring = WIRING_THREE_PHASE;
    else if (phases == (L1 | L2))
        group->wiring = WIRING_SPLIT;
    else
        group->wiring = group->units > 1 ? WIRING_PARALLEL : WIRING_SINGLE;
    if (named && group->units == 1)
        yaml_file_mistake(r->file, path, "two units or more: none other has this group");
    else if (phases == (L1 | L3) || phases == (L2 | L3))
        yaml_file_mistake(r->file, path,
                          "units on one phase, on L1 and L2 (split phase) or on all three");
    else if (group->units > GROUP_UNITS_MAX)
        yaml_file_mistake(r->file, path, "at most %d units", GROUP_UNITS_MAX);
}

static void member_fill(struct inverter_bank_member *out, const struct file_inverter *raw)
{
    memcpy(out->name, raw->name, sizeof out->name);
    memcpy(out->serial, raw->serial, sizeof out->serial);
    out->phase = raw->phase >= 1 && raw->phase <= PHASES ? raw->phase : 1;
    out->rated_W = raw->rated_W;
    if (*raw->overload)
        curve_read(raw->overload, &out->overload);
}

void config_resolve_groups(const struct resolver *r)
{
    struct inverter_bank_config *bank = &r->config->inverter_bank;
    unsigned first[MAX_INVERTERS];
    for (unsigned i = 0; i < r->raw->inverters_count; i++) {
        member_fill(&bank->unit[i], &r->raw->inverters[i]);
        uint8_t g = group_of(r, i);
        bank->unit[i].group = g;
        if (bank->group[g].units++ == 0)
            first[g] = i;
        bank->units++;
    }
    for (uint8_t g = 0; g < bank->groups; g++)
        group_close(r, g, first[g]);
}
