import Kafka

/// A topic that a service uses, as it should be, and what the service does with it.
public struct TopicNeed: Sendable {
    public var spec: TopicSpec
    public var rights: Set<KafkaRight>

    public init(_ spec: TopicSpec, _ rights: Set<KafkaRight>) {
        self.spec = spec
        self.rights = rights
    }
}
