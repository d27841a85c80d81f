/* Drives a fuzz target without a fuzzer: each file of the corpus once, one TAP line each.
 *
 * Usage: TARGET FILE...   (tests/fuzz/run calls it). A file that crashes the target ends the process before its line,
 * so that the plan is not met; its name stands in the last comment. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes are in a block of exactly their size: reading past them is seen by the address sanitizer. */
static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    size_t cap = 65536;
    uint8_t *data = malloc(cap);
    *size = 0;
    while (data) {
        *size += fread(data + *size, 1, cap - *size, file);
        if (*size < cap) break;
        cap *= 2;
        data = realloc(data, cap);
    }
    fclose(file);
    if (!data) return NULL;
    uint8_t *exact = realloc(data, *size ? *size : 1);
    return exact ? exact : data;
}

int main(int argc, char **argv)
{
    int failed = 0;
    printf("1..%d\n", argc - 1);
    for (int i = 1; i < argc; i++) {
        printf("# %s\n", argv[i]);
        fflush(stdout);
        size_t size;
        uint8_t *data = read_file(argv[i], &size);
        if (data) {
            LLVMFuzzerTestOneInput(data, size);
            free(data);
        } else {
            failed = 1;
        }
        printf("%s - survives %s\n", data ? "ok" : "not ok", argv[i]);
    }
    return failed;
}
