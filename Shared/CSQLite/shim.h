#pragma once
#include <sqlite3.h>

// SQLITE_TRANSIENT is a cast, which Swift doesn't see: SQLite copies what is bound.
static inline int cutroom_bind_text(sqlite3_stmt *statement, int place, const char *text, int bytes) {
    return sqlite3_bind_text(statement, place, text, bytes, SQLITE_TRANSIENT);
}
static inline int cutroom_bind_blob(sqlite3_stmt *statement, int place, const void *bytes, int count) {
    return sqlite3_bind_blob(statement, place, bytes, count, SQLITE_TRANSIENT);
}
