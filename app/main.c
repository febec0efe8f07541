#include <stdio.h>
#include <string.h>

#include "app/cli.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"run", cmd_run, "the controller, in the foreground or under systemd"},
    {"demo", cmd_demo, "a simulated plant and the controller on a sunny afternoon"},
    {"status", cmd_status, "what the controller has heard and does; missing parts"},
    {"why", cmd_why, "one sentence per output: what holds it, and by how much"},
    {"battery", cmd_battery, "the cap, what is announced, and how fast the battery ages"},
    {"inverters", cmd_inverters, "each unit, phase and fault; energy; what disagrees"},
    {"monitor", cmd_monitor, "the status each second"},
    {"journal", cmd_journal, "what was done and why: the newest, or a file and its chain"},
    {"request", cmd_request, "ask for charge, a cap, a setting; --wait tells what becomes of it"},
    {"plan", cmd_plan, "the wiring, and what each layout would deliver"},
    {"soc", cmd_soc, "the charge estimator over a measured series"},
    {"check", cmd_check, "every mistake in a config file"},
    {"pi30", cmd_pi30, "an inverter's answers, without the controller"},
    {"replay", cmd_replay, "a candump log through the decision code"},
    {"dump", cmd_dump, "candump on any kind of bus, with names from DBC files"},
    {"send", cmd_send, "cansend on any kind of bus"},
    {"hub", cmd_hub, "a local bus for several processes"},
    {"sim", cmd_sim, "the simulated plant alone"},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void help_print(FILE *out)
{
    fputs("busbar: field controller for co-located solar inverter banks\n\n"
          "Usage: busbar COMMAND [OPTIONS]; busbar COMMAND --help tells more\n\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-9s  %s\n", commands[i].name, commands[i].help);
}

static const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--version") == 0) {
        puts("busbar " BUSBAR_VERSION);
        return 0;
    }
    if (strcmp(name, "help") == 0 && argc > 2 && command_find(argv[2])) {
        char *words[] = {argv[2], (char[]){"--help"}, NULL};
        return command_find(argv[2])->run(2, words);
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        help_print(stdout);
        return 0;
    }
    const struct command *command = command_find(name);
    if (command)
        return command->run(argc - 1, argv + 1);
    if (*name)
        fprintf(stderr, "busbar: \"%s\" is no command\n", name);
    help_print(stderr);
    return 2;
}
