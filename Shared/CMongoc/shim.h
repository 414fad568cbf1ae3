/* libmongoc, and the calls that Swift can't make itself: BSON documents go in and come out as bytes, because `bson_t` has an
 * alignment that Swift does not keep. Builds with versions 1.23 to 1.30. */
#pragma once
#include <mongoc/mongoc.h>
#include <stdlib.h>
#include <string.h>

/* One BSON document, the caller's for as long as the call lasts. */
typedef struct {
    const uint8_t *bytes;
    size_t count;
} cmongoc_document;

/* What came of a call. `reply` may be NULL, and is the caller's to free. */
typedef struct {
    bool ok;
    uint8_t *reply;
    size_t count;
    /* Of what was asked for, some was too much for the limit. */
    bool more;
    bson_error_t error;
} cmongoc_answer;

/* The message inside, as long as the error lives. */
static inline const char *cmongoc_message(const bson_error_t *error) { return error->message; }

/* Newer versions have a second, structured log, which goes to stderr when the environment asks for it. */
static inline void cmongoc_no_structured_log(mongoc_client_pool_t *pool) {
#ifdef MONGOC_STRUCTURED_LOG_H
    mongoc_structured_log_opts_t *none = mongoc_structured_log_opts_new();
    mongoc_structured_log_opts_set_handler(none, NULL, NULL);
    mongoc_client_pool_set_structured_log_opts(pool, none);
    mongoc_structured_log_opts_destroy(none);
#else
    (void)pool;
#endif
}

static inline bool cmongoc_view(bson_t *view, cmongoc_document document) {
    return bson_init_static(view, document.bytes, document.count);
}

static inline void cmongoc_keep(cmongoc_answer *answer, const bson_t *document) {
    answer->reply = (uint8_t *)malloc(document->len);
    if (!answer->reply) return;
    memcpy(answer->reply, bson_get_data(document), document->len);
    answer->count = document->len;
}

static inline void cmongoc_refuse(cmongoc_answer *answer) {
    bson_set_error(&answer->error, MONGOC_ERROR_BSON, MONGOC_ERROR_BSON_INVALID, "a document that is no BSON");
}

/* `ok` without a reply: there is no such document. */
static inline void cmongoc_find_one(mongoc_client_t *client, const char *database, const char *collection,
                                    cmongoc_document filter, cmongoc_document options, bool primary,
                                    cmongoc_answer *answer) {
    bson_t where, how;
    const bson_t *found = NULL;
    memset(answer, 0, sizeof *answer);
    if (!cmongoc_view(&where, filter) || !cmongoc_view(&how, options)) {
        cmongoc_refuse(answer);
        return;
    }
    mongoc_collection_t *from = mongoc_client_get_collection(client, database, collection);
    mongoc_read_prefs_t *preference = primary ? mongoc_read_prefs_new(MONGOC_READ_PRIMARY) : NULL;
    mongoc_cursor_t *cursor = mongoc_collection_find_with_opts(from, &where, &how, preference);
    if (mongoc_cursor_next(cursor, &found)) cmongoc_keep(answer, found);
    answer->ok = !mongoc_cursor_error(cursor, &answer->error);
    mongoc_cursor_destroy(cursor);
    if (preference) mongoc_read_prefs_destroy(preference);
    mongoc_collection_destroy(from);
}

static inline bool cmongoc_append(cmongoc_answer *answer, const bson_t *document, size_t *room) {
    if (answer->count + document->len > *room) {
        size_t wanted = 2 * (answer->count + document->len);
        uint8_t *grown = (uint8_t *)realloc(answer->reply, wanted);
        if (!grown) return false;
        answer->reply = grown;
        *room = wanted;
    }
    memcpy(answer->reply + answer->count, bson_get_data(document), document->len);
    answer->count += document->len;
    return true;
}

/* The documents that match, one behind the other, as many as there is room for in `limit` bytes; without a reply: none. */
static inline void cmongoc_find_many(mongoc_client_t *client, const char *database, const char *collection,
                                     cmongoc_document filter, cmongoc_document options, size_t limit,
                                     cmongoc_answer *answer) {
    bson_t where, how;
    const bson_t *found = NULL;
    size_t room = 0;
    memset(answer, 0, sizeof *answer);
    if (!cmongoc_view(&where, filter) || !cmongoc_view(&how, options)) {
        cmongoc_refuse(answer);
        return;
    }
    mongoc_collection_t *from = mongoc_client_get_collection(client, database, collection);
    mongoc_cursor_t *cursor = mongoc_collection_find_with_opts(from, &where, &how, NULL);
    while (!answer->more && mongoc_cursor_next(cursor, &found)) {
        answer->more = answer->count + found->len > limit || !cmongoc_append(answer, found, &room);
    }
    answer->ok = !mongoc_cursor_error(cursor, &answer->error);
    mongoc_cursor_destroy(cursor);
    mongoc_collection_destroy(from);
}

static inline void cmongoc_insert_one(mongoc_client_t *client, const char *database, const char *collection,
                                      cmongoc_document document, cmongoc_answer *answer) {
    bson_t what, reply;
    memset(answer, 0, sizeof *answer);
    if (!cmongoc_view(&what, document)) {
        cmongoc_refuse(answer);
        return;
    }
    mongoc_collection_t *into = mongoc_client_get_collection(client, database, collection);
    answer->ok = mongoc_collection_insert_one(into, &what, NULL, &reply, &answer->error);
    cmongoc_keep(answer, &reply);
    bson_destroy(&reply);
    mongoc_collection_destroy(into);
}

static inline void cmongoc_update_one(mongoc_client_t *client, const char *database, const char *collection,
                                      cmongoc_document filter, cmongoc_document update, cmongoc_answer *answer) {
    bson_t where, what, reply;
    memset(answer, 0, sizeof *answer);
    if (!cmongoc_view(&where, filter) || !cmongoc_view(&what, update)) {
        cmongoc_refuse(answer);
        return;
    }
    mongoc_collection_t *in = mongoc_client_get_collection(client, database, collection);
    answer->ok = mongoc_collection_update_one(in, &where, &what, NULL, &reply, &answer->error);
    cmongoc_keep(answer, &reply);
    bson_destroy(&reply);
    mongoc_collection_destroy(in);
}

static inline void cmongoc_delete_many(mongoc_client_t *client, const char *database, const char *collection,
                                       cmongoc_document filter, cmongoc_answer *answer) {
    bson_t where, reply;
    memset(answer, 0, sizeof *answer);
    if (!cmongoc_view(&where, filter)) {
        cmongoc_refuse(answer);
        return;
    }
    mongoc_collection_t *from = mongoc_client_get_collection(client, database, collection);
    answer->ok = mongoc_collection_delete_many(from, &where, NULL, &reply, &answer->error);
    cmongoc_keep(answer, &reply);
    bson_destroy(&reply);
    mongoc_collection_destroy(from);
}

/* To the primary. */
static inline void cmongoc_command(mongoc_client_t *client, const char *database, cmongoc_document command,
                                   cmongoc_answer *answer) {
    bson_t what, reply;
    memset(answer, 0, sizeof *answer);
    if (!cmongoc_view(&what, command)) {
        cmongoc_refuse(answer);
        return;
    }
    answer->ok = mongoc_client_command_with_opts(client, database, &what, NULL, NULL, &reply, &answer->error);
    cmongoc_keep(answer, &reply);
    bson_destroy(&reply);
}
