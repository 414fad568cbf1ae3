import Bounded
import Domain
import Kafka
import Logging

/// One record on its way through a service.
public struct Incoming<Event: ClipEvent>: Sendable {
    public let event: Event
    public let trace: TraceContext
    public let deadline: Deadline
    /// Speaks of this record's trace and clip.
    public let log: Log
    /// 1 at the first try.
    public let attempt: Int
}

/// What handling a record came to: events to publish, each to its topic.
public struct Outcome: Sendable {
    let publish: @Sendable (EventCodec, TraceContext) -> [OutgoingRecord]

    public static let nothing = Outcome { _, _ in [] }

    public static func send(_ event: some ClipEvent, to topic: String) -> Outcome {
        Outcome { codec, trace in [codec.encode(event, to: topic, trace: trace)] }
    }

    public static func send(_ events: [some ClipEvent], to topic: String) -> Outcome {
        Outcome { codec, trace in events.map { codec.encode($0, to: topic, trace: trace) } }
    }
}

public struct StepSettings: Sendable {
    /// How much of a record's age by two clocks is believed.
    public var clockTolerance: Duration
    /// Between tries of work that failed for a passing reason.
    public var backoff: Backoff
    /// For events that carry no budget of their own.
    public var defaultBudget: Duration
    public var service: String
    public var version: String

    public init(
        service: String, version: String, clockTolerance: Duration = .seconds(5),
        backoff: Backoff = Backoff(base: .milliseconds(100), cap: .seconds(5)),
        defaultBudget: Duration = .seconds(120)
    ) {
        self.service = service
        self.version = version
        self.clockTolerance = clockTolerance
        self.backoff = backoff
        self.defaultBudget = defaultBudget
    }
}

/// From a record to the records it causes: decode, work within the deadline with retries, publish, and only then is the
/// record settled.
///
/// What can't be decoded goes to the dead letters. What fails for good, or runs out of time, is said as `clip.failed`
/// where somebody waits for it, and put aside as a dead letter where nobody does.
public struct Step<Event: ClipEvent>: Sendable {
    /// What becomes of an event whose work has failed for good.
    public enum OnFailure: Sendable {
        /// Say so in this topic.
        case tell(topic: String)
        /// Put the record aside.
        case putAside
    }

    private let settings: StepSettings
    private let codec: EventCodec
    private let producer: any RecordSink
    private let deadLetters: String
    private let onFailure: OnFailure
    private let log: Log
    private let work: @Sendable (Incoming<Event>) async throws(ClipFault) -> Outcome

    public init(
        _ settings: StepSettings, codec: EventCodec, producer: any RecordSink, deadLetters: String,
        onFailure: OnFailure, log: Log,
        work: @escaping @Sendable (Incoming<Event>) async throws(ClipFault) -> Outcome
    ) {
        self.settings = settings
        self.codec = codec
        self.producer = producer
        self.deadLetters = deadLetters
        self.onFailure = onFailure
        self.log = log
        self.work = work
    }

    /// Works on one record until what it causes is acknowledged.
    ///
    /// - Returns: `.abandoned` only if the task was cancelled: the record comes again, here or elsewhere.
    public func handle(_ record: Record) async -> Settlement {
        let trace = EventCodec.trace(of: record)
        let event: Event
        do throws(EventFault) {
            if record.value == nil, Event.acceptsTombstones { return .settled }
            event = try codec.decode(record, as: Event.self)
        } catch {
            let log = log.with(trace: trace)
            log.warning(
                "A record could not be read and was put aside",
                [
                    "reason": .string(error.slug), "detail": .string(error.detail), "topic": .string(record.topic),
                    "partition": .int(Int(record.partition)), "offset": .int(Int(record.offset)),
                ], bound: unreadable)
            return await putAside(record, reason: error.slug, detail: error.detail, attempts: 0, log: log)
        }
        let log = log.with(trace: trace, clipID: event.clipID)
        let deadline = Deadline(
            budgetMs: event.budget ?? settings.defaultBudget.wholeMilliseconds, age: record.age,
            tolerance: settings.clockTolerance)
        let result = await attempt(event, trace: trace, deadline: deadline, log: log)
        switch result {
        case .done(let outcome):
            return await publish(outcome.publish(codec, trace), log: log)
        case .failed(let fault, let attempts):
            switch onFailure {
            case .putAside:
                return await putAside(
                    record, reason: fault.reason.rawValue, detail: fault.detail, attempts: attempts, log: log)
            case .tell(let topic):
                let failed = ClipFailed(clipID: event.clipID, fault: fault)
                let told = await publish([codec.encode(failed, to: topic, trace: trace)], log: log)
                // A failure that the code does not know keeps its record, so that somebody can look into it.
                guard told == .settled, fault.reason == .internalError else { return told }
                return await putAside(
                    record, reason: fault.reason.rawValue, detail: fault.detail, attempts: attempts, log: log)
            }
        case .cancelled:
            return .abandoned
        }
    }

    private enum Result {
        case done(Outcome)
        case failed(ClipFault, attempts: Int)
        case cancelled
    }

    private func attempt(_ event: Event, trace: TraceContext, deadline: Deadline, log: Log) async -> Result {
        var attempt = 1
        while true {
            if Task.isCancelled { return .cancelled }
            guard !deadline.hasPassed else {
                return .failed(
                    ClipFault(.expired, "the work's deadline passed before it was done"), attempts: attempt - 1)
            }
            do throws(ClipFault) {
                return .done(
                    try await work(
                        Incoming(event: event, trace: trace, deadline: deadline, log: log, attempt: attempt)))
            } catch {
                if Task.isCancelled { return .cancelled }
                let pause = settings.backoff.delay(attempt: attempt)
                guard error.reason.fate == .transient, error.reason != .expired, pause < deadline.left else {
                    log.warning(
                        "Work on a clip has failed",
                        [
                            "reason": .string(error.reason.rawValue), "detail": .string(error.detail),
                            "attempts": .int(attempt),
                        ], bound: failures)
                    return .failed(error, attempts: attempt)
                }
                log.info(
                    "Work on a clip failed and will be tried again",
                    [
                        "reason": .string(error.reason.rawValue), "detail": .string(error.detail),
                        "attempt": .int(attempt), "pause": .duration(pause),
                    ])
                do { try await Task.sleep(for: pause) } catch { return .cancelled }
                attempt += 1
            }
        }
    }

    private func putAside(
        _ record: Record, reason: String, detail: String, attempts: Int, log: Log
    ) async -> Settlement {
        let letter = DeadLetter(
            record: record, reason: reason, detail: detail, attempts: attempts, service: settings.service,
            version: settings.version)
        return await publish([letter.outgoing(to: deadLetters, room: codec.largestDeadLetterBytes)], log: log)
    }

    /// Until every record is acknowledged: giving up here would lose what the work came to.
    private func publish(_ records: [OutgoingRecord], log: Log) async -> Settlement {
        for record in records {
            var attempt = 1
            while true {
                if Task.isCancelled { return .abandoned }
                do throws(KafkaFault) {
                    try await producer.deliver(record)
                    break
                } catch {
                    let pause = settings.backoff.delay(attempt: attempt)
                    log.warning(
                        "A record was not acknowledged and will be sent again",
                        [
                            "topic": .string(record.topic), "detail": .string(String(describing: error)),
                            "attempt": .int(attempt),
                        ], bound: failures)
                    do { try await Task.sleep(for: pause) } catch { return .abandoned }
                    attempt += 1
                }
            }
        }
        return .settled
    }

    private let unreadable = RateBound(perMinute: 60)
    private let failures = RateBound(perMinute: 600)
}

extension EventCodec {
    /// Below the broker's usual limit of 1 MiB for a record, with room for headers.
    var largestDeadLetterBytes: Int { 900_000 }
}

extension ClipEvent {
    /// What is left of the work's deadline, where the event says so.
    var budget: Int64? {
        switch self {
        case let event as ClipRequested: event.budgetMs
        case let event as ClipResolved: event.budgetMs
        default: nil
        }
    }

    /// A tombstone in a compacted topic takes a clip away; elsewhere it is no event.
    static var acceptsTombstones: Bool { self == ClipReady.self }
}
