import Kafka
import Logging

/// The topics a service needs, made where missing, before it begins.
public enum TopicsAtStart {
    /// Waits for the broker as long as it takes, and says so: services start in any order.
    ///
    /// - Throws: `.denied` and the like, which waiting does not mend; `CancellationError`.
    public static func ensure(
        _ broker: BrokerSettings, lifetime: Duration, kafka: KafkaSettings, log: Log
    ) async throws {
        // The embedded broker never answers CreateTopics; whoever started it has made them.
        guard !broker.isEmbedded else { return }
        let specs = broker.topicSpecs(clipLifetime: lifetime)
        while true {
            do throws(KafkaFault) {
                for topic in try await TopicAdmin(kafka).ensure(specs, within: .seconds(10)) where !topic.isAsWanted {
                    log.warning(
                        "A topic has another number of partitions than configured and stays as it is",
                        [
                            "topic": .string(topic.name), "partitions": .int(topic.partitions),
                            "configured": .int(topic.wantedPartitions),
                        ])
                }
                return
            } catch {
                guard error.isTransient else { throw error }
                log.warning("Waiting for the broker", ["detail": .string(error.description)])
                try Task.checkCancellation()
            }
        }
    }
}
