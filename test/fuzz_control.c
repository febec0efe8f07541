/* libFuzzer target: the bytes of one control request, and what its ladder does with it. The plant has one
 * inverter, "inv2", that has told what it is. */
#include <stdlib.h>
#include <string.h>

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
        config.inverter_count = 1;
        memcpy(config.inverters[0].name, "inv2", 5);
        if (controller_init(&controller, &config, 1000, stderr) < 0)
            abort();
        controller.plant.units[0].protocol = protocol_named("PI30MAX");
    }
    control_answer(&control, &controller, NULL, data, size, answer, sizeof answer, 2000);
    requests_step(&controller, 2000);
    return 0;
}
