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

/// The services that use Kafka all the time.
public enum KafkaUser: String, Sendable, CaseIterable {
    case gateway
    case resolver
    case cutter
}

extension BrokerSettings {
    /// The topics of one service and no other: of those it asks, and those it makes where they are missing.
    public func needs(of service: KafkaUser, clipLifetime: Duration) -> [TopicNeed] {
        let rights: [(String, Set<KafkaRight>)] =
            switch service {
            case .gateway:
                [
                    (topics.requested, [.read, .write]), (topics.resolved, [.read]), (topics.ready, [.read]),
                    (topics.failed, [.read]),
                ]
            case .resolver:
                [
                    (topics.requested, [.read]), (topics.resolved, [.write]), (topics.ready, [.read]),
                    (topics.failed, [.write]), (topics.deadLetter, [.write]), (topics.purged, [.read]),
                ]
            case .cutter:
                [
                    (topics.resolved, [.read]), (topics.ready, [.write]), (topics.failed, [.write]),
                    (topics.deadLetter, [.write]), (topics.purged, [.read]),
                ]
            }
        let specs = topicSpecs(clipLifetime: clipLifetime)
        return rights.compactMap { name, rights in
            specs.first { $0.name == name }.map { TopicNeed($0, rights) }
        }
    }
}
