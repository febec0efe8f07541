#include "app/usb_reset.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* From .../usb1/1-2/1-2:1.0/ttyUSB0/tty/ttyUSB0 up to the device, 1-2; a hub's root port, usb1, is none of
 * ours to switch. */
int usb_find(const char *root, uint64_t device, char path[USB_PATH_SIZE])
{
    char node[USB_PATH_SIZE], found[PATH_MAX];
    snprintf(node, sizeof node, "%.400s/sys/dev/char/%u:%u", root, major(device), minor(device));
    if (!realpath(node, found))
        return -ENOENT;
    for (char *slash; (slash = strrchr(found, '/')) && slash != found; *slash = '\0') {
        bool hub = strncmp(slash, "/usb", 4) == 0;
        int length = snprintf(path, USB_PATH_SIZE, "%.490s/authorized", found);
        if (length < USB_PATH_SIZE && access(path, F_OK) == 0 && strchr(slash, ':') == NULL)
            return hub ? -ENOENT : access(path, W_OK) == 0 ? 0 : -EACCES;
    }
    return -ENOENT;
}

static void say(const char *path, char what)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, &what, 1) != 1)
        fprintf(stderr, "busbar: %s: %s\n", path, strerror(errno));
    if (fd >= 0)
        close(fd);
}

static void *off_and_on(void *data)
{
    say(data, '0');
    usleep(USB_OFF_MS * 1000);
    say(data, '1');
    free(data);
    return NULL;
}

int usb_reset(const char *path)
{
    char *own = strdup(path);
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    if (!own)
        return -ENOMEM;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread, &attributes, off_and_on, own);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (error)
        free(own);
    return -error;
}
