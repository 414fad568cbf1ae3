import Kafka
import Telemetry

extension Metrics {
    /// - Parameter step: under which its figures are told, as long as it is there.
    func follow(_ consumer: GroupConsumer, as step: String) {
        func metric(_ name: String, _ help: String) -> Metric {
            Metric(name, help, fixed: [(name: "step", value: step)])
        }
        gauge(metric("cutroom_records_in_flight", "Records that are being worked on.")) { [weak consumer] in
            consumer.map { Double($0.inFlight) }
        }
        gauge(metric("cutroom_records_resting", "Records that wait for their next try.")) { [weak consumer] in
            consumer.map { Double($0.resting) }
        }
        gauge(metric("cutroom_kafka_partitions", "Partitions that this process owns.")) { [weak consumer] in
            consumer.map { Double($0.partitions.count) }
        }
        gauges(
            metric("cutroom_kafka_lag_records", "Records behind the committed offset, of partitions owned here."),
            by: "topic", "partition"
        ) { [weak consumer] in
            (consumer?.partitions ?? []).compactMap { status in
                status.lag.map { ([status.partition.topic, String(status.partition.partition)], Double($0)) }
            }
        }
    }

    func follow(_ producer: KafkaProducer, of service: ServiceName) {
        let fixed = [(name: "service", value: service.rawValue)]
        gauge(
            Metric(
                "cutroom_kafka_unacknowledged_records", "Records that wait for the broker's acknowledgement.",
                fixed: fixed)
        ) { [weak producer] in producer.map { Double($0.pending) } }
        gauge(Metric("cutroom_kafka_connected", "1 while a broker is connected, else 0.", fixed: fixed)) {
            [weak producer] in producer.map { $0.isConnected ? 1 : 0 }
        }
    }
}
