#include "app/state_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Sets an optional member and says that it is there. */
#define SET(message, member, value) ((message)->has_##member = 1, (message)->member = (value))

SavedCap *cap_pack(struct cap_parts *parts, const struct cap_memory *memory)
{
    SavedCap *to = &parts->message;
    saved_cap__init(to);
    SET(to, target_permille, memory->target_permille);
    SET(to, by_s, memory->by_s);
    SET(to, begun_s, memory->begun_s);
    SET(to, reached, memory->reached);
    SET(to, task, memory->task);
    SET(to, need, memory->need);
    SET(to, announced_s, memory->announced_s);
    SET(to, due_s, memory->due_s);
    SET(to, run_s, memory->run_s);
    SET(to, rest_s, memory->rest_s);
    SET(to, quiet_s, memory->quiet_s);
    SET(to, full_s, memory->full_s);
    SET(to, seen_s, memory->seen_s);
    SET(to, hours_known, memory->hours_known);
    memcpy(parts->hour_mA, memory->hour_mA, sizeof parts->hour_mA);
    to->n_hour_ma = CAP_HOURS;
    to->hour_ma = parts->hour_mA;
    return to;
}

static bool one_off_whole(const SavedCap *from)
{
    return from->target_permille >= CAP_MIN_PERMILLE && from->target_permille <= 1000 &&
           from->by_s > 0 && from->begun_s >= 0;
}

/* A task without a notice would rise silently. */
static bool task_whole(const SavedCap *from)
{
    return from->task < CAP_TASKS && from->need < CAP_NEEDS && from->need != CAP_NEED_NONE &&
           from->announced_s > 0 && from->due_s >= from->announced_s + CAP_NOTICE_S &&
           from->run_s >= 0;
}

static bool hours_whole(const SavedCap *from)
{
    enum { MOST_mA = 100000000 };
    bool whole = from->n_hour_ma == CAP_HOURS;
    for (size_t i = 0; whole && i < CAP_HOURS; i++)
        whole = from->hour_ma[i] >= -MOST_mA && from->hour_ma[i] <= MOST_mA;
    return whole;
}

void cap_unpack(struct cap_memory *memory, const SavedCap *from)
{
    if (!from)
        return;
    if (one_off_whole(from)) {
        memory->target_permille = from->target_permille;
        memory->by_s = from->by_s;
        memory->begun_s = from->begun_s;
        memory->reached = from->reached;
    }
    if (from->task != CAP_NO_TASK && task_whole(from)) {
        memory->task = (uint8_t)from->task;
        memory->need = (uint8_t)from->need;
        memory->announced_s = from->announced_s;
        memory->due_s = from->due_s;
        memory->run_s = from->run_s;
    }
    memory->rest_s = from->rest_s > 0 ? from->rest_s : 0;
    memory->quiet_s = from->quiet_s > 0 ? from->quiet_s : 0;
    memory->full_s = from->full_s > 0 ? from->full_s : 0;
    memory->seen_s = from->seen_s > 0 ? from->seen_s : 0;
    if (hours_whole(from)) {
        memcpy(memory->hour_mA, from->hour_ma, sizeof memory->hour_mA);
        memory->hours_known = from->hours_known & ((1u << CAP_HOURS) - 1);
    }
}

SavedAgeing *ageing_pack(struct ageing_parts *parts, const struct ageing_memory *memory)
{
    SavedAgeing *to = &parts->message;
    saved_ageing__init(to);
    memcpy(parts->seconds, memory->seconds, sizeof parts->seconds);
    memcpy(parts->half_cycles, memory->half_cycles, sizeof parts->half_cycles);
    memcpy(parts->depth_permille, memory->depth_permille, sizeof parts->depth_permille);
    for (size_t i = 0; i < memory->turns; i++)
        parts->turn_permille[i] = memory->turn_permille[i];
    to->n_seconds = AGEING_CHARGES * AGEING_TEMPS, to->seconds = parts->seconds;
    to->n_half_cycles = AGEING_DEPTHS, to->half_cycles = parts->half_cycles;
    to->n_depth_permille = AGEING_DEPTHS, to->depth_permille = parts->depth_permille;
    to->n_turn_permille = memory->turns, to->turn_permille = parts->turn_permille;
    return to;
}

void ageing_unpack(struct ageing_memory *memory, const SavedAgeing *from)
{
    if (!from || from->n_seconds != AGEING_CHARGES * AGEING_TEMPS ||
        from->n_half_cycles != AGEING_DEPTHS || from->n_depth_permille != AGEING_DEPTHS ||
        from->n_turn_permille > AGEING_TURNS)
        return;
    for (size_t i = 0; i < from->n_turn_permille; i++)
        if (from->turn_permille[i] > 1000)
            return;
    memcpy(memory->seconds, from->seconds, sizeof memory->seconds);
    memcpy(memory->half_cycles, from->half_cycles, sizeof memory->half_cycles);
    memcpy(memory->depth_permille, from->depth_permille, sizeof memory->depth_permille);
    for (size_t i = 0; i < from->n_turn_permille; i++)
        memory->turn_permille[i] = (uint16_t)from->turn_permille[i];
    memory->turns = (uint8_t)from->n_turn_permille;
}

static void sensor_pack(SavedSensor *to, const struct currents_learned *from, size_t k)
{
    saved_sensor__init(to);
    to->name = (char *)from->sensor[k].name;
    to->wire = (char *)from->sensor[k].wire;
    to->n_term = to->n_sigma = CURRENTS_TERMS;
    to->term = (double *)from->sensor[k].term;
    to->sigma = (double *)from->sensor[k].sigma;
    SET(to, fault, from->sensor[k].fault);
    SET(to, fault_ma, from->sensor[k].fault_mA);
    SET(to, fault_at_ma, from->sensor[k].fault_at_mA);
}

SavedCurrents *currents_pack(struct currents_parts *parts, const struct currents_learned *learned)
{
    SavedCurrents *to = &parts->message;
    saved_currents__init(to);
    SET(to, version, learned->version);
    to->n_sensors = learned->sensors, to->sensors = parts->sensor_at;
    to->n_nodes = learned->nodes, to->nodes = parts->node_at;
    for (size_t k = 0; k < learned->sensors; k++)
        sensor_pack(parts->sensor_at[k] = &parts->sensors[k], learned, k);
    for (size_t n = 0; n < learned->nodes; n++) {
        SavedNode *node = parts->node_at[n] = &parts->nodes[n];
        saved_node__init(node);
        node->name = (char *)learned->node[n].name;
        SET(node, open, learned->node[n].open);
        SET(node, doubted, learned->node[n].doubted);
    }
    return to;
}

/* Numbers are judged by currents_import. */
static void sensor_unpack(struct currents_learned *to, const SavedSensor *from)
{
    size_t k = to->sensors;
    if (from->n_term != CURRENTS_TERMS || from->n_sigma != CURRENTS_TERMS || k == CURRENTS_SENSORS)
        return;
    snprintf(to->sensor[k].name, NAME_SIZE, "%s", from->name);
    snprintf(to->sensor[k].wire, NAME_SIZE, "%s", from->wire);
    memcpy(to->sensor[k].term, from->term, sizeof to->sensor[k].term);
    memcpy(to->sensor[k].sigma, from->sigma, sizeof to->sensor[k].sigma);
    to->sensor[k].fault = from->fault < CURRENTS_FAULTS ? (uint8_t)from->fault : CURRENTS_FAULTS;
    to->sensor[k].fault_mA = from->fault_ma;
    to->sensor[k].fault_at_mA = from->fault_at_ma;
    to->sensors++;
}

void currents_unpack(struct currents_learned *learned, const SavedCurrents *from)
{
    if (!from || from->version > UINT8_MAX)
        return;
    learned->version = (uint8_t)from->version;
    for (size_t k = 0; k < from->n_sensors; k++)
        sensor_unpack(learned, from->sensors[k]);
    for (size_t n = 0; n < from->n_nodes && n < CURRENTS_NODES; n++) {
        snprintf(learned->node[n].name, NAME_SIZE, "%s", from->nodes[n]->name);
        learned->node[n].open = from->nodes[n]->open;
        learned->node[n].doubted = from->nodes[n]->doubted;
        learned->nodes++;
    }
}

enum { FILTER_FIGURES = sizeof(struct estimator_filter) / sizeof(double) };

void charge_pack(SavedPack *to, const struct estimator_saved *charge)
{
    SET(to, charge, charge->charge);
    SET(to, charge_sigma, charge->charge_sigma);
    SET(to, offset_a, charge->offset_A);
    SET(to, offset_sigma_a, charge->offset_sigma_A);
    SET(to, resistance, charge->resistance);
    SET(to, capacity, charge->capacity);
    SET(to, capacity_sigma, charge->capacity_sigma);
    to->n_filter = charge->whole ? FILTER_FIGURES : 0;
    to->filter = (double *)&charge->filter;
}

bool charge_unpack(struct estimator_saved *charge, const SavedPack *from)
{
    bool whole = from->has_charge && from->has_charge_sigma && from->has_offset_a &&
                 from->has_offset_sigma_a && from->has_resistance && from->has_capacity &&
                 from->has_capacity_sigma;
    whole = whole && isfinite(from->charge) && isfinite(from->charge_sigma) &&
            isfinite(from->offset_a) && isfinite(from->offset_sigma_a) &&
            isfinite(from->resistance) && isfinite(from->capacity) &&
            isfinite(from->capacity_sigma);
    if (!whole || from->charge < 0 || from->charge > 1 || from->charge_sigma <= 0)
        return false;
    *charge = (struct estimator_saved){
        from->charge,      from->charge_sigma, from->offset_a,       from->offset_sigma_a,
        from->resistance,  from->capacity,     from->capacity_sigma, false,
        {{0}, {0}, 0, {0}}};
    charge->whole = from->n_filter == FILTER_FIGURES;
    if (charge->whole)
        memcpy(&charge->filter, from->filter, sizeof charge->filter);
    return true;
}
