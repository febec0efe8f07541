/* The PV side of the config: inputs, strings, contacts, the channels they use, and the wiring's rules. */
#include <string.h>

#include "app/config_file.h"

enum { CHANNEL_USER_SIZE = 40, STC_C = 25 };

/* --- inputs and strings --- */

static void check_input(const struct resolver *r, unsigned index)
{
    char path[YAML_PATH_SIZE];
    const struct file_input *raw = &r->raw->inputs[index];
    uint8_t inverter = r->config->topology.input[index].inverter;
    snprintf(path, sizeof path, "inputs[%u].mppt_high_V", index);
    if (raw->mppt_high_V > 0 && raw->mppt_high_V <= raw->mppt_low_V)
        yaml_file_mistake(r->file, path, "more than mppt_low_V, %g", raw->mppt_low_V);
    snprintf(path, sizeof path, "inputs[%u].inhibit", index);
    if (raw->inhibit == INHIBIT_ORDER && inverter != CONFIG_NONE &&
        !*r->raw->inverters[inverter].pv_off_command)
        yaml_file_mistake(r->file, path, "none or dusk; inverter %s has no pv_off_command",
                          raw->inverter);
}

static void resolve_inputs(const struct resolver *r)
{
    for (unsigned i = 0; i < r->raw->inputs_count; i++) {
        const struct file_input *raw = &r->raw->inputs[i];
        struct topology_input *out = &r->config->topology.input[i];
        memcpy(out->name, raw->name, sizeof out->name);
        out->inverter = CONFIG_INDEX(r->raw, inverters, raw->inverter);
        out->phase = out->inverter == CONFIG_NONE ? 0 : r->raw->inverters[out->inverter].phase;
        out->charge_point = NO_CHARGE_POINT;
        for (unsigned w = 0; w < r->raw->wallboxes_count; w++)
            if (r->config->charge_points[w].inverter == out->inverter)
                out->charge_point = (uint8_t)w;
        out->voc_max_mV = config_milli(raw->voc_max_V);
        out->isc_max_mA = config_milli(raw->isc_max_A);
        out->power_max_W = raw->power_max_W;
        out->strings_max = raw->strings_max;
        out->mppt_low_mV = config_milli(raw->mppt_low_V);
        out->mppt_high_mV = config_milli(raw->mppt_high_V);
        out->inhibit = raw->inhibit;
        check_input(r, i);
    }
    r->config->topology.inputs = (uint8_t)r->raw->inputs_count;
}

static void check_module(const struct resolver *r, unsigned index)
{
    char path[YAML_PATH_SIZE];
    const struct file_string *raw = &r->raw->strings[index];
    snprintf(path, sizeof path, "strings[%u].vmp_V", index);
    if (raw->voc_V > 0 && raw->vmp_V >= raw->voc_V)
        yaml_file_mistake(r->file, path, "less than voc_V, %g", raw->voc_V);
    snprintf(path, sizeof path, "strings[%u].imp_A", index);
    if (raw->isc_A > 0 && raw->imp_A >= raw->isc_A)
        yaml_file_mistake(r->file, path, "less than isc_A, %g", raw->isc_A);
}

static bool given(const struct resolver *r, unsigned string, const char *key)
{
    char path[YAML_PATH_SIZE];
    snprintf(path, sizeof path, "strings[%u].%s", string, key);
    return yaml_file_has(r->file, path);
}

static void resolve_strings(const struct resolver *r)
{
    double colder_K = r->raw->site.coldest_C - STC_C;
    for (unsigned i = 0; i < r->raw->strings_count; i++) {
        const struct file_string *raw = &r->raw->strings[i];
        struct topology_string *out = &r->config->topology.string[i];
        memcpy(out->name, raw->name, sizeof out->name);
        double rise = 1 + raw->voc_percent_per_K / 100 * colder_K;
        out->voc_mV = config_milli(raw->modules * raw->voc_V * rise);
        out->isc_mA = config_milli(raw->isc_A);
        double sag = 1 + raw->vmp_percent_per_K / 100 * (r->raw->site.hottest_C - STC_C);
        out->modules = (uint8_t)raw->modules;
        out->vmp_hot_mV = config_milli(raw->modules * raw->vmp_V * sag);
        out->mpp_W = (int32_t)lround(raw->modules * raw->vmp_V * raw->imp_A);
        out->azimuth_deg = given(r, i, "azimuth_deg") ? (int16_t)raw->azimuth_deg : -1;
        out->tilt_deg = given(r, i, "tilt_deg") ? (int16_t)raw->tilt_deg : -1;
        out->switchless = !given(r, i, "switch");
        out->home = CONFIG_INDEX(r->raw, inputs, raw->home);
        out->fused = raw->fused;
        check_module(r, i);
    }
    r->config->topology.strings = (uint8_t)r->raw->strings_count;
}

/* --- channels --- */

/* Who uses each channel of a device, "" = nobody yet. */
typedef char channel_user[CHANNEL_USER_SIZE];

struct channel_wish {
    const char *path;        /* of the channel's number in the file */
    uint8_t device, channel; /* channel from 1, 0 = was wrong */
    uint8_t channels;        /* that device has */
};

static struct config_channel take_channel(const struct resolver *r, channel_user *users,
                                          const struct channel_wish *wish)
{
    struct config_channel out = {wish->device, (uint8_t)(wish->channel - 1)};
    if (wish->device == CONFIG_NONE || !wish->channel)
        return out;
    channel_user *user = &users[out.channel];
    if (wish->channel > wish->channels)
        yaml_file_mistake(r->file, wish->path, "1 to %u, what the board has", wish->channels);
    else if (**user)
        yaml_file_mistake(r->file, wish->path, "a channel of its own; line %d has this one",
                          yaml_file_line(r->file, *user));
    else
        snprintf(*user, sizeof *user, "%s", wish->path);
    return out;
}

static void resolve_counters(const struct resolver *r)
{
    channel_user users[MAX_COUNTERS][COUNTER_CHANNELS] = {0};
    for (unsigned i = 0; i < r->raw->strings_count; i++) {
        char path[YAML_PATH_SIZE];
        snprintf(path, sizeof path, "strings[%u].channel", i);
        uint8_t counter = CONFIG_INDEX(r->raw, counters, r->raw->strings[i].counter);
        struct channel_wish wish = {path, counter, r->raw->strings[i].channel, COUNTER_CHANNELS};
        r->config->counter_at[i] =
            take_channel(r, users[counter == CONFIG_NONE ? 0 : counter], &wish);
    }
}

struct board_user {
    const char *list, *key, *board;
    unsigned index;
    uint8_t channel;
};

static struct config_channel take_board(const struct resolver *r,
                                        channel_user users[MAX_BOARDS][BOARD_CHANNELS],
                                        const struct board_user *user)
{
    char path[YAML_PATH_SIZE];
    snprintf(path, sizeof path, "%s[%u].%s", user->list, user->index, user->key);
    uint8_t board = CONFIG_INDEX(r->raw, boards, user->board);
    uint8_t at = board == CONFIG_NONE ? 0 : board;
    struct channel_wish wish = {path, board, user->channel, r->raw->boards[at].channels};
    return take_channel(r, users[at], &wish);
}

static void resolve_contact(const struct resolver *r, unsigned index)
{
    const struct file_contact *raw = &r->raw->contacts[index];
    r->config->topology.contact[index] = (struct topology_contact){
        .string = CONFIG_INDEX(r->raw, strings, raw->string),
        .input = CONFIG_INDEX(r->raw, inputs, raw->input),
        .normally_closed = raw->normally_closed,
        .auxiliary = raw->feedback,
        .operate_ms = (uint16_t)raw->operate_ms,
        .release_ms = (uint16_t)raw->release_ms,
        .break_mA = config_milli(raw->break_A),
        .life_operations = (uint32_t)raw->life_operations,
        .life_hot_operations = (uint32_t)raw->life_hot_operations,
    };
}

static void resolve_boards(const struct resolver *r)
{
    channel_user users[MAX_BOARDS][BOARD_CHANNELS] = {0};
    for (unsigned i = 0; i < r->raw->strings_count; i++) {
        const struct file_switch *off = &r->raw->strings[i].off;
        struct board_user user = {"strings", "switch.channel", off->board, i, off->channel};
        r->config->switch_at[i] = take_board(r, users, &user);
    }
    for (unsigned i = 0; i < r->raw->contacts_count; i++) {
        const struct file_contact *raw = &r->raw->contacts[i];
        struct board_user user = {"contacts", "channel", raw->board, i, raw->channel};
        r->config->contact_at[i] = take_board(r, users, &user);
        resolve_contact(r, i);
    }
    r->config->topology.contacts = (uint8_t)r->raw->contacts_count;
}

static uint8_t interlocked_contact(const struct resolver *r, unsigned index, const char *key,
                                   const struct file_switch *at)
{
    char path[YAML_PATH_SIZE];
    uint8_t board = CONFIG_INDEX(r->raw, boards, at->board);
    for (uint8_t c = 0; c < r->config->topology.contacts; c++)
        if (r->config->contact_at[c].device == board &&
            r->config->contact_at[c].channel + 1 == at->channel)
            return c;
    snprintf(path, sizeof path, "interlocks[%u].%s.channel", index, key);
    if (board != CONFIG_NONE && at->channel)
        yaml_file_mistake(r->file, path, "a channel that carries a contact of a string");
    return NO_CONTACT;
}

static void resolve_interlocks(const struct resolver *r)
{
    struct topology *t = &r->config->topology;
    for (unsigned i = 0; i < r->raw->interlocks_count; i++) {
        const struct file_interlock *raw = &r->raw->interlocks[i];
        t->interlock[i].contact[0] = interlocked_contact(r, i, "first", &raw->first);
        t->interlock[i].contact[1] = interlocked_contact(r, i, "second", &raw->second);
    }
    t->interlocks = (uint8_t)r->raw->interlocks_count;
}

/* --- wiring rules --- */

/* Whether text holds name as a word. */
static bool names(const char *text, const char *name)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    for (const char *at = strstr(text, name); at; at = strstr(at + 1, name))
        if ((at == text || !strchr(word, at[-1])) &&
            (!at[strlen(name)] || !strchr(word, at[strlen(name)])))
            return true;
    return false;
}

/* The router knows names, not lines: the first string or input it names is where to look. */
static void tell_topology(void *context, const char *text)
{
    const struct resolver *r = context;
    char path[YAML_PATH_SIZE] = "contacts";
    for (unsigned i = r->raw->inputs_count; i-- > 0;)
        if (names(text, r->raw->inputs[i].name))
            snprintf(path, sizeof path, "inputs[%u]", i);
    for (unsigned i = r->raw->strings_count; i-- > 0;)
        if (names(text, r->raw->strings[i].name))
            snprintf(path, sizeof path, "strings[%u]", i);
    yaml_file_mistake(r->file, path, "%s", text);
}

void config_resolve_wiring(const struct resolver *r)
{
    r->config->phase_reserve_W = r->raw->site.phase_reserve_W;
    resolve_inputs(r);
    resolve_strings(r);
    resolve_counters(r);
    resolve_boards(r);
    resolve_interlocks(r);
}

void config_check_wiring(const struct resolver *r)
{
    topology_check(&r->config->topology, tell_topology, (void *)r);
}
