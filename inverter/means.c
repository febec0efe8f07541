#include "inverter/means.h"

#include <assert.h>

enum { FLOAT, BULK };

const char *means_name(enum means means)
{
    static const char *const names[MEANS_COUNT] = {
        [MEANS_NONE] = "nothing",
        [MEANS_BMS_PORT] = "the BMS port",
        [MEANS_BMS_CAN] = "the BMS on CAN",
        [MEANS_CURRENT] = "its charge current",
        [MEANS_CHARGER] = "its charger switch",
        [MEANS_VOLTAGE] = "float and bulk voltage",
        [MEANS_STRINGS] = "taking its strings away",
    };
    assert((unsigned)means < MEANS_COUNT);
    return names[means];
}

const char *means_why_text(enum means_why why)
{
    static const char *const texts[MEANS_WHYS] = {
        [MEANS_SERVES] = "it serves",
        [MEANS_SPARE] = "a gentler one serves",
        [MEANS_LACKING] = "there is none",
        [MEANS_MUTE] = "busbar says nothing there",
        [MEANS_WAITED] = "not heard yet",
        [MEANS_SILENT] = "the inverter is silent there",
        [MEANS_UNSTEADY] = "heard again only now",
        [MEANS_DISOBEYED] = "it charged more than that allows",
        [MEANS_REFUSED] = "written and not confirmed",
        [MEANS_SPENT] = "no write is left today",
        [MEANS_COARSE] = "its least step is more",
        [MEANS_ILLEGAL] = "not with this battery type and these voltages",
    };
    assert((unsigned)why < MEANS_WHYS);
    return texts[why];
}

bool means_exact(const struct means_chooser *means)
{
    return means->orders.by == MEANS_BMS_PORT || means->orders.by == MEANS_BMS_CAN;
}

/* --- the links --- */

static void link_step(struct means_chooser *means, const struct means_input *input, int link,
                      int64_t now_ms)
{
    int64_t heard_ms = input->bms[link].heard_ms, *since_ms = &means->heard_since_ms[link];
    bool heard = heard_ms > 0 && now_ms - heard_ms <= MEANS_SILENT_MS;
    means->lost[link] |= *since_ms && !heard;
    *since_ms = !heard ? 0 : *since_ms ? *since_ms : now_ms;
}

static enum means_why link_judge(const struct means_chooser *means, const struct means_bms *bms,
                                 int link, int64_t now_ms)
{
    int64_t since_ms = means->heard_since_ms[link];
    if (!bms->there)
        return MEANS_LACKING;
    if ((bms->heard_ms == 0 || !bms->told) && now_ms - means->start_ms < MEANS_START_MS)
        return MEANS_WAITED;
    if (since_ms == 0)
        return MEANS_SILENT;
    if (!bms->told)
        return MEANS_MUTE;
    return means->lost[link] && now_ms - since_ms < MEANS_STEADY_MS ? MEANS_UNSTEADY : MEANS_SERVES;
}

/* --- the settings --- */

/* The greatest of the list that is no more; -1 = its least is more. Steps of 10 A are in every list
 * known. */
static int32_t list_floor(const struct means_input *input, int32_t amperes)
{
    int32_t floor = -1;
    if (input->list_count == 0)
        return amperes < 10 ? -1 : amperes / 10 * 10;
    for (int i = 0; i < input->list_count; i++)
        if (input->list_A[i] <= amperes)
            floor = input->list_A[i];
    return floor;
}

static int32_t least_A(const struct means_input *input)
{
    return input->list_count ? input->list_A[0] : 10;
}

static int32_t target_A(const struct means_input *input)
{
    int32_t wanted_A = input->wanted_mA / 1000;
    return list_floor(input, wanted_A < input->most_A ? wanted_A : input->most_A);
}

/* done: it stands where it is needed already. */
static enum means_why setting_judge(const struct means_setting *setting, bool done)
{
    if (!setting->there)
        return MEANS_LACKING;
    return done || !setting->spent ? MEANS_SERVES : MEANS_SPENT;
}

static enum means_why current_judge(const struct means_input *input)
{
    const struct means_setting *current = &input->current;
    int32_t target = target_A(input);
    if (!current->there)
        return MEANS_LACKING;
    if (target < 0)
        return MEANS_COARSE;
    return setting_judge(current, current->set >= 0 && current->set <= target);
}

static bool voltages_low(const struct means_input *input)
{
    return input->least_dV > 0 && input->floating.set == input->least_dV &&
           input->bulk.set == input->least_dV;
}

static enum means_why voltage_judge(const struct means_input *input)
{
    if (!input->floating.there || !input->bulk.there)
        return MEANS_LACKING;
    if (!input->user_battery || input->least_dV <= 0 || input->battery_dV < 0 ||
        input->least_dV > input->battery_dV - MEANS_BELOW_dV)
        return MEANS_ILLEGAL;
    enum means_why why = setting_judge(&input->floating, input->floating.set == input->least_dV);
    return why == MEANS_SERVES ? setting_judge(&input->bulk, input->bulk.set == input->least_dV)
                               : why;
}

/* --- what does not work --- */

static bool failed(const struct means_chooser *means, enum means which, int64_t now_ms)
{
    int64_t for_ms =
        means->failed_why[which] == MEANS_DISOBEYED ? MEANS_DISOBEYED_MS : MEANS_REFUSED_MS;
    return means->failed_ms[which] && now_ms - means->failed_ms[which] < for_ms;
}

static enum means_why judge(const struct means_chooser *means, const struct means_input *input,
                            enum means which, int64_t now_ms)
{
    bool is_link = which == MEANS_BMS_PORT || which == MEANS_BMS_CAN;
    int link = which == MEANS_BMS_CAN;
    if (!is_link && !input->fresh)
        return MEANS_SILENT;
    enum means_why why = MEANS_SERVES;
    if (is_link)
        why = link_judge(means, &input->bms[link], link, now_ms);
    else if (which == MEANS_CURRENT)
        why = current_judge(input);
    else if (which == MEANS_CHARGER)
        why = setting_judge(&input->charger, input->charger.set == 1);
    else if (which == MEANS_VOLTAGE)
        why = voltage_judge(input);
    return why == MEANS_SERVES && failed(means, which, now_ms) ? means->failed_why[which] : why;
}

/* What the means in force allows by what is proven of it; -1 = nothing is proven. */
static int32_t proven_mA(const struct means_chooser *means, const struct means_input *input)
{
    switch (means->orders.by) {
    case MEANS_BMS_PORT:
    case MEANS_BMS_CAN:
        return input->wanted_mA;
    case MEANS_CURRENT:
        return input->current.set >= 0 ? input->current.set * 1000 : -1;
    case MEANS_CHARGER:
        return input->charger.set == 1 ? 0 : -1;
    case MEANS_VOLTAGE:
        return voltages_low(input) ? 0 : -1;
    case MEANS_NONE:
    case MEANS_STRINGS:
    case MEANS_COUNT:
        break;
    }
    return -1;
}

static int32_t most_allowed_mA(struct means_allowed *allowed, int32_t now_mA, int64_t lag_ms,
                               int64_t now_ms)
{
    if (now_ms - allowed->from_ms >= lag_ms) {
        allowed->older_mA = now_ms - allowed->from_ms >= 2 * lag_ms ? now_mA : allowed->newer_mA;
        allowed->newer_mA = now_mA;
        allowed->from_ms = now_ms;
    }
    if (now_mA > allowed->newer_mA)
        allowed->newer_mA = now_mA;
    return allowed->newer_mA > allowed->older_mA ? allowed->newer_mA : allowed->older_mA;
}

static void fail(struct means_chooser *means, enum means_why why, int64_t now_ms)
{
    means->failed_ms[means->orders.by] = now_ms;
    means->failed_why[means->orders.by] = why;
    means->over_ms = means->unproven_ms = 0;
}

static void obedience_look(struct means_chooser *means, const struct means_input *input,
                           int64_t now_ms)
{
    int64_t lag_ms = means->orders.by == MEANS_BMS_CAN ? MEANS_OBEY_CAN_MS : MEANS_OBEY_PORT_MS;
    int32_t proven = proven_mA(means, input);
    int32_t most =
        most_allowed_mA(&means->allowed, proven < 0 ? INT32_MAX : proven, lag_ms, now_ms);
    bool over = proven >= 0 && most < INT32_MAX - MEANS_OVER_mA &&
                input->charging_mA > most + MEANS_OVER_mA;
    means->over_ms = !over ? 0 : means->over_ms ? means->over_ms : now_ms;
    if (over && now_ms - means->over_ms >= MEANS_OVER_MS)
        fail(means, MEANS_DISOBEYED, now_ms);
}

/* Towards less charge only: a raise that is not confirmed harms nobody. */
static bool unproven(const struct means_chooser *means, const struct means_input *input)
{
    const struct means_orders *orders = &means->orders;
    if (orders->by == MEANS_CURRENT)
        return orders->charge_max_A >= 0 && input->current.set > orders->charge_max_A;
    if (orders->by == MEANS_CHARGER)
        return input->charger.set != 1;
    return orders->by == MEANS_VOLTAGE && !voltages_low(input);
}

static bool said_no(const struct means_chooser *means, const struct means_input *input)
{
    if (means->orders.by == MEANS_CURRENT)
        return input->current.refused;
    if (means->orders.by == MEANS_CHARGER)
        return input->charger.refused;
    return input->floating.refused || input->bulk.refused;
}

static void proof_look(struct means_chooser *means, const struct means_input *input, int64_t now_ms)
{
    bool open = input->fresh && unproven(means, input);
    int64_t limit_ms = said_no(means, input) ? MEANS_SAID_NO_MS : MEANS_PROVE_MS;
    means->unproven_ms = !open ? 0 : means->unproven_ms ? means->unproven_ms : now_ms;
    if (open && now_ms - means->unproven_ms >= limit_ms)
        fail(means, MEANS_REFUSED, now_ms);
}

/* --- orders --- */

/* Float is never above bulk on the way: down float first, up bulk first. */
static void order_voltages(struct means_chooser *means, const struct means_input *input,
                           struct means_orders *out)
{
    int32_t *kept = means->kept_dV;
    if (out->by == MEANS_VOLTAGE) {
        if (!kept[BULK] && !voltages_low(input)) {
            kept[FLOAT] = input->floating.set;
            kept[BULK] = input->bulk.set;
        }
        out->float_dV = input->least_dV;
        out->bulk_dV = input->floating.set == input->least_dV ? input->least_dV : -1;
        return;
    }
    bool low = voltages_low(input) && input->user_battery && input->floating.there;
    if (!kept[BULK] && low)
        kept[FLOAT] = kept[BULK] = input->release_dV;
    if (!kept[BULK])
        return;
    out->bulk_dV = kept[BULK];
    out->float_dV = input->bulk.set == kept[BULK] ? kept[FLOAT] : -1;
    if (input->bulk.set == kept[BULK] && input->floating.set == kept[FLOAT])
        kept[FLOAT] = kept[BULK] = 0;
}

/* A charge current that was lowered for another means now binds for no reason; one that is found to
 * bind was lowered before a restart, or is less than the owner allows. */
static int32_t raise_A(struct means_chooser *means, const struct means_input *input, int64_t now_ms)
{
    int32_t most = list_floor(input, input->most_A), set = input->current.set;
    bool less = input->current.there && set >= 0 && set < most && set * 1000 < input->wanted_mA;
    bool binds = less && input->charging_mA >= set * 1000 - MEANS_BINDS_mA;
    means->binds_ms = !binds ? 0 : means->binds_ms ? means->binds_ms : now_ms;
    bool long_enough = binds && now_ms - means->binds_ms >= MEANS_BINDS_MS;
    means->lowered &= set < most;
    means->lowered |= long_enough;
    return less && means->lowered ? most : -1;
}

static void order(struct means_chooser *means, const struct means_input *input,
                  struct means_orders *out, int64_t now_ms)
{
    bool link = out->by == MEANS_BMS_PORT || out->by == MEANS_BMS_CAN;
    if (input->charger.there)
        out->charger_off = out->by >= MEANS_CHARGER;
    if (link)
        out->charge_max_A = raise_A(means, input, now_ms);
    else if (out->by == MEANS_CURRENT)
        out->charge_max_A = target_A(input);
    else if (out->by == MEANS_VOLTAGE || out->by == MEANS_STRINGS)
        out->charge_max_A = input->current.there ? least_A(input) : -1;
    means->lowered |= !link && out->charge_max_A >= 0 && out->charge_max_A < input->current.set;
    order_voltages(means, input, out);
}

static void choose(const struct means_chooser *means, const struct means_input *input,
                   struct means_orders *out, int64_t now_ms)
{
    bool wait = false;
    for (enum means i = MEANS_BMS_PORT; i < MEANS_COUNT; i++) {
        bool spare = out->by != MEANS_NONE || wait;
        out->why[i] = spare ? MEANS_SPARE : judge(means, input, i, now_ms);
        if (out->why[i] == MEANS_SERVES)
            out->by = i;
        wait |= out->why[i] == MEANS_WAITED;
    }
}

const struct means_orders *means_step(struct means_chooser *means, const struct means_input *input,
                                      int64_t now_ms)
{
    if (means->start_ms == 0)
        means->start_ms = now_ms;
    for (int link = 0; link < 2; link++)
        link_step(means, input, link, now_ms);
    obedience_look(means, input, now_ms);
    proof_look(means, input, now_ms);
    struct means_orders out = {.by = MEANS_NONE,
                               .bms_mA = input->wanted_mA,
                               .charge_max_A = -1,
                               .charger_off = -1,
                               .float_dV = -1,
                               .bulk_dV = -1};
    if (input->wanted_mA >= 0)
        choose(means, input, &out, now_ms);
    if (input->fresh && (out.by != MEANS_NONE || input->wanted_mA < 0))
        order(means, input, &out, now_ms);
    means->orders = out;
    return &means->orders;
}
