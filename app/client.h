/* The asking side of the control socket, for the CLI and the demo. */
#ifndef BUSBAR_APP_CLIENT_H
#define BUSBAR_APP_CLIENT_H

#include <jansson.h>
#include <stdbool.h>

#include "app/control.pb-c.h"

/* The socket to ask: --socket, else $BUSBAR_SOCKET, else /run/busbar/control.sock. */
const char *client_path(const char *option);

/* Connects; the descriptor, or -1 after telling why on stderr. */
int client_connect(const char *path);
/* The same without a word; -errno. */
int client_try(const char *path);

/* Asks once on an open socket. The answer is to be freed by busbar__response__free_unpacked,
 * NULL after telling why on stderr. */
Busbar__Response *client_ask(int fd, Busbar__Request *request);
/* The same without a word; what is wrong goes to *problem. */
Busbar__Response *client_exchange(int fd, Busbar__Request *request, const char **problem);

/* The common way: connects, asks with a fresh id and, where none is set, a lease of 10 s, prints a refusal to stderr.
 * *status becomes the exit status. */
Busbar__Response *client_once(const char *socket_option, Busbar__Request *request, int *status);

/* A whole command that asks one thing and knows --json, --socket and --help; returns its exit status. */
int client_command(int argc, char **argv, const char *help, Busbar__Verb verb,
                   void (*show)(const Busbar__Response *response, bool json));

/* Asks one thing and shows the answer where it is accepted; returns the exit status. */
int client_show(const char *socket_option, Busbar__Verb verb, bool json,
                void (*show)(const Busbar__Response *response, bool json));

/* Compact, in order, with a newline; the object is freed. */
void json_show(json_t *object);

/* app/battery_text.c: the cap and ageing, part of the status. */
void battery_more_json(json_t *object, const Busbar__Battery *battery);
/* app/charge_text.c: how the charge is known. */
json_t *pack_charge_json(const Busbar__PackCharge *charge);
void battery_charge_json(json_t *object, const Busbar__Battery *battery);
void battery_charge_print(const Busbar__Battery *battery);
void battery_cap_print(const Busbar__Battery *battery);
void battery_ageing_print(const Busbar__Battery *battery);

/* app/inverters_text.c */
json_t *inverters_json(const Busbar__InverterBank *bank);
void inverters_print(const Busbar__InverterBank *bank);
void inverter_news_print(const Busbar__Status *status);

json_t *status_json(const Busbar__Status *status);
void status_print(const Busbar__Status *status);
void contacts_print(const Busbar__Status *status);      /* one line each: what it has gone through */
/* app/ports_text.c: one line each: state, whose, its answers and what went wrong with them. */
void ports_print(const Busbar__Status *status);
json_t *port_json(const Busbar__Port *port);
void limits_print(const Busbar__Status *status);        /* the battery's, with their ages */
json_t *limits_json(const Busbar__Battery *battery);
void lines_print(const Busbar__Response *response, bool json);

#endif
