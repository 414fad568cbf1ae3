import CRdkafka

/// The fetched records of one partition, kept apart from the client's common queue, so that a full partition can be
/// left alone without being paused (pausing throws away what was fetched).
///
/// Used and destroyed on the poll thread only.
final class PartitionQueue {
    private let raw: OpaquePointer
    private let topic: String
    /// Kept alive for librdkafka's threads, which ring it until the queue is gone.
    private let doorbell: Doorbell

    /// Call it before the partition is assigned: fetched records go to this queue from the first on.
    init?(_ partition: TopicPartition, of client: Client, ringing doorbell: Doorbell) {
        guard let raw = rd_kafka_queue_get_partition(client.raw, partition.topic, partition.partition) else {
            return nil
        }
        self.raw = raw
        self.doorbell = doorbell
        topic = partition.topic
        rd_kafka_queue_forward(raw, nil)
        rd_kafka_queue_cb_event_enable(
            raw,
            { _, doorbell in
                guard let doorbell else { return }
                Unmanaged<Doorbell>.fromOpaque(doorbell).takeUnretainedValue().ring()
            }, Unmanaged.passUnretained(doorbell).toOpaque())
    }

    deinit {
        rd_kafka_queue_cb_event_enable(raw, nil, nil)
        rd_kafka_queue_destroy(raw)
    }

    var isEmpty: Bool { rd_kafka_queue_length(raw) == 0 }

    enum Taken {
        case record(Record)
        case trouble(ErrorCode)
    }

    /// The next fetched record, if there is one; doesn't wait.
    func take() -> Taken? {
        guard let message = rd_kafka_consume_queue(raw, 0) else { return nil }
        defer { rd_kafka_message_destroy(message) }
        let code = ErrorCode(number: cutroom_message_error(message))
        return code.isFailure ? .trouble(code) : .record(Record(copying: message, topic: topic))
    }
}
