/* Where a device's USB switch is, in a tree that looks like /sys, and that it is turned off and on. */
#include "app/usb_reset.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "check.h"

static char root[64];

static void run(const char *format, const char *path)
{
    char command[512];
    snprintf(command, sizeof command, format, root, path);
    if (system(command) != 0)
        exit(1);
}

/* Device numbers as the kernel links them: a ttyUSB behind hub port 1-2, a ttyS on PCI. */
static void make_tree(void)
{
    snprintf(root, sizeof root, "/tmp/busbar-usb-XXXXXX");
    if (!mkdtemp(root))
        exit(1);
    run("mkdir -p %s/sys/%s", "devices/pci0/usb1/1-2/1-2:1.0/ttyUSB0/tty/ttyUSB0");
    run("mkdir -p %s/sys/%s", "devices/pci0/usb1/usb1-port/tty9");
    run("mkdir -p %s/sys/%s", "devices/pci0/serial/tty/ttyS0");
    run("mkdir -p %s/%s", "sys/dev/char");
    run("echo 1 >%s/sys/%s", "devices/pci0/usb1/authorized");
    run("echo 1 >%s/sys/%s", "devices/pci0/usb1/1-2/authorized");
    run("echo 1 >%s/sys/%s", "devices/pci0/usb1/1-2/1-2:1.0/authorized");
    run("ln -s ../../%2$s %1$s/sys/dev/char/188:0",
        "devices/pci0/usb1/1-2/1-2:1.0/ttyUSB0/tty/ttyUSB0");
    run("ln -s ../../%2$s %1$s/sys/dev/char/188:9", "devices/pci0/usb1/usb1-port/tty9");
    run("ln -s ../../%2$s %1$s/sys/dev/char/4:64", "devices/pci0/serial/tty/ttyS0");
}

static int read_first(const char *path)
{
    FILE *file = fopen(path, "r");
    int first = file ? fgetc(file) : -1;
    if (file)
        fclose(file);
    return first;
}

/* A real one, named because it is really switched off: BUSBAR_TEST_USB=/dev/ttyUSB0. */
static void check_real(void)
{
    const char *node = getenv("BUSBAR_TEST_USB");
    char path[USB_PATH_SIZE];
    struct stat status;
    bool gone = false, back = false;
    if (!node) {
        check_skip("BUSBAR_TEST_USB names no device that may be switched off");
        return;
    }
    CHECK(stat(node, &status) == 0 && usb_find("", status.st_rdev, path) == 0, "found");
    CHECK(usb_reset(path) == 0, "begun: %s", path);
    for (int i = 0; i < 100 && !back; i++) {
        usleep(100000);
        bool there = access(node, F_OK) == 0;
        back = gone && there;
        gone = gone || !there;
    }
    CHECK(gone, "%s went", node);
    CHECK(back, "%s came back", node);
}

int main(void)
{
    char path[USB_PATH_SIZE];
    make_tree();
    CHECK(usb_find(root, makedev(188, 0), path) == 0, "found");
    CHECK(strstr(path, "/usb1/1-2/authorized"), "the device, not its interface nor its hub: %s",
          path);
    char other[USB_PATH_SIZE];
    CHECK(usb_find(root, makedev(188, 9), other) == -ENOENT, "a root hub is left alone");
    CHECK(usb_find(root, makedev(4, 64), other) == -ENOENT, "on no USB");
    CHECK(usb_find(root, makedev(4, 65), other) == -ENOENT, "not there");
    CHECK(usb_find(root, 0, other) == -ENOENT, "nothing");
    CHECK(usb_reset(path) == 0, "begun");
    usleep(300000);
    CHECK(read_first(path) == '0', "off");
    usleep(1500000);
    CHECK(read_first(path) == '1', "and on");
    check_real();
    run("rm -r %s%s", "");
    return check_done("usb_reset");
}
