import Kafka

/// Where finished records go: the Kafka producer in a service, something simpler in a unit test.
public protocol RecordSink: Sendable {
    /// Returns when the record is safe. Waits where the sender's own queue is full.
    func deliver(_ record: OutgoingRecord) async throws(KafkaFault)
}

extension KafkaProducer: RecordSink {
    public func deliver(_ record: OutgoingRecord) async throws(KafkaFault) {
        while true {
            do throws(KafkaFault) {
                try await send(record)
                return
            } catch {
                guard error == .queueFull, !Task.isCancelled else { throw error }
                await room(for: record)
            }
        }
    }
}
