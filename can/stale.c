#include "can/stale.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

int stale_remove(const struct sockaddr_un *address)
{
    int probe = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (probe < 0)
        return -errno;
    int status = connect(probe, (const struct sockaddr *)address, sizeof *address);
    int error = errno;
    close(probe);
    if (status == 0)
        return -EADDRINUSE;
    if (error == ECONNREFUSED)
        unlink(address->sun_path);
    return 0;
}
