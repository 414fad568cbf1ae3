import Flow
import Health
import Kafka

extension Vitals {
    /// Until the service has reached its brokers.
    public func awaitsKafka() { depends(on: "kafka") { .missing("no broker was reached yet") } }

    /// Kafka is there as long as every client is connected and has its share of the partitions.
    public func follow(_ producer: KafkaProducer, _ consumers: [GroupConsumer]) {
        depends(on: "kafka") {
            guard producer.isConnected, consumers.allSatisfy(\.isConnected) else {
                return .missing("no broker is connected")
            }
            guard consumers.allSatisfy(\.isAssigned) else { return .missing("the group has given no partitions yet") }
            return .present
        }
        count("unacknowledged") { producer.pending }
    }

    /// - Parameter name: begins the names of the counts: `requests` for `requests_handled` and so on.
    public func follow(_ counters: StepCounters, _ consumer: GroupConsumer, as name: String) {
        count("\(name)_handled") { Int(clamping: counters.handled) }
        count("\(name)_retried") { Int(clamping: counters.retried) }
        count("\(name)_failed") { Int(clamping: counters.failed) }
        count("\(name)_put_aside") { Int(clamping: counters.putAside) }
        count("\(name)_sent_again") { Int(clamping: counters.resent) }
        count("\(name)_in_flight") { consumer.inFlight }
        count("\(name)_resting") { consumer.resting }
        count("\(name)_partitions") { consumer.partitions.count }
        count("\(name)_lag") { consumer.partitions.reduce(0) { $0 + Int(clamping: $1.lag ?? 0) } }
    }
}
