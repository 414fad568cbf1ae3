/// A right at Kafka, as its access control lists call it.
public enum KafkaRight: String, Hashable, Sendable, CaseIterable {
    case read = "Read"
    case write = "Write"
    case create = "Create"
    case describe = "Describe"
    case describeConfigs = "DescribeConfigs"

    /// Numbers of `rd_kafka_AclOperation_t`.
    var operation: UInt32 {
        switch self {
        case .read: 3
        case .write: 4
        case .create: 5
        case .describe: 8
        case .describeConfigs: 10
        }
    }
}

/// What the brokers say of a topic to this client.
public enum TopicState: Hashable, Sendable {
    case missing
    /// The brokers don't even say whether it is there.
    case denied
    /// Some other trouble, by Kafka's name for it.
    case trouble(String)
    case present(TopicFacts)
}

/// A topic that is there.
public struct TopicFacts: Hashable, Sendable {
    /// Changes when the topic is deleted and made again; nil where librdkafka does not tell it (before 2.3).
    public var id: String?
    public var partitions: Int
    /// Partitions that nobody leads now.
    public var leaderless: Int
    /// Replicas of the partition that has the fewest.
    public var replicas: Int
    /// Replicas in sync of the partition that has the fewest.
    public var replicasInSync: Int
    /// Nil where they are not known: librdkafka or brokers before 2.3.
    public var rights: Set<KafkaRight>?

    public init(
        id: String? = nil, partitions: Int, leaderless: Int = 0, replicas: Int = 1, replicasInSync: Int = 1,
        rights: Set<KafkaRight>? = nil
    ) {
        self.id = id
        self.partitions = partitions
        self.leaderless = leaderless
        self.replicas = replicas
        self.replicasInSync = replicasInSync
        self.rights = rights
    }
}
