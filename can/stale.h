/* A UNIX socket file left over from a process that died. */
#ifndef BUSBAR_CAN_STALE_H
#define BUSBAR_CAN_STALE_H

#include <sys/un.h>

/* Removes the file when nobody answers on it. 0, or -EADDRINUSE when somebody does, or -errno. */
int stale_remove(const struct sockaddr_un *address);

#endif
