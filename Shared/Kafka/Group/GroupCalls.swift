import CRdkafka
import Glibc

/// librdkafka's calls for a group consumer; poll thread only.
extension Client {
    func subscribe(to topics: [String]) -> ErrorCode {
        // -1: any partition, which is what a subscription means.
        topics.map { TopicPartition(topic: $0, partition: -1) }.withList { ErrorCode(rd_kafka_subscribe(raw, $0)) }
    }

    /// Rings when there is a callback to serve.
    func ringForEvents(_ doorbell: Doorbell) {
        guard let queue = rd_kafka_queue_get_consumer(raw) else { return }
        // The poll thread holds the doorbell longer than the client.
        rd_kafka_queue_cb_event_enable(
            queue,
            { _, doorbell in
                guard let doorbell else { return }
                Unmanaged<Doorbell>.fromOpaque(doorbell).takeUnretainedValue().ring()
            }, Unmanaged.passUnretained(doorbell).toOpaque())
        rd_kafka_queue_destroy(queue)
    }

    /// Serves callbacks and errors; records have queues of their own.
    func serveConsumerQueue() {
        while let message = rd_kafka_consumer_poll(raw, 0) {
            let code = ErrorCode(number: cutroom_message_error(message))
            if code.isFailure {
                let topic = message.pointee.rkt.flatMap { rd_kafka_topic_name($0) }.map { String(cString: $0) } ?? ""
                let reason = rd_kafka_message_errstr(message).map { String(cString: $0) } ?? ""
                context.noteError(code, reason: reason, topic: topic)
            }
            rd_kafka_message_destroy(message)
        }
    }

    var isAssignmentLost: Bool { rd_kafka_assignment_lost(raw) == 1 }

    /// Cooperative protocols add to an assignment, eager ones replace it.
    private var isCooperative: Bool {
        rd_kafka_rebalance_protocol(raw).map { String(cString: $0) } == "COOPERATIVE"
    }

    func assign(_ partitions: [TopicPartition]) {
        let code = partitions.withList { list in
            isCooperative ? take(rd_kafka_incremental_assign(raw, list)) : ErrorCode(rd_kafka_assign(raw, list))
        }
        if code.isFailure { context.noteError(code, reason: "assign") }
    }

    func unassign(_ partitions: [TopicPartition]) {
        let code = partitions.withList { list in
            isCooperative ? take(rd_kafka_incremental_unassign(raw, list)) : ErrorCode(rd_kafka_assign(raw, nil))
        }
        if code.isFailure { context.noteError(code, reason: "unassign") }
    }

    func dropAssignment() { rd_kafka_assign(raw, nil) }

    /// Goes on reading these partitions at their beginning; what was fetched is thrown away. Waits for librdkafka's own
    /// threads, not for a broker.
    func rewind(_ partitions: [TopicPartition]) {
        let beginning = Int64(RD_KAFKA_OFFSET_BEGINNING)
        let error = withPartitionList(partitions.map { ($0, Optional(beginning)) }) { list in
            take(rd_kafka_seek_partitions(raw, list, 1000))
        }
        if error.isFailure { context.noteError(error, reason: "begin anew") }
    }

    /// Notes positions for the next automatic commit.
    func store(_ positions: [(TopicPartition, Int64?)]) {
        guard !positions.isEmpty else { return }
        let code = withPartitionList(positions) { ErrorCode(rd_kafka_offsets_store(raw, $0)) }
        if code.isFailure { context.noteError(code, reason: "store offsets") }
    }

    /// Commits and waits for the answer on the calling thread, at most for `limit`; again and again while the group's
    /// coordinator is being loaded or moved, which librdkafka waits out only for its automatic commits.
    func commit(_ positions: [(TopicPartition, Int64?)], within limit: Duration) {
        guard !positions.isEmpty else { return }
        let deadline = ContinuousClock.now + limit
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero, let answer = answer(toCommitting: positions, within: left) else {
                return context.report(.warning, "Kafka did not take a commit in time")
            }
            guard answer.isFailure else { return }
            guard answer.passesForCommits else { return context.noteError(answer, reason: "commit") }
            usleep(50_000)
        }
    }

    /// Nil if none came in time.
    private func answer(toCommitting positions: [(TopicPartition, Int64?)], within limit: Duration) -> ErrorCode? {
        guard let queue = rd_kafka_queue_new(raw) else { return nil }
        defer { rd_kafka_queue_destroy(queue) }
        let sent = withPartitionList(positions) { ErrorCode(rd_kafka_commit_queue(raw, $0, queue, nil, nil)) }
        guard !sent.isFailure else { return sent }
        guard let event = rd_kafka_queue_poll(queue, limit.milliseconds) else { return nil }
        defer { rd_kafka_event_destroy(event) }
        return ErrorCode(rd_kafka_event_error(event))
    }

    /// Leaves the group, so that the others need not wait for the session to end.
    func leaveGroup(within limit: Duration, answering rebalances: () -> Void) {
        guard let queue = rd_kafka_queue_new(raw) else { return }
        defer { rd_kafka_queue_destroy(queue) }
        let code = take(rd_kafka_consumer_close_queue(raw, queue))
        guard !code.isFailure else { return context.noteError(code, reason: "leave group") }
        let deadline = ContinuousClock.now + limit
        while rd_kafka_consumer_closed(raw) == 0, ContinuousClock.now < deadline {
            rd_kafka_queue_poll_callback(queue, 20)
            rebalances()
        }
    }

    /// The end offset that the last fetch told; nil before the first.
    func cachedEnd(of partition: TopicPartition) -> Int64? {
        var low: Int64 = -1
        var high: Int64 = -1
        let code = rd_kafka_get_watermark_offsets(raw, partition.topic, partition.partition, &low, &high)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
    }

    private func take(_ error: OpaquePointer?) -> ErrorCode {
        guard let error else { return ErrorCode(RD_KAFKA_RESP_ERR_NO_ERROR) }
        defer { rd_kafka_error_destroy(error) }
        return ErrorCode(rd_kafka_error_code(error))
    }
}
