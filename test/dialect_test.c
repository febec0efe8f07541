/* Frames through the shipped dialects into readings. Payloads are frames quoted in public documents and
 * captures: Pylontech US5000 V1.3, BYD LVS with a Victron GX, REC Q, Orion BMS 2, IVT-S. */
#include "devices/nodes.h"
#include "test/dialect_play.h"

static const struct row pylontech[] = {
    {"351#1002C012C012C201", VERDICT_TAKEN, AT(cvl_mV), 52800, "charge voltage 0x0210"},
    {"351#1002C012C012C201", VERDICT_TAKEN, AT(ccl_mA), 480000, "charge current 0x12C0"},
    {"355#540060000000", VERDICT_TAKEN, AT(soc_permille), 840, "V1.3 sends six bytes"},
    {"355#54006000", VERDICT_TAKEN, AT(soh_permille), 960, "V1.2 sends four"},
    {"355#5400600000", VERDICT_LENGTH, AT(soc_permille), 840, "five are wrong"},
    {"355#C9006000", VERDICT_RANGE, AT(soc_permille), 840, "201 % is refused whole"},
    {"356#7B13E9FE6B01", VERDICT_TAKEN, AT(voltage_mV), 49870, "0x137B in 0.01 V"},
    {"356#7B13E9FE6B01", VERDICT_TAKEN, AT(current_mA), -27900, "discharging 27.9 A"},
    {"356#7B13E9FE6B01", VERDICT_TAKEN, AT(temp_dC), 363, "36.3 C"},
    {"35A#0000000000000000", VERDICT_TAKEN, AT(alarms), 0, "V1.3 pairs say nothing"},
    {"35A#0400000000000000", VERDICT_TAKEN, AT(alarms), 1 << ALARM_CELL_HIGH, "pair 01 raises"},
    {"35A#0000000000000000", VERDICT_TAKEN, AT(alarms), 1 << ALARM_CELL_HIGH, "00 leaves it"},
    {"35A#0800000000000000", VERDICT_TAKEN, AT(alarms), 0, "10 clears it"},
    {"359#000800000A504E", VERDICT_TAKEN, AT(alarms), 1 << ALARM_INTERNAL,
     "system error is byte 1 bit 3"},
    {"359#008000000A504E", VERDICT_TAKEN, AT(alarms), 1 << ALARM_GENERAL,
     "0x80 there is a fault too"},
    {"359#0201000001504E", VERDICT_TAKEN, AT(alarms),
     1 << ALARM_CELL_HIGH | 1 << ALARM_CHARGE_CURRENT, "over-voltage and charge over-current"},
    {"35C#C000", VERDICT_TAKEN, AT(charge_ok), 1, "charge enabled"},
    {"35C#4000", VERDICT_TAKEN, AT(charge_ok), 0, "charge forbidden"},
    {"305#0000000000000000", VERDICT_FOREIGN, AT(charge_ok), 0,
     "the inverter's own keep-alive is not taken"},
};
static const struct row byd[] = {
    {"355#4300640000000000", VERDICT_TAKEN, AT(soc_permille), 670, "no finer charge in its zeros"},
    {"356#BE14F9FF8C000000", VERDICT_TAKEN, AT(current_mA), -700, "eight bytes"},
    {"35A#AAAAAAAAAAAAAAAA", VERDICT_TAKEN, AT(alarms), 0, "all pairs cleared is no alarm"},
    {"373#EA0C010D1F012201", VERDICT_TAKEN, AT(cell_min_mV), 3306, "lowest cell"},
    {"373#EA0C010D1F012201", VERDICT_TAKEN, AT(cell_max_dC), 169, "290 K are 16.85 C"},
};
static const struct row sma[] = {
    {"355#320064008813", VERDICT_TAKEN, AT(soc_permille), 500, "finer charge 0x1388 is 50.00 %"},
    {"35A#A8A082000000800A", VERDICT_TAKEN, AT(alarms), 0, "REC: everything cleared"},
};
static const struct row orion[] = {
    {"356#6E0B0700A000", VERDICT_TAKEN, AT(voltage_mV), 292600, "voltage in 0.1 V"},
    {"356#6E0B0700A000", VERDICT_TAKEN, AT(current_mA), 700, "0.7 A"},
    {"355#5F006400B6030618", VERDICT_TAKEN, AT(soc_permille), 950, "finer charge in 0.1 %"},
    {"351#AC0B640010040009", VERDICT_TAKEN, AT(dcl_mA), 104000, "104 A"},
    {"35A#00000000", VERDICT_FOREIGN, AT(alarms), 0, "its 0x35A is a mask of trouble codes"},
};

static void a_shunt(void)
{
    struct shunt_readings shunt = {0};
    load("ivt-s");
    CHECK(take(&shunt, 0, "521#0001FFFFD8F0", 10) == VERDICT_TAKEN &&
              shunt.current_mA.value == -10000,
          "big endian: %d mA", shunt.current_mA.value);
    CHECK(take(&shunt, 0, "521#0001FFFFD8F1", 20) == VERDICT_FROZEN &&
              shunt.current_mA.heard_ms == 10,
          "its counter did not move");
    CHECK(take(&shunt, 0, "521#000200000001", 30) == VERDICT_TAKEN && shunt.current_mA.value == 1,
          "moves again");
    dialect_file_free(&file);
}

static void a_relay_board(void)
{
    struct relay_readings board = {0};
    struct relay_orders orders = {.outputs = 0x07};
    struct frame due[4];
    char text[FRAME_TEXT_SIZE];
    load("relay-8");
    CHECK(take(&board, 0x11, "191#07077800640001F8", 10) == VERDICT_TAKEN &&
              board.closed.value == 7 && board.opened.value == 0x78 && board.uptime_s.value == 100,
          "node 0x11 listens one higher");
    CHECK(take(&board, 0x11, "190#07077800640002F8", 20) == VERDICT_FOREIGN,
          "another node's frame");
    CHECK(take(&board, 0x11, "191#0F077800640003F8", 20) == VERDICT_CHECK &&
              board.outputs.heard_ms == 10,
          "the inverse does not fit");
    CHECK(take(&board, 0x11, "191#R8", 20) != VERDICT_TAKEN && board.outputs.heard_ms == 10,
          "remote request");
    size_t count = dialect_due(file.dialect, &state, 0x11, &orders, 1000, due, 4);
    CHECK(count == 1, "%zu frames due", count);
    frame_format(text, &due[0]);
    CHECK(strcmp(text, "211#07F80100") == 0, "outputs, inverse, counter: %s", text);
    CHECK(dialect_due(file.dialect, &state, 0x11, &orders, 1099, due, 4) == 0, "each 100 ms");
    orders.outputs = 0x06;
    dialect_hurry(file.dialect, &state);
    CHECK(dialect_due(file.dialect, &state, 0x11, &orders, 1099, due, 4) == 1,
          "at once when hurried");
    frame_format(text, &due[0]);
    CHECK(strcmp(text, "211#06F90200") == 0, "%s", text);
    dialect_file_free(&file);
}

static void a_wallbox(void)
{
    struct wallbox_orders orders = {.limit_dA = 347};
    struct frame due[4];
    char text[FRAME_TEXT_SIZE];
    load("wallbox-node");
    dialect_due(file.dialect, &state, 0x13, &orders, 1000, due, 4);
    frame_format(text, &due[0]);
    CHECK(strcmp(text, "213#5B11A40E") == 0, "34.7 A: 0x15B, counter 1, inverse 0xEA4: %s", text);
    dialect_file_free(&file);
}

int main(void)
{
    PLAY("pylontech-lv", pylontech);
    PLAY("byd-lv", byd);
    PLAY("sma-lv", sma);
    PLAY("orion-lv", orion);
    a_shunt();
    a_relay_board();
    a_wallbox();
    return check_done("dialect");
}
