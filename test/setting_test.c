/* Settings as a person writes them: what is taken here is what the unit's own judgement takes, for every
 * protocol, setting and value. The unit's words are those of its protocol's table, so both are held
 * against the vendor's documents by test/unit_line_test.c and test/sim_pi30_test.c. */
#include <stdlib.h>
#include <string.h>

#include "app/setting.h"
#include "inverter/unit_inner.h"
#include "test/check.h"

static struct unit unit;

enum { NOW_MS = 1000, MOST = 1200 };

/* A unit that has told everything. */
static void unit_make(const struct protocol *protocol, int32_t battery_dV, bool lists)
{
    static const int32_t amperes[] = {2, 10, 20, 35, 50};
    struct unit_config config = {.name = "inv2"};
    unit_init(&unit, &config, NOW_MS);
    unit.protocol = protocol;
    unit.since_ms = 1;
    for (int s = 0; s < SETTINGS; s++)
        reading_set((struct reading *)(uintptr_t)setting_reading(&unit, (enum setting)s), 9999,
                    NOW_MS);
    reading_set(&unit.readings.rated_battery_dV, battery_dV, NOW_MS);
    for (size_t i = 0; lists && i < 5; i++)
        unit.charge_list_A[i] = unit.ac_charge_list_A[i] = amperes[i];
    unit.charge_list_count = unit.ac_charge_list_count = lists ? 5 : 0;
}

/* The unit would write exactly this value. */
static bool unit_takes(enum setting setting, int32_t value)
{
    enum setting_reason reason;
    unit.orders = unit_orders_none();
    unit.orders.want[setting] = value;
    int32_t target = setting_target(&unit, setting, &reason, NOW_MS);
    return target == value && reason != REASON_NOT_ALLOWED && reason != REASON_UNSUPPORTED;
}

static unsigned taken;

static void values_agree(enum setting setting)
{
    char text[SETTING_VALUE], why[256];
    for (int32_t value = 0; value <= MOST; value++) {
        int32_t parsed = -1;
        setting_value_text(setting, value, text, sizeof text);
        char *unit_of = strchr(text, ' ');
        if (unit_of)
            *unit_of = '\0';
        bool parses = setting_parse(&unit, setting, text, &parsed, why, sizeof why) == 0;
        CHECK(parses == unit_takes(setting, value), "%s %s %s: here %s, unit %s",
              unit.protocol->name, setting_key(setting), text, parses ? "taken" : why,
              unit_takes(setting, value) ? "takes it" : "does not");
        CHECK(!parses || parsed == value, "%s: %d", text, parsed);
        taken += parses;
    }
}

static void every_protocol(void)
{
    for (size_t p = 0; p < protocol_count; p++)
        for (int kind = 0; kind < 4; kind++) {
            unit_make(protocols[p], kind & 1 ? 240 : 480, kind & 2);
            taken = 0;
            for (int s = SET_CHARGER_OFF; s < SETTINGS; s++)
                values_agree((enum setting)s);
            CHECK((taken > 10) == (protocols[p]->setter_count > 0), "%s: %u values are taken",
                  protocols[p]->name, taken);
        }
}

static const struct {
    enum setting setting;
    const char *allowed, *sentence;
} allowed[] = {
    {SET_CHARGE_MAX, "2, 10, 20, 35, 50 A", "the unit's own list"},
    {SET_OUTPUT_PRIORITY, "utility, solar, sbu", "words"},
    {SET_BULK, "48.0 to 58.4 V", "a range of tenths"},
    {SET_DISCHARGE_MAX, "30 to 150 in steps of 10 A, 0 = off", "a range in steps, and a word"},
    {SET_CHARGER_OFF, "yes, no", "a switch"},
};

static void allowed_is_told(void)
{
    char text[SETTING_ALLOWED];
    unit_make(protocol_named("PI30MAX"), 480, true);
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        CHECK(setting_allowed_text(&unit, allowed[i].setting, text, sizeof text), "can be set");
        CHECK(strcmp(text, allowed[i].allowed) == 0, "%s: \"%s\"", allowed[i].sentence, text);
    }
    CHECK(setting_allowed_text(&unit, SET_BATTERY_TYPE, text, sizeof text) &&
              strstr(text, "agm, flooded, user, 3 = ") == text,
          "words, then numbers with the table's words: %s", text);
    unit.protocol = NULL;
    CHECK(!setting_allowed_text(&unit, SET_BULK, text, sizeof text) &&
              strstr(text, "not told what it is"),
          "%s", text);
}

static const struct {
    enum setting setting;
    const char *text;
    int32_t value; /* -1 = no value */
} words[] = {
    {SET_BULK, "56.4", 564},      {SET_BULK, "56", 560},           {SET_BULK, "56.", 560},
    {SET_BULK, "56.45", -1},      {SET_BULK, "5.6.4", -1},         {SET_BULK, ".", -1},
    {SET_BULK, "+56", -1},        {SET_BULK, "56 ", -1},           {SET_BULK, "0x38", -1},
    {SET_CHARGE_MAX, "20", 20},   {SET_CHARGE_MAX, "020", 20},     {SET_CHARGE_MAX, "20A", -1},
    {SET_CHARGER_OFF, "yes", 1},  {SET_CHARGER_OFF, "1", 1},       {SET_CHARGER_OFF, "2", -1},
    {SET_CHARGER_OFF, "YES", -1}, {SET_OUTPUT_PRIORITY, "sbu", 2}, {SET_OUTPUT_PRIORITY, "", -1},
};

static void words_are_read(void)
{
    char why[256];
    unit_make(protocol_named("PI30MAX"), 480, true);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        int32_t value = -1;
        int status = setting_parse(&unit, words[i].setting, words[i].text, &value, why, sizeof why);
        CHECK((status == 0) == (words[i].value >= 0) && value == words[i].value, "\"%s\": %d, %d",
              words[i].text, status, value);
    }
}

static void keys_are_found(void)
{
    for (int s = 0; s < SETTINGS; s++) {
        CHECK(setting_find(setting_key((enum setting)s)) == (enum setting)s, "its key");
        CHECK(setting_find(setting_name((enum setting)s)) == (enum setting)s, "its name");
    }
    CHECK(setting_find("") == SETTINGS && setting_find("charge") == SETTINGS, "no other");
}

int main(void)
{
    every_protocol();
    allowed_is_told();
    words_are_read();
    keys_are_found();
    return check_done("setting");
}
