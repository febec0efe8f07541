/* The devices that the port words of a config mean now.
 *
 *     tty:/dev/ttyAMA0                    one fixed port, as inverter/stream.h writes it
 *     /dev/serial/by-path/pci*            a pattern: every device whose path fits it now
 *     serial:/dev/ttyUSB*,baud=9600       a pattern of one kind, its options for each
 *     auto                                every USB chip 0665:5161 that is plugged in (hidraw)
 *     /dev/ttyAMA0 auto                   several, with spaces between
 *
 * Nothing that is not named or fits here is ever opened, let alone written to. */
#ifndef BUSBAR_APP_PORT_FIND_H
#define BUSBAR_APP_PORT_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PORT_URL_SIZE = 128 };

struct port_found {
    char url[PORT_URL_SIZE];
    bool fixed;              /* named as it is: it stays a candidate when nothing is there */
};

/* The candidates of these words, the fixed ones first as they stand, then sorted by path; each url
 * once. root is put before /sys and /dev when looking, "" on a real machine. Returns how many were
 * found, at most room. */
size_t port_find(const char *words, const char *root, struct port_found *found, size_t room);

/* One fixed port and nothing else: its place is what tells the unit. */
bool port_words_fixed(const char *words);

/* Whether it is one fixed port, well formed. */
bool port_url_fits(const char *url);

/* Whether every word is well formed. */
bool port_words_fit(const char *words);

/* The path of a local device in a url, NULL for tcp://. Options behind a comma are cut. */
const char *port_url_path(const char *url, char path[PORT_URL_SIZE]);

/* Which device node is behind a url now, whatever its name; 0 = none, or not local. */
uint64_t port_device(const char *url);

#endif
