/* What each verb of the control socket does. */
#include "app/control_verbs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/request_set.h"

static void reply_lines(struct reply *reply)
{
    for (size_t i = 0; i < reply->lines.count; i++)
        reply->line_at[i] = reply->lines.lines[i];
    reply->message.n_lines = reply->lines.count;
    reply->message.lines = reply->line_at;
}

static void reply_journal(struct reply *reply, const struct controller *controller)
{
    const struct journal *journal = &controller->journal;
    uint32_t count = journal->next < WHY_LINES ? journal->next : WHY_LINES;
    for (uint32_t i = journal->next - count; i != journal->next; i++)
        journal_text(&journal->ring[i % JOURNAL_RING], controller->config,
                     reply->lines.lines[reply->lines.count++], WHY_SIZE);
}

static int charge_point_find(const struct config *config, const char *name, char *reason,
                             size_t room)
{
    if (*name == '\0' && config->wallbox_count == 1)
        return 0;
    for (int i = 0; i < config->wallbox_count; i++)
        if (strcmp(config->wallboxes[config->charge_points[i].device].name, name) == 0)
            return i;
    if (config->wallbox_count == 0)
        snprintf(reason, room, "this plant has no charge point");
    else
        snprintf(reason, room, "charge point \"%.40s\" is unknown: the first is \"%s\"", name,
                 config->wallboxes[config->charge_points[0].device].name);
    return -ENOENT;
}

static int reply_charge(struct reply *reply, struct controller *controller,
                        const Busbar__Request *request)
{
    int point = charge_point_find(controller->config, request->charge_point, reply->reason,
                                  sizeof reply->reason);
    if (point < 0)
        return point;
    reply->ask.index = point;
    return controller_charge(controller, (size_t)point, request->verb == BUSBAR__VERB__CHARGE,
                             reply->reason, sizeof reply->reason);
}

static void list_add(char *list, size_t room, const char *word)
{
    size_t used = strlen(list);
    snprintf(list + used, room - used, "%s%s", used ? ", " : "", word);
}

/* The channels of that board that have a contact; returns the one asked for, -1 = none. */
static int channels_list(const struct config *config, size_t board, uint32_t wanted, char list[64])
{
    int found = -1;
    for (int c = 0; c < config->topology.contacts; c++) {
        struct config_channel at = config->contact_at[c];
        char word[8];
        if (at.device != board)
            continue;
        snprintf(word, sizeof word, "%u", at.channel + 1u);
        list_add(list, 64, word);
        if (at.channel + 1u == wanted)
            found = c;
    }
    return found;
}

static int contact_find(const struct config *config, const Busbar__Request *request, char *reason,
                        size_t room)
{
    char boards[96] = "";
    for (size_t b = 0; b < config->board_count; b++) {
        char channels[64] = "";
        int found = channels_list(config, b, request->channel, channels);
        bool named = strcmp(config->boards[b].name, request->board) == 0;
        if (named && found >= 0)
            return found;
        if (named && *channels) {
            snprintf(reason, room, "channel %u of %s has no contact: %s", request->channel,
                     config->boards[b].name, channels);
            return -ENOENT;
        }
        if (*channels)
            list_add(boards, sizeof boards, config->boards[b].name);
    }
    snprintf(reason, room, "no board \"%.24s\" has contacts: %s", request->board, boards);
    return -ENOENT;
}

static int reply_replaced(struct reply *reply, struct controller *controller,
                          const Busbar__Request *request, int64_t now_ms)
{
    int contact = contact_find(controller->config, request, reply->reason, sizeof reply->reason);
    if (contact < 0)
        return contact;
    reply->ask.index = contact;
    controller_replaced(controller, (size_t)contact, now_ms);
    snprintf(reply->reason, sizeof reply->reason, "the wear of channel %u of %s starts anew",
             request->channel, request->board);
    return 0;
}

static int reply_pack(struct reply *reply, struct controller *controller,
                      const Busbar__Request *request, int64_t now_ms)
{
    char packs[96] = "";
    for (size_t i = 0; i < controller->config->pack_count; i++) {
        reply->ask.index = (int)i;
        if (strcmp(controller->config->packs[i].name, request->pack) == 0)
            return controller_pack(controller, i, request->verb == BUSBAR__VERB__PACK_OUT, now_ms,
                                   reply->reason, sizeof reply->reason);
        list_add(packs, sizeof packs, controller->config->packs[i].name);
    }
    reply->ask.index = -1;
    snprintf(reply->reason, sizeof reply->reason, "no pack \"%.24s\": %s", request->pack, packs);
    return -ENOENT;
}

static int reply_set(struct reply *reply, struct controller *controller,
                     const Busbar__Request *request, int64_t now_ms)
{
    struct set_words words = {.inverter = request->inverter,
                              .setting = request->setting,
                              .value = request->value,
                              .sure = request->sure,
                              .release = request->release};
    return request_set(controller, &words, &reply->ask, now_ms, reply->reason,
                       sizeof reply->reason);
}

static int carry_out(struct reply *reply, struct controller *controller, const struct io *io,
                     const Busbar__Request *request, int64_t now_ms)
{
    switch (request->verb) {
    case BUSBAR__VERB__STATUS:
        status_fill(&reply->status, controller, io, now_ms);
        reply->message.status = &reply->status.message;
        return 0;
    case BUSBAR__VERB__INVERTERS:
        reply->message.inverters = status_inverters(&reply->inverters, controller, now_ms);
        return 0;
    case BUSBAR__VERB__WHY:
        why_fill(&reply->lines, controller, now_ms);
        return 0;
    case BUSBAR__VERB__PLAN:
        why_plan(&reply->lines, controller);
        return 0;
    case BUSBAR__VERB__JOURNAL:
        reply_journal(reply, controller);
        return 0;
    case BUSBAR__VERB__CHARGE:
    case BUSBAR__VERB__STOP:
        return reply_charge(reply, controller, request);
    case BUSBAR__VERB__CAP:
        return controller_cap(controller, (int32_t)request->cap_permille, now_ms, reply->reason,
                              sizeof reply->reason);
    case BUSBAR__VERB__CHARGE_TO:
        return controller_charge_to(controller, (int32_t)request->cap_permille, request->by_wall_s,
                                    now_ms, reply->reason, sizeof reply->reason);
    case BUSBAR__VERB__POSTPONE_BALANCING:
        return controller_postpone(controller, request->span_s, now_ms, reply->reason,
                                   sizeof reply->reason);
    case BUSBAR__VERB__RESET:
        controller_reset(controller, now_ms);
        snprintf(reply->reason, sizeof reply->reason, "locks cleared; reading everything back");
        return 0;
    case BUSBAR__VERB__CONTACT_REPLACED:
        return reply_replaced(reply, controller, request, now_ms);
    case BUSBAR__VERB__PACK_OUT:
    case BUSBAR__VERB__PACK_IN:
        return reply_pack(reply, controller, request, now_ms);
    case BUSBAR__VERB__SET:
        return reply_set(reply, controller, request, now_ms);
    case BUSBAR__VERB__SETTINGS:
        return reply_settings(reply, controller, request->inverter, now_ms);
    case BUSBAR__VERB__REQUEST_STATUS:
        return reply_request_status(reply, controller, request->about_id, now_ms);
    case BUSBAR__VERB__VERB_UNSET:
    case _BUSBAR__VERB_IS_INT_SIZE:
        break;
    }
    snprintf(reply->reason, sizeof reply->reason, "verb %d is unknown", (int)request->verb);
    return -EINVAL;
}

/* REQUEST_VERBS: it only answers. */
static enum request_verb ladder_verb(Busbar__Verb verb)
{
    static const struct {
        Busbar__Verb verb;
        enum request_verb ladder;
    } verbs[] = {{BUSBAR__VERB__CHARGE, REQUEST_CHARGE},
                 {BUSBAR__VERB__STOP, REQUEST_STOP},
                 {BUSBAR__VERB__CAP, REQUEST_CAP},
                 {BUSBAR__VERB__CHARGE_TO, REQUEST_CHARGE_TO},
                 {BUSBAR__VERB__POSTPONE_BALANCING, REQUEST_POSTPONE},
                 {BUSBAR__VERB__RESET, REQUEST_RESET},
                 {BUSBAR__VERB__CONTACT_REPLACED, REQUEST_REPLACED},
                 {BUSBAR__VERB__PACK_OUT, REQUEST_PACK_OUT},
                 {BUSBAR__VERB__PACK_IN, REQUEST_PACK_IN},
                 {BUSBAR__VERB__SET, REQUEST_SET}};
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (verbs[i].verb == verb)
            return verbs[i].ladder;
    return REQUEST_VERBS;
}

bool verb_changes(Busbar__Verb verb)
{
    return ladder_verb(verb) != REQUEST_VERBS;
}

int verb_carry_out(struct reply *reply, struct controller *controller, const struct io *io,
                   const Busbar__Request *request, int64_t now_ms)
{
    reply->ask = (struct request_ask){.id = request->id,
                                      .verb = ladder_verb(request->verb),
                                      .index = -1,
                                      .setting = SETTINGS,
                                      .value = (int32_t)request->cap_permille,
                                      .lease_ms = request->lease_ms,
                                      .wait_ms = request->wait_ms};
    int status = carry_out(reply, controller, io, request, now_ms);
    if (verb_changes(request->verb))
        reply_request(reply, controller,
                      request_open(controller, &reply->ask, status, reply->reason, now_ms));
    reply_lines(reply);
    return status;
}
