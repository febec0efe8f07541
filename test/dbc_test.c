/* DBC files as they are found: every feature in a small file, every mistake with its line. Expected raw
 * values were worked out by hand from the bit layout. */
#include <stdlib.h>
#include <string.h>

#include "can/codec.h"
#include "can/dbc.h"
#include "test/check.h"

static char told[8192];

/* Parses text; what it says goes to told. */
static int parse(struct dbc **dbc, const char *text)
{
    FILE *errors = fmemopen(told, sizeof told, "w");
    int status = dbc_parse(dbc, "t.dbc", text, strlen(text), errors);
    fclose(errors);
    return status;
}

static const char all_features[] =
    "VERSION \"\"\r\n\r\nNS_ "
    ":\r\n\tNS_DESC_\r\n\tCM_\r\n\tBA_DEF_\r\n\tVAL_\r\n\r\nBS_:\r\n\r\nBU_: A B\r\n"
    "VAL_TABLE_ OnOff 1 \"on\" 0 \"off\" ;\r\n\r\n"
    "BO_ 256 Intel: 8 A\r\n"
    " SG_ U16 : 0|16@1+ (0.1,0) [0|6553.5] \"V\" B\r\n"
    " SG_ S12 : 16|12@1- (1,-5) [0|0] \"\" B,A\r\n"
    " SG_ F : 32|32@1- (1,0) [0|0] \"\" Vector__XXX\r\n"
    "\r\n"
    "BO_ 257 Motorola: 8 A\r\n"
    " SG_ M16 : 7|16@0+ (1,0) [0|0] \"\" B\r\n"
    " SG_ M10 : 17|10@0- (1,0) [0|0] \"\" B\r\n"
    " SG_ M64 : 39|24@0+ (1,0) [0|0] \"\" B\r\n"
    "\r\n"
    "BO_ 258 Muxed: 8 A\r\n"
    " SG_ Which M : 0|8@1+ (1,0) [0|0] \"\" B\r\n"
    " SG_ First m0 : 8|8@1+ (1,0) [0|0] \"\" B\r\n"
    " SG_ Second m1 : 8|16@1+ (1,0) [0|0] \"\" B\r\n"
    "\r\n"
    "BO_ 259 Deep: 8 A\r\n"
    " SG_ Top M : 0|4@1+ (1,0) [0|0] \"\" B\r\n"
    " SG_ Mid m2M : 4|4@1+ (1,0) [0|0] \"\" B\r\n"
    " SG_ Leaf m3 : 8|8@1+ (1,0) [0|0] \"\" B\r\n"
    "\r\n"
    "BO_ 2566845182 Extended: 64 A\r\n"
    " SG_ Far : 504|8@1+ (1,0) [0|0] \"\" B\r\n"
    " SG_ D : 0|64@1- (1,0) [0|0] \"\" B\r\n"
    " SG_ Nine : 67|64@1+ (1,0) [0|0] \"\" B\r\n"
    "\r\n"
    "BO_ 3221225472 VECTOR__INDEPENDENT_SIG_MSG: 0 Vector__XXX\r\n"
    " SG_ Lost : 0|8@1+ (1,0) [0|0] \"\" Vector__XXX\r\n"
    "\r\n"
    "BO_TX_BU_ 256 : A,B;\r\n"
    "EV_ Something: 0 [0|1] \"\" 0 2 DUMMY_NODE_VECTOR0 Vector__XXX;\r\n"
    "CM_ \"several\r\nlines with \\\"quotes\\\"\";\r\n"
    "CM_ SG_ 256 U16 \"a voltage\";\r\n"
    "BA_DEF_ BO_ \"GenMsgCycleTime\" INT 0 65535;\r\nBA_DEF_DEF_ \"GenMsgCycleTime\" 0;\r\n"
    "BA_ \"GenMsgCycleTime\" BO_ 256 100;\r\n"
    "VAL_ 256 U16 1 \"one\" 2 \"two; and more\" ;\r\n"
    "SIG_VALTYPE_ 256 F : 1;\r\nSIG_VALTYPE_ 2566845182 D : 2;\r\n"
    "SG_MUL_VAL_ 259 Mid Top 2-2;\r\nSG_MUL_VAL_ 259 Leaf Mid 3-3, 5-7;\r\n"
    "BA_ \"SystemSignalLongSymbol\" SG_ 257 M10 \"M10_with_a_name_of_more_than_32_characters\";\r\n"
    "// not in the format, but found: BO_ 1\r\n"
    "SOMETHING_NEW_ 1 2 3;\r\n";

static int64_t raw_of(const struct dbc_message *message, const char *signal, const uint8_t *data)
{
    return codec_signal(&message->signals[dbc_signal_index(message, signal)], data);
}

static void every_feature(void)
{
    struct dbc *dbc = NULL;
    CHECK(parse(&dbc, all_features) == 0, "%s", told);
    if (!dbc)
        return;
    CHECK(dbc->message_count == 5, "%zu messages", dbc->message_count);
    CHECK(dbc->skipped == 2, "EV_ and SOMETHING_NEW_ are passed over and counted: %u",
          dbc->skipped);
    const struct dbc_message *intel = dbc_message_by_id(dbc, 0x100, false);
    uint8_t data[CODEC_ROOM] = {0x34, 0x12, 0xFF, 0x0F, 0x00, 0x00, 0xC0, 0x3F};
    CHECK(raw_of(intel, "U16", data) == 0x1234, "Intel 16");
    CHECK(raw_of(intel, "S12", data) == -1, "Intel signed 12");
    const struct dbc_signal *f = &intel->signals[dbc_signal_index(intel, "F")];
    CHECK(codec_physical(f, codec_signal(f, data)) == 1.5, "float 0x3FC00000");
    CHECK(codec_physical(&intel->signals[0], 0x1234) == 466.0, "factor 0.1");
    CHECK(codec_physical(&intel->signals[1], -1) == -6, "offset -5");
    CHECK(intel->cycle_ms == 100, "cycle time");
    CHECK(strcmp(intel->signals[0].comment, "a voltage") == 0, "comment");
    CHECK(strcmp(dbc_value_text(&intel->signals[0], 2), "two; and more") == 0, "value table");
    const struct dbc_message *motorola = dbc_message_by_name(dbc, "Motorola");
    uint8_t big[CODEC_ROOM] = {0x12, 0x34, 0x03, 0xFF, 0x01, 0x02, 0x03};
    CHECK(raw_of(motorola, "M16", big) == 0x1234, "Motorola 16");
    CHECK(raw_of(motorola, "M10_with_a_name_of_more_than_32_characters", big) == -1,
          "Motorola signed 10 across bytes");
    CHECK(raw_of(motorola, "M64", big) == 0x010203, "Motorola 24");
    const struct dbc_message *wide = dbc_message_by_id(dbc, 0x18FEF2FE & 0x1FFFFFFF, true);
    CHECK(wide != NULL, "29-bit identifier");
    if (wide) {
        uint8_t long_data[CODEC_ROOM] = {0};
        const struct dbc_signal *d = &wide->signals[1];
        double e = 2.71828;
        memcpy(long_data, &e, 8);
        long_data[63] = 0x5A;
        CHECK(raw_of(wide, "Far", long_data) == 0x5A, "the last of 64 bytes");
        CHECK(codec_physical(d, codec_signal(d, long_data)) == e, "double");
        long_data[8] = 0xF8;
        long_data[16] = 0x07;
        CHECK(raw_of(wide, "Nine", long_data) == (int64_t)0xE00000000000001FULL,
              "64 bits over nine bytes");
    }
    dbc_free(dbc);
}

static void multiplexers(void)
{
    struct dbc *dbc = NULL;
    int64_t raw[8];
    CHECK(parse(&dbc, all_features) == 0, "%s", told);
    const struct dbc_message *muxed = dbc_message_by_name(dbc, "Muxed");
    uint8_t one[CODEC_ROOM] = {1, 0x34, 0x12};
    codec_decode(muxed, one, raw);
    CHECK(codec_present(muxed, raw, 0) && !codec_present(muxed, raw, 1) &&
              codec_present(muxed, raw, 2),
          "the multiplexer chooses m1");
    const struct dbc_message *deep = dbc_message_by_name(dbc, "Deep");
    static const struct {
        uint8_t first;
        bool leaf;
        const char *sentence;
    } rows[] = {{0x32, true, "Top 2, Mid 3"},
                {0x62, true, "Mid in 5-7"},
                {0x42, false, "Mid 4 is in no range"},
                {0x31, false, "Top 1 leaves Mid out, and so Leaf"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t data[CODEC_ROOM] = {rows[i].first, 9};
        codec_decode(deep, data, raw);
        CHECK(codec_present(deep, raw, 2) == rows[i].leaf, "%s", rows[i].sentence);
    }
    dbc_free(dbc);
}

/* Encode is the inverse of decode: random frames through every message come back bit for bit. */
static void round_trip(const struct dbc *dbc)
{
    uint32_t seed = 7;
    static int64_t raw[DBC_SIGNALS_MAX], again[DBC_SIGNALS_MAX];
    for (size_t m = 0; m < dbc->message_count; m++)
        for (int round = 0; round < 200; round++) {
            const struct dbc_message *message = &dbc->messages[m];
            uint8_t data[CODEC_ROOM] = {0}, back[CODEC_ROOM] = {0};
            for (size_t i = 0; i < message->length; i++)
                data[i] = (uint8_t)((seed = seed * 1664525u + 1013904223u) >> 24);
            codec_decode(message, data, raw);
            codec_encode(message, raw, back);
            codec_decode(message, back, again);
            bool same = true;
            for (size_t i = 0; i < message->signal_count; i++)
                same &= !codec_present(message, raw, (int)i) || raw[i] == again[i];
            CHECK(same, "%s: decode, encode, decode", message->name);
            codec_encode(message, raw, data);
            codec_decode(message, data, again);
            for (size_t i = 0; i < message->signal_count; i++)
                same &= !codec_present(message, raw, (int)i) || raw[i] == again[i];
            CHECK(same, "%s: encode over its own frame changes nothing", message->name);
        }
}

static void shipped_files(void)
{
    static const char *const files[] = {"dbc/backbone.dbc", "dbc/lv-battery.dbc", "dbc/ivt-s.dbc"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct dbc *dbc = NULL;
        CHECK(dbc_load(&dbc, files[i], stdout) == 0, "%s", files[i]);
        if (!dbc)
            continue;
        CHECK(dbc->skipped == 0, "%s: nothing unknown", files[i]);
        round_trip(dbc);
        dbc_free(dbc);
    }
    struct dbc *dbc = NULL;
    if (parse(&dbc, all_features) == 0)
        round_trip(dbc);
    dbc_free(dbc);
    CHECK(dbc_load(&dbc, "no/such.dbc", stdout) < 0, "a missing file");
}

static const struct {
    const char *text, *told;
    int mistakes;
} wrong[] = {
    {"BO_ 1 A: 8 X\n SG_ S : 60|8@1+ (1,0) [0|0] \"\" B\n",
     "t.dbc:2: signal S: 8 bits from 60 do not fit into the 8 bytes of A", 1},
    {"BO_ 1 A: 65 X\n", "t.dbc:1: length 65 is not allowed: 0 to 64", 1},
    {"BO_ 4096 A: 8 X\n", "t.dbc:1: message A: identifier 4096 is not allowed: 0 to 2047", 1},
    {"BO_ 1 A: 8 X\nBO_ 1 B: 8 X\n", "t.dbc:2: message B: identifier 0x1 is taken by A", 1},
    {"BO_ 1 A: 8 X\n SG_ S : 0|8@2+ (1,0) [0|0] \"\" B\n",
     "t.dbc:2: byte order 2 is not allowed: 0 to 1", 1},
    {"BO_ 1 A: 8 X\n SG_ S : 0|8@1* (1,0) [0|0] \"\" B\n",
     "t.dbc:2: \"*\" where \"+\" or \"-\" was expected", 1},
    {"BO_ 1 A: 8 X\n SG_ S : 0|8@1+ (0,0) [0|0] \"\" B\n", "factor 0 is not allowed", 1},
    {"BO_ 1 A: 8 X\n SG_ S : 0|8@1+ (1,0) [0|0] B\n",
     "t.dbc:2: \"B\" where a unit in quotes was expected", 1},
    {"BO_ 1 A: 8 X\n SG_ S m : 0|8@1+ (1,0) [0|0] \"\" B\n",
     "multiplexer \"m\" is not allowed: M, m0 or m0M", 1},
    {"BO_ 1 A: 8 X\n SG_ S m1 : 0|8@1+ (1,0) [0|0] \"\" B\n", "no signal is marked M", 1},
    {"BO_ 1 A 8 X\nBO_ x B: 8 X\nBO_ 2 C: 8 X\n SG_ S : 0|0@1+ (1,0) [0|0] \"\" B\n",
     "t.dbc:4: signal length 0 is not allowed: 1 to 64", 3},
    {"BO_ 1 A: 8 X\n SG_ S : 0|16@1+ (1,0) [0|0] \"\" B\nSIG_VALTYPE_ 1 S : 1;\n",
     "a float has 32 bits, not 16", 1},
    {"BO_ 1", "the file ends where a message name was expected", 1},
    {"CM_ \"never closed", "the file ends where \";\" was expected", 1},
    {"<html>", "where a section such as BO_, SG_ or VAL_ was expected", 1},
};

static void mistakes_are_told(void)
{
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct dbc *dbc = NULL;
        int status = parse(&dbc, wrong[i].text);
        CHECK(status == wrong[i].mistakes, "%d mistakes in: %s", status, wrong[i].text);
        CHECK(strstr(told, wrong[i].told) != NULL, "\"%s\" is not in \"%s\"", wrong[i].told, told);
        CHECK(dbc == NULL, "nothing is given out");
        dbc_free(dbc);
    }
}

int main(void)
{
    every_feature();
    multiplexers();
    shipped_files();
    mistakes_are_told();
    return check_done("dbc");
}
