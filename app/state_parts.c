#include "app/state_parts.h"

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
