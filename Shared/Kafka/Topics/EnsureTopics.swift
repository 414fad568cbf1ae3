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
                switch TopicSurvey(client: client).create(spec, within: min(left, .seconds(10))) {
                case .success(true): created.insert(spec.name)
                // Another service was quicker: the topic is as found.
                case .success(false): break
                case .failure(let fault): return .failure(fault)
                }
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

    private func partitionsByTopic() -> Result<[String: Int], KafkaFault> {
        TopicSurvey(client: client).states(of: specs.map(\.name), within: min(left, .seconds(2))).flatMap { states in
            var found: [String: Int] = [:]
            for (name, state) in states {
                switch state {
                // Asked again: a topic just created has no leaders for a moment.
                case .present(let facts) where facts.leaderless > 0: return .failure(.unknownTopic(name))
                case .present(let facts): found[name] = facts.partitions
                case .missing: break
                case .denied:
                    return .failure(
                        ErrorCode(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED).fault(topic: name, right: .describe))
                case .trouble(let code): return .failure(.unavailable(code: code))
                }
            }
            return .success(found)
        }
    }
}
