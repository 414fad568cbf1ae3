import Kafka
import Telemetry

extension Metrics {
    /// - Parameter step: under which its figures are told, as long as it is there.
    func follow(_ consumer: GroupConsumer, as step: String, of service: ServiceName) {
        follow(connections: [(name: "service", value: service.rawValue), (name: "client", value: step)]) {
            [weak consumer] in consumer?.statistics
        }
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

    /// What librdkafka has measured over the last second.
    ///
    /// - Parameter fixed: says whose connections these are.
    private func follow(
        connections fixed: [(name: String, value: String)], _ read: @escaping @Sendable () -> ClientStatistics?
    ) {
        func gauges(
            _ name: String, _ help: String, _ unit: MetricUnit = .none,
            _ number: @escaping @Sendable (ClientStatistics.Broker) -> Double?
        ) {
            self.gauges(Metric(name, help, unit: unit, fixed: fixed), by: "broker") {
                (read()?.brokers ?? []).compactMap { broker in number(broker).map { ([String(broker.id)], $0) } }
            }
        }
        gauges(
            "cutroom_kafka_round_trip_seconds", "From a request to a broker to its answer, on average, lately.",
            .seconds
        ) { $0.roundTrip.map { Double($0.average.wholeNanoseconds) / 1e9 } }
        gauges(
            "cutroom_kafka_round_trip_p99_seconds", "The same, of which 99 of 100 are no longer.", .seconds
        ) { $0.roundTrip.map { Double($0.percentile99.wholeNanoseconds) / 1e9 } }
        gauges("cutroom_kafka_requests_waiting", "Requests to a broker that are on their way.") { Double($0.waiting) }
    }

    func follow(_ producer: KafkaProducer, of service: ServiceName) {
        let fixed = [(name: "service", value: service.rawValue)]
        gauge(
            Metric(
                "cutroom_kafka_unacknowledged_records", "Records that wait for the broker's acknowledgement.",
                fixed: fixed)
        ) { [weak producer] in producer.map { Double($0.pending) } }
        gauge(
            Metric(
                "cutroom_kafka_queued_bytes", "Bytes of records that wait for the broker's acknowledgement.",
                unit: .bytes, fixed: fixed)
        ) { [weak producer] in producer?.statistics.map { Double($0.queuedBytes) } }
        follow(connections: fixed + [(name: "client", value: "producer")]) { [weak producer] in producer?.statistics }
        gauge(Metric("cutroom_kafka_connected", "1 while a broker is connected, else 0.", fixed: fixed)) {
            [weak producer] in producer.map { $0.isConnected ? 1 : 0 }
        }
    }
}
