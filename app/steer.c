/* Which layout the strings are wanted in, and when another one is worth the move. */
#include <string.h>

#include "app/controller.h"

enum {
    ADOPTED_W = 1000000,
    RESOLUTION_W = 50, /* what a string counter's current and voltage tell apart */
    JUDGE_EACH_MS = 60000,
    WORN_PERMILLE = 1000,
};

static uint8_t charging_point(const struct controller *c)
{
    for (uint8_t p = 0; p < c->config->wallbox_count; p++)
        if (c->decided.bundle[p])
            return p;
    return NO_CHARGE_POINT;
}

/* --- power --- */

static void powers_see(struct controller *c, int64_t now_ms)
{
    int32_t string_W[MAX_STRINGS];
    for (size_t s = 0; s < c->config->topology.strings; s++)
        string_W[s] =
            (int32_t)((int64_t)c->view.current_mA[s].value * c->view.voltage_mV[s].value / 1000000);
    worth_see(&c->worth, string_W, c->config->topology.strings, now_ms);
}

/* The battery takes all it may: strings may be held back, and then tell less than the sun gives. */
static bool held_back(const struct controller *c)
{
    int64_t limit_mA = c->limits.charge_mA.value;
    return c->bank.known && c->bank.current_mA * 10LL >= limit_mA * 9;
}

static bool looks_alike(const struct topology_string *a, const struct topology_string *b)
{
    return a->azimuth_deg == b->azimuth_deg && a->tilt_deg == b->tilt_deg;
}

/* Strings that look the same way have the same sun: those held back are taken by the best of them. */
static void powers_lift(const struct topology *t, int32_t string_W[])
{
    int32_t lifted_W[MAX_STRINGS];
    for (size_t s = 0; s < t->strings; s++) {
        lifted_W[s] = string_W[s];
        for (size_t k = 0; k < t->strings; k++) {
            if (!looks_alike(&t->string[s], &t->string[k]) || t->string[k].mpp_W <= 0)
                continue;
            int64_t like_W = (int64_t)string_W[k] * t->string[s].mpp_W / t->string[k].mpp_W;
            lifted_W[s] = like_W > lifted_W[s] ? (int32_t)like_W : lifted_W[s];
        }
    }
    memcpy(string_W, lifted_W, t->strings * sizeof string_W[0]);
}

/* --- the wish --- */

static uint16_t used_permille(const struct controller *c, size_t contact)
{
    int64_t used =
        wear_used_permille(&c->wear[contact].record, &c->config->topology.contact[contact]);
    return (uint16_t)(used < UINT16_MAX ? used : UINT16_MAX);
}

static struct router_wish wish_for(const struct controller *c, uint8_t point,
                                   const struct policy_input *input)
{
    struct router_wish wish = {.charge_point = point, .resolution_W = RESOLUTION_W};
    const struct topology *t = &c->config->topology;
    if (point != NO_CHARGE_POINT) {
        const struct config_wallbox *box = &c->config->charge_points[point];
        wish.strings_wanted = box->strings_wanted;
        wish.wish_W = box->max_dA * box->voltage_V / 10;
    }
    worth_forecast(&c->worth, t->strings, wish.string_W);
    if (held_back(c))
        powers_lift(t, wish.string_W);
    memcpy(wish.phase_load_W, input->phase_load_W, sizeof wish.phase_load_W);
    for (size_t k = 0; k < t->contacts; k++)
        wish.wear_permille[k] = used_permille(c, k);
    for (size_t phase = 1; phase <= 3; phase++)
        wish.phase_reserve_W[phase] = c->config->phase_reserve_W;
    return wish;
}

static uint8_t strings_at(const struct controller *c, size_t point)
{
    const struct topology *topology = &c->config->topology;
    uint8_t count = 0;
    for (size_t s = 0; s < topology->strings; s++)
        if (c->present[s] < topology->inputs &&
            topology->input[c->present[s]].charge_point == point)
            count++;
    return count;
}

/* After a restart the plant is taken as it is found: strings that stand at a charge point belong to
 * a session that goes on and ends like any other. A layout that is whole stays; a string that was
 * found under way is planned for anew. */
static void layout_adopt(struct controller *c, const struct policy_input *input, int64_t now_ms)
{
    bool whole = true;
    uint8_t point = charging_point(c);
    for (uint8_t p = 0; p < c->config->wallbox_count; p++)
        if (strings_at(c, p) > 0) {
            session_adopt(&c->sessions[p], now_ms);
            point = p;
            whole &= input->point[p].bundled;
        }
    struct router_wish wish = wish_for(c, point, input);
    for (size_t s = 0; s < c->config->topology.strings; s++) {
        const struct topology_string *string = &c->config->topology.string[s];
        bool way = c->present[s] == NO_INPUT;
        whole &= !way;
        wish.stays[s] = !way && c->present[s] != string->home; /* what has moved stays, .. */
        wish.string_W[s] += way ? ADOPTED_W : 0;               /* what was under way goes on */
    }
    wish.wish_W = 0;
    if (whole)
        memcpy(c->layout.input, c->present, sizeof c->layout.input);
    else
        router_plan(&c->layout, &c->config->topology, &wish, c->present);
    c->wished = point;
    c->planned = true;
}

static void layout_plan(struct controller *c, uint8_t point, const struct policy_input *input,
                        int64_t now_ms)
{
    struct router_wish wish = wish_for(c, point, input);
    router_plan(&c->layout, &c->config->topology, &wish, c->present);
    c->wished = point;
    c->worth_ms = 0;
    worth_changed(&c->worth, true, now_ms);
}

/* --- a better layout while a session runs --- */

static int32_t usable_W(const struct controller *c, const struct router_wish *wish,
                        const uint8_t layout[])
{
    int32_t W = router_delivers_W(&c->config->topology, wish, layout);
    return W < wish->wish_W ? W : wish->wish_W;
}

static struct worth_question question_of(const struct controller *c, const struct router_wish *wish,
                                         const struct router_layout *better)
{
    const struct topology *t = &c->config->topology;
    struct worth_question question = {
        .now_W = usable_W(c, wish, c->layout.input),
        .then_W = usable_W(c, wish, better->input),
    };
    for (size_t s = 0; s < t->strings; s++) {
        if (better->input[s] == c->layout.input[s])
            continue;
        question.transfers++;
        question.moved_W += wish->string_W[s];
        for (size_t k = 0; k < t->contacts; k++)
            question.worn |= t->contact[k].string == s &&
                             (t->contact[k].input == better->input[s] ||
                              t->contact[k].input == c->layout.input[s]) &&
                             wish->wear_permille[k] >= WORN_PERMILLE;
    }
    return question;
}

static void layout_better(struct controller *c, const struct policy_input *input, int64_t now_ms)
{
    struct router_layout better;
    struct router_wish wish = wish_for(c, c->wished, input);
    router_plan(&better, &c->config->topology, &wish, c->layout.input);
    struct worth_question question = question_of(c, &wish, &better);
    c->worth_answer = worth_judge(&c->worth, &question, now_ms);
    c->worth_ms = now_ms;
    if (c->worth_answer.verdict != WORTH_MOVE)
        return;
    c->layout = better;
    worth_changed(&c->worth, false, now_ms);
    journal_add(&c->journal, JOURNAL_ROUTER, 0, (int32_t)c->router.state, (int32_t)c->router.state,
                now_ms, "another layout: gains %d Wh in an hour, costs %d Wh",
                c->worth_answer.gain_Wh, c->worth_answer.cost_Wh);
}

/* Between the release of the emergency stop and the reset the router holds; where it does not know of
 * the stop, after a restart or a reset too early, it is kept from moving and switching on. */
static bool kept_off(const struct controller *c)
{
    return c->stopped && !c->view.stop && c->router.state != ROUTER_STOP &&
           c->router.state != ROUTER_HOLD;
}

void strings_steer(struct controller *c, const struct policy_input *input, int64_t now_ms)
{
    uint8_t point = charging_point(c), as_they_are[MAX_STRINGS];
    bool isolate[MAX_STRINGS];
    powers_see(c, now_ms);
    if (!c->planned && !c->stopped && c->router.state != ROUTER_START)
        layout_adopt(c, input, now_ms);
    else if (c->planned && point != c->wished)
        layout_plan(c, point, input, now_ms);
    else if (c->planned && point != NO_CHARGE_POINT && c->router.state == ROUTER_IDLE &&
             now_ms - c->worth_ms >= JUDGE_EACH_MS)
        layout_better(c, input, now_ms);
    memset(isolate, c->decided.isolate || kept_off(c), sizeof isolate);
    memset(as_they_are, NO_INPUT, sizeof as_they_are);
    router_want(&c->router, c->stopped ? as_they_are : c->layout.input, isolate);
    router_step(&c->router, &c->view, now_ms);
}
