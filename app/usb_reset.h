/* Switches a USB device off and on, as pulling its plug would: the owner's choice for adapters that hang
 * (config: ports.usb_reset), and root's, or whose a udev rule makes it.
 *
 * The kernel drops the drivers of a device whose sysfs file `authorized` says 0, and probes it anew at 1
 * (Documentation/usb/authorization.rst). That takes a second and more, so it is done in a thread. */
#ifndef BUSBAR_APP_USB_RESET_H
#define BUSBAR_APP_USB_RESET_H

#include <stddef.h>
#include <stdint.h>

enum { USB_PATH_SIZE = 512, USB_OFF_MS = 1000 };

/* The file `authorized` of the USB device that a device node (st_rdev) belongs to. root is put before
 * /sys, "" on a real machine. 0, -ENOENT when it is on no USB, -EACCES when we may not write it. */
int usb_find(const char *root, uint64_t device, char path[USB_PATH_SIZE]);

/* Off, USB_OFF_MS, on; returns at once. 0 or -errno. */
int usb_reset(const char *path);

#endif
