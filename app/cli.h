/* The subcommands: one table in app/main.c gives dispatch and --help. */
#ifndef BUSBAR_APP_CLI_H
#define BUSBAR_APP_CLI_H

/* Each takes its own argc/argv (argv[0] is the subcommand's name) and returns the exit status:
 * 0 well, 1 it did not work, 2 the command line or a file is wrong. */
int cmd_run(int argc, char **argv);
int cmd_demo(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_why(int argc, char **argv);
int cmd_battery(int argc, char **argv);
int cmd_inverters(int argc, char **argv);
int cmd_monitor(int argc, char **argv);
int cmd_journal(int argc, char **argv);
int cmd_dump(int argc, char **argv);
int cmd_send(int argc, char **argv);
int cmd_hub(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_plan(int argc, char **argv);
int cmd_sim(int argc, char **argv);
int cmd_soc(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_request(int argc, char **argv);
int cmd_soc_fit(int argc, char **argv);
int cmd_pi30_query(int argc, char **argv);
int cmd_pi30_scan(int argc, char **argv);
int cmd_pi30(int argc, char **argv);

/* Where DBC files and dialects are found when not beside the config: $BUSBAR_DATA, the build
 * tree's dbc/ or PREFIX/share/busbar. */
const char *cli_data_dir(void);

#endif
