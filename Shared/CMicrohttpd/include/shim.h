/* libmicrohttpd for Swift: its enums, which differ between versions, its variadic calls and its macros stay in here. */
#pragma once
#include <microhttpd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* What Swift wants to hear of. `request` is what `target` returned; every `target` is followed by one `completed`. */
struct cmhd_callbacks {
    void *owner;
    void *(*target)(void *owner, const char *target, struct MHD_Connection *connection);
    /* 0 closes the connection. `size` comes with the bytes offered and must leave with the bytes not taken. What is put into
       `request` takes the place of what `target` returned. */
    int (*request)(void *owner, struct MHD_Connection *connection, const char *method, const char *bytes, size_t *size,
                   void **request);
    void (*completed)(void *owner, void *request);
    void *(*opened)(void *owner, struct MHD_Connection *connection);
    void (*closed)(void *owner, void *client);
    /* libmicrohttpd itself refuses the connection's request with `status`. Returns the answer to send instead, whose owner
       the caller becomes, and puts its status in place; NULL lets libmicrohttpd's own go. */
    struct MHD_Response *(*refused)(void *owner, struct MHD_Connection *connection, unsigned int *status);
};

/* What libmicrohttpd keeps for a connection: who is told of it, and what `opened` returned. */
struct cmhd_client {
    const struct cmhd_callbacks *swift;
    void *client;
};

/* Queues an answer as MHD_queue_response does; see refusals.c. */
enum MHD_Result cmhd_queue(struct MHD_Connection *connection, unsigned int status, struct MHD_Response *response);

static inline void *cmhd_on_target(void *callbacks, const char *target, struct MHD_Connection *connection) {
    const struct cmhd_callbacks *swift = (const struct cmhd_callbacks *)callbacks;
    return swift->target(swift->owner, target, connection);
}

static inline enum MHD_Result cmhd_on_request(void *callbacks, struct MHD_Connection *connection, const char *url,
                                              const char *method, const char *version, const char *bytes, size_t *size,
                                              void **request) {
    const struct cmhd_callbacks *swift = (const struct cmhd_callbacks *)callbacks;
    (void)url;
    (void)version;
    if (*request == NULL) return MHD_NO;
    return swift->request(swift->owner, connection, method, bytes, size, request) ? MHD_YES : MHD_NO;
}

static inline void cmhd_on_completed(void *callbacks, struct MHD_Connection *connection, void **request,
                                     enum MHD_RequestTerminationCode code) {
    const struct cmhd_callbacks *swift = (const struct cmhd_callbacks *)callbacks;
    (void)connection;
    (void)code;
    if (*request == NULL) return;
    swift->completed(swift->owner, *request);
    *request = NULL;
}

static inline void cmhd_on_connection(void *callbacks, struct MHD_Connection *connection, void **context,
                                      enum MHD_ConnectionNotificationCode code) {
    const struct cmhd_callbacks *swift = (const struct cmhd_callbacks *)callbacks;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        struct cmhd_client *client = (struct cmhd_client *)malloc(sizeof *client);
        /* Without it every request of the connection is ended at once. */
        if (client == NULL) return;
        client->swift = swift;
        client->client = swift->opened(swift->owner, connection);
        *context = client;
    } else if (*context != NULL) {
        struct cmhd_client *client = (struct cmhd_client *)*context;
        swift->closed(swift->owner, client->client);
        free(client);
        *context = NULL;
    }
}

/* Leaves %2F and %00 as they are: routes match the raw path. */
static inline size_t cmhd_keep_escaped(void *nothing, struct MHD_Connection *connection, char *text) {
    (void)nothing;
    (void)connection;
    return strlen(text);
}

/* Strict about the protocol: refuses Content-Length beside Transfer-Encoding, among other things. */
#if MHD_VERSION >= 0x00097701
#define CMHD_STRICT MHD_OPTION_CLIENT_DISCIPLINE_LVL, (int)1
#else
#define CMHD_STRICT MHD_OPTION_STRICT_FOR_CLIENT, (int)1
#endif

/* A daemon without a listening socket: connections are handed to it by cmhd_add. NULL with errno on failure. */
static inline struct MHD_Daemon *cmhd_start(struct cmhd_callbacks *callbacks, unsigned int threads,
                                            unsigned int connections, unsigned int timeout_s, size_t memory) {
    unsigned int flags = (unsigned int)MHD_USE_EPOLL_INTERNAL_THREAD | (unsigned int)MHD_ALLOW_SUSPEND_RESUME |
                         (unsigned int)MHD_USE_ITC | (unsigned int)MHD_USE_NO_LISTEN_SOCKET;
    /* A pool of one is refused by some versions and means the same as none. */
    unsigned int pool = threads > 1 ? threads : 0;
    return MHD_start_daemon(flags, 0, NULL, NULL, &cmhd_on_request, callbacks,          /* */
                            MHD_OPTION_URI_LOG_CALLBACK, &cmhd_on_target, callbacks,    /* */
                            MHD_OPTION_NOTIFY_COMPLETED, &cmhd_on_completed, callbacks, /* */
                            MHD_OPTION_NOTIFY_CONNECTION, &cmhd_on_connection, callbacks, /* */
                            MHD_OPTION_UNESCAPE_CALLBACK, &cmhd_keep_escaped, NULL,     /* */
                            MHD_OPTION_THREAD_POOL_SIZE, pool,                          /* */
                            MHD_OPTION_CONNECTION_LIMIT, connections,                   /* */
                            MHD_OPTION_CONNECTION_TIMEOUT, timeout_s,                   /* */
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,                 /* */
                            CMHD_STRICT, MHD_OPTION_END);
}

/* accept4 for a non-blocking socket that no child inherits; glibc shows it only to _GNU_SOURCE. */
static inline int cmhd_accept(int listener, struct sockaddr *address, socklen_t *length) {
    return (int)syscall(SYS_accept4, listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* Takes the socket over and closes it in the end, also on failure (0). */
static inline int cmhd_add(struct MHD_Daemon *daemon, int socket, const struct sockaddr *address, socklen_t length) {
    return MHD_add_connection(daemon, socket, address, length) == MHD_YES;
}

/* -1 if there is none. */
static inline int cmhd_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : info->connect_fd;
}

/* NULL where `opened` was not called for the connection. */
static inline const struct cmhd_client *cmhd_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : (const struct cmhd_client *)info->socket_context;
}

static inline void *cmhd_client(struct MHD_Connection *connection) {
    const struct cmhd_client *client = cmhd_context(connection);
    return client == NULL ? NULL : client->client;
}

static inline const struct sockaddr *cmhd_peer(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info == NULL ? NULL : info->client_addr;
}

/* Request line and header fields as they came, in bytes; 0 as long as they are not there whole. */
static inline size_t cmhd_head_size(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info == NULL ? 0 : info->header_size;
}

/* Header fields, cookies and query arguments: libmicrohttpd keeps an entry of its own for each. */
static inline unsigned int cmhd_entries(struct MHD_Connection *connection) {
    int count = MHD_get_connection_values_n(
        connection, (enum MHD_ValueKind)(MHD_HEADER_KIND | MHD_COOKIE_KIND | MHD_GET_ARGUMENT_KIND), NULL, NULL);
    return count < 0 ? 0 : (unsigned int)count;
}

/* Fields that answers depend on. */
#define CMHD_REQUEST_ID 1u    /* X-Request-Id */
#define CMHD_CACHE_CONTROL 2u /* Cache-Control */
#define CMHD_ORIGIN 4u        /* Origin */
#define CMHD_TRACE 8u         /* Traceparent */

/* What the header fields say about where the request ends, and which of those above there are. */
struct cmhd_framing {
    unsigned int fields, hosts, lengths, encodings, known;
    int expects;
    const char *length;
    size_t bytes; /* of all names and values */
};

static inline int cmhd_is(const char *name, size_t size, const char *wanted, size_t wanted_size) {
    return size == wanted_size && strncasecmp(name, wanted, size) == 0;
}

static inline enum MHD_Result cmhd_frame_field(void *result, enum MHD_ValueKind kind, const char *name, size_t size,
                                               const char *value, size_t value_size) {
    struct cmhd_framing *framing = (struct cmhd_framing *)result;
    (void)kind;
    framing->fields++;
    framing->bytes += size + (value == NULL ? 0 : value_size);
    if (cmhd_is(name, size, "Host", 4)) {
        framing->hosts++;
    } else if (cmhd_is(name, size, "Content-Length", 14)) {
        framing->lengths++;
        framing->length = value;
    } else if (cmhd_is(name, size, "Transfer-Encoding", 17)) {
        framing->encodings++;
    } else if (cmhd_is(name, size, "Expect", 6)) {
        framing->expects = 1;
    } else if (cmhd_is(name, size, "X-Request-Id", 12)) {
        framing->known |= CMHD_REQUEST_ID;
    } else if (cmhd_is(name, size, "Cache-Control", 13)) {
        framing->known |= CMHD_CACHE_CONTROL;
    } else if (cmhd_is(name, size, "Origin", 6)) {
        framing->known |= CMHD_ORIGIN;
    } else if (cmhd_is(name, size, "Traceparent", 11)) {
        framing->known |= CMHD_TRACE;
    }
    return MHD_YES;
}

/* `length` is good until the request is completed. */
static inline struct cmhd_framing cmhd_framing(struct MHD_Connection *connection) {
    struct cmhd_framing framing = {0, 0, 0, 0, 0, 0, NULL, 0};
    (void)MHD_get_connection_values_n(connection, MHD_HEADER_KIND, &cmhd_frame_field, &framing);
    return framing;
}

struct cmhd_copy {
    unsigned char *bytes;
    size_t capacity, used;
};

static inline enum MHD_Result cmhd_copy_field(void *copy, enum MHD_ValueKind kind, const char *name, size_t name_size,
                                              const char *value, size_t value_size) {
    struct cmhd_copy *out = (struct cmhd_copy *)copy;
    uint32_t sizes[2] = {(uint32_t)name_size, (uint32_t)value_size};
    (void)kind;
    if (value == NULL) sizes[1] = 0;
    if (out->capacity - out->used < sizeof sizes + sizes[0] + sizes[1]) return MHD_NO;
    memcpy(out->bytes + out->used, sizes, sizeof sizes);
    out->used += sizeof sizes;
    for (size_t i = 0; i < sizes[0]; i++) {
        unsigned char c = (unsigned char)name[i];
        out->bytes[out->used++] = c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
    }
    if (sizes[1] != 0) memcpy(out->bytes + out->used, value, sizes[1]);
    out->used += sizes[1];
    return MHD_YES;
}

/* All header fields, each as two 32-bit sizes, the name in lower case, the value. Returns the bytes written. */
static inline size_t cmhd_copy_headers(struct MHD_Connection *connection, void *bytes, size_t capacity) {
    struct cmhd_copy copy = {(unsigned char *)bytes, capacity, 0};
    (void)MHD_get_connection_values_n(connection, MHD_HEADER_KIND, &cmhd_copy_field, &copy);
    return copy.used;
}

static inline struct MHD_Response *cmhd_bytes(const void *bytes, size_t size) {
    return MHD_create_response_from_buffer(size, (void *)(uintptr_t)bytes, MHD_RESPMEM_MUST_COPY);
}

/* A field of an answer; both texts end with a zero. */
struct cmhd_field {
    const char *name, *value;
};

/* An answer whose bytes lie with `owner`, until `release(owner)`, which is called here if there is no memory for it (NULL).
   `more` are `more_count` further fields: name, zero, value, zero. */
static inline struct MHD_Response *cmhd_lent(const void *bytes, size_t size, void (*release)(void *), void *owner,
                                             const struct cmhd_field *fields, size_t count, const char *more,
                                             size_t more_count) {
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        size, (void *)(uintptr_t)bytes, release, owner);
    if (response == NULL) {
        release(owner);
        return NULL;
    }
    enum MHD_Result added = MHD_YES;
    for (size_t i = 0; i < count && added == MHD_YES; i++)
        added = MHD_add_response_header(response, fields[i].name, fields[i].value);
    for (size_t i = 0; i < more_count && added == MHD_YES; i++) {
        const char *value = more + strlen(more) + 1;
        added = MHD_add_response_header(response, more, value);
        more = value + strlen(value) + 1;
    }
    if (added == MHD_YES) return response;
    MHD_destroy_response(response);
    return NULL;
}

/* Takes `fd` over on success. */
static inline struct MHD_Response *cmhd_file(int fd, uint64_t offset, uint64_t size) {
    return MHD_create_response_from_fd_at_offset64(size, fd, offset);
}

#define CMHD_SIZE_UNKNOWN UINT64_MAX

/* `read` returns bytes written, 0 after suspending the connection, or one of the two ends below. */
static inline struct MHD_Response *cmhd_stream(uint64_t size, size_t block,
                                               ssize_t (*read)(void *, uint64_t, char *, size_t), void *source,
                                               void (*release)(void *)) {
    return MHD_create_response_from_callback(size == CMHD_SIZE_UNKNOWN ? MHD_SIZE_UNKNOWN : size, block, read, source,
                                             release);
}

static inline ssize_t cmhd_end_of_stream(void) { return MHD_CONTENT_READER_END_OF_STREAM; }
static inline ssize_t cmhd_end_with_error(void) { return MHD_CONTENT_READER_END_WITH_ERROR; }

static inline int cmhd_add_header(struct MHD_Response *response, const char *name, const char *value) {
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

/* Queues the response and lets go of it; 0 if the connection must be closed instead. */
static inline int cmhd_answer(struct MHD_Connection *connection, unsigned int status, struct MHD_Response *response) {
    int queued = cmhd_queue(connection, status, response) == MHD_YES;
    MHD_destroy_response(response);
    return queued;
}
