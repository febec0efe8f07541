/* libFuzzer target: a DBC file, then frames through everything it describes. */
#include <stdlib.h>
#include <string.h>

#include "can/codec.h"
#include "can/dbc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void messages_run(const struct dbc *dbc, const uint8_t *bytes, size_t size)
{
    static int64_t raw[DBC_SIGNALS_MAX];
    for (size_t m = 0; m < dbc->message_count; m++) {
        uint8_t frame[CODEC_ROOM] = {0};
        const struct dbc_message *message = &dbc->messages[m];
        memcpy(frame, bytes, size < message->length ? size : message->length);
        codec_decode(message, frame, raw);
        for (size_t i = 0; i < message->signal_count; i++) {
            const struct dbc_signal *signal = &message->signals[i];
            codec_present(message, raw, (int)i);
            codec_raw(signal, codec_physical(signal, raw[i]));
            if (codec_signal(signal, frame) != raw[i])
                abort();
            codec_put(signal, raw[i], frame);
            if (codec_signal(signal, frame) != raw[i])
                abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dbc *dbc = NULL;
    FILE *errors = fopen("/dev/null", "w");
    if (dbc_parse(&dbc, "fuzz", (const char *)data, size, errors) == 0) {
        messages_run(dbc, data, size);
        dbc_free(dbc);
    }
    fclose(errors);
    return 0;
}
