/* What becomes of a request: its identity, its place among others, what each verb is proved by, a restart,
 * and what the journal has of it. */
#include "test/request_bench.h"

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

int main(void)
{
    bench_begin();
    the_same_id_twice();
    journal_has_each_step_once();
    others();
    many_at_once();
    the_open_one_stays();
    charge_and_stop();
    restart_while_waiting();
    emergency_stop();
    CHECK(sim_truth(t.sim)->violations_total == 0, "%s", sim_truth(t.sim)->violation);
    together_end(&t);
    return check_done("request");
}
