import Bounded
import Domain
import Kafka
import Logging
import Telemetry
import Traces

/// From a record to the records it causes: decode, work within the deadline with retries, publish, and only then is the
/// record settled.
///
/// What can't be decoded goes to the dead letters. What fails for good, or runs out of time, is said as `clip.failed`
/// where somebody waits for it, and put aside as a dead letter where nobody does. Both happen to a record whose result the
/// broker refuses for good: who waits is told, and the record is kept for whoever mends the topic.
///
/// A record whose episode was purged after it was written is void, which is looked at before each try and after it: then
/// nothing is published, what the work did is taken back (``Outcome/takenBack(by:)``), and who waits is told that the work
/// has expired, so that they ask once more. Where nobody waits it is settled.
public struct Step<Event: ClipEvent>: Sendable {
    /// What becomes of an event whose work has failed for good.
    public enum OnFailure: Sendable {
        /// Say so in this topic.
        case tell(topic: String)
        /// Put the record aside.
        case putAside
    }

    public let metrics: StepMetrics
    let settings: StepSettings
    private let codec: EventCodec
    private let deadLetters: String
    let onFailure: OnFailure
    let purges: PurgeMarks?
    private let log: Log
    let work: Handler<Event>
    private let outbox: Outbox
    private let unreadable = RateBound(perMinute: 60)
    let failures = RateBound(perMinute: 600)

    /// - Parameters:
    ///   - purges: which records are void; nil: none is.
    ///   - metrics: where it is counted what becomes of records.
    public init(
        _ settings: StepSettings, codec: EventCodec, producer: any RecordSink, deadLetters: String,
        onFailure: OnFailure, purges: PurgeMarks? = nil, metrics: StepMetrics = StepMetrics(), log: Log,
        work: @escaping Handler<Event>
    ) {
        self.settings = settings
        self.codec = codec
        self.deadLetters = deadLetters
        self.onFailure = onFailure
        self.purges = purges
        self.metrics = metrics
        self.log = log
        self.work = work
        outbox = Outbox(producer: producer, backoff: settings.backoff, metrics: metrics)
    }

    /// Works on one record until what it causes is acknowledged.
    ///
    /// - Parameter turn: left while the work waits for its next try.
    /// - Returns: `.abandoned` only if the task was cancelled: the record comes again, here or elsewhere.
    public func handle(_ record: Record, turn: Turn = Turn()) async -> Settlement {
        let stopwatch = Stopwatch()
        let outcome = await traced(record) { origin in
            let traceID = Span.currentTraceID
            if let age = record.age { metrics.ages.observe(age, traceID: traceID) }
            defer { metrics.durations.observe(stopwatch, traceID: traceID) }
            return await settle(record, turn, origin: origin)
        }
        metrics.records.add(outcome)
        return outcome == .abandoned ? .abandoned : .settled
    }

    private func settle(_ record: Record, _ turn: Turn, origin: EventOrigin) async -> RecordOutcome {
        let event: Event
        do throws(EventFault) {
            if record.value == nil, Event.takesTombstones { return .done }
            event = try codec.decode(record, as: Event.self)
        } catch {
            let log = log.with(trace: origin.trace, requestID: origin.requestID)
            log.warning(
                "A record could not be read and was put aside",
                [
                    "reason": .string(error.slug), "detail": .string(error.detail), "topic": .string(record.topic),
                    "partition": .int(Int(record.partition)), "offset": .int(Int(record.offset)),
                ], bound: unreadable)
            Span.current?.fail(error.slug, error.detail)
            return await putAside(record, Story(reason: error.slug, detail: error.detail, attempts: 0), log: log)
        }
        let log = log.with(
            trace: origin.trace, clipID: event.subject.clip?.description, requestID: origin.requestID)
        let deadline = Deadline(
            budgetMs: (event.budget ?? settings.defaultBudget).wholeMilliseconds, age: record.age,
            tolerance: settings.clockTolerance)
        switch await attempt(event, of: record, origin: origin, deadline: deadline, turn: turn, log: log) {
        case .done(let outcome):
            let sending = Sending(origin) { outcome.publish(codec, $0, settings.lane) }
            defer { sending.end() }
            for outgoing in sending.records {
                switch await outbox.send(outgoing, log: log) {
                case .sent: break
                case .cancelled: return .abandoned
                case .refused(let refusal):
                    metrics.failures.add(FailureLabel(.internalError))
                    sending.fail(refusal)
                    log.warning(
                        "What came of a record is refused by the broker",
                        ["topic": .string(outgoing.topic), "detail": .string(refusal.description)], bound: failures)
                    let fault = ClipFault(.internalError, "the message broker does not take what came of the work")
                    let story = Story(reason: refusal.slug, detail: "what came of it: \(refusal)", attempts: 1)
                    return await failed(record, event, fault, story, origin: origin, log: log)
                }
            }
            outcome.afterwards?()
            return .done
        case .failed(let fault, let attempts):
            metrics.failures.add(FailureLabel(fault.reason))
            Span.current?.fail(fault.reason.rawValue, fault.detail)
            let story = Story(reason: fault.reason.rawValue, detail: fault.detail, attempts: attempts)
            return await failed(record, event, fault, story, origin: origin, log: log)
        case .cancelled:
            return .abandoned
        }
    }

    /// - Parameter story: for the dead letter, if it comes to one.
    private func failed(
        _ record: Record, _ event: Event, _ fault: ClipFault, _ story: Story, origin: EventOrigin, log: Log
    ) async -> RecordOutcome {
        if case .tell(let topic) = onFailure, let clipID = event.subject.clip {
            let sending = Sending(origin) {
                [
                    codec.encode(
                        ClipFailed(clipID: clipID, fault: fault, lane: settings.lane), to: topic, origin: $0)
                ]
            }
            defer { sending.end() }
            switch await outbox.send(sending.records[0], log: log) {
            case .cancelled: return .abandoned
            // A failure that the code does not know keeps its record, so that somebody can look into it.
            case .sent where fault.reason != .internalError: return .failed
            case .sent: break
            case .refused(let refusal):
                sending.fail(refusal)
                log.warning(
                    "A failure can't be told, and its record is put aside",
                    ["topic": .string(topic), "detail": .string(refusal.description)], bound: failures)
            }
        }
        return await putAside(record, story, log: log)
    }

    /// Why a record is put aside.
    private struct Story {
        let reason: String
        let detail: String
        let attempts: Int
    }

    private func putAside(_ record: Record, _ story: Story, log: Log) async -> RecordOutcome {
        let letter = DeadLetter(
            record: record, reason: story.reason, detail: story.detail, attempts: story.attempts,
            service: settings.service, version: settings.version)
        var outcome = await outbox.send(letter.outgoing(to: deadLetters), log: log)
        if case .refused = outcome { outcome = await outbox.send(letter.withoutContent(to: deadLetters), log: log) }
        switch outcome {
        case .sent:
            metrics.deadLetters.add()
            return .putAside
        case .cancelled: return .abandoned
        case .refused(let fault):
            // It is in the log, and a record must not stop its partition.
            log.error(
                "A record could not be put aside and is passed over",
                [
                    "fault": .string(fault.description), "reason": .string(story.reason),
                    "topic": .string(record.topic),
                    "partition": .int(Int(record.partition)), "offset": .int(Int(record.offset)),
                ])
            return .passedOver
        }
    }
}
