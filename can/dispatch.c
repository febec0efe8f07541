#include "can/dispatch.h"

#include <errno.h>
#include <string.h>

void dispatch_init(struct dispatch *dispatch)
{
    memset(dispatch, 0, sizeof *dispatch);
}

/* Where id stands, or the free slot where it would: there is always one free. */
static unsigned slot_of(const struct dispatch *dispatch, uint32_t id)
{
    unsigned at = (id * 2654435761u) >> 24;
    while (dispatch->extended[at].handler && dispatch->extended[at].id != id)
        at = (at + 1) % DISPATCH_EXTENDED;
    return at;
}

int dispatch_add(struct dispatch *dispatch, uint32_t id, bool ext, uint16_t handler)
{
    if (handler == UINT16_MAX || id >= (ext ? 1u << 29 : (uint32_t)DISPATCH_STANDARD))
        return -EINVAL;
    if (dispatch_find(dispatch, id, ext) >= 0)
        return -EEXIST;
    if (!ext) {
        dispatch->standard[id] = (uint16_t)(handler + 1);
        return 0;
    }
    if (dispatch->extended_count == DISPATCH_EXTENDED - 1)
        return -ENOSPC;
    unsigned at = slot_of(dispatch, id);
    dispatch->extended[at].id = id;
    dispatch->extended[at].handler = (uint16_t)(handler + 1);
    dispatch->extended_count++;
    return 0;
}

int dispatch_find(const struct dispatch *dispatch, uint32_t id, bool ext)
{
    if (!ext)
        return id < DISPATCH_STANDARD ? dispatch->standard[id] - 1 : -1;
    return dispatch->extended[slot_of(dispatch, id)].handler - 1;
}
