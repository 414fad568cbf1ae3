import Health
import Kafka

extension HealthRegistry {
    /// Until its topics are there, and it has begun.
    func awaits(_ topics: TopicWatch) {
        depends(on: "kafka") {
            if topics.isUnanswered { return .missing("no broker was reached yet") }
            let problems = topics.problems
            return .missing(problems.isEmpty ? "the service is beginning" : TopicWatch.text(problems))
        }
    }

    /// Kafka is there as long as the service can work with it: the brokers are connected, its topics are there and its
    /// to use, its consumers have their share of the partitions, and what it sends is acknowledged.
    func follow(_ producer: KafkaProducer, _ consumers: [GroupConsumer], _ topics: TopicWatch) {
        depends(on: "kafka") { KafkaReadiness.lack(producer, consumers, topics).map { .missing($0) } ?? .present }
        count("unacknowledged") { producer.pending }
    }

    /// - Parameter name: begins the names of the counts: `requests` for `requests_handled` and so on.
    func follow(_ step: StepMetrics, _ consumer: GroupConsumer, as name: String) {
        count("\(name)_handled") { Int(clamping: step.handled) }
        count("\(name)_retried") { Int(clamping: step.retried) }
        count("\(name)_failed") { Int(clamping: step.failed) }
        count("\(name)_put_aside") { Int(clamping: step.putAside) }
        count("\(name)_sent_again") { Int(clamping: step.resent) }
        count("\(name)_in_flight") { consumer.inFlight }
        count("\(name)_resting") { consumer.resting }
        count("\(name)_partitions") { consumer.partitions.count }
        count("\(name)_lag") { consumer.partitions.reduce(0) { $0 + Int(clamping: $1.lag ?? 0) } }
    }
}

/// Why a service can't work with Kafka now, in words for operators: no addresses, no secrets.
enum KafkaReadiness {
    /// A rebalance and a broker that is replaced take some seconds and are no lack.
    private static let patience = Duration.seconds(10)

    static func lack(_ producer: KafkaProducer, _ consumers: [GroupConsumer], _ topics: TopicWatch) -> String? {
        let problems = topics.problems
        if !problems.isEmpty { return TopicWatch.text(problems) }
        if let denial = producer.denial ?? consumers.lazy.compactMap(\.denial).first { return denial.description }
        guard producer.isConnected, consumers.allSatisfy(\.isConnected) else { return "no broker is connected" }
        if topics.isUnanswered { return "the brokers do not say how the topics are" }
        for consumer in consumers {
            guard consumer.isAssigned else { return "group \(consumer.group) has given no partitions yet" }
            if let time = consumer.unassignedFor, time > patience {
                return "group \(consumer.group) has given no partitions for \(time.components.seconds) s"
            }
        }
        if let time = producer.longestWait, time > patience {
            return "records have waited \(time.components.seconds) s to be acknowledged"
        }
        return nil
    }
}
