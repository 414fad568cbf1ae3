#pragma once
#include <zlib.h>

// `deflateInit2` is a macro, which Swift doesn't see. Window bits of 16 more than usual ask for gzip's format (zlib.h).
static inline int cutroom_begin_gzip(z_stream *stream) {
    return deflateInit2(stream, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
}
