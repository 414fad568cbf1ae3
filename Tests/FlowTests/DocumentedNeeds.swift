import Flow
import Kafka
import Wiring

extension BrokerSettings {
    /// The topics of a service and its rights there, as docs/operations.md gives them.
    func needs(of service: ServiceName) -> [TopicNeed] {
        let rights: [(String, Set<KafkaRight>)] =
            switch service {
            case .gateway:
                [
                    (topics.requested.live, [.read, .write]), (topics.requested.bulk, [.write]),
                    (topics.resolved.live, [.read]), (topics.ready, [.read]),
                    (topics.failed, [.read]), (topics.usage, [.read, .write]),
                ]
            case .resolver:
                [
                    (topics.requested.live, [.read]), (topics.requested.bulk, [.read]),
                    (topics.resolved.live, [.write]), (topics.resolved.bulk, [.write]), (topics.ready, [.read]),
                    (topics.failed, [.write]), (topics.deadLetter, [.write]), (topics.purged, [.read]),
                ]
            case .cutter:
                [
                    (topics.resolved.live, [.read]), (topics.resolved.bulk, [.read]), (topics.ready, [.write]),
                    (topics.failed, [.write]),
                    (topics.deadLetter, [.write]), (topics.purged, [.read]),
                ]
            }
        return rights.map { TopicNeed(spec(of: $0, clipLifetime: .seconds(30 * 86_400)), $1) }
    }
}
