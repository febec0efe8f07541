/* libFuzzer target: the bytes of one control request. */
#include <stdlib.h>

#include "app/control.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct controller controller;
    static struct control control;
    static struct config config;
    static uint8_t answer[CONTROL_PACKET];
    if (!controller.config) {
        config.bank.cap_permille = 700;
        if (controller_init(&controller, &config, 1000, stderr) < 0)
            abort();
    }
    control_answer(&control, &controller, NULL, data, size, answer, sizeof answer, 2000);
    return 0;
}
