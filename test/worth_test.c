/* When another layout is worth its move: energies by hand, and a day of clouds that moves nothing. */
#include <string.h>

#include "phase-router/worth.h"
#include "test/check.h"

enum { MINUTE = 60000, HOUR = 3600000 };

static void energies(void)
{
    static const struct {
        struct worth_question question;
        int32_t gain_Wh, cost_Wh;
        enum worth_verdict verdict;
        const char *sentence;
    } rows[] = {
        {{3000, 6000, 3000, 2, false}, 3000, 190, WORTH_TOO_NEW, "3 kW more for an hour"},
        {{3000, 3000, 3000, 2, false}, 0, 190, WORTH_NO_GAIN, "no more than now"},
        {{3000, 2000, 3000, 2, false}, -1000, 190, WORTH_NO_GAIN, "less than now"},
        {{3000, 3200, 3000, 2, false}, 200, 190, WORTH_TOO_DEAR, "more, but not by half"},
        {{3000, 3285, 3000, 2, false}, 285, 190, WORTH_TOO_DEAR, "just not by half"},
        {{3000, 3286, 3000, 2, false}, 286, 190, WORTH_TOO_NEW, "by half, just"},
        {{3000, 6000, 3000, 0, false}, 3000, 150, WORTH_NO_GAIN, "nothing to move"},
        {{3000, 6000, 3000, 2, true}, 3000, 190, WORTH_WORN, "a contact is worn out"},
        {{0, 4000000, 4000000, 1, false}, 4000000, 200020, WORTH_TOO_NEW, "to the watt-hour"},
        {{0, 300031, 4000000, 1, false}, 300031, 200020, WORTH_TOO_NEW, "by half, by a watt-hour"},
        {{0, 300030, 4000000, 1, false}, 300030, 200020, WORTH_TOO_DEAR, "by half, not more"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct worth worth;
        worth_init(&worth, &worth_defaults);
        struct worth_answer answer = worth_judge(&worth, &rows[i].question, 1000);
        CHECK(answer.gain_Wh == rows[i].gain_Wh && answer.cost_Wh == rows[i].cost_Wh,
              "%s: gains %d, costs %d", rows[i].sentence, answer.gain_Wh, answer.cost_Wh);
        CHECK(answer.verdict == rows[i].verdict, "%s: %s", rows[i].sentence,
              worth_verdict_text(answer.verdict));
    }
}

static enum worth_verdict asks(struct worth *worth, int32_t then_W, int64_t now_ms)
{
    struct worth_question question = {3000, then_W, 3000, 2, false};
    return worth_judge(worth, &question, now_ms).verdict;
}

static void patience(void)
{
    struct worth worth;
    worth_init(&worth, &worth_defaults);
    CHECK(asks(&worth, 6000, 1000) == WORTH_TOO_NEW, "first seen");
    CHECK(asks(&worth, 6000, 1000 + 10 * MINUTE - 1) == WORTH_TOO_NEW, "not yet ten minutes");
    CHECK(asks(&worth, 6000, 1000 + 10 * MINUTE) == WORTH_MOVE, "ten minutes");
    CHECK(asks(&worth, 3000, 1001 + 10 * MINUTE) == WORTH_NO_GAIN, "gone");
    CHECK(asks(&worth, 6000, 1002 + 10 * MINUTE) == WORTH_TOO_NEW, "and counted anew");
    worth_changed(&worth, true, 30 * MINUTE);
    CHECK(asks(&worth, 6000, 31 * MINUTE) == WORTH_DWELL, "changed a minute ago");
    CHECK(asks(&worth, 6000, 45 * MINUTE - 1) == WORTH_DWELL, "not yet a quarter of an hour");
    CHECK(asks(&worth, 6000, 45 * MINUTE) == WORTH_MOVE, "it was better all the while");
    worth_changed(&worth, false, 45 * MINUTE);
    CHECK(asks(&worth, 6000, 60 * MINUTE) == WORTH_TOO_NEW, "counted from after the change");
}

static void budget(void)
{
    struct worth worth;
    worth_init(&worth, &worth_defaults);
    worth_changed(&worth, true, 1000);
    for (int i = 0; i < worth_defaults.changes_per_day; i++)
        worth_changed(&worth, false, HOUR + i * HOUR);
    CHECK(asks(&worth, 6000, 20 * HOUR) == WORTH_BUDGET, "six times today");
    CHECK(asks(&worth, 6000, 24 * HOUR + 999) == WORTH_BUDGET, "still the same day");
    CHECK(asks(&worth, 6000, 24 * HOUR + 1000) == WORTH_MOVE, "another day");
    for (int i = 0; i < 5; i++)
        worth_changed(&worth, false, 25 * HOUR);
    asks(&worth, 6000, 26 * HOUR);
    CHECK(asks(&worth, 6000, 27 * HOUR) == WORTH_MOVE, "five times that day");
    worth_changed(&worth, false, 28 * HOUR);
    CHECK(asks(&worth, 6000, 30 * HOUR) == WORTH_BUDGET, "six times");
}

static void mean(void)
{
    struct worth worth;
    int32_t W[3] = {3000, -5, 0}, out[3];
    worth_init(&worth, &worth_defaults);
    worth_see(&worth, W, 3, 1000);
    worth_forecast(&worth, 3, out);
    CHECK(out[0] == 3000 && out[1] == 0 && out[2] == 0, "the first reading as it is: %d", out[0]);
    W[0] = 0;
    for (int t = 100; t <= 10 * MINUTE; t += 100)
        worth_see(&worth, W, 3, 1000 + t);
    worth_forecast(&worth, 3, out);
    CHECK(out[0] > 1098 && out[0] < 1108, "1/e of 3000 W after the time constant: %d", out[0]);
    W[0] = 2500;
    worth_see(&worth, W, 3, HOUR);
    worth_forecast(&worth, 3, out);
    CHECK(out[0] == 2500, "after a long silence as it is: %d", out[0]);
    int32_t few[4] = {0, 1, 0, 7}, exact[2] = {3001, 0}, step[1] = {12};
    worth_init(&worth, &worth_defaults);
    worth_see(&worth, few, 3, 1000);
    worth_forecast(&worth, 3, out);
    CHECK(out[1] == 1 && worth.mean_uW[3] == 0, "a watt counts; no string more than there are");
    worth_see(&worth, exact, 1, 1000 + 10 * MINUTE);
    worth_forecast(&worth, 1, out);
    CHECK(out[0] == 3001, "after the time constant as it is: %d", out[0]);
    worth_init(&worth, &worth_defaults);
    worth_see(&worth, few, 1, 1000);
    worth_see(&worth, step, 1, 501000);
    worth_forecast(&worth, 1, out);
    CHECK(out[0] == 10, "five sixths of 12 W: %d", out[0]);
}

/* Two strings of which each has the sun for some minutes: the better layout changes with the cloud. */
static void clouds(int minutes_each)
{
    struct worth worth;
    int changes = 0, stands = 0;
    worth_init(&worth, &worth_defaults);
    for (int64_t now_ms = 1000; now_ms < 8 * HOUR; now_ms += 10000) {
        bool second = now_ms / (minutes_each * MINUTE) & 1;
        int32_t W[2] = {second ? 500 : 3000, second ? 3000 : 500}, out[2];
        worth_see(&worth, W, 2, now_ms);
        worth_forecast(&worth, 2, out);
        struct worth_question question = {out[stands], out[1 - stands], out[0] + out[1], 2, false};
        if (now_ms % MINUTE == 1000 &&
            worth_judge(&worth, &question, now_ms).verdict == WORTH_MOVE) {
            stands = 1 - stands;
            changes++;
            worth_changed(&worth, false, now_ms);
        }
    }
    if (minutes_each <= 10)
        CHECK(changes == 0, "clouds of %d minutes move nothing: %d", minutes_each, changes);
    else
        CHECK(changes > 0 && changes <= worth_defaults.changes_per_day,
              "a sun that turns each %d minutes is followed: %d", minutes_each, changes);
}

static void defaults(void)
{
    const struct worth_config *d = &worth_defaults;
    CHECK(d->smooth_ms == 600000 && d->horizon_ms == 3600000 && d->restart_ms == 180000, "times");
    CHECK(d->stay_ms == 600000 && d->dwell_ms == 900000, "patience");
    CHECK(d->transfer_Wh == 20 && d->margin_permille == 500 && d->changes_per_day == 6, "prices");
}

int main(void)
{
    defaults();
    energies();
    patience();
    budget();
    mean();
    clouds(1);
    clouds(3);
    clouds(10);
    clouds(120);
    for (int i = 0; i < WORTH_VERDICTS; i++)
        CHECK(worth_verdict_text((enum worth_verdict)i)[0], "a text for %d", i);
    return check_done("worth");
}
