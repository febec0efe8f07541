/* The control socket's requests, and what a technician asks by SDO. Expected SDO bytes follow CiA 301
 * section 7.2.4.3 (expedited upload 4F/4B/43, abort 80). */
#include <string.h>

#include "app/control.h"
#include "app/control.pb-c.h"
#include "app/status.h"
#include "test/check.h"
#include "test/together.h"

static struct together t;
static struct control control;
static uint8_t answer_bytes[CONTROL_PACKET];

static Busbar__Response *ask_packed(const uint8_t *bytes, size_t count)
{
    size_t got = control_answer(&control, t.controller, NULL, bytes, count, answer_bytes,
                                sizeof answer_bytes, t.now_ms);
    return got ? busbar__response__unpack(NULL, got, answer_bytes) : NULL;
}

static Busbar__Response *ask(Busbar__Verb verb, uint64_t id, uint32_t lease_ms, uint32_t cap,
                             const char *point)
{
    uint8_t bytes[512];
    Busbar__Request request = BUSBAR__REQUEST__INIT;
    request.version = 1;
    request.verb = verb;
    request.id = id;
    request.lease_ms = lease_ms;
    request.cap_permille = cap;
    request.charge_point = request.board = request.pack = (char *)(uintptr_t)point;
    request.channel = cap;
    return ask_packed(bytes, busbar__request__pack(&request, bytes));
}

static const struct {
    Busbar__Verb verb;
    uint64_t id;
    uint32_t lease_ms, cap; /* cap or channel */
    const char *point;      /* or board */
    bool accepted;
    const char *reason; /* part of it */
    const char *sentence;
} requests[] = {
    {BUSBAR__VERB__CHARGE, 1, 0, 0, "", false, "lease of 0 ms", "no lease, no action"},
    {BUSBAR__VERB__CHARGE, 2, 60001, 0, "", false, "1 to 60000", "too long a lease"},
    {BUSBAR__VERB__CHARGE, 0, 1000, 0, "", false, "id 0", "no id"},
    {BUSBAR__VERB__CHARGE, 3, 1000, 0, "garage", false, "\"garage\" is unknown", "a wrong name"},
    {BUSBAR__VERB__STOP, 4, 1000, 0, "", false, "no session", "nothing to stop"},
    {BUSBAR__VERB__CAP, 5, 1000, 299, "", false, "300 to 1000", "cap below the least"},
    {BUSBAR__VERB__CAP, 6, 1000, 1001, "", false, "300 to 1000", "cap above the most"},
    {BUSBAR__VERB__CAP, 7, 1000, 900, "", true, "90.0 %", "one-off cap"},
    {BUSBAR__VERB__CAP, 7, 1000, 800, "", false, "already", "the same id again"},
    {BUSBAR__VERB__CAP, 8, 1000, 0, "", true, "70.0 % now, as configured", "back"},
    {BUSBAR__VERB__CHARGE, 9, 1000, 0, "wallbox", true, "strings will move", "charge by name"},
    {BUSBAR__VERB__CONTACT_REPLACED, 20, 0, 0, "contacts", false, "lease of 0 ms", "no lease"},
    {BUSBAR__VERB__CONTACT_REPLACED, 21, 1000, 3, "relays", false,
     "no board \"relays\" has contacts: contacts", "a wrong board"},
    {BUSBAR__VERB__CONTACT_REPLACED, 22, 1000, 3, "switches", false,
     "no board \"switches\" has contacts: contacts", "a board without contacts"},
    {BUSBAR__VERB__CONTACT_REPLACED, 23, 1000, 8, "contacts", false,
     "channel 8 of contacts has no contact: 1, 2, 3, 4, 5, 6, 7", "a channel without one"},
    {BUSBAR__VERB__CONTACT_REPLACED, 24, 1000, 0, "contacts", false, "channel 0 of", "from 1"},
    {BUSBAR__VERB__CONTACT_REPLACED, 25, 1000, 3, "contacts", true,
     "the wear of channel 3 of contacts starts anew", "a new contact"},
    {BUSBAR__VERB__PACK_OUT, 30, 0, 0, "rack", false, "lease of 0 ms", "no lease"},
    {BUSBAR__VERB__PACK_OUT, 31, 1000, 0, "shelf", false, "no pack \"shelf\": rack",
     "a wrong pack"},
    {BUSBAR__VERB__PACK_IN, 32, 1000, 0, "rack", false, "rack is in already", "it is in"},
    {BUSBAR__VERB__PACK_OUT, 33, 1000, 0, "rack", true, "only while it carries", "taken out"},
    {BUSBAR__VERB__PACK_OUT, 34, 1000, 0, "rack", false, "rack is out already", "it is out"},
    {BUSBAR__VERB__PACK_IN, 35, 1000, 0, "rack", true, "rack counts again", "and back"},
    {BUSBAR__VERB__CHARGE_TO, 40, 0, 1000, "", false, "lease of 0 ms", "no lease"},
    {BUSBAR__VERB__CHARGE_TO, 41, 1000, 1000, "", false, "the clock is not known", "no clock"},
    {BUSBAR__VERB__CHARGE_TO, 42, 1000, 299, "", false, "300 to 1000", "too low a charge"},
    {BUSBAR__VERB__CHARGE_TO, 43, 1000, 0, "", false, "no charge to a time was asked for",
     "nothing to cancel"},
    {BUSBAR__VERB__POSTPONE_BALANCING, 44, 0, 0, "", false, "lease of 0 ms", "no lease"},
    {BUSBAR__VERB__POSTPONE_BALANCING, 45, 1000, 0, "", false, "none is announced",
     "nothing to postpone"},
    {BUSBAR__VERB__VERB_UNSET, 10, 1000, 0, "", false, "verb 0", "no verb"},
    {BUSBAR__VERB__RESET, 11, 1000, 0, "", true, "reading everything back", "reset"},
};

static void requests_are_checked(void)
{
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        Busbar__Response *response = ask(requests[i].verb, requests[i].id, requests[i].lease_ms,
                                         requests[i].cap, requests[i].point);
        CHECK(response != NULL, "%s: an answer", requests[i].sentence);
        if (!response)
            continue;
        CHECK(response->id == requests[i].id, "%s: the id comes back", requests[i].sentence);
        CHECK(response->accepted == requests[i].accepted, "%s: \"%s\"", requests[i].sentence,
              response->reason);
        CHECK(strstr(response->reason, requests[i].reason) != NULL, "%s: \"%s\"",
              requests[i].sentence, response->reason);
        busbar__response__free_unpacked(response, NULL);
    }
}

static const Busbar__Contact *contact_asked(Busbar__Response *response, const char *name)
{
    for (size_t i = 0; response && response->status && i < response->status->n_contacts; i++)
        if (strcmp(response->status->contacts[i]->name, name) == 0)
            return response->status->contacts[i];
    return NULL;
}

static void contacts_are_told(void)
{
    struct wear_record *wear = &t.controller->wear[2].record;
    t.config.topology.contact[2].life_operations = 1000;
    t.config.topology.contact[2].life_hot_operations = 100;
    *wear = (struct wear_record){.cold = 500,
                                 .hot = 7,
                                 .bounces = 3,
                                 .welds = 1,
                                 .operate = {200, 4000, 42500, 44},
                                 .release = {30, 600, 20000, 20},
                                 .newest_ms = t.now_ms - 5000};
    t.controller->router.operations[2] = 507;
    Busbar__Response *response = ask(BUSBAR__VERB__STATUS, 0, 0, 0, "");
    const Busbar__Contact *c = contact_asked(response, "s3 > inv3.pv1");
    CHECK(c && strcmp(c->board, "contacts") == 0 && c->channel == 3, "its relay");
    if (!c)
        return;
    CHECK(c->cold == 500 && c->hot == 7 && c->bounces == 3 && c->welds == 1, "its counts");
    CHECK(c->operate->measured == 200 && c->operate->mean_us == 42500 && c->operate->drift_known &&
              c->operate->drift_us == 2500 && c->operate->drift_permille == 62,
          "operate %d us", c->operate->drift_us);
    CHECK(!c->release->drift_known && c->release->measured == 30 && c->release->newest_ms == 20,
          "30 of the first 100");
    CHECK(c->life_told && c->used_permille == 570 && c->remaining == 430, "%u used, %u left",
          c->used_permille, c->remaining);
    CHECK(c->moved_ago_ms == 5000, "%lld ms ago", (long long)c->moved_ago_ms);
    c = contact_asked(response, "s1 > inv1.pv1");
    CHECK(c && !c->life_told && c->moved_ago_ms == -1 && c->operate->measured == 0,
          "untold, unmoved");
    busbar__response__free_unpacked(response, NULL);
}

/* Right after its wear was told, and one of it was requested. */
static void replaced_starts_anew(void)
{
    const struct wear_record *wear = &t.controller->wear[2].record;
    const struct journal *journal = &t.controller->journal;
    char text[256];
    CHECK(!wear->cold && !wear->hot && !wear->bounces && !wear->welds && !wear->told &&
              !wear->operate.measured && !wear->release.measured,
          "all of it");
    CHECK(t.controller->router.operations[2] == 0 && t.controller->replaced == 1, "once");
    for (uint32_t i = 0; i != journal->next; i++) {
        const struct journal_record *record = &journal->ring[i % JOURNAL_RING];
        if (record->kind != JOURNAL_WEAR)
            continue;
        journal_text(record, t.controller->config, text, sizeof text);
        CHECK(strstr(text, "wear of s3 > inv3.pv1: well -> new: request: after 500 operations "
                           "without and 7 under current"),
              "\"%s\"", text);
        return;
    }
    CHECK(false, "not in the journal");
}

static void status_is_whole(void)
{
    Busbar__Response *response = ask(BUSBAR__VERB__STATUS, 0, 0, 0, "");
    CHECK(response && response->status, "status needs no lease");
    if (!response || !response->status)
        return;
    const Busbar__Status *s = response->status;
    CHECK(s->n_inverters == 4 && s->n_strings == 3 && s->n_contacts == 7, "all parts");
    CHECK(s->battery->known && s->battery->soc_permille > 500 && s->battery->soc_permille < 700,
          "charge %d", s->battery->soc_permille);
    CHECK(strcmp(s->battery->cap_why, "70.0 %: the default") == 0 && s->battery->n_cap_news == 0 &&
              s->battery->cap_until_s == 0,
          "the cap: %s", s->battery->cap_why);
    CHECK(s->battery->ageing && !s->battery->ageing->known && s->battery->ageing->n_models == 0,
          "too young to tell its ageing");
    CHECK(strcmp(s->strings[0]->input, "inv1.pv1") == 0, "s1 on %s", s->strings[0]->input);
    CHECK(s->n_why > 4, "sentences");
    for (size_t i = 0; i < s->n_parts; i++)
        CHECK(s->parts[i]->well, "%s %s: %s", s->parts[i]->kind, s->parts[i]->name,
              s->parts[i]->problem);
    busbar__response__free_unpacked(response, NULL);
}

#define NAME_ALL(list, count)                                                                      \
    for (size_t i_ = 0; i_ < (count); i_++)                                                        \
    memset((list)[i_].name, 'n', NAME_SIZE - 1)

/* A plant as large as it can be, each name as long, each count of a contact as high: the answer fits
 * in one packet. */
static void fill_table(struct limit_table *table)
{
    for (uint8_t i = 0; i < LIMIT_ROWS; i++)
        limit_say(table, (struct limit_row){INT32_MIN + i, LIMIT_DOUBT, i % MAX_PACKS + 1u,
                                            INT64_MAX - i});
}

static void largest_status_fits(void)
{
    static struct config config;
    static struct status status;
    struct controller *c = calloc(1, sizeof *c);
    struct topology *topology = &config.topology;
    topology->strings = MAX_STRINGS, topology->inputs = MAX_INPUTS;
    topology->contacts = MAX_CONTACTS;
    config.board_count = MAX_BOARDS, config.inverter_count = MAX_INVERTERS;
    config.bus_count = MAX_BUSES, config.pack_count = MAX_PACKS, config.shunt_count = MAX_SHUNTS;
    config.counter_count = MAX_COUNTERS, config.button_count = MAX_BUTTONS;
    config.wallbox_count = MAX_CHARGE_POINTS;
    NAME_ALL(topology->string, MAX_STRINGS);
    NAME_ALL(topology->input, MAX_INPUTS);
    NAME_ALL(config.boards, MAX_BOARDS);
    NAME_ALL(config.inverters, MAX_INVERTERS);
    NAME_ALL(config.buses, MAX_BUSES);
    NAME_ALL(config.packs, MAX_PACKS);
    NAME_ALL(config.shunts, MAX_SHUNTS);
    NAME_ALL(config.counters, MAX_COUNTERS);
    NAME_ALL(config.buttons, MAX_BUTTONS);
    NAME_ALL(config.wallboxes, MAX_CHARGE_POINTS);
    c->config = c->plant.config = &config;
    router_init(&c->router, topology, &router_defaults, 1);
    for (size_t k = 0; k < MAX_CONTACTS; k++) {
        memset(&c->wear[k].record, 0x7F, sizeof c->wear[k].record);
        c->wear[k].record.operate.first_ms = c->wear[k].record.release.first_ms = 1;
        topology->contact[k].life_operations = topology->contact[k].life_hot_operations = 1;
        c->router.operations[k] = UINT32_MAX;
    }
    fill_table(&c->limits.charge);
    fill_table(&c->limits.discharge);
    fill_table(&c->limits.voltage);
    for (size_t i = 0; i < MAX_PACKS; i++) {
        memset(&c->plant.packs[i], 0x7F, sizeof c->plant.packs[i]);
        c->bank.pack[i] = (struct pack_memory){.place = PLACE_APART, .apart_mV = INT32_MIN};
    }
    status_fill(&status, c, NULL, INT64_MAX / 2);
    Busbar__Response response = BUSBAR__RESPONSE__INIT;
    response.status = &status.message;
    size_t count = busbar__response__get_packed_size(&response);
    printf("the largest status has %zu of %d bytes\n", count, CONTROL_PACKET);
    CHECK(count + WHY_LINES * WHY_SIZE <= CONTROL_PACKET, "%zu bytes", count);
    free(c);
}

static void garbage_is_refused(void)
{
    uint8_t bytes[300];
    uint32_t seed = 1;
    uint64_t refused = control.refused;
    for (int round = 0; round < 2000; round++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)((seed = seed * 1664525u + 1013904223u) >> 24);
        Busbar__Response *response = ask_packed(bytes, seed % sizeof bytes);
        if (response)
            busbar__response__free_unpacked(response, NULL);
    }
    CHECK(control.refused > refused, "garbage is counted");
}

static const struct {
    uint8_t ask[8], len;
    int answer; /* bytes 0-3 of the answer, -1 = silence */
    uint8_t head[4];
    uint32_t code; /* abort code, 0 = none */
    const char *sentence;
} sdo[] = {
    {{0x40, 0x01, 0x20, 0x00}, 8, 1, {0x4B, 0x01, 0x20, 0x00}, 0, "charge, two bytes"},
    {{0x40, 0x03, 0x20, 0x01}, 8, 1, {0x43, 0x03, 0x20, 0x01}, 0, "current, four bytes"},
    {{0x40, 0x01, 0x10, 0x00}, 8, 1, {0x4F, 0x01, 0x10, 0x00}, 0, "error register, one byte"},
    {{0x40, 0x99, 0x20, 0x00}, 8, 1, {0x80, 0x99, 0x20, 0x00}, 0x06020000, "no such object"},
    {{0x40, 0x01, 0x20, 0x07}, 8, 1, {0x80, 0x01, 0x20, 0x07}, 0x06090011, "no such sub-index"},
    {{0x2B, 0x02, 0x20, 0x00}, 8, 1, {0x80, 0x02, 0x20, 0x00}, 0x06010002, "writing is refused"},
    {{0xC6, 0x02, 0x20, 0x00}, 8, 1, {0x80, 0x02, 0x20, 0x00}, 0x05040001, "unknown command"},
    {{0x80, 0x02, 0x20, 0x00}, 8, -1, {0}, 0, "an abort is not answered"},
    {{0x40, 0x01, 0x20, 0x00}, 4, -1, {0}, 0, "too short"},
};

static void a_technician_asks(void)
{
    for (size_t i = 0; i < sizeof sdo / sizeof sdo[0]; i++) {
        struct frame frame = {.id = 0x601, .len = sdo[i].len};
        memcpy(frame.data, sdo[i].ask, 8);
        together_run(&t, TOGETHER_STEP_MS);
        t.controller->outbox.count = 0;
        controller_frame(t.controller, t.config.backbone, &frame, t.now_ms);
        size_t want = sdo[i].answer < 0 ? 0 : 1;
        CHECK(t.controller->outbox.count == want, "%s: %zu answers", sdo[i].sentence,
              t.controller->outbox.count);
        if (want == 0 || t.controller->outbox.count == 0)
            continue;
        const struct frame *answer = &t.controller->outbox.frames[0];
        uint32_t value = (uint32_t)answer->data[4] | (uint32_t)answer->data[5] << 8 |
                         (uint32_t)answer->data[6] << 16 | (uint32_t)answer->data[7] << 24;
        CHECK(answer->id == 0x581 && answer->len == 8, "%s: identifier", sdo[i].sentence);
        CHECK(memcmp(answer->data, sdo[i].head, 4) == 0, "%s: head", sdo[i].sentence);
        if (sdo[i].code)
            CHECK(value == sdo[i].code, "%s: abort %08X", sdo[i].sentence, value);
        else if (i == 0)
            CHECK(value == (uint32_t)t.controller->soc.soc_permille, "the charge is %u", value);
    }
}

int main(void)
{
    if (together_start(&t) < 0 || together_begin(&t) < 0)
        return 1;
    together_run(&t, 60000);
    status_is_whole();
    contacts_are_told();
    requests_are_checked();
    replaced_starts_anew();
    garbage_is_refused();
    largest_status_fits();
    a_technician_asks();
    together_end(&t);
    return check_done("control");
}
