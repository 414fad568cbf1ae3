/* What libmicrohttpd refuses by itself: no HTTP, a field that can't be read, another version, a head that is too long.
 *
 * It answers these in HTML without a Content-Type, and has no option for another page (1.0.1, `connection.c`,
 * transmit_error_response_len). But it hands its page to its own public MHD_queue_response as any program would, by a call
 * that the dynamic linker resolves: the definition below comes first in the order of search, takes the page's place, and
 * calls the library's. Where a build of libmicrohttpd binds its own calls (-Bsymbolic), its pages are sent as they are;
 * RefusalTests tell. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>

#include "shim.h"

typedef enum MHD_Result (*cmhd_queue_function)(struct MHD_Connection *, unsigned int, struct MHD_Response *);

enum MHD_Result cmhd_queue(struct MHD_Connection *connection, unsigned int status, struct MHD_Response *response) {
    static _Atomic(cmhd_queue_function) known = NULL;
    cmhd_queue_function queue = atomic_load_explicit(&known, memory_order_relaxed);
    if (queue == NULL) {
        queue = (cmhd_queue_function)dlsym(RTLD_NEXT, "MHD_queue_response");
        if (queue == NULL) return MHD_NO;
        atomic_store_explicit(&known, queue, memory_order_relaxed);
    }
    return queue(connection, status, response);
}

/* Called by libmicrohttpd alone: everybody else calls cmhd_queue. */
enum MHD_Result MHD_queue_response(struct MHD_Connection *connection, unsigned int status,
                                   struct MHD_Response *response) {
    const struct cmhd_client *client = cmhd_context(connection);
    if (client == NULL) return cmhd_queue(connection, status, response);
    unsigned int own_status = status;
    struct MHD_Response *own = client->swift->refused(client->swift->owner, connection, &own_status);
    if (own == NULL) return cmhd_queue(connection, status, response);
    enum MHD_Result queued = cmhd_queue(connection, own_status, own);
    MHD_destroy_response(own);
    return queued;
}
