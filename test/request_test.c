/* What becomes of a request, step by step: the control socket's bytes, the controller and the simulated
 * plant in one process. Inverter 4 has no string and the battery takes what comes, so that its charge
 * current is a person's; its line can be made to misbehave. */
#include <string.h>

#include "app/control.h"
#include "app/control.pb-c.h"
#include "app/request_set.h"
#include "test/check.h"
#include "test/together.h"

static struct together t;
static struct control control;
static uint64_t next_id = 1000;

/* --- the line of inverter 4 --- */

enum line { GOOD, NAKS, ACKS_ONLY, MUTE_TO_SETTERS, SILENT };

static enum line line;
static enum line after_setter = GOOD; /* the line is so once a setter has come through */
static char heard[512];               /* setters that came to its end */

/* (ACK and (NAK with their CRCs as captured, docs/axpert.md. */
static const uint8_t ack[] = {'(', 'A', 'C', 'K', 0x39, 0x20, '\r'};
static const uint8_t nak[] = {'(', 'N', 'A', 'K', 0x73, 0x73, '\r'};

static bool on_request(int inverter, const uint8_t *request, size_t count, int64_t now_ms)
{
    if (inverter != 3 || line == SILENT)
        return inverter == 3;
    if (request[0] == 'Q' || request[0] == '^') /* a question, or who are you in another framing */
        return false;
    size_t used = strlen(heard);
    snprintf(heard + used, sizeof heard - used, "%s%.*s", used ? " " : "", (int)count - 3,
             (const char *)request);
    struct unit *unit = &t.controller->plant.units[3];
    enum line now = line;
    if (after_setter != GOOD)
        line = after_setter;
    if (now == NAKS)
        unit_bytes(unit, nak, sizeof nak, now_ms);
    if (now == ACKS_ONLY)
        unit_bytes(unit, ack, sizeof ack, now_ms);
    return now != GOOD;
}

/* --- asking --- */

static Busbar__Response *send_request(Busbar__Request *request)
{
    static uint8_t bytes[1024], answer[CONTROL_PACKET];
    request->version = 1;
    size_t got =
        control_answer(&control, t.controller, NULL, bytes, busbar__request__pack(request, bytes),
                       answer, sizeof answer, t.now_ms);
    return busbar__response__unpack(NULL, got, answer);
}

struct asked {
    const char *inverter, *setting, *value;
    uint32_t lease_ms, wait_ms;
    bool sure, release;
};

static char reason[256]; /* of the newest answer */

/* Its id when it was accepted, else 0. */
static uint64_t ask_set(struct asked asked)
{
    Busbar__Request request = BUSBAR__REQUEST__INIT;
    request.verb = BUSBAR__VERB__SET;
    request.id = next_id++;
    request.lease_ms = asked.lease_ms ? asked.lease_ms : 60000;
    request.wait_ms = asked.wait_ms;
    request.inverter = (char *)(uintptr_t)asked.inverter;
    request.setting = (char *)(uintptr_t)asked.setting;
    request.value = (char *)(uintptr_t)(asked.value ? asked.value : "");
    request.sure = asked.sure;
    request.release = asked.release;
    Busbar__Response *response = send_request(&request);
    snprintf(reason, sizeof reason, "%s", response->reason);
    bool accepted = response->accepted;
    CHECK(response->request && response->request->id == request.id, "its ladder comes with it");
    busbar__response__free_unpacked(response, NULL);
    return accepted ? request.id : 0;
}

static uint64_t ask_verb(Busbar__Verb verb, uint32_t cap, const char *pack)
{
    Busbar__Request request = BUSBAR__REQUEST__INIT;
    request.verb = verb;
    request.id = next_id++;
    request.lease_ms = 1000;
    request.cap_permille = cap;
    request.pack = (char *)(uintptr_t)pack;
    Busbar__Response *response = send_request(&request);
    snprintf(reason, sizeof reason, "%s", response->reason);
    bool accepted = response->accepted;
    busbar__response__free_unpacked(response, NULL);
    return accepted ? request.id : 0;
}

/* "accepted sent acknowledged confirmed: it reads 30 A": every step, and the last one's words; of
 * one that is not over what it waits for. */
static const char *became(uint64_t id)
{
    static char text[256];
    Busbar__Request request = BUSBAR__REQUEST__INIT;
    request.verb = BUSBAR__VERB__REQUEST_STATUS;
    request.about_id = id;
    Busbar__Response *response = send_request(&request);
    const Busbar__RequestState *state = response->request;
    text[0] = '\0';
    for (size_t i = 0; state && i < state->n_reached; i++) {
        const char *words[] = {"?",         "accepted", "sent",     "acknowledged",
                               "confirmed", "refused",  "timed out"};
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s", used ? " " : "",
                 words[state->reached[i]->step]);
    }
    size_t used = strlen(text);
    snprintf(text + used, sizeof text - used, "%s%s", used ? ": " : "",
             !state        ? response->reason
             : state->over ? state->reached[state->n_reached - 1]->says
                           : state->waits);
    busbar__response__free_unpacked(response, NULL);
    return text;
}

static bool is_over(uint64_t id)
{
    const struct request *request = request_find(&t.controller->requests, id);
    return request && request_over(request);
}

static void until_over(uint64_t id)
{
    for (int64_t until_ms = t.now_ms + 1000000; t.now_ms < until_ms && !is_over(id);)
        together_step(&t);
}

#define BECAME(id, want, ...) became_check(__LINE__, id, want, __VA_ARGS__)

static void became_check(int at, uint64_t id, const char *want, const char *sentence)
{
    const char *got = became(id);
    CHECK(strstr(got, want) == got, "line %d, %s: \"%s\", not \"%s\"", at, sentence, got, want);
}

/* A fresh hour: the line is good, no dwell runs. */
static void calm(void)
{
    line = after_setter = GOOD;
    together_run(&t, 120000);
    heard[0] = '\0';
}

/* --- the words --- */

static const struct {
    struct asked asked;
    const char *reason, *sentence;
} refused[] = {
    {{"inv9", "charge-current", "30"}, "no inverter \"inv9\": inv1, inv2, inv3, inv4", "name"},
    {{"", "charge-current", "30"}, "no inverter \"\"", "no name"},
    {{"inv4", "colour", "30"}, "no setting \"colour\": `busbar request set inv4`", "setting"},
    {{"inv4", "charge-current", "33"},
     "charge-current \"33\" is not allowed: 10, 20, 30",
     "off the unit's list"},
    {{"inv4", "charge-current", "thirty"}, "\"thirty\" is not allowed", "no number"},
    {{"inv4", "charge-current", "-10"}, "\"-10\" is not allowed", "below all"},
    {{"inv4", "charge-current", "99999999999"}, "is not allowed", "beyond a number"},
    {{"inv4", "charge-current", "30.0"}, "is not allowed", "a point where there is none"},
    {{"inv4", "charge-current", ""}, "is not allowed", "nothing"},
    {{"inv4", "output-priority", "sbu"}, "the controller sets this now", "the controller's"},
    {{"inv1", "charge-current", "30"}, "the controller sets this now", "a string stands there"},
    {{"inv1", "charger-off", "yes"}, "the controller sets this now", "the controller's too"},
    {{"inv4", "bulk-voltage", "58.4"},
     "the battery takes 56.00 V at most: held by a cell's voltage",
     "above the battery's own"},
    {{"inv4", "float-voltage", "57.0"}, "the battery takes 56.00 V at most", "float too"},
    {{"inv2", "grid-charge-current", "110"},
     "the config gives inv2 100 A: inverters[].charge_max_A",
     "above the config's"},
    {{"inv2", "cut-off-voltage", "40.0"}, "the battery is not to fall below", "too low"},
    {{"inv2", "cut-off-voltage", "46.0"},
     "a lower cut-off voltage lets the battery be emptied further; --yes if",
     "may do harm"},
    {{"inv2", "battery-type", "agm"},
     "another battery type sets the charge voltages anew and may make the inverter wait for a BMS;",
     "may do harm"},
    {{"inv2", "input-range", "ups"}, "--yes if that is what you want", "may do harm"},
    {{"inv2", "output-mode", "parallel"}, "it can be set in standby only; --yes", "may do harm"},
    {{"inv4", "pv-off", "yes"}, "the controller sets this now", "the router's"},
};

static void words_are_judged(void)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        uint64_t id = next_id;
        CHECK(ask_set(refused[i].asked) == 0, "%s is refused", refused[i].sentence);
        CHECK(strstr(reason, refused[i].reason), "%s: \"%s\"", refused[i].sentence, reason);
        BECAME(id, "refused: ", "a refusal has its ladder");
    }
    together_run(&t, 5000);
    CHECK(*heard == '\0', "nothing was written: %s", heard);
}

/* What may do harm is done for one who is sure, where the unit lets it be done. */
static void sure(void)
{
    calm();
    uint64_t id = ask_set((struct asked){"inv2", "cut-off-voltage", "46.0", .sure = true});
    until_over(id);
    BECAME(id, "accepted sent acknowledged confirmed: it reads 46.0 V", "cut-off");
    id = ask_set((struct asked){"inv2", "output-mode", "parallel", .sure = true});
    until_over(id);
    BECAME(id, "accepted refused: only while the output is off", "the output is on");
    id = ask_set((struct asked){"inv3", "bulk-voltage", "56.2"});
    CHECK(id, "above what the battery takes, yet lower than it is: %s", reason);
    until_over(id);
    id = ask_set((struct asked){"inv3", "bulk-voltage", "55.0"});
    until_over(id);
    BECAME(id, "accepted sent acknowledged confirmed: it reads 55.0 V", "what the unit takes");
    id = ask_set((struct asked){"inv3", "float-voltage", "55.6"});
    until_over(id);
    BECAME(id, "accepted refused: float would be above bulk voltage", "the unit's own judgement");
    id = ask_set((struct asked){"inv3", "charger-priority", "solar"});
    until_over(id);
    BECAME(id, "accepted sent acknowledged confirmed: it reads solar", "a word");
}

/* --- the ladder of a setter --- */

static void set_and_proven(void)
{
    calm();
    uint64_t id = ask_set((struct asked){"inv4", "charge-current", "30"});
    CHECK(id && strcmp(reason, "charge-current of inv4 to 30 A") == 0, "accepted: %s", reason);
    until_over(id);
    BECAME(id, "accepted sent acknowledged confirmed: it reads 30 A", "the whole ladder");
    CHECK(strcmp(heard, "MNCHGC0030") == 0, "one setter: %s", heard);
    together_run(&t, 300000);
    CHECK(strcmp(heard, "MNCHGC0030") == 0, "it was one-shot: %s", heard);
    CHECK(t.controller->plant.units[3].orders.want[SET_CHARGE_MAX] == -1, "nobody wants it");
    id = ask_set((struct asked){"inv4", "charge_max_A", "30"});
    until_over(id);
    BECAME(id, "accepted confirmed: it reads 30 A already, nothing was written", "there already");
    CHECK(strcmp(heard, "MNCHGC0030") == 0, "no further write: %s", heard);
}

static const struct {
    enum line line, after;
    const char *became, *heard, *sentence;
} lines[] = {
    {NAKS, GOOD, "accepted sent refused: the unit said no twice", "MNCHGC0040 MNCHGC0040",
     "a unit that NAKs is asked again once"},
    {ACKS_ONLY, GOOD, "accepted sent acknowledged refused: the unit said ACK, but it reads 30 A",
     "MNCHGC0040 MNCHGC0040", "ACK without effect"},
    {MUTE_TO_SETTERS, GOOD, "accepted sent refused: no answer, but it reads 30 A",
     "MNCHGC0040 MNCHGC0040", "no answer to a setter"},
    {GOOD, SILENT, "accepted sent acknowledged timed out: the inverter has not been heard since",
     "MNCHGC0040", "the port is lost right after the setter"},
};

static void set_and_not_proven(void)
{
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        calm();
        line = lines[i].line;
        after_setter = lines[i].after;
        uint64_t id = ask_set((struct asked){"inv4", "charge-current", "40"});
        until_over(id);
        BECAME(id, lines[i].became, lines[i].sentence);
        if (lines[i].line != GOOD)
            together_run(&t, 600000);
        CHECK(strstr(lines[i].heard, heard) == lines[i].heard, "%s: %s", lines[i].sentence, heard);
    }
}

/* The setter went through, its answer did not: what is read back when the line is there again decides. */
static void lost_and_back(void)
{
    calm();
    uint64_t id = ask_set((struct asked){"inv4", "charge-current", "60"});
    after_setter = SILENT;
    together_run(&t, 30000);
    BECAME(id, "accepted sent acknowledged: the inverter has not been heard", "it waits");
    line = after_setter = GOOD;
    until_over(id);
    BECAME(id, "accepted sent acknowledged confirmed: it reads 60 A",
           "read back after the port was lost");
    CHECK(strcmp(heard, "MNCHGC0060") == 0, "written once: %s", heard);
}

static void lease_runs_out(void)
{
    calm();
    line = SILENT;
    together_run(&t, 1000);
    uint64_t id = ask_set((struct asked){"inv4", "charge-current", "20", .lease_ms = 9000});
    together_run(&t, 5000);
    BECAME(id, "accepted: the inverter has not answered for ", "it waits for the line");
    together_run(&t, 4200);
    BECAME(id, "accepted timed out: the inverter has not answered for ", "its lease is over");
    CHECK(!ask_set((struct asked){"inv4", "charge-current", "20"}), "a silent unit");
    CHECK(strstr(reason, "inv4 has not answered for "), "%s", reason);
    line = GOOD;
    together_run(&t, 180000);
    CHECK(*heard == '\0', "not carried out later than its lease: %s", heard);
}

static void dwell_is_kept(void)
{
    calm();
    uint64_t first = ask_set((struct asked){"inv4", "charge-current", "30"});
    until_over(first);
    uint64_t hasty = ask_set((struct asked){"inv4", "charge-current", "50", .lease_ms = 10000});
    uint64_t patient = ask_set((struct asked){"inv4", "charge-current", "70"});
    BECAME(hasty, "accepted refused: a newer request took its place", "the newer one counts");
    together_run(&t, 20000);
    BECAME(patient, "accepted: writes of a setting are 60 s apart, the next in ", "the dwell");
    until_over(patient);
    BECAME(patient, "accepted sent acknowledged confirmed: it reads 70 A", "after the dwell");
    CHECK(strcmp(heard, "MNCHGC0030 MNCHGC0070") == 0, "%s", heard);
    uint64_t late = ask_set((struct asked){"inv4", "charge-current", "90", .lease_ms = 10000});
    until_over(late);
    BECAME(late, "accepted timed out: writes of a setting are 60 s apart", "too short a lease");
}

static void released(void)
{
    calm();
    line = SILENT;
    CHECK(!ask_set((struct asked){"inv4", "charge-current", .release = true}), "none yet");
    CHECK(strstr(reason, "nobody asks for charge-current of inv4"), "%s", reason);
    uint64_t id = ask_set((struct asked){"inv4", "charge-current", "100"});
    uint64_t end = ask_set((struct asked){"inv4", "charge-current", .release = true});
    CHECK(end, "released: %s", reason);
    BECAME(id, "accepted refused: it was released", "the wish is over");
    line = GOOD;
    together_run(&t, 120000);
    BECAME(end, "accepted confirmed", "the release too");
    CHECK(*heard == '\0', "never written: %s", heard);
}

static void budget_is_kept(void)
{
    calm();
    struct unit_setting *setting = &t.controller->plant.units[3].settings[SET_CHARGE_MAX];
    uint16_t before = setting->writes_today;
    setting->writes_today = (uint16_t)t.controller->plant.units[3].config.writes_per_day;
    uint64_t id = ask_set((struct asked){"inv4", "charge-current", "80", .lease_ms = 8000});
    until_over(id);
    BECAME(id, "accepted timed out: it was written 50 times today, 50 are allowed", "the budget");
    CHECK(*heard == '\0', "not written: %s", heard);
    setting->writes_today = before;
}

/* --- identity --- */

static void the_same_id_twice(void)
{
    calm();
    Busbar__Request request = BUSBAR__REQUEST__INIT;
    request.verb = BUSBAR__VERB__SET;
    request.id = next_id++;
    request.lease_ms = 60000;
    request.inverter = (char[]){"inv4"};
    request.setting = (char[]){"charge-current"};
    request.value = (char[]){"10"};
    busbar__response__free_unpacked(send_request(&request), NULL);
    until_over(request.id);
    request.value = (char[]){"20"};
    Busbar__Response *again = send_request(&request);
    CHECK(!again->accepted && strstr(again->reason, "used already: confirmed"), "%s",
          again->reason);
    CHECK(again->request && again->request->step == BUSBAR__STEP__STEP_CONFIRMED,
          "what became of the first");
    busbar__response__free_unpacked(again, NULL);
    together_run(&t, 120000);
    CHECK(strcmp(heard, "MNCHGC0010") == 0, "carried out once: %s", heard);
}

static void many_at_once(void)
{
    uint64_t first = ask_verb(BUSBAR__VERB__CAP, 800, ""), last = 0;
    for (int i = 0; i < REQUESTS; i++)
        last = ask_verb(BUSBAR__VERB__CAP, 700, "");
    BECAME(first, "no request ", "the oldest has gone");
    together_run(&t, 1000);
    BECAME(last, "accepted confirmed: in force: 70.0 %", "the newest is watched");
    CHECK(!ask_verb(BUSBAR__VERB__REQUEST_STATUS, 0, "") && strstr(reason, "no request"), "%s",
          reason);
}

/* What is over goes before what is still watched. */
static void the_open_one_stays(void)
{
    calm();
    line = SILENT;
    uint64_t id = ask_set((struct asked){"inv4", "charge-current", "90"});
    for (int i = 0; i < 2 * REQUESTS; i++)
        ask_set((struct asked){"inv9", "charge-current", "30"});
    BECAME(id, "accepted: ", "it is watched still");
}

/* A wish under way does not stand against what the controller decides meanwhile. */
static void the_controller_wins(void)
{
    calm();
    struct policy_inverter_order *decided = &t.controller->decided.inverter[3];
    struct policy_inverter_order kept = *decided;
    line = MUTE_TO_SETTERS;
    uint64_t id = ask_set((struct asked){"inv4", "charge-current", "80"});
    together_run(&t, 1500);
    BECAME(id, "accepted sent: ", "under way");
    struct unit_orders orders = unit_orders_none();
    requests_order(t.controller, 3, &orders, t.now_ms);
    CHECK(orders.want[SET_CHARGE_MAX] == 80 && orders.person == 1u << SET_CHARGE_MAX, "a wish");
    decided->charge_max_A = orders.want[SET_CHARGE_MAX] = 20;
    requests_order(t.controller, 3, &orders, t.now_ms);
    CHECK(orders.want[SET_CHARGE_MAX] == 20, "%d A", orders.want[SET_CHARGE_MAX]);
    *decided = kept;
    decided->charger_off = 1;
    CHECK(setting_is_driven(t.controller, 3, SET_CHARGE_MAX), "what charges nothing is not free");
    *decided = kept;
    CHECK(!setting_is_driven(t.controller, 3, SET_CHARGE_MAX), "left alone");
}

static void restart_while_waiting(void)
{
    calm();
    line = SILENT;
    uint64_t id = ask_set((struct asked){"inv4", "charge-current", "110"});
    together_restart(&t);
    BECAME(id, "no request ", "a restart forgets");
    CHECK(strstr(became(id), "before the controller started 0 s ago"), "%s", became(id));
    line = GOOD;
    together_run(&t, 120000);
    CHECK(!strstr(heard, "MNCHGC0110"), "and carries nothing out: %s", heard);
}

/* --- other verbs --- */

static void others(void)
{
    uint64_t id = ask_verb(BUSBAR__VERB__CAP, 800, "");
    until_over(id);
    BECAME(id, "accepted confirmed: in force: 80.0 %: asked for by a person", "cap");
    id = ask_verb(BUSBAR__VERB__CAP, 0, "");
    until_over(id);
    BECAME(id, "accepted confirmed: in force: 70.0 %: the default", "cap default");
    sim_fault(t.sim, SIM_BMS_SILENT, 0, true);
    together_run(&t, 20000);
    id = ask_verb(BUSBAR__VERB__CAP, 900, "");
    together_run(&t, 1000);
    BECAME(id, "accepted: it is held back: a BMS is silent", "a cap above the default waits");
    until_over(id);
    BECAME(id, "accepted timed out: it is held back: a BMS is silent", "and is so for longer");
    ask_verb(BUSBAR__VERB__CAP, 0, "");
    sim_fault(t.sim, SIM_BMS_SILENT, 0, false);
    together_run(&t, 120000);
    id = ask_verb(BUSBAR__VERB__RESET, 0, "");
    until_over(id);
    BECAME(id, "accepted confirmed: every contact is read back", "reset");
    id = ask_verb(BUSBAR__VERB__PACK_OUT, 0, "rack");
    together_run(&t, 1000);
    BECAME(id, "accepted: connected: taken out by the owner, but it carries", "pack-out waits");
    uint64_t in = ask_verb(BUSBAR__VERB__PACK_IN, 0, "rack");
    together_run(&t, 1000);
    BECAME(id, "accepted refused: another request took it back", "pack-out is undone");
    BECAME(in, "accepted confirmed: connected", "pack-in");
}

static void charge_and_stop(void)
{
    calm();
    sim_car(t.sim, true);
    until_over(ask_set((struct asked){"inv4", "charge-current", "30"}));
    uint64_t wish = ask_set((struct asked){"inv4", "charge-current", "50"});
    CHECK(wish, "it waits for its dwell: %s", reason);
    uint64_t id = ask_verb(BUSBAR__VERB__CHARGE, 0, "");
    together_run(&t, 1000);
    BECAME(id, "accepted sent: strings: ", "strings move");
    CHECK(together_strings_at_wallbox(&t) == 0, "none is there yet");
    until_over(id);
    BECAME(id, "accepted sent acknowledged confirmed: the car draws ", "charging");
    CHECK(together_strings_at_wallbox(&t) == 2 && sim_truth(t.sim)->wallbox_W > 600,
          "two strings, %.0f W in truth", sim_truth(t.sim)->wallbox_W);
    BECAME(wish, "accepted refused: the controller sets this now", "strings stand there now");
    CHECK(!strstr(heard, "MNCHGC0050"), "not written: %s", heard);
    id = ask_verb(BUSBAR__VERB__STOP, 0, "");
    CHECK(!together_home(&t), "not home yet");
    until_over(id);
    BECAME(id, "accepted sent confirmed: contacts seen closed", "stop");
    CHECK(together_home(&t), "in truth");
}

static void emergency_stop(void)
{
    sim_stop(t.sim, true);
    uint64_t id = ask_verb(BUSBAR__VERB__CHARGE, 0, "");
    until_over(id);
    BECAME(id, "accepted refused: the emergency stop was pressed", "stopped on its way");
}

/* --- the journal --- */

static unsigned told_of(uint64_t id, char *text, size_t room)
{
    const struct journal *journal = &t.controller->journal;
    unsigned count = 0;
    uint32_t from = journal->next > JOURNAL_RING ? journal->next - JOURNAL_RING : 0;
    for (uint32_t i = from; i != journal->next; i++) {
        const struct journal_record *record = &journal->ring[i % JOURNAL_RING];
        if (record->kind != JOURNAL_REQUEST || record->request.id != id)
            continue;
        count++;
        journal_text(record, &t.config, text, room);
    }
    return count;
}

static bool journal_says(const char *want)
{
    const struct journal *journal = &t.controller->journal;
    char text[256];
    uint32_t from = journal->next > JOURNAL_RING ? journal->next - JOURNAL_RING : 0;
    for (uint32_t i = from; i != journal->next; i++) {
        journal_text(&journal->ring[i % JOURNAL_RING], &t.config, text, sizeof text);
        if (strstr(text, want))
            return true;
    }
    return false;
}

static void journal_has_each_step_once(void)
{
    char text[256], want[160];
    calm();
    uint64_t id = ask_set((struct asked){"inv4", "charge-current", "20"});
    until_over(id);
    unsigned count = told_of(id, text, sizeof text);
    CHECK(count == 4, "%u records of four steps", count);
    snprintf(want, sizeof want,
             "request %016llx set inv4 charge-current 20 A: acknowledged -> confirmed: it reads "
             "20 A",
             (unsigned long long)id);
    CHECK(strstr(text, want), "\"%s\"", text);
    snprintf(want, sizeof want, "20 A: a person asked for it: request %016llx",
             (unsigned long long)id);
    CHECK(journal_says(want), "the write has its cause: %s", want);
}

/* The plant's own liar: no setter of inverter 4 has an effect, though each is acknowledged. */
static void the_plant_lies(void)
{
    t = (struct together){.now_ms = 0};
    if (together_start(&t) < 0)
        exit(1);
    t.plant.battery_soc = 0.4;
    t.plant.start_h = 11;
    t.plant.inverter[3].quirks = 1;
    t.plant.inverter[3].quirk[0] = (struct sim_quirk_row){.quirk = SIM_QUIRK_ACK_ONLY, .rate = 1};
    if (together_begin(&t) < 0)
        exit(1);
    together_run(&t, 60000);
    uint64_t id = ask_set((struct asked){"inv4", "charge-current", "30"});
    until_over(id);
    BECAME(id, "accepted sent acknowledged refused: the unit said ACK, but it reads 60 A still",
           "ACK without effect");
    CHECK(sim_truth(t.sim)->quirks[3][SIM_QUIRK_ACK_ONLY] == 2, "tried %u times",
          sim_truth(t.sim)->quirks[3][SIM_QUIRK_ACK_ONLY]);
    together_end(&t);
}

int main(void)
{
    if (together_start(&t) < 0)
        return 1;
    t.plant.battery_soc = 0.2;
    t.plant.start_h = 11;
    t.plant.car_arrive_h = 30;
    t.on_request = on_request;
    t.config.inverters[1].charge_max_A = 100;
    if (together_begin(&t) < 0)
        return 1;
    together_run(&t, 60000);
    heard[0] = '\0';
    words_are_judged();
    sure();
    set_and_proven();
    set_and_not_proven();
    lost_and_back();
    lease_runs_out();
    dwell_is_kept();
    released();
    budget_is_kept();
    the_same_id_twice();
    journal_has_each_step_once();
    others();
    many_at_once();
    the_open_one_stays();
    the_controller_wins();
    charge_and_stop();
    restart_while_waiting();
    emergency_stop();
    CHECK(sim_truth(t.sim)->violations_total == 0, "%s", sim_truth(t.sim)->violation);
    together_end(&t);
    the_plant_lies();
    return check_done("request");
}
