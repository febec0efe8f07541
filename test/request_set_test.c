/* A person's wish for an inverter's setting, step by step: what is let in, and what becomes of it on a
 * line that says no, says nothing, lies or is lost. */
#include "test/request_bench.h"

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
     "a lower one lets the battery be emptied further; --yes to do it",
     "may do harm"},
    {{"inv2", "battery-type", "agm"},
     "it sets the charge voltages anew and may make the inverter wait for a BMS; --yes to do it",
     "may do harm"},
    {{"inv2", "input-range", "ups"}, "; --yes to do it", "may do harm"},
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
        CHECK(strstr(became(id), reason), "with the whole reason: %s", became(id));
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
    bench_begin();
    words_are_judged();
    sure();
    set_and_proven();
    set_and_not_proven();
    lost_and_back();
    lease_runs_out();
    dwell_is_kept();
    released();
    budget_is_kept();
    the_controller_wins();
    CHECK(sim_truth(t.sim)->violations_total == 0, "%s", sim_truth(t.sim)->violation);
    together_end(&t);
    the_plant_lies();
    return check_done("request_set");
}
