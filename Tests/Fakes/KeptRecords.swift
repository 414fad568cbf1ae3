import Flow
import Kafka
import Synchronization

/// Keeps the records that were sent, and refuses as it is told to.
public final class KeptRecords: RecordSink {
    private let state: Mutex<(sent: [OutgoingRecord], refusals: Int)>
    private let limitBytes: Int
    private let faults: [String: KafkaFault]

    /// - Parameters:
    ///   - refusing: so many records time out first.
    ///   - limitBytes: larger values are refused as too large.
    ///   - faults: what every record of a topic is refused with, by topic.
    public init(refusing refusals: Int = 0, limitBytes: Int = .max, faults: [String: KafkaFault] = [:]) {
        state = Mutex(([], refusals))
        self.limitBytes = limitBytes
        self.faults = faults
    }

    public var sent: [OutgoingRecord] { state.withLock { $0.sent } }

    public func deliver(_ record: OutgoingRecord) async throws(KafkaFault) {
        if let fault = faults[record.topic] { throw fault }
        if (record.value?.count ?? 0) > limitBytes { throw .recordTooLarge }
        let isRefused = state.withLock { state in
            guard state.refusals == 0 else {
                state.refusals -= 1
                return true
            }
            state.sent.append(record)
            return false
        }
        if isRefused { throw .timedOut }
    }
}
