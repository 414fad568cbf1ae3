import Kafka
import Logging

/// The topics a service needs, made where missing, before it begins.
public enum TopicsAtStart {
    /// One try; between two of them a stop is noticed.
    private static let patience = Duration.seconds(2)

    /// Waits for the broker as long as it takes, and says so: services start in any order.
    ///
    /// - Parameter stopping: returns when the service should stop, or its task is cancelled.
    /// - Returns: false if the service was stopped before the broker came.
    /// - Throws: `.denied` and the like, which waiting does not mend.
    public static func ensure(
        _ broker: BrokerSettings, lifetime: Duration, kafka: KafkaSettings, log: Log,
        stopping: @escaping @Sendable () async -> Void
    ) async throws(KafkaFault) -> Bool {
        // The embedded broker never answers CreateTopics; whoever started it has made them.
        guard !broker.isEmbedded else { return true }
        let specs = broker.topicSpecs(clipLifetime: lifetime)
        let outcome = await withTaskGroup(of: Result<Bool, KafkaFault>.self) { group in
            group.addTask {
                do throws(KafkaFault) { return .success(try await wait(for: specs, kafka: kafka, log: log)) } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                await stopping()
                return .success(false)
            }
            defer { group.cancelAll() }
            return await group.next() ?? .success(false)
        }
        return try outcome.get()
    }

    private static func wait(for specs: [TopicSpec], kafka: KafkaSettings, log: Log) async throws(KafkaFault) -> Bool {
        let bound = RateBound(perMinute: 6)
        while !Task.isCancelled {
            do throws(KafkaFault) {
                for topic in try await TopicAdmin(kafka).ensure(specs, within: patience) where !topic.isAsWanted {
                    log.warning(
                        "A topic has another number of partitions than configured and stays as it is",
                        [
                            "topic": .string(topic.name), "partitions": .int(topic.partitions),
                            "configured": .int(topic.wantedPartitions),
                        ])
                }
                return true
            } catch {
                guard error.isTransient else { throw error }
                log.warning("Waiting for the broker", ["detail": .string(error.description)], bound: bound)
            }
        }
        return false
    }
}
