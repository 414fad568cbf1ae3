import CRdkafka
import Glibc

/// Asks the brokers about one topic. Everything here blocks.
struct TopicLook {
    private let client: Client
    private let topic: String

    init(_ client: Client, topic: String) {
        self.client = client
        self.topic = topic
    }

    /// The number of partitions, asked for again until there are some or the time is up.
    ///
    /// - Parameter isGivenUp: looked at before each attempt; then `.closed`.
    func partitions(
        until deadline: ContinuousClock.Instant, unless isGivenUp: () -> Bool
    ) -> Result<Int32, KafkaFault> {
        while true {
            if isGivenUp() { return .failure(.closed) }
            let left = deadline - .now
            let outcome = partitions(within: max(.milliseconds(1), min(left, .seconds(1))))
            switch outcome {
            case .success: return outcome
            case .failure(let fault):
                guard fault.isTransient, left > .milliseconds(100) else { return outcome }
                usleep(50_000)
            }
        }
    }

    /// One question, one answer.
    func partitions(within limit: Duration) -> Result<Int32, KafkaFault> {
        client.handle(of: topic).flatMap { partitions(of: $0, within: limit) }
    }

    private func partitions(of handle: OpaquePointer, within limit: Duration) -> Result<Int32, KafkaFault> {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = ErrorCode(rd_kafka_metadata(client.raw, 0, handle, &metadata, limit.milliseconds))
        guard !code.isFailure, let metadata else { return .failure(code.fault(topic: topic, right: .describe)) }
        defer { rd_kafka_metadata_destroy(metadata) }
        for index in 0..<Int(metadata.pointee.topic_cnt) {
            let found = metadata.pointee.topics[index]
            guard String(cString: found.topic) == topic else { continue }
            let trouble = ErrorCode(found.err)
            if trouble.isFailure { return .failure(trouble.fault(topic: topic, right: .describe)) }
            for number in 0..<Int(found.partition_cnt) {
                let trouble = ErrorCode(found.partitions[number].err)
                if trouble.raw == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE {
                    return .failure(trouble.fault(topic: topic, right: .describe))
                }
            }
            if found.partition_cnt > 0 { return .success(found.partition_cnt) }
        }
        return .failure(.unknownTopic(topic))
    }
}
