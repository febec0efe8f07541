/* AC sources and transfer contacts in the config: the whole plant with them, and each rule broken. */
#include <stdlib.h>
#include <string.h>

#include "app/config.h"
#include "test/check.h"

static void loads_uc001_ac(void)
{
    struct config c;
    CHECK(config_load(&c, "test/uc001-ac.yaml", "dbc", stdout) == 0, "loads");
    CHECK(c.source_count == 2 && !strcmp(c.sources[1].name, "inv4-out") && !c.sources[1].grid &&
              c.sources[1].max_dA == 350 && c.sources[1].inverter == 3 && c.sources[0].phase == 1,
          "sources");
    const struct config_ac *ac = &c.ac[0];
    CHECK(ac->sources == 2 && ac->own == 1 && ac->house == 0 && ac->source[1] == 1, "its bus");
    CHECK(ac->contact[0][AC_LINE].device == 2 && ac->contact[0][AC_LINE].channel == 0 &&
              ac->contact[0][AC_NEUTRAL].channel == 1 && ac->contact[1][AC_LINE].channel == 2 &&
              ac->contact[1][AC_NEUTRAL].channel == 3,
          "its contacts");
    CHECK(c.board_ac[2] && !c.board_ac[0] && !c.board_ac[1], "the board is the AC side's");
    CHECK(c.neutral_max_dA == 500 && c.unbalance_max_VA == 4600 && c.ac_dead_ms == 5000 &&
              c.ac_lockout_ms == 60000,
          "site");
    config_free(&c);
    CHECK(config_load(&c, "sim/uc001.yaml", "dbc", stdout) == 0, "loads");
    CHECK(c.source_count == 0 && c.ac[0].sources == 0 && c.unbalance_max_VA == 4600 &&
              c.ac_dead_ms == 5000 && c.ac_lockout_ms == 300000,
          "without transfers nothing but defaults");
    config_free(&c);
}

/* The file with one text in place of another must tell this. */
static const struct {
    const char *from, *to, *told;
} rows[] = {
    {"phase: L1, coupled: island, max_A: 35", "phase: L2, coupled: island, max_A: 35",
     "sources[1].phase: L2 is not allowed: the phase of inverter inv4, L1"},
    {"coupled: island, max_A: 32, inverter: inv1", "coupled: island, max_A: 32",
     "sources[0].inverter: missing, it must be given: an island is an inverter's output"},
    {"coupled: island, max_A: 32, inverter: inv1", "coupled: sometimes, max_A: 32",
     "sources[0].coupled: sometimes is not allowed: one of island, grid"},
    {"max_A: 35, inverter: inv4", "max_A: 0, inverter: inv4",
     "sources[1].max_A: 0 is not allowed: 6 to 500"},
    {"{neutral_max_A: 50, unbalance_max_VA: 4600, ", "{", NULL},
    {"coupled: island, max_A: 32, inverter: inv1", "coupled: grid, max_A: 32", NULL},
    {"ac_dead_s: 5", "ac_dead_s: 0.5", "site.ac_dead_s: 0.5 is not allowed: 1 to 60"},
    {"ac_lockout_s: 60", "ac_lockout_s: 59", "site.ac_lockout_s: 59 is not allowed: 60 to 3600"},
    {"channel: 3}, neutral", "channel: 1}, neutral",
     "transfers[1].line.channel: 1 is not allowed: a channel of its own; another transfer contact "
     "has it"},
    {"channel: 3}, neutral", "channel: 9}, neutral",
     "transfers[1].line.channel: 9 is not allowed: 1 to 8, what the board has"},
    {"line: {board: ac, channel: 3}", "line: {board: contacts, channel: 8}",
     "transfers[1].line.board: contacts is not allowed: a board of its own: this one carries "
     "strings' contacts or switches"},
    {"line: {board: ac, channel: 3}", "line: {board: switches, channel: 8}",
     "transfers[1].line.board: switches is not allowed: a board of its own: this one carries "
     "strings' contacts or switches"},
    {"source: inv4-out, line", "source: house-L1, line",
     "transfers[1].source: house-L1 is not allowed: a source this wallbox does not have yet"},
    {"max_A: 35, inverter: inv4", "max_A: 35, inverter: inv1",
     "wallboxes[0].inverter: inv4 is not allowed: the inverter of one of its transfers' sources"},
    {"coupled: island, max_A: 32, inverter: inv1", "coupled: island, max_A: 32, inverter: inv4",
     "wallboxes[0].inverter: inv4 is not allowed: with a second source; its transfers have this "
     "one only"},
};

static char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    CHECK(at, "the file has no %s", from);
    char *out = malloc(strlen(text) + strlen(to) + 1);
    if (!at)
        return strcpy(out, text);
    sprintf(out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return out;
}

static void tells(size_t i, const char *text)
{
    struct config config;
    char *told = NULL, *wrong = replaced(text, rows[i].from, rows[i].to);
    size_t size;
    FILE *errors = open_memstream(&told, &size);
    int mistakes = config_load_text(&config, "test/x.yaml", wrong, strlen(wrong), "dbc", errors);
    fclose(errors);
    if (rows[i].told)
        CHECK(mistakes > 0 && strstr(told, rows[i].told), "%s: %s", rows[i].to, told);
    else
        CHECK(mistakes == 0, "%s: %s", rows[i].to, told);
    config_free(&config);
    free(told);
    free(wrong);
}

/* A source of the grid needs the neutral's rating. */
static void grid_needs_the_neutral(const char *text)
{
    struct config config;
    char *told = NULL,
         *grid = replaced(text, "coupled: island, max_A: 32, inverter: inv1",
                          "coupled: grid, max_A: 32"),
         *wrong = replaced(grid, "{neutral_max_A: 50, ", "{");
    size_t size;
    FILE *errors = open_memstream(&told, &size);
    int mistakes = config_load_text(&config, "test/x.yaml", wrong, strlen(wrong), "dbc", errors);
    fclose(errors);
    CHECK(mistakes == 1 && strstr(told, "site.neutral_max_A: missing, it must be given"), "%s",
          told);
    config_free(&config);
    free(told);
    free(grid);
    free(wrong);
}

int main(void)
{
    static char text[16384];
    FILE *in = fopen("test/uc001-ac.yaml", "r");
    size_t size = in ? fread(text, 1, sizeof text - 1, in) : 0;
    CHECK(size > 0, "test/uc001-ac.yaml");
    if (in)
        fclose(in);
    loads_uc001_ac();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && size; i++)
        tells(i, text);
    grid_needs_the_neutral(text);
    return check_done("config_ac");
}
