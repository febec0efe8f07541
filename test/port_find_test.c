/* Port words against a tree of files that looks like /dev and /sys. */
#include "app/port_find.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static char root[64];

static void put(const char *path, const char *text)
{
    char full[256];
    snprintf(full, sizeof full, "%s%s", root, path);
    for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        mkdir(full, 0755);
    }
    FILE *file = fopen(full, "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0) {
        perror(full);
        exit(1);
    }
}

/* A UPS has the same chip as an inverter; the probe tells them apart, not the USB numbers. */
static void make_tree(void)
{
    snprintf(root, sizeof root, "/tmp/busbar-port-find-XXXXXX");
    if (!mkdtemp(root))
        exit(1);
    put("/sys/class/hidraw/hidraw0/device/uevent",
        "DRIVER=hid-generic\nHID_ID=0003:0000046D:0000C534\nHID_NAME=a keyboard\n");
    put("/sys/class/hidraw/hidraw2/device/uevent",
        "DRIVER=hid-generic\nHID_ID=0003:00000665:00005161\nHID_NAME=Cypress\n");
    put("/sys/class/hidraw/hidraw7/device/uevent", "HID_ID=0003:00000665:00005161\n");
    put("/sys/class/hidraw/hidraw8/device/uevent", "HID_ID=0005:00000665:00005161\n");
    put("/dev/ttyUSB0", "");
    put("/dev/ttyUSB1", "");
    put("/dev/ttyACM0", "");
}

/* clang-format off */
static const struct {
    const char *words, *urls;
} rows[] = {
    {"tty:/dev/pts/3",                   "tty:/dev/pts/3! "},
    {"tcp://moxa:4001",                  "tcp://moxa:4001! "},
    {"auto",                             "hidraw:/dev/hidraw2 hidraw:/dev/hidraw7 "},
    {"/dev/ttyUSB*",                     "/dev/ttyUSB0 /dev/ttyUSB1 "},
    {"serial:/dev/ttyUSB*,baud=9600",    "serial:/dev/ttyUSB0,baud=9600 serial:/dev/ttyUSB1,baud=9600 "},
    {"  /dev/ttyUSB[1]  /dev/ttyS0 ",    "/dev/ttyS0! /dev/ttyUSB1 "},
    {"/dev/ttyUSB0 /dev/ttyUSB*",        "/dev/ttyUSB0! /dev/ttyUSB1 "},
    {"/dev/ttyX*",                       ""},
    {"",                                 ""},
};

static const struct {
    const char *words;
    bool fit, fixed;
} forms[] = {
    {"auto", true, false},
    {"serial:/dev/ttyUSB0", true, true},
    {"serial:/dev/ttyUSB0,baud=9600", true, true},
    {"/dev/ttyUSB0", true, true},
    {"/dev/ttyUSB*", true, false},
    {"hidraw:/dev/hidraw?", true, false},
    {"/dev/ttyUSB0 auto", true, false},
    {"tcp://[::1]:23", true, true},
    {"tcp://host", false, true},
    {"tcp://:23", false, true},
    {"/dev/", false, true},
    {"serial:", false, true},
    {"ttyUSB*", false, false},
    {"serial:ttyUSB*", false, false},
    {"/dev/ttyUSB0 nonsense", false, false},
    {"/dev/ttyUSB0\t/dev/ttyUSB1", false, true},
    {"  ", false, false},
    {"", false, false},
};
/* clang-format on */

static void check_words(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct port_found found[8];
        char urls[256] = "";
        size_t count = port_find(rows[i].words, root, found, 8);
        for (size_t k = 0; k < count; k++)
            snprintf(urls + strlen(urls), sizeof urls - strlen(urls), "%s%s ", found[k].url,
                     found[k].fixed ? "!" : "");
        CHECK(strcmp(urls, rows[i].urls) == 0, "\"%s\": %s", rows[i].words, urls);
        CHECK(port_find(rows[i].words, root, found, 1) == (count > 1 ? 1 : count), "room");
    }
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        CHECK(port_words_fit(forms[i].words) == forms[i].fit, "\"%s\"", forms[i].words);
        CHECK(port_words_fixed(forms[i].words) == forms[i].fixed, "\"%s\"", forms[i].words);
    }
}

/* Two names of one device are one device. */
static void check_device(void)
{
    char path[PORT_URL_SIZE];
    CHECK(port_device("tty:/dev/null") == port_device("/dev/null") && port_device("/dev/null"),
          "one node");
    CHECK(port_device("/dev/zero") != port_device("/dev/null"), "another");
    CHECK(port_device("/dev/nothing-here") == 0 && port_device("tcp://host:1") == 0 &&
              port_device("/etc/passwd") == 0,
          "none");
    CHECK(!strcmp(port_url_path("serial:/dev/ttyUSB0,baud=9600", path), "/dev/ttyUSB0"), "%s",
          path);
}

int main(void)
{
    char command[96];
    make_tree();
    check_words();
    check_device();
    snprintf(command, sizeof command, "rm -r %s", root);
    CHECK(system(command) == 0, "tree removed");
    return check_done("port_find");
}
