/* What is told of the charge: in the status, in `busbar why`, and once in the journal where the estimate and the
 * counter contradict each other. */
#include <string.h>
#include <unistd.h>

#include "app/ago_text.h"
#include "app/client.h"
#include "app/status.h"
#include "test/check.h"
#include "test/together.h"

static struct together t;
static struct status status;

static void begin(void)
{
    if (together_begin(&t) < 0)
        exit(1);
    together_run(&t, 20000);
}

/* Records of the charge since the last call; the newest as text. */
static int records(char *text, size_t room)
{
    int count = 0;
    for (const struct journal_record *r; (r = journal_take(&t.controller->journal));)
        if (r->kind == JOURNAL_CHARGE) {
            journal_text(r, &t.config, text, room);
            count++;
        }
    return count;
}

static void count_to(double charge)
{
    soc_counter_restore(&t.controller->charge.counter, &t.config.bank, charge, 0.02, 0, t.now_ms);
}

static const char *why_with(const char *words)
{
    status_fill(&status, t.controller, NULL, t.now_ms);
    for (size_t i = 0; i < status.message.n_why; i++)
        if (strstr(status.message.why[i], words))
            return status.message.why[i];
    return "";
}

/* What battery_charge_print puts on the screen. */
static const char *printed(void)
{
    static char out[2048];
    FILE *file = tmpfile();
    fflush(stdout);
    int screen = dup(STDOUT_FILENO);
    if (!file || screen < 0 || dup2(fileno(file), STDOUT_FILENO) < 0)
        return "";
    battery_charge_print(&status.battery);
    fflush(stdout);
    dup2(screen, STDOUT_FILENO);
    close(screen);
    rewind(file);
    out[fread(out, 1, sizeof out - 1, file)] = '\0';
    fclose(file);
    return out;
}

static void contradiction_is_told_once(void)
{
    char text[256] = "";
    begin();
    CHECK(records(text, sizeof text) == 0 && !*why_with("contradict"), "they agree: %s", text);
    count_to(0.95);
    together_run(&t, 10000);
    CHECK(records(text, sizeof text) == 1, "once");
    CHECK(strstr(text, "charge UC001: agreed -> contradicted: estimated ") &&
              strstr(text, "counted 95") && strstr(text, "the cap uses the fuller"),
          "%s", text);
    const struct soc_estimate *soc = &t.controller->soc;
    CHECK(soc->soc_permille + soc->error_permille >= 925 && t.controller->limits.cap_reached,
          "the cap meets the fuller: %d +- %d", soc->soc_permille, soc->error_permille);
    const char *why = why_with("contradict");
    CHECK(strstr(why, "battery: counted 95.") && strstr(why, "the cap uses the fuller"), "%s", why);
    CHECK(status.battery.contradicted &&
              strstr(printed(), "contradict each other: the cap uses the fuller"),
          "%s", printed());
    count_to(t.plant.battery_soc);
    together_run(&t, 590000);
    CHECK(records(text, sizeof text) == 0, "they have not agreed for ten minutes: %s", text);
    together_run(&t, 20000);
    CHECK(records(text, sizeof text) == 1 && strstr(text, "contradicted -> agreed: "), "%s", text);
    CHECK(!*why_with("contradict") && !strstr(printed(), "contradict"), "%s", printed());
}

static void status_tells_how(void)
{
    begin();
    struct estimator_saved known = {0.45, 0.02, 1.5, 0.25, 1.2, 0.9, 0.015, false, {.ahead = 0}};
    charge_restore(&t.controller->charge, &t.config.bank, 0, &known, 0, t.now_ms);
    t.controller->charge.pack[0].told_ms = t.now_ms - 14 * (int64_t)3600000;
    together_run(&t, 200);
    count_to(0.46);
    t.controller->charge.pack[0].told_ms = t.now_ms - 14 * (int64_t)3600000;
    t.controller->soc = charge_estimate(&t.controller->charge, &t.config.bank, &t.controller->bank);
    const char *why = why_with("last told");
    CHECK(strstr(why, "battery: charge 4") &&
              strstr(why, "last told by the voltage 14 h ago (cell file LFP prismatic, large)"),
          "%s", why);
    CHECK(*why_with("battery: counted 46.0 +- 2.1 %"), "%s", why_with("counted"));
    const char *lines[] = {"last told by the voltage 14 h ago; cell file LFP prismatic, large",
                           "counted   46.0 +- 2.1 %\n", "current off by +15", "capacity 90.0 +- ",
                           "resistance 1.20 of the cell file's"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        CHECK(strstr(printed(), lines[i]), "%s in %s", lines[i], printed());
    json_t *out = json_object();
    battery_charge_json(out, &status.battery);
    json_t *charge = json_object_get(out, "charge");
    json_t *pack = json_object_get(json_array_get(json_object_get(charge, "packs"), 0), "charge");
    json_int_t error = json_integer_value(json_object_get(pack, "error_permille"));
    struct estimate now =
        charge_pack_estimate(&t.controller->charge, &t.config.bank, &t.controller->bank, 0);
    CHECK(error == (json_int_t)(2000 * now.sigma + 0.5) && error > 0, "two sigma: %lld",
          (long long)error);
    CHECK(json_integer_value(json_object_get(charge, "told_ago_ms")) == 14 * 3600000, "told");
    CHECK(json_integer_value(json_object_get(charge, "counted_permille")) == 460, "counted");
    CHECK(json_integer_value(json_object_get(pack, "offset_error_mA")) ==
              (json_int_t)(2000 * now.offset_sigma_A + 0.5),
          "the offset's two sigma");
    CHECK(json_integer_value(json_object_get(pack, "trust_permille")) ==
              (json_int_t)(1000 * now.trust + 0.5),
          "trust in the sensor");
    json_decref(out);
    controller_init(t.controller, &t.config, t.now_ms, stderr);
    status_fill(&status, t.controller, NULL, t.now_ms);
    CHECK(status.packs[0].charge == NULL && strcmp(printed(), "  estimate  charge unknown\n") == 0,
          "%s", printed());
}

static void words(void)
{
    static const struct {
        int64_t ago_ms;
        const char *text;
    } rows[] = {{-1, "never"},           {0, "0 s ago"},           {119999, "119 s ago"},
                {120000, "2 min ago"},   {7199999, "119 min ago"}, {50400000, "14 h ago"},
                {172799999, "47 h ago"}, {172800000, "2 days ago"}};
    char out[AGO_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK(strcmp(ago_text(rows[i].ago_ms, out), rows[i].text) == 0, "%s: %s", rows[i].text,
              out);
}

int main(void)
{
    if (together_start(&t) < 0)
        return 1;
    words();
    contradiction_is_told_once();
    status_tells_how();
    together_end(&t);
    return check_done("charge_told");
}
