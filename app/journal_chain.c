/* What the chain vouches for. */
#include <sha2.h>
#include <string.h>

#include "app/journal_read.h"

void journal_hash(const struct journal_piece *piece, uint8_t out[JOURNAL_HASH_SIZE])
{
    SHA2_CTX context;
    SHA256Init(&context);
    SHA256Update(&context, piece->bytes, piece->length);
    SHA256Final(out, &context);
}

bool journal_changed_byte(const struct journal_piece *piece, const uint8_t hash[JOURNAL_HASH_SIZE],
                          uint32_t *place, uint8_t *was)
{
    struct journal_piece tried = *piece;
    uint8_t got[JOURNAL_HASH_SIZE];
    for (uint32_t i = 0; i < piece->length; i++) {
        for (unsigned change = 1; change <= UINT8_MAX; change++) {
            tried.bytes[i] = (uint8_t)(piece->bytes[i] ^ change);
            journal_hash(&tried, got);
            if (memcmp(got, hash, sizeof got) != 0)
                continue;
            *place = i;
            *was = tried.bytes[i];
            return true;
        }
        tried.bytes[i] = piece->bytes[i];
    }
    return false;
}
