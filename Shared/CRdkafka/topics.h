#pragma once
#include <librdkafka/rdkafka.h>
#include <stdlib.h>
#include <string.h>

/* What the brokers say of one topic. */
typedef struct {
    /* A Kafka error number: 0 where the topic is there, 3 where it is not, 29 where Describe is denied. */
    int error;
    /* Changes when a topic is deleted and made again; empty where librdkafka does not know it (before 2.3). */
    char id[32];
    int partitions;
    /* Partitions that nobody leads now. */
    int leaderless;
    /* Of all partitions, the smallest number of replicas, and of replicas in sync. */
    int fewest_replicas;
    int fewest_in_sync;
    /* Bit n: this client has the right n (rd_kafka_AclOperation_t). 0 where the rights are not known. */
    unsigned rights;
} cutroom_topic_t;

static inline void cutroom_topic_found(cutroom_topic_t *topic, int leader, int replicas, int in_sync)
{
    if (topic->partitions == 0 || replicas < topic->fewest_replicas) topic->fewest_replicas = replicas;
    if (topic->partitions == 0 || in_sync < topic->fewest_in_sync) topic->fewest_in_sync = in_sync;
    topic->partitions++;
    if (leader < 0) topic->leaderless++;
}

/* Whether topics are there, and by whom they are led: any broker knows it. Fills one entry of `found` for each name, and
 * returns an error number where no broker answered. */
static inline int cutroom_look_for_topics(
    rd_kafka_t *rk, const char **names, size_t count, int timeout_ms, cutroom_topic_t *found)
{
    memset(found, 0, count * sizeof(*found));
    for (size_t n = 0; n < count; n++) {
        const struct rd_kafka_metadata *metadata = NULL;
        rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, names[n], NULL);
        found[n].error = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
        if (!topic) continue;
        rd_kafka_resp_err_t error = rd_kafka_metadata(rk, 0, topic, &metadata, timeout_ms);
        rd_kafka_topic_destroy(topic);
        if (error) return (int)error;
        for (int t = 0; t < metadata->topic_cnt; t++) {
            if (strcmp(metadata->topics[t].topic, names[n]) != 0) continue;
            found[n].error = (int)metadata->topics[t].err;
            for (int p = 0; p < metadata->topics[t].partition_cnt; p++) {
                const rd_kafka_metadata_partition_t *one = &metadata->topics[t].partitions[p];
                cutroom_topic_found(&found[n], one->leader, one->replica_cnt, one->isr_cnt);
            }
        }
        rd_kafka_metadata_destroy(metadata);
    }
    return 0;
}

/* Adds ids and rights to what was found, where librdkafka knows how to ask for them and the controller answers. */
static inline void cutroom_add_rights(
    rd_kafka_t *rk, const char **names, size_t count, int timeout_ms, cutroom_topic_t *found)
{
#if RD_KAFKA_VERSION >= 0x02030000
    rd_kafka_TopicCollection_t *topics = rd_kafka_TopicCollection_of_topic_names(names, count);
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_DESCRIBETOPICS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_error_t *refusal;
    rd_kafka_event_t *event;

    rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, NULL, 0);
    if ((refusal = rd_kafka_AdminOptions_set_include_authorized_operations(options, 1)))
        rd_kafka_error_destroy(refusal);
    rd_kafka_DescribeTopics(rk, topics, options, queue);
    event = rd_kafka_queue_poll(queue, timeout_ms + 100);
    if (event) {
        const rd_kafka_DescribeTopics_result_t *result = rd_kafka_event_DescribeTopics_result(event);
        size_t results = 0;
        const rd_kafka_TopicDescription_t **descriptions =
            rd_kafka_event_error(event) || !result ? NULL : rd_kafka_DescribeTopics_result_topics(result, &results);
        for (size_t r = 0; descriptions && r < results; r++) {
            const rd_kafka_error_t *trouble = rd_kafka_TopicDescription_error(descriptions[r]);
            size_t n = 0, operations = 0;
            while (n < count && strcmp(names[n], rd_kafka_TopicDescription_name(descriptions[r])) != 0) n++;
            if (n == count || (trouble && rd_kafka_error_code(trouble))) continue;
            const rd_kafka_Uuid_t *id = rd_kafka_TopicDescription_topic_id(descriptions[r]);
            const char *text = id ? rd_kafka_Uuid_base64str(id) : NULL;
            if (text) strncpy(found[n].id, text, sizeof(found[n].id) - 1);
            const rd_kafka_AclOperation_t *rights =
                rd_kafka_TopicDescription_authorized_operations(descriptions[r], &operations);
            for (size_t o = 0; o < operations; o++)
                if (rights[o] < 32) found[n].rights |= 1u << rights[o];
        }
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_TopicCollection_destroy(topics);
#endif
}
