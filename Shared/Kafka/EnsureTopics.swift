import CRdkafka
import Glibc

/// One run of ``TopicAdmin/ensure(_:within:)``; blocks, so it has a thread of its own.
struct EnsureTopics {
    private let client: Client
    private let specs: [TopicSpec]
    private let deadline: ContinuousClock.Instant

    init(_ client: Client, _ specs: [TopicSpec], deadline: ContinuousClock.Instant) {
        self.client = client
        self.specs = specs
        self.deadline = deadline
    }

    func run() -> Result<[EnsuredTopic], KafkaFault> {
        var created: Set<String> = []
        while true {
            client.poll(atMost: .zero)
            let outcome = attempt(&created)
            guard case .failure(let fault) = outcome, fault.isTransient, left > .milliseconds(100) else {
                return outcome
            }
            usleep(100_000)
        }
    }

    private var left: Duration { max(.milliseconds(1), deadline - .now) }

    private func attempt(_ created: inout Set<String>) -> Result<[EnsuredTopic], KafkaFault> {
        switch partitionsByTopic() {
        case .failure(let fault): return .failure(fault)
        case .success(let found):
            let missing = specs.filter { found[$0.name] == nil && !created.contains($0.name) }
            for spec in missing {
                if let fault = create(spec, &created) { return .failure(fault) }
            }
            // Asked of the brokers again before it counts: a topic just created has no leaders for a moment.
            if let absent = specs.first(where: { found[$0.name] == nil }) {
                return .failure(.unknownTopic(absent.name))
            }
            return .success(
                specs.map { spec in
                    EnsuredTopic(
                        name: spec.name, origin: created.contains(spec.name) ? .created : .found,
                        partitions: found[spec.name] ?? 0, wantedPartitions: spec.partitions)
                })
        }
    }

    /// All topics, since asking for one by name may make the broker create it by its own defaults.
    private func partitionsByTopic() -> Result<[String: Int], KafkaFault> {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = ErrorCode(rd_kafka_metadata(client.raw, 1, nil, &metadata, min(left, .seconds(2)).milliseconds))
        guard !code.isFailure, let metadata else { return .failure(code.fault()) }
        defer { rd_kafka_metadata_destroy(metadata) }
        var found: [String: Int] = [:]
        for index in 0..<Int(metadata.pointee.topic_cnt) {
            let topic = metadata.pointee.topics[index]
            let isLed = (0..<Int(topic.partition_cnt)).allSatisfy { topic.partitions[$0].leader >= 0 }
            guard topic.err == RD_KAFKA_RESP_ERR_NO_ERROR, topic.partition_cnt > 0, isLed else { continue }
            found[String(cString: topic.topic)] = Int(topic.partition_cnt)
        }
        return .success(found)
    }

    private func create(_ spec: TopicSpec, _ created: inout Set<String>) -> KafkaFault? {
        var reason = [CChar](repeating: 0, count: 256)
        var topic = rd_kafka_NewTopic_new(
            spec.name, Int32(clamping: spec.partitions), Int32(clamping: spec.replication), &reason, reason.count)
        guard topic != nil else { return .rejected(code: "INVALID_TOPIC") }
        defer { rd_kafka_NewTopic_destroy(topic) }
        for (name, value) in spec.configuration { rd_kafka_NewTopic_set_config(topic, name, value) }
        guard let queue = rd_kafka_queue_new(client.raw) else { return .clientNotStarted }
        defer { rd_kafka_queue_destroy(queue) }
        let options = rd_kafka_AdminOptions_new(client.raw, RD_KAFKA_ADMIN_OP_CREATETOPICS)
        defer { rd_kafka_AdminOptions_destroy(options) }
        let limit = min(left, .seconds(10))
        rd_kafka_AdminOptions_set_request_timeout(options, max(1, limit.milliseconds), nil, 0)
        rd_kafka_CreateTopics(client.raw, &topic, 1, options, queue)

        guard let event = rd_kafka_queue_poll(queue, limit.milliseconds + 100) else { return .timedOut }
        defer { rd_kafka_event_destroy(event) }
        let overall = ErrorCode(rd_kafka_event_error(event))
        if overall.isFailure { return overall.fault(topic: spec.name) }
        var count = 0
        guard let result = rd_kafka_event_CreateTopics_result(event),
            let topics = rd_kafka_CreateTopics_result_topics(result, &count), count == 1
        else { return .rejected(code: "NO_RESULT") }
        let code = ErrorCode(rd_kafka_topic_result_error(topics[0]))
        // Another service was quicker: the topic is as found.
        if code.raw == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS { return nil }
        if code.isFailure { return code.fault(topic: spec.name) }
        created.insert(spec.name)
        return nil
    }
}
