/* Breadth first over every behaviour of a world: what it is now is a few bytes, and at each step one of
 * some events happens. A step that breaks an invariant ends the search, with the shortest way there.
 * What was visited is kept as 64-bit hashes, the way as one event a state. */
#ifndef BUSBAR_TEST_SEARCH_H
#define BUSBAR_TEST_SEARCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEARCH_BYTES = 440, TRACE_MAX = 4096 };

struct search_state {
    uint8_t byte[SEARCH_BYTES];         /* behind what the world needs: 0 */
    uint32_t id;
};

/* A world is of one kind; step and ends tell what is wrong, or NULL. */
struct search_kind {
    int (*events)(const void *world);
    bool (*may)(const void *world, int event);          /* in the state that is loaded */
    void (*begin)(void *world);
    void (*load)(void *world, const uint8_t *state);
    void (*save)(void *world, uint8_t *state);
    const char *(*step)(void *world, int event);
    const char *(*ends)(void *world);                   /* tried on one state of ends_each */
    void (*text)(const void *world, int event, char *out, size_t room);
    int step_ms;
};

struct search_layer {
    struct search_state *state;
    size_t count, room;
};

struct search {
    const struct search_kind *kind;
    void *world;
    size_t states_max;                  /* then it stops */
    uint32_t ends_each;
    /* what came of it */
    size_t states;
    uint64_t transitions, ends;
    uint32_t depth;
    bool complete;                      /* no state was left to look at */
    const char *wrong;                  /* NULL = nothing */
    uint32_t wrong_at;
    int wrong_event;
    /* inside */
    uint64_t *seen;
    size_t seen_room, seen_count, room;
    uint32_t *parent;
    uint8_t *event;
    struct search_layer layer[2];
};

static inline uint64_t search_hash(const struct search_state *state)
{
    uint64_t h = 0x9E3779B97F4A7C15u, word;
    for (size_t i = 0; i < SEARCH_BYTES; i += sizeof word) {
        memcpy(&word, state->byte + i, sizeof word);
        h = (h ^ word) * 0xFF51AFD7ED558CCDu;
        h ^= h >> 32;
    }
    return h ? h : 1;
}

static inline void *search_grow(void *memory, size_t bytes)
{
    memory = realloc(memory, bytes);
    if (!memory)
        abort();
    return memory;
}

static inline bool seen_put(uint64_t *seen, size_t room, uint64_t hash)
{
    size_t at = hash & (room - 1);
    while (seen[at] && seen[at] != hash)
        at = (at + 1) & (room - 1);
    bool fresh = seen[at] == 0;
    seen[at] = hash;
    return fresh;
}

static inline bool seen_add(struct search *search, uint64_t hash)
{
    if (search->seen_count * 2 >= search->seen_room) {
        size_t room = search->seen_room ? search->seen_room * 2 : 1 << 16;
        uint64_t *seen = calloc(room, sizeof *seen);
        if (!seen)
            abort();
        for (size_t i = 0; i < search->seen_room; i++)
            if (search->seen[i])
                seen_put(seen, room, search->seen[i]);
        free(search->seen);
        search->seen = seen;
        search->seen_room = room;
    }
    bool fresh = seen_put(search->seen, search->seen_room, hash);
    search->seen_count += fresh;
    return fresh;
}

static inline void layer_add(struct search_layer *layer, const struct search_state *state)
{
    if (layer->count == layer->room) {
        layer->room = layer->room ? layer->room * 2 : 1024;
        layer->state = search_grow(layer->state, layer->room * sizeof *layer->state);
    }
    layer->state[layer->count++] = *state;
}

/* What the world is now; a new state joins the next layer. */
static inline void search_add(struct search *search, uint32_t parent, int event,
                              struct search_layer *next)
{
    struct search_state state = {0};
    search->kind->save(search->world, state.byte);
    if (!seen_add(search, search_hash(&state)))
        return;
    if (search->states == search->room) {
        search->room = search->room ? search->room * 2 : 1024;
        search->parent =
            search_grow(search->parent, search->room * sizeof *search->parent);
        search->event = search_grow(search->event, search->room * sizeof *search->event);
    }
    state.id = (uint32_t)search->states++;
    search->parent[state.id] = parent;
    search->event[state.id] = (uint8_t)event;
    layer_add(next, &state);
}

static inline void search_fails(struct search *search, uint32_t id, int event, const char *wrong)
{
    search->wrong = wrong;
    search->wrong_at = id;
    search->wrong_event = event;
}

static inline void search_expand(struct search *search, const struct search_state *state,
                                 struct search_layer *next)
{
    const struct search_kind *kind = search->kind;
    for (int event = 0; event < kind->events(search->world) && !search->wrong; event++) {
        kind->load(search->world, state->byte);
        if (!kind->may(search->world, event))
            continue;
        const char *wrong = kind->step(search->world, event);
        search->transitions++;
        if (wrong)
            search_fails(search, state->id, event, wrong);
        else
            search_add(search, state->id, event, next);
    }
    if (search->wrong || (state->id + 1) % search->ends_each != 0)
        return;
    kind->load(search->world, state->byte);
    const char *wrong = kind->ends(search->world);
    search->ends++;
    if (wrong)
        search_fails(search, state->id, -1, wrong);
}

static inline void search_run(struct search *search)
{
    search->kind->begin(search->world);
    search_add(search, 0, 0, &search->layer[0]);
    for (unsigned now = 0; search->layer[now].count && !search->wrong; now = !now) {
        struct search_layer *next = &search->layer[!now];
        next->count = 0;
        if (search->states >= search->states_max)
            return;
        for (size_t i = 0; i < search->layer[now].count && !search->wrong; i++)
            search_expand(search, &search->layer[now].state[i], next);
        search->depth++;
    }
    search->complete = !search->wrong;
}

static inline void search_free(struct search *search)
{
    free(search->seen);
    free(search->parent);
    free(search->event);
    free(search->layer[0].state);
    free(search->layer[1].state);
}

static inline void search_print(const struct search *search)
{
    printf("%zu states, %llu transitions, depth %u, %llu ends tried, %s", search->states,
           (unsigned long long)search->transitions, search->depth,
           (unsigned long long)search->ends,
           search->complete ? "no state left" : search->wrong ? "violated" : "cut");
}

/* The shortest way to what is wrong, a line for each thing that happens. */
static inline void trace_print(const struct search *search)
{
    static uint8_t events[TRACE_MAX];
    size_t count = 0;
    for (uint32_t id = search->wrong_at; id != 0 && count < TRACE_MAX; id = search->parent[id])
        events[count++] = search->event[id];
    for (size_t i = count; i-- > 0;) {
        char text[80];
        search->kind->text(search->world, events[i], text, sizeof text);
        if (events[i] != 0)
            printf("  %6zu ms %s\n", (count - i) * (size_t)search->kind->step_ms, text);
    }
    char text[80] = "from there";
    if (search->wrong_event > 0)
        search->kind->text(search->world, search->wrong_event, text, sizeof text);
    printf("  %6zu ms %s: %s\n", (count + 1) * (size_t)search->kind->step_ms,
           search->wrong_event == 0 ? "then" : text, search->wrong);
}

#endif
