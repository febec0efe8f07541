/* Names to indices, units to ours, and the rules between entries.
 *
 * A value that was wrong by itself has been told already and arrives as 0, "" or its default:
 * the rules here leave it alone. */
#include <math.h>
#include <string.h>

#include "app/config_file.h"

enum { CHANNEL_USER_SIZE = 40, STC_C = 25 };

static int32_t milli(double value)
{
    return (int32_t)lround(value * 1000);
}

static int32_t tenths(double value)
{
    return (int32_t)lround(value * 10);
}

uint8_t config_index(const void *entries, unsigned count, size_t size, const char *name)
{
    for (unsigned i = 0; *name && i < count; i++)
        if (strcmp((const char *)entries + i * size, name) == 0)
            return (uint8_t)i;
    return CONFIG_NONE;
}

/* --- top, buses, inverters, wallboxes --- */

static void resolve_top(const struct resolver *r)
{
    struct config *c = r->config;
    const struct config_file *raw = r->raw;
    memcpy(c->plant, raw->plant, sizeof c->plant);
    memcpy(c->state_dir, raw->state_dir, sizeof c->state_dir);
    memcpy(c->control, raw->control, sizeof c->control);
    memcpy(c->clock, raw->clock, sizeof c->clock);
    c->controller_node = raw->node;
    c->backbone = CONFIG_INDEX(raw, buses, *raw->backbone ? raw->backbone : "backbone");
    for (unsigned i = 0; i < raw->buses_count; i++) {
        memcpy(c->buses[i].name, raw->buses[i].name, sizeof c->buses[i].name);
        memcpy(c->buses[i].port, raw->buses[i].port, sizeof c->buses[i].port);
    }
    c->bus_count = (uint8_t)raw->buses_count;
    c->pack_count = (uint8_t)raw->packs_count;
    c->shunt_count = (uint8_t)raw->shunts_count;
    c->board_count = (uint8_t)raw->boards_count;
    c->counter_count = (uint8_t)raw->counters_count;
    c->wallbox_count = (uint8_t)raw->wallboxes_count;
    c->button_count = (uint8_t)raw->buttons_count;
    c->inverter_count = (uint8_t)raw->inverters_count;
    for (unsigned i = 0; i < raw->boards_count; i++)
        c->board_channels[i] = raw->boards[i].channels;
    for (unsigned i = 0; i < raw->buttons_count; i++)
        c->button_wallbox[i] = CONFIG_INDEX(raw, wallboxes, raw->buttons[i].wallbox);
}

static void resolve_inverters(const struct resolver *r)
{
    for (unsigned i = 0; i < r->raw->inverters_count; i++) {
        const struct file_inverter *raw = &r->raw->inverters[i];
        struct config_inverter *out = &r->config->inverters[i];
        memcpy(out->name, raw->name, sizeof out->name);
        memcpy(out->port, raw->port, sizeof out->port);
        memcpy(out->serial, raw->serial, sizeof out->serial);
        out->phase = raw->phase;
        out->rated_W = raw->rated_W;
        out->rated_dA = tenths(raw->rated_A);
        out->charge_max_A = raw->charge_max_A;
    }
}

static void check_wallbox(const struct resolver *r, unsigned index)
{
    char path[YAML_PATH_SIZE];
    const struct config_wallbox *box = &r->config->charge_points[index];
    snprintf(path, sizeof path, "wallboxes[%u].min_A", index);
    if (box->max_dA && box->min_dA > box->max_dA)
        yaml_file_mistake(r->file, path, "at most max_A, %g", box->max_dA / 10.0);
    if (box->inverter == CONFIG_NONE)
        return;
    const struct config_inverter *inverter = &r->config->inverters[box->inverter];
    snprintf(path, sizeof path, "wallboxes[%u].max_A", index);
    if (inverter->rated_dA && box->max_dA > inverter->rated_dA)
        yaml_file_mistake(r->file, path, "at most what inverter %s is rated for, %g",
                          inverter->name, inverter->rated_dA / 10.0);
    snprintf(path, sizeof path, "wallboxes[%u].inverter", index);
    for (unsigned i = 0; i < index; i++)
        if (r->config->charge_points[i].inverter == box->inverter)
            yaml_file_mistake(r->file, path, "an inverter of its own; wallboxes[%u] has this one",
                              i);
}

static void resolve_wallboxes(const struct resolver *r)
{
    for (unsigned i = 0; i < r->raw->wallboxes_count; i++) {
        const struct file_wallbox *raw = &r->raw->wallboxes[i];
        struct config_wallbox *out = &r->config->charge_points[i];
        out->device = (uint8_t)i;
        out->inverter = CONFIG_INDEX(r->raw, inverters, raw->inverter);
        out->phase = out->inverter == CONFIG_NONE ? 0 : r->raw->inverters[out->inverter].phase;
        out->min_dA = tenths(raw->min_A);
        out->max_dA = tenths(raw->max_A);
        out->voltage_V = raw->voltage_V;
        out->strings_wanted = raw->strings_wanted;
        check_wallbox(r, i);
    }
}

/* --- battery --- */

static void check_battery(const struct resolver *r)
{
    const struct file_battery *raw = &r->raw->battery;
    if (!yaml_file_has(r->file, "battery"))
        return;
    if (raw->floor_percent >= raw->cap_percent - raw->cap_hysteresis_percent)
        yaml_file_mistake(r->file, "battery.floor_percent",
                          "less than %g, where charging resumes below the cap",
                          raw->cap_percent - raw->cap_hysteresis_percent);
    if (raw->cell_ceiling_mV && raw->cell_floor_mV >= raw->cell_ceiling_mV)
        yaml_file_mistake(r->file, "battery.cell_floor_mV", "less than cell_ceiling_mV, %d",
                          raw->cell_ceiling_mV);
}

static void resolve_battery(const struct resolver *r)
{
    const struct file_battery *raw = &r->raw->battery;
    struct bank_config *bank = &r->config->bank;
    const char *user = r->raw->packs_count ? "packs" : "shunts";
    check_battery(r);
    if (!yaml_file_has(r->file, "battery") && (r->raw->packs_count || r->raw->shunts_count))
        yaml_file_mistake(r->file, "battery", "missing, it must be given with %s", user);
    *bank = (struct bank_config){
        .chemistry = raw->chemistry,
        .cells = raw->cells,
        .cap_permille = tenths(raw->cap_percent),
        .cap_hysteresis_permille = tenths(raw->cap_hysteresis_percent),
        .floor_permille = tenths(raw->floor_percent),
        .charge_max_mA = milli(raw->charge_max_A),
        .discharge_max_mA = milli(raw->discharge_max_A),
        .cell_ceiling_mV = raw->cell_ceiling_mV,
        .cell_floor_mV = raw->cell_floor_mV,
        .self_draw_mA = raw->self_draw_mA,
        .sensor_offset_mA = raw->sensor_offset_mA,
        .sensor_gain_permille = tenths(raw->sensor_gain_percent),
        .packs = (uint8_t)r->raw->packs_count,
    };
    for (unsigned i = 0; i < r->raw->packs_count; i++) {
        bank->pack_capacity_mAh[i] = milli(r->raw->packs[i].capacity_Ah);
        bank->capacity_mAh += bank->pack_capacity_mAh[i];
    }
}

/* --- strings, inputs, contacts --- */

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
        out->voc_max_mV = milli(raw->voc_max_V);
        out->isc_max_mA = milli(raw->isc_max_A);
        out->power_max_W = raw->power_max_W;
        out->strings_max = raw->strings_max;
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

static void resolve_strings(const struct resolver *r)
{
    double colder_K = r->raw->site.coldest_C - STC_C;
    for (unsigned i = 0; i < r->raw->strings_count; i++) {
        const struct file_string *raw = &r->raw->strings[i];
        struct topology_string *out = &r->config->topology.string[i];
        memcpy(out->name, raw->name, sizeof out->name);
        double rise = 1 + raw->voc_percent_per_K / 100 * colder_K;
        out->voc_mV = milli(raw->modules * raw->voc_V * rise);
        out->isc_mA = milli(raw->isc_A);
        out->mpp_W = (int32_t)lround(raw->modules * raw->vmp_V * raw->imp_A);
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
        r->config->topology.contact[i].string = CONFIG_INDEX(r->raw, strings, raw->string);
        r->config->topology.contact[i].input = CONFIG_INDEX(r->raw, inputs, raw->input);
    }
    r->config->topology.contacts = (uint8_t)r->raw->contacts_count;
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

void config_resolve(const struct resolver *r)
{
    resolve_top(r);
    config_resolve_devices(r);
    resolve_inverters(r);
    resolve_wallboxes(r);
    resolve_battery(r);
    resolve_inputs(r);
    resolve_strings(r);
    resolve_counters(r);
    resolve_boards(r);
    config_resolve_ac(r);
    if (!r->file->mistakes)
        topology_check(&r->config->topology, tell_topology, (void *)r);
}
