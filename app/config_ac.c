/* AC sources and transfer contacts: names to indices, and the rules between them.
 *
 * A value that was wrong by itself has been told already and arrives as 0, "" or its default. */
#include <math.h>
#include <string.h>

#include "app/config_file.h"

static void resolve_site(const struct resolver *r)
{
    const struct file_site *raw = &r->raw->site;
    r->config->neutral_max_dA = (int32_t)lround(raw->neutral_max_A * 10);
    r->config->unbalance_max_VA = raw->unbalance_max_VA;
    r->config->ac_dead_ms = (int32_t)lround(raw->ac_dead_s * 1000);
    r->config->ac_lockout_ms = (int32_t)lround(raw->ac_lockout_s * 1000);
}

static void resolve_sources(const struct resolver *r)
{
    char path[YAML_PATH_SIZE];
    for (unsigned i = 0; i < r->raw->sources_count; i++) {
        const struct file_source *raw = &r->raw->sources[i];
        struct config_source *out = &r->config->sources[i];
        memcpy(out->name, raw->name, sizeof out->name);
        out->phase = raw->phase;
        out->grid = raw->coupled != 0;
        out->max_dA = (int32_t)lround(raw->max_A * 10);
        out->inverter = CONFIG_INDEX(r->raw, inverters, raw->inverter);
        snprintf(path, sizeof path, "sources[%u].phase", i);
        if (out->inverter != CONFIG_NONE && r->raw->inverters[out->inverter].phase != out->phase)
            yaml_file_mistake(r->file, path, "the phase of inverter %s, L%u", raw->inverter,
                              r->raw->inverters[out->inverter].phase);
        snprintf(path, sizeof path, "sources[%u].inverter", i);
        if (out->inverter == CONFIG_NONE && !out->grid && !*raw->inverter)
            yaml_file_mistake(r->file, path,
                              "missing, it must be given: an island is an inverter's output");
        if (out->grid && !r->config->neutral_max_dA)
            yaml_file_mistake(r->file, "site.neutral_max_A",
                              "missing, it must be given: source %s is coupled to the grid",
                              raw->name);
    }
    r->config->source_count = (uint8_t)r->raw->sources_count;
}

/* --- contacts --- */

/* What else uses the board: AC contacts have boards of their own. */
static bool board_shared(const struct resolver *r, uint8_t board)
{
    const struct config_file *raw = r->raw;
    for (unsigned i = 0; i < raw->strings_count; i++)
        if (CONFIG_INDEX(raw, boards, raw->strings[i].off.board) == board)
            return true;
    for (unsigned i = 0; i < raw->contacts_count; i++)
        if (CONFIG_INDEX(raw, boards, raw->contacts[i].board) == board)
            return true;
    return false;
}

/* How often the list uses the channel. */
static unsigned uses(const struct resolver *r, const struct file_switch *wanted)
{
    unsigned count = 0;
    for (unsigned i = 0; i < r->raw->transfers_count; i++) {
        const struct file_switch *both[] = {&r->raw->transfers[i].line,
                                            &r->raw->transfers[i].neutral};
        for (size_t k = 0; k < AC_POLES; k++)
            count += both[k]->channel == wanted->channel && !strcmp(both[k]->board, wanted->board);
    }
    return count;
}

static struct config_channel resolve_contact(const struct resolver *r,
                                             const struct file_switch *raw, unsigned index,
                                             const char *pole)
{
    char path[YAML_PATH_SIZE];
    uint8_t board = CONFIG_INDEX(r->raw, boards, raw->board);
    struct config_channel out = {board, (uint8_t)(raw->channel - 1)};
    if (board == CONFIG_NONE || !raw->channel)
        return out;
    snprintf(path, sizeof path, "transfers[%u].%s.board", index, pole);
    if (board_shared(r, board))
        yaml_file_mistake(r->file, path,
                          "a board of its own: this one carries strings' contacts or switches");
    r->config->board_ac[board] = true;
    snprintf(path, sizeof path, "transfers[%u].%s.channel", index, pole);
    if (raw->channel > r->raw->boards[board].channels)
        yaml_file_mistake(r->file, path, "1 to %u, what the board has",
                          r->raw->boards[board].channels);
    else if (uses(r, raw) > 1)
        yaml_file_mistake(r->file, path, "a channel of its own; another transfer contact has it");
    return out;
}

/* --- buses --- */

static void add_transfer(const struct resolver *r, unsigned index)
{
    char path[YAML_PATH_SIZE];
    const struct file_transfer *raw = &r->raw->transfers[index];
    uint8_t box = CONFIG_INDEX(r->raw, wallboxes, raw->wallbox);
    uint8_t source = CONFIG_INDEX(r->raw, sources, raw->source);
    struct config_channel line = resolve_contact(r, &raw->line, index, "line"),
                          neutral = resolve_contact(r, &raw->neutral, index, "neutral");
    if (box == CONFIG_NONE || source == CONFIG_NONE)
        return;
    struct config_ac *ac = &r->config->ac[box];
    snprintf(path, sizeof path, "transfers[%u].source", index);
    for (size_t s = 0; s < ac->sources; s++)
        if (ac->source[s] == source)
            yaml_file_mistake(r->file, path, "a source this wallbox does not have yet");
    if (ac->sources == AC_BUS_SOURCES) {
        yaml_file_mistake(r->file, path, "one of at most %d sources of a wallbox", AC_BUS_SOURCES);
        return;
    }
    ac->contact[ac->sources][AC_LINE] = line;
    ac->contact[ac->sources][AC_NEUTRAL] = neutral;
    ac->source[ac->sources++] = source;
}

/* A wallbox moves between its own inverter, for its sessions, and another source. */
static void check_bus(const struct resolver *r, unsigned box)
{
    char path[YAML_PATH_SIZE];
    struct config_ac *ac = &r->config->ac[box];
    if (ac->sources == 0)
        return;
    ac->own = ac->house = CONFIG_NONE;
    for (uint8_t s = 0; s < ac->sources; s++) {
        const struct config_source *source = &r->config->sources[ac->source[s]];
        bool own = source->inverter == r->config->charge_points[box].inverter;
        uint8_t *place = own ? &ac->own : &ac->house;
        *place = *place == CONFIG_NONE ? s : *place;
    }
    snprintf(path, sizeof path, "wallboxes[%u].inverter", box);
    if (ac->own == CONFIG_NONE)
        yaml_file_mistake(r->file, path, "the inverter of one of its transfers' sources");
    if (ac->house == CONFIG_NONE)
        yaml_file_mistake(r->file, path, "with a second source; its transfers have this one only");
    snprintf(path, sizeof path, "wallboxes[%u].node", box);
    if (r->config->wallboxes[box].dialect && !r->config->wallboxes[box].node)
        yaml_file_mistake(r->file, path, "a node of the backbone: transfers need its voltage");
}

void config_resolve_ac(const struct resolver *r)
{
    resolve_site(r);
    resolve_sources(r);
    for (unsigned i = 0; i < r->raw->transfers_count; i++)
        add_transfer(r, i);
    for (unsigned i = 0; i < r->raw->wallboxes_count; i++)
        check_bus(r, i);
}
