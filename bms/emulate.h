/* Towards CAN inverters: busbar is the battery they hear, the whole bank with its capped limits.
 *
 *     silent --known--> speaks --unknown for 10 s--> zero --silent_after--> silent
 *                          ^---------- known ----------'
 *
 * While it knows its bank it tells voltage, current, charge and what bank_limits allow. When it no
 * longer knows it allows nothing, says why by the internal warning, and then ceases: an inverter
 * without a battery's word falls back to its own safe setting (SMA FSS-ConnectingBat-TI-en-10:
 * standby 60 s after the last 0x355). A word too late is worse than none. Never before the bank was
 * known, and never beside another battery on the same bus.
 *
 * Which bit says what: dbc/emulate-*.yaml. The inverter's keep-alive (0x305) is heard and its age
 * told; nothing depends on it. */
#ifndef BUSBAR_BMS_EMULATE_H
#define BUSBAR_BMS_EMULATE_H

#include "bms/bank.h"
#include "core/field.h"

/* The bank's word stands for 10 s, of which bank_view takes 3 to call it unknown. An inverter sends
 * its 0x305 each second. It follows a step of its limit within about 10 s (SMA): 5 A of charge half a
 * minute after 0 A was told is a limit that is not obeyed. Another battery's frame counts for a minute. Beyond EMULATE_DUMP_mV under
 * what is measured a charge voltage would make the inverter empty the battery (SMA, as above; Victron
 * does on 0 V): the measured voltage is told instead, and no charge. */
enum {
    EMULATE_KEEP_MS = BANK_CHARGE_MS - BANK_FRESH_MS, EMULATE_INVERTER_MS = 5000,
    EMULATE_OBEY_MS = 30000, EMULATE_OBEY_mA = 5000, EMULATE_RIVAL_MS = 60000, EMULATE_DUMP_mV = 500, EMULATE_STEP = 100 /* mA, mV: 0x351's 0.1 */
};

enum emulate_state { EMULATE_SILENT, EMULATE_SPEAKS, EMULATE_ZERO, EMULATE_STATES };
enum emulate_why {
    EMULATE_START,            /* the bank was never known */
    EMULATE_KNOWN,            /* all is well */
    EMULATE_BANK_UNKNOWN,     /* no fresh voltage, current or temperature */
    EMULATE_CHARGE_UNKNOWN,   /* no charge estimate */
    EMULATE_PACK_GONE,        /* a pack is silent beyond BANK_GONE_MS */
    EMULATE_RIVAL,            /* another battery speaks on this bus */
    EMULATE_WHYS
};

struct emulate_config {
    int32_t silent_after_ms;  /* this long 0 A, then nothing */
    int32_t share_permille;   /* of the bank's current limits, for this inverter */
};

/* What is heard on its bus. */
struct emulate_readings {
    struct reading heartbeat; /* the inverter's 0x305; its content differs by make */
    struct reading rival;     /* a battery's frame that is not ours */
};
extern const struct field_table emulate_fields;

/* What is said; the names of dbc/emulate-*.yaml. */
struct emulate_orders {
    int32_t cvl_mV, dvl_mV;       /* multiples of 0.1 V, to the safe side */
    int32_t ccl_mA, dcl_mA;       /* 0.., multiples of 0.1 A, rounded down */
    int32_t soc_permille, soh_permille;
    int32_t voltage_mV, current_mA;   /* + charges */
    int32_t temp_dC;              /* of coldest and hottest what is farther from 20 degC */
    int32_t temp_min_dC, temp_max_dC, cell_min_mV, cell_max_mV;
    int32_t capacity_Ah, modules;
    int32_t charge_ok, discharge_ok, force_charge;      /* 0/1 */
    int32_t alarm[PACK_ALARMS], warning[PACK_ALARMS];   /* 0/1 */
    /* several in one, where a dialect has only one bit: too hot (or to charge), too cold (or to
     * charge), and general, contactor, short or internal */
    int32_t alarm_hot, alarm_cold, alarm_system, warning_hot, warning_cold, warning_system;
};
extern const struct field_table emulate_order_fields;

struct emulate_input {
    const struct bank_config *config;
    const struct bank_view *bank;
    const struct soc_estimate *soc;
    const struct bank_limits *limits;
    int32_t soh_permille;
};

struct emulate {
    enum emulate_state state;
    enum emulate_why why;     /* of SPEAKS: why not KNOWN at this moment */
    int64_t known_ms;         /* the bank was last known, 0 = never */
    int64_t zero_ms;          /* in ZERO since */
    int64_t against_ms;       /* the bank is charged though none may charge it, since; 0 = it is not */
    bool disobeyed;           /* for EMULATE_OBEY_MS */
};

/* Restates the whole of orders while it does not stay silent. */
void emulate_step(struct emulate *emulate, const struct emulate_config *config,
                  const struct emulate_input *input, const struct emulate_readings *heard,
                  struct emulate_orders *orders, int64_t now_ms);

/* The least health that a pack has told, 1000 where none tells it. */
int32_t emulate_soh_permille(const struct pack_readings packs[], size_t count);

const char *emulate_state_name(enum emulate_state state);
const char *emulate_why_text(enum emulate_why why);

#endif
