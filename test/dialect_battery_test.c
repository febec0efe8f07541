/* Each shipped battery and sensor by frames its makers' texts or its owners quote. Where nobody quotes
 * one, the bytes are laid out by hand from the document's table, with the document's own example
 * values: Growatt V1.04 (12.5 A, 50 A), Schneider V2 (370.00 V, 81.00 A), foxBMS 2 v1.11.0 (the
 * values of its unit tests), LEM CAB500 (3456 mA, the same). */
#include "bms/bank.h"
#include "devices/nodes.h"
#include "test/dialect_play.h"
#include "test/pack_flows.h"

/* clang-format off */
/* setfirelabs.com, "CAN Comms V1.2 vs V1.3": two US5000 of one stack, the older first. */
static const struct row pylontech_both[] = {
    {"351#1402C012C012C201", VERDICT_TAKEN, AT(cvl_mV), 53200, "V1.2"},
    {"355#58005E00", VERDICT_TAKEN, AT(soc_permille), 880, "V1.2: four bytes"},
    {"356#7A13F2FE6B01", VERDICT_TAKEN, AT(current_mA), -27000, "V1.2"},
    {"359#0000000006504E", VERDICT_TAKEN, AT(modules), 6, "V1.2: six modules"},
    {"35C#C000", VERDICT_TAKEN, AT(discharge_ok), 1, "V1.2"},
    {"351#1002C012C012C201", VERDICT_TAKEN, AT(cvl_mV), 52800, "V1.3 on the same bus"},
    {"355#540060000000", VERDICT_TAKEN, AT(soc_permille), 840, "V1.3: six bytes, no finer charge"},
    {"355#5F00640000000000", VERDICT_TAKEN, AT(soc_permille), 950, "eight bytes of one that imitates it"},
    {"356#7B13E9FE6B01", VERDICT_TAKEN, AT(voltage_mV), 49870, "V1.3"},
    {"35A#0000000000000000", VERDICT_TAKEN, AT(alarms), 0, "V1.3"},
    {"35F#4C4901033C02AA00", VERDICT_TAKEN, AT(capacity_Ah), 572, "V1.3: 0x023C"},
};
/* syssi/esphome-virtual-can-bms #3: SHEnergy on a Venus OS; hoylabs/OpenDTU-OnBattery #1262: Pytes. */
static const struct row victron[] = {
    {"351#4302E8039E07D001", VERDICT_TAKEN, AT(dcl_mA), 195000, "0x079E"},
    {"355#3C00640084170000", VERDICT_TAKEN, AT(soc_permille), 602, "finer charge 0x1784 is 60.20 %"},
    {"355#14006400", VERDICT_TAKEN, AT(soc_permille), 200, "Pytes has none"},
    {"355#4300640000000000", VERDICT_TAKEN, AT(soc_permille), 670, "BYD pads with zeros: no charge of 0"},
    {"356#6114D3FEEB001A00", VERDICT_TAKEN, AT(voltage_mV), 52170, "0x1461"},
    {"356#6114D3FEEB001A00", VERDICT_TAKEN, AT(current_mA), -30100, "0xFED3"},
    {"35A#AAAAAA02AAAAAA02", VERDICT_TAKEN, AT(alarms), 0, "all cleared"},
    {"35F#0000100430010000", VERDICT_TAKEN, AT(capacity_Ah), 304, "0x0130"},
    {"35F#010016041400", VERDICT_TAKEN, AT(capacity_Ah), 20, "Pytes sends six bytes"},
    {"373#B90CC20C27012801", VERDICT_TAKEN, AT(cell_min_mV), 3257, "0x0CB9"},
    {"373#B90CC20C27012801", VERDICT_TAKEN, AT(cell_max_mV), 3266, "0x0CC2"},
    {"373#B90CC20C27012801", VERDICT_TAKEN, AT(cell_min_dC), 219, "295 K"},
    {"373#01000000", VERDICT_LENGTH, AT(cell_min_mV), 3257, "a Discover's four bytes are no cells"},
    {"370#43414E2D534D4152", VERDICT_FOREIGN, AT(cell_min_mV), 3257, "letters of a name"},
};
/* ai-republic/bms-to-inverter #107: 55.8 V, 282.0 A; 52.2 V, -23.9 A, 19.0 C; 62 %; 300 Ah. */
static const struct row discover[] = {
    {"351#2E02040B040BB001", VERDICT_TAKEN, AT(ccl_mA), 282000, "0x0B04"},
    {"354#2C01BA0000000000", VERDICT_TAKEN, AT(capacity_Ah), 300, "nominal"},
    {"355#3E00640000000000", VERDICT_TAKEN, AT(soc_permille), 620, "no finer charge"},
    {"356#0A0211FFBE000000", VERDICT_TAKEN, AT(voltage_mV), 52200, "in 0.1 V"},
    {"356#0A0211FFBE000000", VERDICT_TAKEN, AT(current_mA), -23900, "0xFF11"},
    {"35A#ABAAFEAFAAFAFF", VERDICT_TAKEN, AT(alarms), 0, "11 is not supported, not raised"},
    {"35A#ABAAFEAFAAFAFF", VERDICT_TAKEN, AT(warnings), 0, "seven bytes"},
    {"35A#A6AAFEAFAAFAFF", VERDICT_TAKEN, AT(alarms), 1 << ALARM_CELL_HIGH, "01 in pair 1"},
    {"373#01000000", VERDICT_FOREIGN, AT(alarms), 1 << ALARM_CELL_HIGH, "its 0x373 is not taken"},
};
static const struct row rec[] = {
    {"351#1F01BC02E803E700", VERDICT_TAKEN, AT(cvl_mV), 28700, "REC Q: 0x011F"},
    {"355#320064008813", VERDICT_TAKEN, AT(soc_permille), 500, "0x1388"},
    {"356#320A00002701", VERDICT_TAKEN, AT(voltage_mV), 26100, "0x0A32"},
    {"35A#A8A082000000800A", VERDICT_TAKEN, AT(alarms), 0, "cleared and silent pairs"},
    {"35F#0000020664000000", VERDICT_TAKEN, AT(capacity_Ah), 100, "0x0064"},
    {"35A#00000000", VERDICT_LENGTH, AT(alarms), 0, "an Orion's mask is no pair"},
};
static const struct row solark[] = {
    {"356#0A0211FFBE000000", VERDICT_TAKEN, AT(voltage_mV), 52200, "in 0.1 V"},
    {"356#0A0211FFBE00", VERDICT_LENGTH, AT(voltage_mV), 52200, "eight bytes and no others"},
    {"359#0008000001504E", VERDICT_LENGTH, AT(alarms), 0, "eight bytes and no others"},
    {"359#0008000001504E00", VERDICT_TAKEN, AT(alarms), 1 << ALARM_INTERNAL, "bit 11"},
    {"35C#D000000000000000", VERDICT_TAKEN, AT(force_charge), 1, "bit 4: low"},
    {"35C#E000000000000000", VERDICT_TAKEN, AT(force_charge), 1, "bit 5: at once"},
    {"35C#C000000000000000", VERDICT_TAKEN, AT(force_charge), 0, "neither"},
    {"35C#8000000000000000", VERDICT_TAKEN, AT(discharge_ok), 0, "bit 6 down"},
    {"379#1801000000000000", VERDICT_TAKEN, AT(capacity_Ah), 280, "1 Ah"},
};
static const struct row deye[] = {
    {"351#1402740E740ECC01", VERDICT_TAKEN, AT(dvl_mV), 46000, "the Pylontech set"},
    {"361#160D020DFA00F000", VERDICT_TAKEN, AT(cell_max_mV), 3350, "highest cell first"},
    {"361#160D020DFA00F000", VERDICT_TAKEN, AT(cell_min_mV), 3330, "then the lowest"},
    {"361#160D020DFA00CEFF", VERDICT_TAKEN, AT(cell_min_dC), -50, "signed"},
    {"361#160DF401FA00F000", VERDICT_TAKEN, AT(cell_min_mV), 500, "the lowest that is a cell"},
    {"361#160D6400FA00F000", VERDICT_RANGE, AT(cell_min_mV), 500, "0.1 V is a lost wire"},
    {"35C#C000", VERDICT_TAKEN, AT(charge_ok), 1, "its enables"},
};
static const struct row seplos[] = {
    {"359#0008000001000003", VERDICT_TAKEN, AT(alarms), 1 << ALARM_INTERNAL, "no PN needed"},
    {"370#FA00F000020D160D", VERDICT_TAKEN, AT(cell_max_dC), 250, "temperatures"},
    {"370#FA00F000020D160D", VERDICT_TAKEN, AT(cell_min_dC), 240, "of 0x370"},
};
static const struct row shoto[] = {
    {"370#FA00F000020D160D", VERDICT_TAKEN, AT(cell_min_mV), 3330, "lowest first"},
    {"370#FA00F000020D160D", VERDICT_TAKEN, AT(cell_max_mV), 3350, "then the highest"},
};
static const struct row goodwe[] = {
    {"356#0A0211FFBE00", VERDICT_TAKEN, AT(voltage_mV), 52200, "in 0.1 V"},
    {"356#0A0211FFBE000000", VERDICT_TAKEN, AT(voltage_mV), 52200, "lengths as Pylontech's"},
    {"35C#E000", VERDICT_TAKEN, AT(force_charge), 1, "bit 5"},
    {"359#0010000001504E", VERDICT_TAKEN, AT(alarms), 1 << ALARM_IMBALANCE, "byte 1 bit 4"},
};
static const struct row luxpower[] = {
    {"355#3C006400160D020D", VERDICT_TAKEN, AT(cell_max_mV), 3350, "bytes 4-5, no finer charge"},
    {"355#3C006400160D020D", VERDICT_TAKEN, AT(cell_min_mV), 3330, "bytes 6-7"},
    {"355#3C006400160D020D", VERDICT_TAKEN, AT(soc_permille), 600, "charge"},
    {"355#3C006400", VERDICT_LENGTH, AT(soc_permille), 600, "eight bytes"},
    {"356#6114D3FEFA00F000", VERDICT_TAKEN, AT(cell_max_dC), 250, "bytes 4-5"},
    {"356#6114D3FEFA00F000", VERDICT_TAKEN, AT(cell_min_dC), 240, "bytes 6-7"},
    {"359#0008000001180100", VERDICT_TAKEN, AT(alarms), 1 << ALARM_INTERNAL, "ampere-hours where PN was"},
    {"35C#C0002100", VERDICT_TAKEN, AT(charge_ok), 1, "cycles in bytes 2-3"},
};
static const struct row growatt[] = {
    {"311#021C007D01F40C03", VERDICT_TAKEN, AT(cvl_mV), 54000, "the text's default of 54 V"},
    {"311#021C007D01F40C03", VERDICT_TAKEN, AT(ccl_mA), 12500, "125 is 12.5 A"},
    {"311#021C007D01F40C03", VERDICT_TAKEN, AT(dcl_mA), 50000, "500 is 50 A"},
    {"312#1008000001AABB10", VERDICT_TAKEN, AT(alarms), 1 << ALARM_CELL_HIGH | 1 << ALARM_INTERNAL, "cell over-voltage, system"},
    {"312#0400000001AABB10", VERDICT_TAKEN, AT(alarms), 1 << ALARM_CELL_HIGH, "a module's stands for a cell's"},
    {"312#2000000001AABB10", VERDICT_TAKEN, AT(alarms), 1 << ALARM_SHORT, "short circuit"},
    {"312#0000080101AABB10", VERDICT_TAKEN, AT(warnings), 1 << ALARM_CELL_LOW | 1 << ALARM_INTERNAL, "warnings"},
    {"312#0000000001AABB10", VERDICT_TAKEN, AT(alarms), 0, "all gone"},
    {"313#1461FED300EB3CE2", VERDICT_TAKEN, AT(voltage_mV), 52170, "high byte first"},
    {"313#1461FED300EB3CE2", VERDICT_TAKEN, AT(current_mA), -30100, "signed"},
    {"313#1461FED300EB3CE2", VERDICT_TAKEN, AT(soc_permille), 600, "byte 6"},
    {"313#1461FED300EB3CE2", VERDICT_TAKEN, AT(soh_permille), 980, "bit 7 is no health"},
    {"313#1461FED300EB65E2", VERDICT_RANGE, AT(soc_permille), 600, "101 %"},
    {"314#42686D6000140021", VERDICT_TAKEN, AT(capacity_Ah), 280, "28000 x 10 mAh"},
    {"319#C00D160D02010200", VERDICT_TAKEN, AT(charge_ok), 1, "enabled"},
    {"319#C00D160D02010200", VERDICT_TAKEN, AT(cell_max_mV), 3350, "bytes 1-2"},
    {"319#C00D160D02010200", VERDICT_TAKEN, AT(cell_min_mV), 3330, "bytes 3-4"},
    {"319#600D160D02010200", VERDICT_TAKEN, AT(charge_ok), 0, "charging forbidden"},
    {"319#600D160D02010200", VERDICT_TAKEN, AT(force_charge), 1, "bit 5"},
};
/* 0x7320 as an SC0500 with three H48050 sent it (eevblog); the rest by the drivers' table. */
static const struct row pylontech_hv[] = {
    {"00007320#2D00030F90003200", VERDICT_TAKEN, AT(capacity_Ah), 50, "0x0032"},
    {"00007320#2D00030F90003200", VERDICT_TAKEN, AT(modules), 3, "three of fifteen cells"},
    {"00004210#E8050374D3043C62", VERDICT_TAKEN, AT(voltage_mV), 151200, "0x05E8"},
    {"00004210#E8050374D3043C62", VERDICT_TAKEN, AT(current_mA), -30100, "29699 - 30000"},
    {"00004210#E8050374D3043C62", VERDICT_TAKEN, AT(temp_dC), 235, "1235 - 1000"},
    {"00004210#E8050374D3043C62", VERDICT_TAKEN, AT(soc_permille), 600, "byte 6"},
    {"00004220#540646052A763674", VERDICT_TAKEN, AT(cvl_mV), 162000, "0x0654"},
    {"00004220#540646052A763674", VERDICT_TAKEN, AT(ccl_mA), 25000, "30250 - 30000"},
    {"00004220#540646052A763674", VERDICT_TAKEN, AT(dcl_mA), 25000, "30000 - 29750"},
    {"00004220#540646052A762A76", VERDICT_RANGE, AT(dcl_mA), 25000, "as GCE counts it: refused"},
    {"00004230#160D020D01002D00", VERDICT_TAKEN, AT(cell_max_mV), 3350, "cells"},
    {"00004240#E204D80401002D00", VERDICT_TAKEN, AT(cell_min_dC), 240, "1240 - 1000"},
    {"00004250#0121002001000200", VERDICT_TAKEN, AT(alarms), 1 << ALARM_CONTACTOR | 1 << ALARM_CELL_HIGH, "relay error, cell high"},
    {"00004250#0121000001000200", VERDICT_TAKEN, AT(warnings), 1 << ALARM_CELL_LOW, "alarms of the text warn"},
    {"00004250#0121000000000400", VERDICT_TAKEN, AT(alarms), 1 << ALARM_CELL_LOW, "the pack's low stands for a cell's"},
    {"00004250#0921000000000000", VERDICT_TAKEN, AT(force_charge), 1, "bit 3"},
    {"00004280#0000000000000000", VERDICT_TAKEN, AT(charge_ok), 1, "nothing forbidden"},
    {"00004280#AA00000000000000", VERDICT_TAKEN, AT(charge_ok), 0, "0xAA forbids"},
    {"00004280#AA00000000000000", VERDICT_TAKEN, AT(discharge_ok), 1, "charging alone"},
    {"210#0000000000000000", VERDICT_FOREIGN, AT(discharge_ok), 1, "standard identifiers are others"},
};
/* 0x190 as an HVM sent it (SunshadeCorp/can-service #3); voltages of an HVS as Fronius tells them. */
static const struct row byd_hvs[] = {
    {"110#12400C8001000200", VERDICT_TAKEN, AT(cvl_mV), 467200, "467.2 V"},
    {"110#12400C8001000200", VERDICT_TAKEN, AT(dvl_mV), 320000, "320 V"},
    {"110#12400C8001000200", VERDICT_TAKEN, AT(dcl_mA), 25600, "discharging comes first"},
    {"110#12400C8001000200", VERDICT_TAKEN, AT(ccl_mA), 51200, "then charging"},
    {"150#1A0E271001000100", VERDICT_TAKEN, AT(soc_permille), 667, "66.70 %"},
    {"150#1A0E271001000100", VERDICT_TAKEN, AT(soh_permille), 1000, "100.00 %"},
    {"1D0#101DFFCB00F00308", VERDICT_TAKEN, AT(voltage_mV), 412500, "0x101D"},
    {"1D0#101DFFCB00F00308", VERDICT_TAKEN, AT(temp_dC), 240, "0x00F0"},
    {"210#00FA00E600000000", VERDICT_TAKEN, AT(cell_max_dC), 250, "hottest first"},
    {"210#00FAFFCE00000000", VERDICT_TAKEN, AT(cell_min_dC), -50, "signed"},
    {"190#000000150000000F", VERDICT_FOREIGN, AT(alarms), 0, "what it says nobody knows"},
};
static const struct row schneider[] = {
    {"00000321#00009C4000007530", VERDICT_TAKEN, AT(cvl_mV), 400000, "400.00 V"},
    {"00000321#00009C4000007530", VERDICT_TAKEN, AT(dvl_mV), 300000, "300.00 V"},
    {"00000322#000009C400001388", VERDICT_TAKEN, AT(ccl_mA), 25000, "25.00 A"},
    {"00000322#000009C400001388", VERDICT_TAKEN, AT(dcl_mA), 50000, "50.00 A"},
    {"00000322#000009C4FFFFEC78", VERDICT_RANGE, AT(dcl_mA), 50000, "a limit is never negative"},
    {"00000323#0000908800001FA4", VERDICT_TAKEN, AT(voltage_mV), 370000, "37000 is 370.00 V"},
    {"00000323#0000908800001FA4", VERDICT_TAKEN, AT(current_mA), 81000, "8100 is 81.00 A"},
    {"00000324#00EB025800000000", VERDICT_TAKEN, AT(soc_permille), 600, "60.0 %"},
    {"00000325#0006000000000000", VERDICT_TAKEN, AT(charge_ok), 1, "both allowed"},
    {"00000325#0004000000000000", VERDICT_TAKEN, AT(charge_ok), 0, "discharge alone"},
    {"00000325#0008000000000000", VERDICT_TAKEN, AT(alarms), 1 << ALARM_GENERAL, "stop"},
    {"00000325#0006000001000000", VERDICT_TAKEN, AT(alarms), 1 << ALARM_GENERAL | 1 << ALARM_INTERNAL, "fault 8: system"},
    {"00000325#0006000080000000", VERDICT_TAKEN, AT(alarms), 1 << ALARM_GENERAL, "an unknown fault is one"},
    {"00000325#0006001000000000", VERDICT_TAKEN, AT(warnings), 1 << ALARM_CELL_HIGH, "warning 4"},
    {"00000326#0003002100620000", VERDICT_TAKEN, AT(soh_permille), 980, "98 %"},
    {"00000326#0004002100620000", VERDICT_TAKEN, AT(alarms), 1 << ALARM_CONTACTOR, "faulted"},
    {"00000326#0003002100620000", VERDICT_TAKEN, AT(alarms), 0, "online again"},
    {"00000327#00FA00F00D160D02", VERDICT_TAKEN, AT(cell_min_mV), 3330, "cells"},
    {"323#0000908800001FA4", VERDICT_FOREIGN, AT(current_mA), 81000, "29 bits, not 11"},
};
static const struct row foxbms[] = {
    {"233#196032CFCD25B1AE", VERDICT_TAKEN, AT(voltage_mV), 324800, "324.8 V in fifteen bits"},
    {"233#196032CFCD25B1AE", VERDICT_TAKEN, AT(current_mA), 200500, "-200.5 A there charges"},
    {"231#000000000BB806D6", VERDICT_TAKEN, AT(cell_max_mV), 3000, "fourteen bits"},
    {"231#000000000BB806D6", VERDICT_TAKEN, AT(cell_min_mV), 1750, "fourteen bits"},
    {"230#00000000F1230000", VERDICT_TAKEN, AT(cell_min_dC), -150, "-15 C"},
    {"235#536EE00000C50000", VERDICT_TAKEN, AT(soc_permille), 333, "the weakest string's"},
    {"235#FFEEE00000C50000", VERDICT_RANGE, AT(soc_permille), 333, "102.3 % is outside the text's range"},
    {"232#2D01E1000000644B", VERDICT_TAKEN, AT(ccl_mA), 120250, "120.25 A"},
    {"232#2D01E1000000644B", VERDICT_TAKEN, AT(dcl_mA), 180000, "180 A"},
    {"232#2D01E1000000644B", VERDICT_TAKEN, AT(cvl_mV), 400000, "steps of 4 V"},
    {"220#1700000000000000", VERDICT_TAKEN, AT(charge_ok), 1, "a string is connected"},
    {"220#0500000000000000", VERDICT_TAKEN, AT(charge_ok), 0, "none is"},
    {"220#5704000000000000", VERDICT_TAKEN, AT(alarms), 1 << ALARM_GENERAL, "a fatal error"},
    {"220#1700000200000000", VERDICT_TAKEN, AT(alarms), 1 << ALARM_CHARGE_CURRENT, "bit 25"},
    {"220#1700400000000000", VERDICT_TAKEN, AT(alarms), 1 << ALARM_CONTACTOR, "interlock"},
    {"220#1700000000000000", VERDICT_TAKEN, AT(alarms), 0, "all gone"},
};
/* clang-format on */

/* --- what the frames mean together --- */

static void hear(const char *const frames[], size_t count, int64_t now_ms)
{
    for (size_t i = 0; i < count; i++)
        CHECK(take(&pack, (uint8_t)file.node, frames[i], now_ms) == VERDICT_TAKEN, "%s", frames[i]);
}

/* A stack of V1.3 never sends 0x35C: that forbids nothing. One of V1.2 that takes its enable back does. */
static void a_missing_enable(void)
{
    static const char *const v13[] = {"351#1002C012C012C201", "355#540060000000",
                                      "356#7B13E9FE6B01", "35A#0000000000000000"};
    static const char *const forbidden[] = {"35C#4000"};
    const struct bank_config config = {
        .chemistry = CHEMISTRY_LFP, .cells = 15, .packs = 1, .pack_capacity_mAh = {100000}};
    struct bank_view view = {0};
    load("pylontech-lv");
    hear(v13, 4, 1000);
    bank_look(&view, &config, &pack, pack_flows(&pack, 1, 1500), "", 1500);
    CHECK(view.charge_ok && view.discharge_ok && view.packs_fresh == 1, "nothing forbidden");
    CHECK(view.ccl_mA == 480000 && view.alarms == 0, "%d mA", view.ccl_mA);
    hear(forbidden, 1, 1600);
    bank_look(&view, &config, &pack, pack_flows(&pack, 1, 1700), "", 1700);
    CHECK(!view.charge_ok && view.discharge_ok, "the enable was taken back");
    dialect_file_free(&file);
}

/* SMA: "invalid" words say nothing, and spoil nothing beside them. */
static void words_that_say_nothing(void)
{
    load("sma-lv");
    CHECK(take(&pack, 0, "356#320A00000080", 1000) == VERDICT_TAKEN, "no temperature");
    CHECK(pack.voltage_mV.heard_ms == 1000 && pack.temp_dC.heard_ms == 0, "the voltage counts");
    CHECK(take(&pack, 0, "355#32006400FFFF", 1000) == VERDICT_TAKEN, "no finer charge");
    CHECK(pack.soc_permille.value == 500, "%d", pack.soc_permille.value);
    dialect_file_free(&file);
}

/* BYD HVS tells its voltage each 10 s, its limits each 2 s: while those come, the voltage is as new. */
static void a_slow_battery(void)
{
    static const char *const slow[] = {"150#1A0E271001000100", "1D0#101DFFCB00F00308",
                                       "210#00FA00E600000000"};
    load("byd-hvs");
    hear(slow, 3, 1000);
    CHECK(pack_age_ms(&pack, 1000) == INT64_MAX, "limits were never heard");
    for (int64_t now_ms = 2000; now_ms <= 26000; now_ms += 2000) {
        hear((const char *const[]){"110#12400C8001000200"}, 1, now_ms);
        CHECK(pack_age_ms(&pack, now_ms) == 0, "fresh at %d", (int)now_ms);
    }
    CHECK(pack.voltage_mV.heard_ms == 26000 && pack.current_mA.heard_ms == 0, "25 s, no current");
    hear((const char *const[]){"110#12400C8001000200"}, 1, 28000);
    CHECK(pack.voltage_mV.heard_ms == 26000, "27 s old: it ages");
    CHECK(pack.ccl_mA.heard_ms == 28000, "the limits do not");
    hear(slow, 3, 29000);
    CHECK(pack_age_ms(&pack, 32500) == 4500, "and all age when all is silent");
    dialect_file_free(&file);
}

/* A slow message that stops telling something does not hold up what it told before. */
static void a_slow_value_that_ends(void)
{
    load("schneider-v2");
    hear((const char *const[]){"00000327#00FA00F00D160D02"}, 1, 1000);
    hear((const char *const[]){"00000327#00FA00F000000000"}, 1, 3000);
    hear((const char *const[]){"00000323#0000908800001FA4"}, 1, 4000);
    CHECK(pack.cell_max_dC.heard_ms == 4000, "temperatures are as new as the voltage");
    CHECK(pack.cell_max_mV.heard_ms == 1000 && pack.cell_max_mV.value == 3350, "cells are old");
    dialect_file_free(&file);
}

/* --- current sensors --- */

static void an_address(void)
{
    load("pylontech-hv");
    CHECK(take(&pack, 0x12, "00004212#E8050374D3043C62", 1000) == VERDICT_TAKEN, "address 2");
    CHECK(take(&pack, 0x12, "00004210#E8050374D3043C62", 1000) == VERDICT_FOREIGN, "another's");
    dialect_file_free(&file);
}

static void a_lem(void)
{
    struct shunt_readings shunt = {0};
    load("lem-cab");
    CHECK(take(&shunt, 0, "3C2#80000D8000000000", 10) == VERDICT_TAKEN &&
              shunt.current_mA.value == 3456,
          "%d mA", shunt.current_mA.value);
    CHECK(take(&shunt, 0, "3C2#7FFFFFFF00000000", 20) == VERDICT_TAKEN &&
              shunt.current_mA.value == -1,
          "%d mA", shunt.current_mA.value);
    CHECK(take(&shunt, 0, "3C2#80000D8001000000", 30) == VERDICT_CHECK, "it says it has failed");
    CHECK(take(&shunt, 0, "3C2#8016E36100000000", 30) == VERDICT_RANGE, "1500.001 A");
    CHECK(take(&shunt, 0, "3C2#FFFFFFFF00000000", 30) == VERDICT_RANGE, "all ones");
    CHECK(shunt.current_mA.heard_ms == 20, "nothing of that counts");
    dialect_file_free(&file);
}

/* Results of the bench in the foxBMS log, at the identifiers as delivered. */
static void an_ivt(void)
{
    struct shunt_readings s = {0};
    load("ivt-s");
    static const char *const good[] = {"521#00030000033F", "522#01000005F034", "523#02000005F034",
                                       "524#03000005F034", "525#0403000000D2", "526#050B00000141",
                                       "527#0600FFFFFFF6", "528#070E00000034"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        CHECK(take(&s, 0, good[i], 10) == VERDICT_TAKEN, "%s", good[i]);
    CHECK(s.current_mA.value == 831 && s.voltage_mV.value == 389172, "current, U1");
    CHECK(s.voltage2_mV.value == 389172 && s.voltage3_mV.value == 389172, "U2, U3");
    CHECK(s.temp_dC.value == 210 && s.power_W.value == 321, "21.0 C, 321 W");
    CHECK(s.charge_As.value == -10 && s.energy_Wh.value == 52, "-10 As, 52 Wh");
    CHECK(take(&s, 0, "521#00840000033F", 20) == VERDICT_CHECK, "system error");
    CHECK(take(&s, 0, "521#00440000033F", 20) == VERDICT_CHECK, "measurement error");
    CHECK(take(&s, 0, "521#00240000033F", 20) == VERDICT_CHECK, "channel error");
    CHECK(take(&s, 0, "521#01040000033F", 20) == VERDICT_CHECK, "another channel's result");
    CHECK(take(&s, 0, "521#00140000033F", 20) == VERDICT_TAKEN, "over-current is no error");
    CHECK(take(&s, 0, "521#00140000033F", 30) == VERDICT_FROZEN && s.current_mA.heard_ms == 20,
          "its counter stands");
    dialect_file_free(&file);
}

int main(void)
{
    PLAY("pylontech-lv", pylontech_both);
    PLAY("victron-lv", victron);
    PLAY("discover-lv", discover);
    PLAY("sma-lv", rec);
    PLAY("solark-lv", solark);
    PLAY("deye-lv", deye);
    PLAY("seplos-lv", seplos);
    PLAY("shoto-lv", shoto);
    PLAY("goodwe-lv", goodwe);
    PLAY("luxpower-lv", luxpower);
    PLAY("growatt-lv", growatt);
    PLAY("pylontech-hv", pylontech_hv);
    PLAY("byd-hvs", byd_hvs);
    PLAY("schneider-v2", schneider);
    PLAY("foxbms-2", foxbms);
    a_missing_enable();
    words_that_say_nothing();
    a_slow_battery();
    a_slow_value_that_ends();
    an_address();
    a_lem();
    an_ivt();
    return check_done("dialect_battery");
}
