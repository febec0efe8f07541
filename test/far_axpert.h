/* An Axpert of the tests' own for far_line.h: its settings obey the words of PI30. */
#ifndef BUSBAR_TEST_FAR_AXPERT_H
#define BUSBAR_TEST_FAR_AXPERT_H

#include "far_line.h"

struct far_axpert {
    int charge_A, ac_charge_A, discharge_A, priority, charger, battery_type, range, output_mode;
    int balance, bulk_dV, float_dV, cutoff_dV, recharge_dV, redischarge_dV;
    bool charger_off, five_digits, no_second_input, no_list;
    int rating_fields;           /* 25 to 28 */
    bool feed_fields;            /* QPIGS of 24 */
    char mode;
    const char *warnings, *name; /* QPIWS, QPI */
    int deaf;                    /* ACKs that many setters without effect */
    uint32_t writes, asked_status;
    uint32_t written[SETTINGS];  /* obeyed or not */
    int last_value;              /* of the last setter obeyed */
    char last[32];
};

static const struct far_axpert far_axpert_new = {
    .charge_A = 40, .ac_charge_A = 10, .discharge_A = 140, .priority = 2, .charger = 3,
    .battery_type = 2, .balance = 1, .bulk_dV = 552, .float_dV = 540, .cutoff_dV = 480,
    .recharge_dV = 510, .redischarge_dV = 520, .rating_fields = 28, .mode = 'B', .name = "PI30",
    .warnings = "100000000000000000000000000000000000"};

/* The first n fields of a text. */
static inline void axpert_cut(char *text, int fields)
{
    for (; *text; text++)
        if (*text == ' ' && --fields == 0)
            *text = '\0', text--;
}

static inline void axpert_rating(const struct far_axpert *f, char *text, size_t room)
{
    const char *power = f->five_digits ? "11000 11000" : "8000 8000";
    snprintf(text, room,
             "230.0 %s 230.0 50.0 %s %s 48.0 %04.1f %04.1f %04.1f %04.1f %d %03d %03d %d %d %d 9 "
             "01 0 %d %04.1f 1 %d 480 0 %03d",
             f->five_digits ? "47.8" : "34.7", f->five_digits ? "47.8" : "34.7", power,
             f->recharge_dV / 10.0, f->cutoff_dV / 10.0, f->bulk_dV / 10.0, f->float_dV / 10.0,
             f->battery_type, f->ac_charge_A, f->charge_A, f->range, f->priority, f->charger,
             f->output_mode, f->redischarge_dV / 10.0, f->balance, f->discharge_A);
    axpert_cut(text, f->rating_fields);
}

static inline bool axpert_ask(struct far_axpert *f, const char *word, char *text, size_t room)
{
    static const struct {
        const char *word, *text;
    } constant[] = {
        {"QID", "92931905106463"},
        {"QVFW", "VERFW:00072.70"},
        {"QMN", "VMIII-6000"},
        {"QMCHGCR", "010 020 030 040 050 060 070 080 090 100 110 120"},
        {"QMUCHGCR", "002 010 020 030 040 050 060 070 080 090 100 110 120"},
        {"QET", "00123456"},
        {"QLT", "00654321"},
    };
    for (size_t i = 0; i < sizeof constant / sizeof *constant; i++)
        if (!strcmp(word, constant[i].word)) {
            snprintf(text, room, "%s", constant[i].text);
            return !f->no_list || !strstr(word, "CHGCR");
        }
    if (!strcmp(word, "QPI"))
        snprintf(text, room, "%s", f->name);
    else if (!strcmp(word, "QMOD"))
        snprintf(text, room, "%c", f->mode);
    else if (!strcmp(word, "QPIWS"))
        snprintf(text, room, "%s", f->warnings);
    else if (!strcmp(word, "QBATCD"))
        snprintf(text, room, f->charger_off ? "110" : "000");
    else if (!strcmp(word, "QPIRI"))
        axpert_rating(f, text, room);
    else if (!strcmp(word, "QPIGS2") && !f->no_second_input)
        snprintf(text, room, "02.7 271.2 00736 ");
    else if (!strcmp(word, "QPIGS"))
        snprintf(text, room,
                 "222.0 50.0 230.0 50.0 %s %04u 006 398 54.30 012 061 0039 01.0 215.0 00.00 "
                 "00003 00010110 00 00 00226 010%s",
                 f->five_digits ? "10529" : "0529", f->asked_status++ % 10000,
                 f->feed_fields ? " 0 00 0000" : "");
    else
        return false;
    return true;
}

/* A setter's form and where its value goes; decimals are read as tenths. */
static inline bool axpert_obey(struct far_axpert *f, const char *word)
{
    const struct {
        enum setting setting;
        const char *form;
        int *value, min, max;
    } rows[] = {
        {SET_CHARGE_MAX, "MNCHGC0%3d", &f->charge_A, 10, 120},
        {SET_AC_CHARGE_MAX, "MUCHGC0%3d", &f->ac_charge_A, 2, 120},
        {SET_DISCHARGE_MAX, "PBATMAXDISC%3d", &f->discharge_A, 0, 150},
        {SET_OUTPUT_PRIORITY, "POP%2d", &f->priority, 0, 2},
        {SET_CHARGER_PRIORITY, "PCP%2d", &f->charger, 0, 3},
        {SET_BATTERY_TYPE, "PBT%2d", &f->battery_type, 0, 9},
        {SET_INPUT_RANGE, "PGR%2d", &f->range, 0, 1},
        {SET_OUTPUT_MODE, "POPM%2d", &f->output_mode, 0, 7},
        {SET_PV_BALANCE, "PSPB%1d", &f->balance, 0, 1},
        {SET_BULK, "PCVV%2d.%1d", &f->bulk_dV, 480, 584},
        {SET_FLOAT, "PBFT%2d.%1d", &f->float_dV, 480, 584},
        {SET_CUTOFF, "PSDV%2d.%1d", &f->cutoff_dV, 400, 480},
        {SET_RECHARGE, "PBCV%2d.%1d", &f->recharge_dV, 440, 510},
        {SET_REDISCHARGE, "PBDV%2d.%1d", &f->redischarge_dV, 0, 580},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int value = 0, tenth = 0, found = sscanf(word, rows[i].form, &value, &tenth);
        if (found < 1 || (found < 2) != !strchr(rows[i].form, '.'))
            continue;
        value = found == 2 ? value * 10 + tenth : value;
        if (value < rows[i].min || value > rows[i].max)
            return false;
        f->last_value = value;
        f->written[rows[i].setting]++;
        if (f->deaf == 0)
            *rows[i].value = value;
        return true;
    }
    if (strcmp(word, "PBATCD110") != 0 && strcmp(word, "PBATCD000") != 0)
        return false;
    f->last_value = word[6] == '1';
    f->written[SET_CHARGER_OFF]++;
    f->charger_off = f->deaf ? f->charger_off : word[6] == '1';
    return true;
}

static inline bool axpert_tell(struct far_line *line, const char *word, char *text, size_t room)
{
    struct far_axpert *f = line->world;
    snprintf(f->last, sizeof f->last, "%.31s", word);
    if (word[0] == 'Q')
        return axpert_ask(f, word, text, room);
    bool obeyed = axpert_obey(f, word);
    f->writes += obeyed;
    f->deaf -= obeyed && f->deaf > 0;
    return obeyed;
}

#endif
