#pragma once
#include <librdkafka/rdkafka.h>
#include <string.h>

/* Finds the groups that this client may not read in. `is_denied` has one entry for each name: 1 where the brokers deny
 * it, 0 where they allow it, -1 where nobody says (no answer, or librdkafka before 2.0). */
static inline void cutroom_look_for_denied_groups(
    rd_kafka_t *rk, const char **names, size_t count, int timeout_ms, int *is_denied)
{
    for (size_t n = 0; n < count; n++) is_denied[n] = -1;
#if RD_KAFKA_VERSION >= 0x02000000
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_event_t *event;

    rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, NULL, 0);
#if RD_KAFKA_VERSION >= 0x02030000
    rd_kafka_error_t *refusal = rd_kafka_AdminOptions_set_include_authorized_operations(options, 1);
    if (refusal) rd_kafka_error_destroy(refusal);
#endif
    rd_kafka_DescribeConsumerGroups(rk, names, count, options, queue);
    event = rd_kafka_queue_poll(queue, timeout_ms + 100);
    if (event) {
        const rd_kafka_DescribeConsumerGroups_result_t *result = rd_kafka_event_DescribeConsumerGroups_result(event);
        size_t results = 0;
        const rd_kafka_ConsumerGroupDescription_t **groups = rd_kafka_event_error(event) || !result
            ? NULL
            : rd_kafka_DescribeConsumerGroups_result_groups(result, &results);
        for (size_t r = 0; groups && r < results; r++) {
            const rd_kafka_error_t *trouble = rd_kafka_ConsumerGroupDescription_error(groups[r]);
            rd_kafka_resp_err_t code = trouble ? rd_kafka_error_code(trouble) : RD_KAFKA_RESP_ERR_NO_ERROR;
            size_t n = 0;
            while (n < count && strcmp(names[n], rd_kafka_ConsumerGroupDescription_group_id(groups[r])) != 0) n++;
            if (n == count) continue;
            if (code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED) is_denied[n] = 1;
            if (code != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
            /* Read implies Describe, so a group that is described may be denied all the same. */
            is_denied[n] = 0;
#if RD_KAFKA_VERSION >= 0x02030000
            size_t operations = 0;
            const rd_kafka_AclOperation_t *rights =
                rd_kafka_ConsumerGroupDescription_authorized_operations(groups[r], &operations);
            is_denied[n] = operations > 0;
            for (size_t o = 0; o < operations; o++)
                if (rights[o] == RD_KAFKA_ACL_OPERATION_READ || rights[o] == RD_KAFKA_ACL_OPERATION_ALL) is_denied[n] = 0;
#endif
        }
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
#endif
}
