import Threads

/// A topic as a service wants it.
public struct TopicSpec: Hashable, Sendable {
    public var name: String
    /// 1 or more.
    public var partitions: Int
    /// Copies of each partition; not more than there are brokers.
    public var replication: Int
    /// The topic's own settings by Kafka's names: `cleanup.policy`, `retention.ms`, `message.timestamp.type` …
    public var configuration: [String: String]

    public init(name: String, partitions: Int, replication: Int = 1, configuration: [String: String] = [:]) {
        self.name = name
        self.partitions = partitions
        self.replication = replication
        self.configuration = configuration
    }
}

/// A topic after ``TopicAdmin/ensure(_:within:)``.
public struct EnsuredTopic: Hashable, Sendable {
    public enum Origin: Hashable, Sendable {
        case created
        /// It was there and was not touched, whatever its configuration.
        case found
    }

    public let name: String
    public let origin: Origin
    /// As they are, which may differ from what was wanted.
    public let partitions: Int
    public let wantedPartitions: Int

    public var isAsWanted: Bool { partitions == wantedPartitions }
}

/// Makes the topics that a service needs.
public struct TopicAdmin: Sendable {
    private let settings: KafkaSettings

    public init(_ settings: KafkaSettings) { self.settings = settings }

    /// Creates what is missing, touches nothing that is there, and returns when the brokers serve all of them.
    ///
    /// While no broker answers it tries again. Several services may do this at once.
    ///
    /// - Returns: one entry for each spec, in order.
    /// - Throws: `.unavailable`, `.unknownTopic` or `.timedOut` when the time is up; `.denied` and `.rejected` at once; `.settingRefused`.
    @discardableResult
    public func ensure(_ specs: [TopicSpec], within limit: Duration) async throws(KafkaFault) -> [EnsuredTopic] {
        let deadline = ContinuousClock.now + limit
        let result = try await KafkaThread.value(named: "kafka-admin") { [settings] in
            Self.ensure(specs, until: deadline, settings)
        }
        return try result.get()
    }

    private static func ensure(
        _ specs: [TopicSpec], until deadline: ContinuousClock.Instant, _ settings: KafkaSettings
    ) -> Result<[EnsuredTopic], KafkaFault> {
        do throws(KafkaFault) {
            let client = try Client(
                .consumer, settings, properties: ["allow.auto.create.topics": "false"],
                context: ClientContext(onEvent: settings.onEvent))
            return EnsureTopics(client, specs, deadline: deadline).run()
        } catch {
            return .failure(error)
        }
    }
}
