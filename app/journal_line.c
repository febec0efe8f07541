/* A record of a journal file in words. */
#include <jansson.h>
#include <time.h>

#include "app/journal_read.h"

struct words {
    char subject[96], before[32], after[32];
};

static void words_fill(struct words *words, const struct journal_entry *entry,
                       const struct config *config)
{
    const struct journal_record *record = &entry->record;
    if (record->kind == JOURNAL_KINDS)
        snprintf(words->subject, sizeof words->subject, "#%u", entry->index);
    else
        journal_subject(record, config, words->subject, sizeof words->subject);
    journal_value(record->kind, record->before, words->before, sizeof words->before);
    journal_value(record->kind, record->after, words->after, sizeof words->after);
}

/* Separator between day and hour: ' ' for persons, 'T' for programs. False: no clock. */
static bool stamp(int64_t wall_ms, char separator, char out[JOURNAL_STAMP])
{
    time_t at = (time_t)(wall_ms / 1000);
    struct tm local;
    char day[16], hour[16], zone[8];
    if (wall_ms <= 0 || !localtime_r(&at, &local) ||
        !strftime(day, sizeof day, "%Y-%m-%d", &local) ||
        !strftime(hour, sizeof hour, "%H:%M:%S", &local) ||
        !strftime(zone, sizeof zone, "%z", &local))
        return false;
    snprintf(out, JOURNAL_STAMP, "%s%c%s.%03d%.3s:%s", day, separator, hour, (int)(wall_ms % 1000),
             zone, zone + 3);
    return true;
}

void journal_stamp(const struct journal_entry *entry, char out[JOURNAL_STAMP])
{
    if (!stamp(entry->wall_ms, ' ', out))
        snprintf(out, JOURNAL_STAMP, "no clock, %.3f s after power on",
                 (double)entry->record.at_ms / 1000);
}

void journal_line(const struct journal_entry *entry, const struct config *config,
                  char out[JOURNAL_LINE])
{
    struct words words;
    char when[JOURNAL_STAMP];
    words_fill(&words, entry, config);
    journal_stamp(entry, when);
    snprintf(out, JOURNAL_LINE, "%s %s %s: %s -> %s: %s", when,
             *entry->kind ? entry->kind : "(no kind)", words.subject, words.before, words.after,
             entry->record.cause);
}

static void request_json(json_t *object, const struct journal_request *request)
{
    char id[17];
    snprintf(id, sizeof id, "%016llx", (unsigned long long)request->id);
    json_object_set_new(object, "request", json_string(id));
    json_object_set_new(object, "about", json_string(request->about));
    if (!*request->setting)
        return;
    json_object_set_new(object, "inverter", json_string(request->inverter));
    json_object_set_new(object, "setting", json_string(request->setting));
    json_object_set_new(object, "value", json_integer(request->value));
}

void journal_line_json(FILE *out, const struct journal_entry *entry, const struct config *config)
{
    const struct journal_record *record = &entry->record;
    struct words words;
    char when[JOURNAL_STAMP];
    words_fill(&words, entry, config);
    bool known = stamp(entry->wall_ms, 'T', when);
    json_t *object =
        json_pack("{s:I,s:I,s:I,s:o,s:I,s:I,s:s,s:I,s:s,s:i,s:i,s:s,s:s,s:s}", "record",
                  (json_int_t)entry->number, "offset", (json_int_t)entry->offset, "sequence",
                  (json_int_t)record->sequence, "time", known ? json_string(when) : json_null(),
                  "wall_ms", (json_int_t)entry->wall_ms, "monotonic_ms", (json_int_t)record->at_ms,
                  "kind", entry->kind, "index", (json_int_t)entry->index, "subject", words.subject,
                  "before", record->before, "after", record->after, "before_text", words.before,
                  "after_text", words.after, "cause", record->cause);
    if (record->request.id)
        request_json(object, &record->request);
    if (*entry->problem)
        json_object_set_new(object, "problem", json_string(entry->problem));
    json_dumpf(object, out, JSON_COMPACT | JSON_PRESERVE_ORDER);
    fputc('\n', out);
    json_decref(object);
}
