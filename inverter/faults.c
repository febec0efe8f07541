#include "inverter/faults.h"

#include <stddef.h>

#define REPAIR "call the installer"

/* clang-format off */
static const struct {
    int32_t code;
    struct fault_words words;
} faults[] = {
    {1,  {"the fan is blocked", "A fan does not turn while the unit is off.",
          "switch the unit off and look for dirt or a cable in the fan", SEVERITY_FAULT}},
    {2,  {"too hot", "Inside it is hotter than the unit bears.",
          "clear the air slots, let it cool, take load off", SEVERITY_FAULT}},
    {3,  {"battery voltage too high", "The battery stands above what the unit bears.",
          "stop charging; compare the bulk voltage with the battery's limit", SEVERITY_FAULT}},
    {4,  {"battery voltage too low", "The battery is empty, or its cable or fuse is open.",
          "measure the battery at the unit's terminals, then charge it", SEVERITY_FAULT}},
    {5,  {"short circuit on the output", "More current flows out than the unit can give.",
          "switch its breaker off; find the shorted load before it goes on again", SEVERITY_FAULT}},
    {6,  {"output voltage too high", "The unit does not hold its output voltage.",
          "take load off and restart it; if it returns, " REPAIR, SEVERITY_FAULT}},
    {7,  {"overload for too long", "More was drawn than the unit gives for that time.",
          "switch loads off, then switch the unit off and on", SEVERITY_FAULT}},
    {8,  {"voltage inside too high", "The DC bus inside the unit is over its limit.",
          "restart it once; if it returns, " REPAIR, SEVERITY_FAULT}},
    {9,  {"inner voltage does not come up", "The DC bus inside the unit did not start.",
          "restart it once; if it returns, " REPAIR, SEVERITY_FAULT}},
    {10, {"solar current too high", "A PV input took more current than it may.",
          "look which strings are joined to this input", SEVERITY_FAULT}},
    {11, {"solar voltage too high", "A PV input has more voltage than it bears; older models: main relay.",
          "take the string off this input; it is worst on a cold bright morning", SEVERITY_FAULT}},
    {12, {"battery converter over current", "The part between battery and DC bus was overloaded.",
          "restart it once; if it returns, " REPAIR, SEVERITY_FAULT}},
    {13, {"battery current too high", "More was taken from the battery than is allowed.",
          "switch loads off; compare the discharge limit with the load", SEVERITY_FAULT}},
    {51, {"current too high or a surge", "A load started harder than the unit can follow.",
          "switch loads off and restart it; look for motors that start together", SEVERITY_FAULT}},
    {52, {"voltage inside too low", "The DC bus inside the unit broke down.",
          "restart it once; if it returns, " REPAIR, SEVERITY_FAULT}},
    {53, {"the inverter does not start", "Its output did not come up.",
          "output breaker off, then restart it; if it returns, " REPAIR, SEVERITY_FAULT}},
    {54, {"self test failed", "The unit found itself faulty.", REPAIR, SEVERITY_FAULT}},
    {55, {"direct current on the output", "The output carries a DC part; loads with coils suffer.",
          "switch its output breaker off; " REPAIR, SEVERITY_FAULT}},
    {56, {"battery not connected", "The unit does not see the battery.",
          "look at the battery breaker and fuse of this unit", SEVERITY_FAULT}},
    {57, {"current sensor failed", "The unit cannot measure its own current.", REPAIR, SEVERITY_FAULT}},
    {58, {"output voltage too low", "The unit does not hold its output voltage.",
          "take load off and restart it; if it returns, " REPAIR, SEVERITY_FAULT}},
    {59, {"solar voltage over the limit", "A PV input has more voltage than it bears.",
          "count the modules of the string against the unit's data sheet", SEVERITY_FAULT}},
    {60, {"power flows back into the unit", "Another source pushes into its output.",
          "look for a generator or another inverter on this output", SEVERITY_FAULT}},
    {61, {"battery link lost", "The unit expects a battery that talks, and does not hear it.",
          "look at the cable to the BMS; without one choose a battery type that needs none", SEVERITY_FAULT}},
    {71, {"firmware differs in the bank", "Units in parallel need the same firmware.",
          "compare the versions (busbar inverters) and have them made equal", SEVERITY_FAULT}},
    {72, {"load not shared evenly", "The units of one phase do not share the current.",
          "look at the sharing cables, then at the length of the AC cables", SEVERITY_FAULT}},
    {73, {"output voltage set differently", "The units of the bank are set to different voltages or frequencies.",
          "set the same output voltage and frequency on each unit", SEVERITY_FAULT}},
    {80, {"no link between the units", "The communication cable of the bank is open or loose.",
          "push the parallel cables in, one after the other", SEVERITY_FAULT}},
    {81, {"the leading unit is lost", "The unit that leads the bank stopped or its cable is open.",
          "look which unit is dark, then at the parallel cables", SEVERITY_FAULT}},
    {82, {"the units lost their common beat", "The synchronising signal is missing.",
          "push the parallel cables in; restart the bank", SEVERITY_FAULT}},
    {83, {"battery voltage differs in the bank", "The units do not see the same battery voltage.",
          "all units belong on one battery: look at breakers, fuses, lugs", SEVERITY_FAULT}},
    {84, {"grid differs in the bank", "The units do not see the same grid voltage or frequency.",
          "look at the AC input breakers and whether phases are swapped", SEVERITY_FAULT}},
    {85, {"output currents not balanced", "The units of one phase give different currents.",
          "restart the bank; then look at the sharing cables", SEVERITY_FAULT}},
    {86, {"output mode set differently", "The units are not set to phases that fit together.",
          "output off, then set the output mode of each unit (program 28)", SEVERITY_FAULT}},
};

/* By QPIWS bit. Reserved bits have no text. */
static const struct fault_words warnings[WARNING_BITS] = {
    [WARNING_PV_LOSS] = {"no sun on its inputs", "Its PV inputs have no voltage.",
            "nothing by night; by day look at the string's breaker", SEVERITY_USUAL},
    [WARNING_INVERTER_FAULT] = {"the unit has a fault", "It has stopped; its fault code says why.",
            "look at the code on its display", SEVERITY_FAULT},
    [WARNING_BUS_OVER] = {"voltage inside too high", "The DC bus inside the unit is over its limit.",
            "restart it once; if it returns, " REPAIR, SEVERITY_FAULT},
    [WARNING_BUS_UNDER] = {"voltage inside too low", "The DC bus inside the unit broke down.",
            "restart it once; if it returns, " REPAIR, SEVERITY_FAULT},
    [WARNING_BUS_SOFT_FAIL] = {"inner voltage does not come up", "The DC bus inside the unit did not start.",
            "restart it once; if it returns, " REPAIR, SEVERITY_FAULT},
    [WARNING_LINE_FAIL] = {"no grid on its input", "Its AC input has no usable voltage.",
            "nothing where there is no grid; else look at its AC input breaker", SEVERITY_USUAL},
    [WARNING_OUTPUT_SHORT] = {"short circuit on the output", "More current flows out than the unit can give.",
            "switch its breaker off; find the shorted load before it goes on again", SEVERITY_FAULT},
    [WARNING_OUTPUT_LOW] = {"output voltage too low", "The unit does not hold its output voltage.",
            "take load off and restart it; if it returns, " REPAIR, SEVERITY_FAULT},
    [WARNING_OUTPUT_HIGH] = {"output voltage too high", "The unit does not hold its output voltage.",
            "take load off and restart it; if it returns, " REPAIR, SEVERITY_FAULT},
    [WARNING_OVER_TEMPERATURE] = {"too hot", "It is close to switching off by heat.",
            "clear the air slots, take load off", SEVERITY_WARNING},
    [WARNING_FAN_LOCKED] = {"the fan is blocked", "A fan does not turn as fast as it should.",
            "look for dirt or a cable in the fan", SEVERITY_WARNING},
    [WARNING_BATTERY_HIGH] = {"battery voltage high", "The battery is above the unit's charge voltage.",
            "compare the bulk voltage with the battery's limit", SEVERITY_WARNING},
    [WARNING_BATTERY_LOW] = {"battery voltage low", "The battery is close to the cut-off.",
            "take load off or charge", SEVERITY_WARNING},
    [WARNING_BATTERY_UNDER] = {"battery below the cut-off", "The unit stops discharging.",
            "charge the battery before loads go on again", SEVERITY_WARNING},
    [WARNING_DERATING] = {"it gives less than rated", "Heat, battery or sun limits its output.",
            "take load off; let it cool", SEVERITY_WARNING},
    [WARNING_OVERLOAD] = {"overload", "More is drawn than it is rated for; it will switch off.",
            "switch loads off now", SEVERITY_WARNING},
    [WARNING_EEPROM] = {"its memory fails", "Settings may be lost or not be kept (EEPROM).",
            "write nothing more to it; " REPAIR, SEVERITY_WARNING},
    [WARNING_OVER_CURRENT] = {"current too high", "A load started harder than the unit can follow.",
            "switch loads off and restart it", SEVERITY_FAULT},
    [WARNING_SOFT_START] = {"the inverter does not start", "Its output did not come up.",
            "output breaker off, then restart it; if it returns, " REPAIR, SEVERITY_FAULT},
    [WARNING_SELF_TEST] = {"self test failed", "The unit found itself faulty.", REPAIR, SEVERITY_FAULT},
    [WARNING_DC_ON_OUTPUT] = {"direct current on the output", "The output carries a DC part.",
            "switch its output breaker off; " REPAIR, SEVERITY_FAULT},
    [WARNING_BATTERY_OPEN] = {"battery not connected", "The unit does not see the battery.",
            "look at the battery breaker and fuse of this unit", SEVERITY_FAULT},
    [WARNING_CURRENT_SENSOR] = {"current sensor failed", "The unit cannot measure its own current.", REPAIR,
            SEVERITY_FAULT},
    [WARNING_BATTERY_SHORT] = {"short circuit on the battery side", "The battery side draws more than can be.",
            "open the battery breaker of this unit; " REPAIR, SEVERITY_FAULT},
    [WARNING_POWER_LIMIT] = {"it holds its power back", "Heat, battery or sun limits its output.",
            "nothing while it is hot; take load off", SEVERITY_WARNING},
    [WARNING_PV_HIGH] = {"solar voltage too high", "A PV input has more voltage than it bears.",
            "take the string off this input; count its modules", SEVERITY_WARNING},
    [WARNING_MPPT_OVERLOAD_FAULT] = {"solar charger overloaded and off", "The charge controller stopped.",
            "look which strings are joined to this unit", SEVERITY_WARNING},
    [WARNING_MPPT_OVERLOAD] = {"solar charger overloaded", "The charge controller is at its limit.",
            "look which strings are joined to this unit", SEVERITY_WARNING},
    [WARNING_BATTERY_TOO_LOW] = {"battery too low to charge", "The solar charger does not start on so low a voltage.",
            "charge from the grid or another charger first", SEVERITY_WARNING},
    [WARNING_DCDC_OVER_CURRENT] = {"battery converter over current", "The part between battery and DC bus was overloaded.",
            "restart it once; if it returns, " REPAIR, SEVERITY_FAULT},
    [WARNING_BATTERY_WEAK] = {"battery weak", "Its voltage breaks down under load.",
            "look at lugs and cell voltages", SEVERITY_WARNING},
    [WARNING_PV_ENERGY_LOW] = {"too little sun", "The sun does not suffice to start.", "nothing", SEVERITY_USUAL},
    [WARNING_AC_HIGH_AT_START] = {"grid voltage high at its start", "The AC input was above 280 V while it started.",
            "measure the AC input", SEVERITY_WARNING},
    [WARNING_EQUALISING] = {"it equalises the battery", "It charges above the usual voltage on purpose.",
            "switch equalisation off where the battery is lithium", SEVERITY_WARNING},
};
/* clang-format on */

const struct fault_words *fault_words(int32_t code)
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (faults[i].code == code)
            return &faults[i].words;
    return NULL;
}

const struct fault_words *warning_words(int bit)
{
    if (bit < 0 || bit >= WARNING_BITS || !warnings[bit].text)
        return NULL;
    return &warnings[bit];
}

const char *fault_text(int32_t code)
{
    const struct fault_words *words = fault_words(code);
    return words ? words->text : NULL;
}

const char *warning_text(int bit)
{
    const struct fault_words *words = warning_words(bit);
    return words ? words->text : NULL;
}

enum severity warning_severity(int bit, bool unit_has_fault)
{
    const struct fault_words *words = warning_words(bit);
    if (!words)
        return SEVERITY_NONE;
    bool either = bit == WARNING_OVER_TEMPERATURE || bit == WARNING_FAN_LOCKED ||
                  bit == WARNING_BATTERY_HIGH || bit == WARNING_OVERLOAD;
    return either && unit_has_fault ? SEVERITY_FAULT : words->severity;
}

int32_t fault_code(unsigned n)
{
    return n < sizeof faults / sizeof *faults ? faults[n].code : 0;
}
