import Bounded
import Kafka
import Logging

/// Sends records until the broker has them: giving up would lose what the work came to.
struct Outbox: Sendable {
    enum Outcome {
        case sent
        /// The task was cancelled before the record was acknowledged.
        case cancelled
        /// The broker will never take this very record.
        case refused(KafkaFault)
    }

    let producer: any RecordSink
    let backoff: Backoff
    let metrics: StepMetrics
    private let bound = RateBound(perMinute: 60)

    init(producer: any RecordSink, backoff: Backoff, metrics: StepMetrics) {
        self.producer = producer
        self.backoff = backoff
        self.metrics = metrics
    }

    func send(_ record: OutgoingRecord, log: Log) async -> Outcome {
        var attempt = 1
        while true {
            if Task.isCancelled { return .cancelled }
            do throws(KafkaFault) {
                try await producer.deliver(record)
                return .sent
            } catch {
                if error.isAboutTheRecord { return .refused(error) }
                let pause = backoff.delay(attempt: attempt)
                log.warning(
                    "A record was not acknowledged and will be sent again",
                    [
                        "topic": .string(record.topic), "detail": .string(error.description),
                        "attempt": .int(attempt),
                    ], bound: bound)
                metrics.resends.add()
                do { try await Task.sleep(for: pause) } catch { return .cancelled }
                attempt += 1
            }
        }
    }
}

extension KafkaFault {
    /// Whether it is this record that can't be taken, and not the broker that can't just now. A denied right is the
    /// operator's to mend: until then records wait.
    fileprivate var isAboutTheRecord: Bool {
        switch self {
        case .recordTooLarge: true
        case .rejected(let code): code == "INVALID_RECORD" || code == "INVALID_MSG"
        case .settingRefused, .clientNotStarted, .queueFull, .timedOut, .unknownTopic, .unavailable, .denied,
            .clientLost, .closed:
            false
        }
    }
}
