/* Replays corpus files through a fuzz target without libFuzzer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 20 };

int main(int argc, char **argv)
{
    uint8_t *bytes = malloc(INPUT_MAX);
    for (int i = 1; i < argc && bytes; i++) {
        FILE *in = fopen(argv[i], "rb");
        if (!in) {
            perror(argv[i]);
            return 1;
        }
        size_t count = fread(bytes, 1, INPUT_MAX, in);
        fclose(in);
        LLVMFuzzerTestOneInput(bytes, count);
    }
    free(bytes);
    return bytes ? 0 : 1;
}
