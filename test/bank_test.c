/* The field tables and the bank of packs: sums, worst cells, weakest limits, ages. */
#include "bms/bank.h"

#include <string.h>

#include "devices/nodes.h"
#include "test/check.h"

enum { NOW = 1000000 };

static struct pack_readings packs[3];
static struct bank_config config;
static struct bank_view view;
static struct currents_config net;
static struct currents currents;

static void set(struct reading *r, int32_t value, int64_t age_ms)
{
    reading_set(r, value, NOW - age_ms);
}

static void fill(struct pack_readings *p)
{
    *p = (struct pack_readings){0};
    set(&p->voltage_mV, 52000, 500);
    set(&p->current_mA, 10000, 500);
    set(&p->temp_dC, 200, 500);
    set(&p->soc_permille, 500, 500);
    set(&p->cvl_mV, 56000, 500);
    set(&p->dvl_mV, 45000, 500);
    set(&p->ccl_mA, 50000, 500);
    set(&p->dcl_mA, 80000, 500);
    set(&p->cell_max_mV, 3300, 500);
    set(&p->cell_min_mV, 3290, 500);
    set(&p->cell_max_dC, 220, 500);
    set(&p->cell_min_dC, 180, 500);
}

static void reset(void)
{
    view = (struct bank_view){0};
    config = (struct bank_config){.packs = 3,
                                  .cells = 16,
                                  .capacity_mAh = 300000,
                                  .pack_capacity_mAh = {100000, 100000, 100000}};
    for (int i = 0; i < 3; i++)
        fill(&packs[i]);
}

/* The battery's wire with a shunt, and its packs'. */
static void wire_up(void)
{
    net = (struct currents_config){.nodes = 2, .wires = 1, .sensors = 0};
    net.wire[BANK_WIRE] = (struct currents_wire){.from = 1, .to = 0};
    net.node[1].unproven = true;
    for (uint8_t i = 0; i < config.packs; i++) {
        net.wire[net.wires] = (struct currents_wire){.from = 0, .to = CURRENTS_OUTSIDE};
        net.sensor[net.sensors++] = (struct currents_sensor){.wire = net.wires++,
                                                             .offset_mA = 500,
                                                             .gain_permille = 10,
                                                             .resolution_mA = 100,
                                                             .age_ms = BANK_FRESH_MS};
    }
    net.sensor[net.sensors++] = (struct currents_sensor){.wire = BANK_WIRE,
                                                         .offset_mA = 50,
                                                         .gain_permille = 5,
                                                         .resolution_mA = 10,
                                                         .age_ms = BANK_SHUNT_MS};
}

static void look(const struct reading *shunt)
{
    wire_up();
    currents_init(&currents, &net);
    for (uint8_t i = 0; i < config.packs; i++)
        currents_hear(&currents, i, packs[i].current_mA.value, packs[i].current_mA.heard_ms);
    if (shunt)
        currents_hear(&currents, config.packs, shunt->value, shunt->heard_ms);
    currents_step(&currents, NOW);
    uint64_t used = currents.flow[BANK_WIRE].sensors, of_packs = (1u << config.packs) - 1u;
    const char *from = used == of_packs ? "packs" : used & of_packs ? "both" : "shunt bank";
    bank_look(&view, &config, packs, currents.flow, from, NOW);
}

static void worst_of_three(void)
{
    reset();
    set(&packs[1].cvl_mV, 55000, 500);
    set(&packs[2].dvl_mV, 46000, 500);
    set(&packs[2].ccl_mA, 20000, 500);
    set(&packs[0].dcl_mA, 60000, 500);
    set(&packs[1].cell_max_mV, 3350, 500);
    set(&packs[2].cell_min_mV, 3200, 500);
    set(&packs[0].cell_min_dC, -5, 500);
    set(&packs[1].cell_max_dC, 410, 500);
    set(&packs[0].alarms, 1 << ALARM_CELL_LOW, 500);
    set(&packs[2].alarms, 1 << ALARM_SHORT, 500);
    set(&packs[1].warnings, 1 << ALARM_TEMP_HIGH, 500);
    set(&packs[1].charge_ok, 0, 500);
    set(&packs[0].charge_ok, 1, 500);
    set(&packs[0].force_charge, 1, 500);
    set(&packs[1].force_charge, 0, 500);
    look(NULL);
    CHECK(view.cvl_mV == 55000, "least CVL: %d", view.cvl_mV);
    CHECK(view.dvl_mV == 46000, "greatest DVL: %d", view.dvl_mV);
    CHECK(view.ccl_mA == 60000, "three times the weakest: %d", view.ccl_mA);
    CHECK(view.dcl_mA == 180000, "three times the weakest: %d", view.dcl_mA);
    CHECK(view.cells_known && view.cell_max_mV == 3350 && view.cell_min_mV == 3200, "worst cells");
    CHECK(view.temp_known && view.temp_min_dC == -5 && view.temp_max_dC == 410, "worst temps");
    CHECK(view.alarms == ((1u << ALARM_CELL_LOW) | (1u << ALARM_SHORT)), "alarms add up");
    CHECK(view.warnings == 1u << ALARM_TEMP_HIGH, "warnings too");
    CHECK(!view.charge_ok && view.discharge_ok && view.force_charge, "one forbids, one forces");
    CHECK(view.current_mA == 30000 && strcmp(view.current_from, "packs") == 0, "sum of packs");
    CHECK(view.known && view.voltage_mV == 52000, "mean voltage: %d", view.voltage_mV);
    CHECK(view.packs == 3 && view.packs_fresh == 3 && view.bms_age_ms == 500, "all fresh");
}

/* Each fact is told by the pack that is worst in it, with the age of its own reading. */
static void whose_word(void)
{
    static const struct {
        enum bank_fact_name fact;
        size_t offset;
        int32_t worse, better;
    } rows[] = {
#define FACT(name, member, worse, better)                                                          \
    {name, offsetof(struct pack_readings, member), worse, better}
        FACT(FACT_CCL, ccl_mA, 1000, 60000),          FACT(FACT_DCL, dcl_mA, 1000, 90000),
        FACT(FACT_CVL, cvl_mV, 54000, 57000),         FACT(FACT_CELL_MAX, cell_max_mV, 3400, 3200),
        FACT(FACT_CELL_MIN, cell_min_mV, 3100, 3295), FACT(FACT_TEMP_MIN, cell_min_dC, 50, 190),
        FACT(FACT_TEMP_MAX, cell_max_dC, 300, 210),   FACT(FACT_CHARGE_OK, charge_ok, 0, 1),
        FACT(FACT_DISCHARGE_OK, discharge_ok, 0, 1),  FACT(FACT_ALARMS, alarms, 1, 0),
    };
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++)
        for (size_t worst = 0; worst < 3; worst++) {
            reset();
            for (size_t i = 0; i < 3; i++) {
                struct reading *reading =
                    (struct reading *)(void *)((char *)&packs[i] + rows[r].offset);
                set(reading, i == worst ? rows[r].worse : rows[r].better, 600 + 100 * (int64_t)i);
            }
            look(NULL);
            const struct bank_fact *f = &view.fact[rows[r].fact];
            CHECK(f->pack == worst + 1 && f->age_ms == 600 + 100 * (int64_t)worst,
                  "fact %zu of pack %zu: pack %d, %lld ms", r, worst + 1, f->pack,
                  (long long)f->age_ms);
        }
    reset();
    look(NULL);
    CHECK(view.fact[FACT_CCL].pack == 1 && view.fact[FACT_CVL].pack == 1 &&
              view.fact[FACT_CELL_MAX].pack == 1 && view.fact[FACT_CELL_MIN].pack == 1,
          "of equals the first");
    CHECK(view.fact[FACT_ALARMS].pack == 0 && view.fact[FACT_CHARGE_OK].pack == 0, "never told");
    set(&packs[1].alarms, 0, 800);
    set(&packs[2].alarms, 0, 700);
    set(&packs[1].charge_ok, 1, 800);
    set(&packs[2].charge_ok, 1, 700);
    look(NULL);
    CHECK(view.fact[FACT_ALARMS].pack == 2 && view.fact[FACT_CHARGE_OK].pack == 2,
          "the first who tells");
    set(&packs[0].cvl_mV, 0, 500);
    look(NULL);
    CHECK(view.cvl_mV == 56000 && view.fact[FACT_CVL].pack == 2, "a CVL of 0 is none: %d",
          view.cvl_mV);
}

static void one_pack(void)
{
    reset();
    config.packs = 1;
    look(NULL);
    CHECK(view.known && view.current_mA == 10000 && view.voltage_mV == 52000, "one is a bank");
    config.pack_out[0] = true;
    set(&packs[0].current_mA, 0, 0);
    look(NULL);
    CHECK(!view.known && view.voltage_mV == 0 && view.packs_in == 0,
          "out, nothing is known");
    config.packs = 0;
    look(NULL);
    CHECK(!view.known, "nor of no packs");
}

static void charge_by_capacity(void)
{
    reset();
    config.pack_capacity_mAh[0] = 200000;
    set(&packs[0].soc_permille, 800, 500);
    set(&packs[1].soc_permille, 400, 500);
    set(&packs[2].soc_permille, 600, 500);
    look(NULL);
    CHECK(view.bms_soc_permille == 650, "(2*800+400+600)/4: %d", view.bms_soc_permille);
    CHECK(view.bms_soc_max_permille == 800 && view.bms_soc_min_permille == 400, "max and min");
    for (int i = 0; i < 3; i++)
        set(&packs[i].soc_permille, 800, 10001);
    look(NULL);
    CHECK(view.bms_soc_permille == -1 && view.bms_soc_max_permille == -1, "old charge is none");
}

/* The shunt is the better sensor and outweighs the packs; either is enough. */
static void current_from_shunt_and_all_packs(void)
{
    struct reading shunt = {0};
    reset();
    set(&shunt, 31000, 1000);
    look(&shunt);
    CHECK(view.current_mA > 30900 && view.current_mA < 31000, "nearly the shunt's: %d",
          view.current_mA);
    CHECK(strcmp(view.current_from, "both") == 0 && view.doubt_mA == 0, "1 A apart is agreement");
    CHECK(view.current_sigma_mA > 100 && view.current_sigma_mA < 200, "50 mA and 0.5 %%: %d",
          view.current_sigma_mA);
    for (int i = 0; i < 3; i++)
        CHECK(view.pack_current_known[i] && view.pack_mA[i] > 10250 && view.pack_mA[i] < 10350,
              "the packs carry what the shunt sees more: %d", view.pack_mA[i]);
    set(&shunt, 34000, 1000);
    look(&shunt);
    CHECK(view.doubt_mA == 0, "4 A are within 5 sigma of 0.91 A: %d", view.doubt_mA);
    set(&shunt, 35000, 1000);
    look(&shunt);
    CHECK(view.doubt_mA == 5000, "5 A apart: %d", view.doubt_mA);
    for (int i = 0; i < 3; i++)
        set(&packs[i].current_mA, 100000, 500);
    set(&shunt, 311000, 1000);
    look(&shunt);
    CHECK(view.doubt_mA == 0, "11 of 300 A are within 5 sigma of 2.5 A: %d", view.doubt_mA);
    set(&shunt, 284000, 1000);
    look(&shunt);
    CHECK(view.doubt_mA == 16000, "16 of 300 A are not: %d", view.doubt_mA);
    set(&shunt, 41000, 1001);
    look(&shunt);
    CHECK(view.current_mA == 300000 && strcmp(view.current_from, "packs") == 0, "old shunt");
    CHECK(view.doubt_mA == 0 && view.pack_mA[0] == 100000, "nothing to compare with");
    set(&packs[1].current_mA, 10000, 3001);
    look(&shunt);
    CHECK(!view.current_known && !view.known && view.current_mA == 0, "a pack is missing");
    CHECK(!view.pack_current_known[1] && view.pack_current_known[2], "it, not the others");
    set(&shunt, 205000, 0);
    look(&shunt);
    CHECK(view.known && view.pack_current_known[1] && view.pack_mA[1] == 5000,
          "the shunt less the others: %d", view.pack_mA[1]);
    for (int i = 0; i < 3; i++)
        packs[i].current_mA = (struct reading){0};
    set(&shunt, -5000, 0);
    look(&shunt);
    CHECK(view.known && view.current_mA == -5000 && view.doubt_mA == 0, "shunt alone is enough");
    CHECK(!view.pack_current_known[0], "how they share it is not known");
    for (int i = 0; i < 3; i++)
        set(&packs[i].voltage_mV, 52000, 3001);
    look(&shunt);
    CHECK(view.current_known && !view.known, "current without voltage");
}

static void ages(void)
{
    static const struct {
        size_t offset;
        const char *name;
        bool must;
    } rows[] = {
#define ROW(member, must) {offsetof(struct pack_readings, member), #member, must}
        ROW(voltage_mV, true),    ROW(cvl_mV, true),       ROW(ccl_mA, true),
        ROW(dcl_mA, true),        ROW(current_mA, false),  ROW(temp_dC, false),
        ROW(dvl_mV, false),       ROW(cell_max_mV, false), ROW(cell_min_mV, false),
        ROW(cell_max_dC, false),  ROW(cell_min_dC, false), ROW(charge_ok, false),
        ROW(discharge_ok, false), ROW(alarms, false),
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pack_readings p;
        fill(&p);
        struct reading *r = (struct reading *)(void *)((char *)&p + rows[i].offset);
        set(r, r->value, 7000);
        CHECK(pack_age_ms(&p, NOW) == 7000, "%s counts", rows[i].name);
        r->heard_ms = 0;
        CHECK(pack_age_ms(&p, NOW) == (rows[i].must ? INT64_MAX : 500), "%s never", rows[i].name);
    }
}

static void silent_packs(void)
{
    reset();
    look(NULL);
    CHECK(view.charge_ok && view.discharge_ok && !view.force_charge, "never told: not forbidden");
    set(&packs[1].ccl_mA, 50000, 3000);
    look(NULL);
    CHECK(view.packs_fresh == 3, "3 s are fresh");
    packs[1].cell_min_mV = (struct reading){0};
    set(&packs[1].cell_max_mV, 4000, 500);
    look(NULL);
    CHECK(view.cell_max_mV == 3300 && view.cell_min_mV == 3290, "half a pair is none");
    fill(&packs[1]);
    set(&packs[1].ccl_mA, 1000, 60000);
    look(NULL);
    CHECK(view.bms_age_ms == 60000 && view.packs_fresh == 2, "oldest: %lld",
          (long long)view.bms_age_ms);
    CHECK(view.ccl_mA == 2000 && view.dcl_mA == 160000, "the others carry no more: %d",
          view.ccl_mA);
    set(&packs[1].ccl_mA, 1000, 60001);
    set(&packs[1].alarms, 1 << ALARM_INTERNAL, 90000);
    set(&packs[1].discharge_ok, 0, 90000);
    look(NULL);
    set(&packs[1].cvl_mV, 50000, 500);
    set(&packs[1].cell_max_dC, 500, 500);
    look(NULL);
    CHECK(view.ccl_mA == 100000 && view.dcl_mA == 160000, "two are left: %d", view.ccl_mA);
    CHECK(view.cvl_mV == 56000 && view.temp_max_dC == 220, "what is gone tells nothing");
    CHECK(view.bms_age_ms == 90000, "but the bank is old");
    CHECK(view.alarms == 1u << ALARM_INTERNAL && !view.discharge_ok, "its alarm stays");
    packs[1] = (struct pack_readings){0};
    look(NULL);
    CHECK(view.bms_age_ms == INT64_MAX, "one was never heard");
    config.packs = 0;
    look(NULL);
    CHECK(view.bms_age_ms == INT64_MAX && !view.known && !view.temp_known, "no packs, no bank");
    CHECK(view.ccl_mA == 0 && view.dcl_mA == 0 && view.cvl_mV == 0, "nothing allowed");
}

static void temperature_of_every_pack(void)
{
    reset();
    packs[2].temp_dC = packs[2].cell_min_dC = packs[2].cell_max_dC = (struct reading){0};
    look(NULL);
    CHECK(!view.temp_known, "one pack does not tell");
    set(&packs[2].temp_dC, 300, 500);
    look(NULL);
    CHECK(view.temp_known && view.temp_max_dC == 300, "its own temperature is enough");
}

static const struct field *field(const struct field_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->rows[i].name, name) == 0)
            return &table->rows[i];
    return NULL;
}

static void field_tables(void)
{
    const struct field_table *tables[] = {
        &pack_fields,    &pack_order_fields,   &relay_fields,   &relay_order_fields,
        &counter_fields, &shunt_fields,        &wallbox_fields, &wallbox_order_fields,
        &button_fields,  &button_order_fields,
    };
    static const size_t counts[] = {21, 4, 5, 1, 8, 8, 7, 1, 3, 1};
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        CHECK(tables[t]->count == counts[t], "table %zu has %zu rows", t, tables[t]->count);
        for (size_t i = 0; i < tables[t]->count; i++) {
            const struct field *a = &tables[t]->rows[i];
            CHECK(a->min < a->max, "%s: empty range", a->name);
            for (size_t k = 0; k < i; k++)
                CHECK(a->offset != tables[t]->rows[k].offset &&
                          strcmp(a->name, tables[t]->rows[k].name) != 0,
                      "%s twice", a->name);
        }
    }
    CHECK(field(&pack_fields, "cell_min_dC")->offset == offsetof(struct pack_readings, cell_min_dC),
          "name and member");
    CHECK(field(&counter_fields, "voltage3_mV")->offset ==
              offsetof(struct counter_readings, voltage_mV) + 2 * sizeof(struct reading),
          "third");
    CHECK(field(&pack_fields, "alarms")->bits == pack_alarm_names, "alarms have bits");
    CHECK(field(&pack_fields, "alarms")->max == 0x1FFF, "thirteen bits");
    static const char *const names[] = {
        "general",        "cell_high",        "cell_low",        "temp_high",
        "temp_low",       "charge_temp_high", "charge_temp_low", "discharge_current",
        "charge_current", "contactor",        "short",           "internal",
        "imbalance",
    };
    for (size_t i = 0; i < PACK_ALARMS; i++)
        CHECK(strcmp(pack_alarm_names[i], names[i]) == 0, "bit %zu is %s", i, names[i]);
    CHECK(pack_alarm_names[PACK_ALARMS] == NULL, "the list ends");
}

int main(void)
{
    worst_of_three();
    whose_word();
    one_pack();
    charge_by_capacity();
    current_from_shunt_and_all_packs();
    ages();
    silent_packs();
    temperature_of_every_pack();
    field_tables();
    return check_done("bank");
}
