#pragma once
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "topics.h"

/* Hands one record to the producer, which copies all of it. `headers` pass to the producer when this returns NULL and
 * stay the caller's otherwise. `has_key`/`has_value` tell an absent one from an empty one, since Swift gives no
 * address for an empty array. Returns NULL, or an error that the caller destroys. */
static inline rd_kafka_error_t *cutroom_produce(
    rd_kafka_t *rk, const char *topic, int has_key, const void *key, size_t key_size,
    int has_value, const void *value, size_t value_size, rd_kafka_headers_t *headers, void *opaque)
{
    static const char nothing[1] = {0};
    rd_kafka_vu_t parts[6];
    size_t count = 0;

    parts[count].vtype = RD_KAFKA_VTYPE_TOPIC;
    parts[count++].u.cstr = topic;
    parts[count].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    parts[count++].u.i = RD_KAFKA_MSG_F_COPY;
    parts[count].vtype = RD_KAFKA_VTYPE_OPAQUE;
    parts[count++].u.ptr = opaque;
    parts[count].vtype = RD_KAFKA_VTYPE_KEY;
    parts[count].u.mem.ptr = (void *)(has_key ? (key_size > 0 ? key : nothing) : NULL);
    parts[count++].u.mem.size = has_key ? key_size : 0;
    parts[count].vtype = RD_KAFKA_VTYPE_VALUE;
    parts[count].u.mem.ptr = (void *)(has_value ? (value_size > 0 ? value : nothing) : NULL);
    parts[count++].u.mem.size = has_value ? value_size : 0;
    if (headers != NULL) {
        parts[count].vtype = RD_KAFKA_VTYPE_HEADERS;
        parts[count++].u.headers = headers;
    }
    return rd_kafka_produceva(rk, parts, count);
}

/* From here on the requests that the brokers in memory take are kept, for tests. Returns 0 where librdkafka can't (before
 * 2.4). */
static inline int cutroom_mock_follow_requests(rd_kafka_mock_cluster_t *cluster)
{
#if RD_KAFKA_VERSION >= 0x02040000
    rd_kafka_mock_start_request_tracking(cluster);
    return 1;
#else
    (void)cluster;
    return 0;
#endif
}

/* How many requests of that kind that broker took since `cutroom_mock_follow_requests`. */
static inline int cutroom_mock_requests(rd_kafka_mock_cluster_t *cluster, int kind, int broker)
{
    int found = 0;
#if RD_KAFKA_VERSION >= 0x02040000
    size_t count = 0;
    rd_kafka_mock_request_t **requests = rd_kafka_mock_get_requests(cluster, &count);
    for (size_t n = 0; n < count; n++)
        if (rd_kafka_mock_request_api_key(requests[n]) == kind && rd_kafka_mock_request_id(requests[n]) == broker)
            found++;
    rd_kafka_mock_request_destroy_array(requests, count);
#else
    (void)cluster, (void)kind, (void)broker;
#endif
    return found;
}

/* The message's error as a plain number, so that no C enum has to be matched in Swift. */
static inline int cutroom_message_error(const rd_kafka_message_t *message) { return (int)message->err; }
