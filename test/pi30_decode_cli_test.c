/* `busbar pi30 decode` as a stranger types it: what it prints, and how it ends. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

enum { OUTPUT_MAX = 8192 };

/* Runs the program built beside this test; returns its exit status, -1 when it was not built. */
static int run(char *out, const char *before, const char *arguments)
{
    char self[512], command[2048];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0)
        return -1;
    self[length] = '\0';
    char *folder = strstr(self, "/test/");
    if (!folder)
        return -1;
    strcpy(folder, "/busbar");
    if (access(self, X_OK) != 0)
        return -1;
    snprintf(command, sizeof command, "%s %s pi30 decode %s 2>&1", before, self, arguments);
    FILE *pipe = popen(command, "r");
    size_t count = pipe ? fread(out, 1, OUTPUT_MAX - 1, pipe) : 0;
    out[count] = '\0';
    int status = pipe ? pclose(pipe) : -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* clang-format off */
#define QPIGS "'(222.0 50.0 230.0 50.0 0529 0472 006 398 54.30 000 061 0039 01.0 215.0 00.00 " \
              "00000 00010110 00 00 00226 010#\\xBA\\x0D'"
static const struct {
    const char *before, *arguments;
    int status;
    const char *says;
} rows[] = {
    {"", "QPIGS " QPIGS, 0, "battery_voltage            54.30 V"},
    {"", "QPIGS " QPIGS, 0, "status                     00010110         load on, charging, charging from PV"},
    {"", "QPIGS " QPIGS, 0, "QPIGS: PI30, 21 of 24 fields"},
    {"", "'QPIGS\\xB7\\xA9\\r' " QPIGS, 0, "QPIGS: PI30"},
    {"", "--json QPIGS " QPIGS, 0, "{\"name\":\"battery_voltage\",\"value\":54.3,\"unit\":\"V\",\"text\":\"\"}"},
    {"", "--json QPIGS " QPIGS, 0, "{\"command\":\"QPIGS\",\"protocol\":\"PI30\",\"layout\":\"\",\"accepted\":true"},
    {"", "QPIGS2 '(01.0 201.7 00205 Q\\x9D\\r'", 0, "layout MAX, 3 of 3 fields"},
    {"", "^P006MOD '^D00503\\xB9Y\\r'", 0, "MOD: PI18"},
    {"", "'^P006MOD\\xB1%\\r' '^D00503\\xB9Y\\r'", 0, "battery"},
    {"", "--protocol PI17 MOD '^D00503\\xB9Y\\r'", 0, "MOD: PI17"},
    {"", "QED20251222 '(00029708\\xDB\\xD6\\r'", 0, "29708 Wh"},
    {"", "QPGS '(0 00000000000000 P 00 000.0 00.00 000.0 00.00 0000 0000 000 00.0 000 000 000.0 000 00690 00530 005 00000000 0 0 010 080 02 00 000\\xFCv\\r'", 0, "exists                     0                no"},
    {"", "QFLAG '(EauxyzlDbjkvgd\\x90\\xC5\\r'", 0, "flag_g                     0                disabled"},
    {"", "--json QMCHGCR '(010 020 030 040 050 060 070 080\\x91L\\r'", 0, "\"value\":[10,20,30,40,50,60,70,80],\"unit\":\"A\""},
    {"", "QPIRI '(230.0 44.3 230.0 50.0 44.3 0200 0200 48.0 46.0 41.0 58.4 58.0 3 050 060 1 1 0 1 01 0 0 54.0 0 1 46.0 10 44.0\\xE5\\xF5\\r'", 0, "layout clone, 28 of 28 fields"},
    {"", "QSID '(1492932105105335005535\\x94\\x0E\\r'", 0, "92932105105335"},
    {"", "QT '(20210726122606JF\\r'", 0, "2021-07-26 12:26:06"},
    {"", "POP02 '(ACK9 \\r'", 0, "ACK: parsed"},
    {"", "'PSET120103 56.3 54.6 43.8 42.6 040 020 2020 02 18 17 06 00' 'ACK\\xD0\\r'", 0, "ACK: parsed"},
    {"", "QPIGS2 '(NAKss\\r'", 0, "NAK: unknown command"},
    {"", "QPIGS '^0\\x1B\\xE3\\r'", 0, "speaks PI17 or PI18"},
    {"", "--json QPIGS '^0\\x1B\\xE3\\r'", 0, "\"answer\":\"NAK\""},
    {"printf '(B\\347\\311\\r' |", "QMOD", 0, "battery"},
    {"printf '%s\\n' '(B\\xE7\\xC9\\r' |", "QMOD -", 0, "battery"},
    {"printf '\\0\\0(B\\347\\311\\r\\0\\0' |", "QMOD", 0, "battery"},
    {"", "QOPM '(01\\xC8\\x00\\r'", 1, "the CRC is C8 00, 0C 80 was expected"},
    {"", "--json QOPM '(01\\xC8\\x00\\r'", 1, "\"accepted\":false,\"reason\":\"the CRC is C8 00, 0C 80 was expected\",\"byte\":3"},
    {"", "MCHGCR '^D030010,020,030,040,050,060,070\\n'", 1, "ends in LF, not CR; the CRC is 37 30, 29 71 was expected"},
    {"", "QALL '(000 00.0\\x05\\r'", 1, "the sum is 05, "},
    {"", "QPIGS '(B\\xE7\\xC9\\r'", 1, "21 fields at least, 1 came"},
    {"", "QPIGS '(B\\xE7\\xC9'", 1, "4 bytes, a frame has 5 at least"},
    {"", "QPIGS '(233.8 49.8 230.2'", 1, "the last byte is 32, not CR"},
    {"", "--json QPIGS '(233.8 49.8 230.2 49.8 0277 0250 005 363 52.00 000 128 0045 0000 289.6 00.00 00001 00010010 00 00 00241 010\\xFF\\x8E\\r'", 1, "\"field\":\"battery_capacity\""},
    {"", "QPIGS '(230.0 49.9 230.0 49.9 0805 0751 020 448 29.00 000 100 0037 02.3 271.1 00.00 00007 00010000 00 00 00647 011 0 00 0000\\x00\\xE8\\r'", 1, "the CRC is 00 E8, 00 E7 was expected"},
    {"", "POP02 '(B\\xE7\\xC9\\r'", 1, "ACK or NAK was expected"},
    {"", "QPIGZ '(B\\xE7\\xC9\\r'", 1, "no protocol knows the command; near it: QPI QPIRI QPIGS"},
    {"", "QPIGS ''", 1, "no answer"},
    {"", "--protocol PI99 QPIGS x", 2, "\"PI99\" is no protocol"},
    {"", "", 2, "Usage: busbar pi30 decode"},
    {"", "QPIGS a b", 2, "Usage: busbar pi30 decode"},
    {"", "--what QPIGS a", 2, "unrecognized option"},
    {"", "--help", 0, "PI30 PI30MAX PI30MST PI30REVO PI41 PI34 PI16 PI18 PI17"},
};
/* clang-format on */

int main(void)
{
    static char out[OUTPUT_MAX];
    if (run(out, "", "--help") < 0) {
        check_skip("busbar is not built beside this test");
        return check_done("pi30_decode_cli");
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int status = run(out, rows[i].before, rows[i].arguments);
        CHECK(status == rows[i].status, "%s: exit %d: %s", rows[i].arguments, status, out);
        CHECK(strstr(out, rows[i].says), "%s: '%s' is not in: %s", rows[i].arguments, rows[i].says,
              out);
    }
    return check_done("pi30_decode_cli");
}
