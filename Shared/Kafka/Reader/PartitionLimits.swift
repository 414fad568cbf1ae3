import CRdkafka

/// Where the partitions of one topic begin and end: one question to each of their leaders, however many they are.
///
/// A question for each partition, one after the other, was most of a start with an empty table.
struct PartitionLimits {
    struct Fault: Error {
        let code: ErrorCode
    }

    private let client: Client
    private let topic: String

    init(_ client: Client, topic: String) {
        self.client = client
        self.topic = topic
    }

    /// The offset of the first record that is still there, or the end where there is none. Blocks for at most 2 s.
    ///
    /// - Returns: without the partitions whose leader did not say it.
    func beginnings(of partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: Int64] {
        try offsets(RD_KAFKA_OFFSET_BEGINNING, of: partitions)
    }

    /// The offset that the next record will have. Blocks for at most 2 s.
    ///
    /// - Returns: without the partitions whose leader did not say it.
    func ends(of partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: Int64] {
        try offsets(RD_KAFKA_OFFSET_END, of: partitions)
    }

    /// - Parameter logical: goes to the broker as ListOffsets' timestamp, for which −2 is the earliest and −1 the latest.
    private func offsets(
        _ logical: Int32, of partitions: [TopicPartition]
    ) throws(Fault) -> [TopicPartition: Int64] {
        guard !partitions.isEmpty else { return [:] }
        let (code, found) = withPartitionList(partitions.map { ($0, Int64(logical)) }) { list in
            (ErrorCode(rd_kafka_offsets_for_times(client.raw, list, 2_000)), told(list.pointee))
        }
        guard !code.isFailure else { throw Fault(code: code) }
        return found
    }

    private func told(_ list: rd_kafka_topic_partition_list_t) -> [TopicPartition: Int64] {
        var found: [TopicPartition: Int64] = [:]
        for element in UnsafeBufferPointer(start: list.elems, count: Int(list.cnt)) {
            let code = ErrorCode(element.err)
            guard !code.isFailure, element.offset >= 0 else {
                client.context.noteError(code, reason: "limits of a partition", topic: topic)
                continue
            }
            found[TopicPartition(topic: topic, partition: element.partition)] = element.offset
        }
        return found
    }
}
