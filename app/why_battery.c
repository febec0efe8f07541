/* What holds the battery where it is: the limit that binds, and what would bind without it. */
#include <stdio.h>

#include "app/ago_text.h"
#include "app/why.h"

enum { RUNNERS_UP = 2 };

static const char *row_from(const struct controller *c, const struct limit_row *row)
{
    return row->from && row->from <= c->config->pack_count ? c->config->packs[row->from - 1].name
                                                           : "";
}

/* "120.0 A by the battery's temperature (rack2, 0.7 s old)" */
static int row_text(const struct controller *c, const struct limit_row *row, char *out, size_t room)
{
    const char *from = row_from(c, row);
    int at = snprintf(out, room, "%.1f A by %s", row->value / 1000.0, limit_cause_text(row->cause));
    if (at < 0 || at >= (int)room || (row->age_ms == LIMIT_AGELESS && !*from))
        return at;
    const char *between = *from ? ", " : "";
    if (row->age_ms == LIMIT_AGELESS)
        return at + snprintf(out + at, room - (size_t)at, " (%s)", from);
    return at + snprintf(out + at, room - (size_t)at, " (%s%s%.1f s old)", from, between,
                         (double)row->age_ms / 1000.0);
}

/* " of rack2" */
static const char *of_pack(const struct controller *c, const struct limit_table *table,
                           enum limit_cause binds, char out[NAME_SIZE + 8])
{
    uint8_t order[LIMIT_ROWS];
    limit_order(table, order);
    const struct limit_row *row = &table->row[order[0]];
    const char *from = table->count && row->cause == binds ? row_from(c, row) : "";
    snprintf(out, NAME_SIZE + 8, "%s%s", *from ? " of " : "", from);
    return out;
}

/* The next limits after the one that binds, each cause once. */
static void runners_up(struct why *why, const struct controller *c, const char *what,
                       const struct limit_table *table, enum limit_cause binds)
{
    uint8_t order[LIMIT_ROWS];
    char line[WHY_SIZE];
    int at = snprintf(line, sizeof line, "battery: without that, %s", what), told = 0;
    limit_order(table, order);
    for (size_t i = 0; i < table->count && told < RUNNERS_UP; i++) {
        const struct limit_row *row = &table->row[order[i]];
        if (row->cause == binds || row->value == INT32_MAX || at < 0 || at >= WHY_SIZE - 8)
            continue;
        at += snprintf(line + at, sizeof line - (size_t)at, "%s", told++ ? ", then " : " up to ");
        at += row_text(c, row, line + at, sizeof line - (size_t)at);
    }
    if (told)
        snprintf(why_line(why), WHY_SIZE, "%s", line);
}

static void packs_why(struct why *why, const struct controller *c)
{
    char says[WHY_SIZE - 64];
    for (size_t i = 0; i < c->config->pack_count; i++)
        if (pack_says(c, i, says, sizeof says) > 0)
            snprintf(why_line(why), WHY_SIZE, "pack %s: %s: %s", c->config->packs[i].name,
                     pack_place_text(c->bank.pack[i].place), says);
}

static void charge_why(struct why *why, const struct controller *c)
{
    struct soc_estimate counted = soc_counter_estimate(&c->charge.counter);
    bool contradicted = c->soc.contradicted;
    char told[AGO_SIZE];
    if (!c->soc.known)
        return;
    int64_t ago_ms = c->soc.anchored_ms ? c->tick_ms - c->soc.anchored_ms : -1;
    snprintf(why_line(why), WHY_SIZE,
             "battery: charge %.1f +- %.1f %%, last told by the voltage %s (cell file %s)",
             c->soc.soc_permille / 10.0, c->soc.error_permille / 10.0, ago_text(ago_ms, told),
             c->config->cell.name);
    if (counted.known)
        snprintf(why_line(why), WHY_SIZE, "battery: counted %.1f +- %.1f %%%s",
                 counted.soc_permille / 10.0, counted.error_permille / 10.0,
                 contradicted ? ": they contradict each other: the cap uses the fuller" : "");
}

void why_battery(struct why *why, const struct controller *c)
{
    const struct bank_limits *limits = &c->limits;
    char pack[NAME_SIZE + 8];
    if (!c->bank.known) {
        snprintf(why_line(why), WHY_SIZE,
                 "battery: unknown, so charging is held at 0: no fresh voltage and current");
        packs_why(why, c);
        return;
    }
    snprintf(why_line(why), WHY_SIZE,
             "battery: charging is allowed up to %.1f A, held by %s%s (SoC %.1f +- %.1f %%, cap "
             "%.1f %%)",
             limits->charge_mA.value / 1000.0, limit_cause_text(limits->charge_mA.cause),
             of_pack(c, &limits->charge, limits->charge_mA.cause, pack), c->soc.soc_permille / 10.0,
             c->soc.error_permille / 10.0,
             (c->guard.cap_request_permille ? c->guard.cap_request_permille
                                            : c->config->bank.cap_permille) /
                 10.0);
    runners_up(why, c, "charging", &limits->charge, limits->charge_mA.cause);
    snprintf(why_line(why), WHY_SIZE, "battery: discharging is allowed up to %.1f A, held by %s%s",
             limits->discharge_mA.value / 1000.0, limit_cause_text(limits->discharge_mA.cause),
             of_pack(c, &limits->discharge, limits->discharge_mA.cause, pack));
    runners_up(why, c, "discharging", &limits->discharge, limits->discharge_mA.cause);
    charge_why(why, c);
    packs_why(why, c);
}
