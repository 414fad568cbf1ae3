import Bounded
import Domain
import Kafka
import Logging

public struct StepSettings: Sendable {
    /// How much of a record's age by two clocks is believed.
    public var clockTolerance: Duration
    /// Between tries of work that failed for a passing reason.
    public var backoff: Backoff
    /// For events that carry no budget of their own.
    public var defaultBudget: Duration
    public var service: String
    public var version: String
    /// How long to wait before the next try: a fault, how often the work has failed by itself, and what time is left.
    var pause: @Sendable (ClipFault, _ failures: Int, _ left: Duration, Backoff) -> Duration? = {
        RetryPause.after($0, failures: $1, left: $2, backoff: $3)
    }

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
/// where somebody waits for it, and put aside as a dead letter where nobody does. Both happen to a record whose result the
/// broker refuses for good: who waits is told, and the record is kept for whoever mends the topic.
public struct Step<Event: ClipEvent>: Sendable {
    /// What becomes of an event whose work has failed for good.
    public enum OnFailure: Sendable {
        /// Say so in this topic.
        case tell(topic: String)
        /// Put the record aside.
        case putAside
    }

    public let counters = StepCounters()
    private let settings: StepSettings
    private let codec: EventCodec
    private let deadLetters: String
    private let onFailure: OnFailure
    private let log: Log
    private let work: @Sendable (Incoming<Event>) async throws(ClipFault) -> Outcome
    private let outbox: Outbox
    private let unreadable = RateBound(perMinute: 60)
    private let failures = RateBound(perMinute: 600)

    public init(
        _ settings: StepSettings, codec: EventCodec, producer: any RecordSink, deadLetters: String,
        onFailure: OnFailure, log: Log,
        work: @escaping @Sendable (Incoming<Event>) async throws(ClipFault) -> Outcome
    ) {
        self.settings = settings
        self.codec = codec
        self.deadLetters = deadLetters
        self.onFailure = onFailure
        self.log = log
        self.work = work
        outbox = Outbox(producer: producer, backoff: settings.backoff, counters: counters)
    }

    /// Works on one record until what it causes is acknowledged.
    ///
    /// - Parameter turn: left while the work waits for its next try.
    /// - Returns: `.abandoned` only if the task was cancelled: the record comes again, here or elsewhere.
    public func handle(_ record: Record, turn: Turn = Turn()) async -> Settlement {
        let settlement = await settle(record, turn)
        if settlement == .settled { counters.noteHandled() }
        return settlement
    }

    private func settle(_ record: Record, _ turn: Turn) async -> Settlement {
        let origin = EventOrigin(of: record)
        let event: Event
        do throws(EventFault) {
            if record.value == nil, Event.takesTombstones { return .settled }
            event = try codec.decode(record, as: Event.self)
        } catch {
            let log = log.with(trace: origin.trace, requestID: origin.requestID)
            log.warning(
                "A record could not be read and was put aside",
                [
                    "reason": .string(error.slug), "detail": .string(error.detail), "topic": .string(record.topic),
                    "partition": .int(Int(record.partition)), "offset": .int(Int(record.offset)),
                ], bound: unreadable)
            return await putAside(record, Story(reason: error.slug, detail: error.detail, attempts: 0), log: log)
        }
        let log = log.with(
            trace: origin.trace, clipID: event.subject.clip?.description, requestID: origin.requestID)
        let deadline = Deadline(
            budgetMs: (event.budget ?? settings.defaultBudget).wholeMilliseconds, age: record.age,
            tolerance: settings.clockTolerance)
        switch await attempt(event, of: record, origin: origin, deadline: deadline, turn: turn, log: log) {
        case .done(let outcome):
            for outgoing in outcome.publish(codec, origin) {
                switch await outbox.send(outgoing, log: log) {
                case .sent: break
                case .cancelled: return .abandoned
                case .refused(let refusal):
                    counters.noteFailure()
                    log.warning(
                        "What came of a record is refused by the broker",
                        ["topic": .string(outgoing.topic), "detail": .string(refusal.description)], bound: failures)
                    let fault = ClipFault(.internalError, "the message broker does not take what came of the work")
                    let story = Story(reason: refusal.slug, detail: "what came of it: \(refusal)", attempts: 1)
                    return await failed(record, event, fault, story, origin: origin, log: log)
                }
            }
            return .settled
        case .failed(let fault, let attempts):
            counters.noteFailure()
            let story = Story(reason: fault.reason.rawValue, detail: fault.detail, attempts: attempts)
            return await failed(record, event, fault, story, origin: origin, log: log)
        case .cancelled:
            return .abandoned
        }
    }

    /// - Parameter story: for the dead letter, if it comes to one.
    private func failed(
        _ record: Record, _ event: Event, _ fault: ClipFault, _ story: Story, origin: EventOrigin, log: Log
    ) async -> Settlement {
        if case .tell(let topic) = onFailure, let clipID = event.subject.clip {
            let told = codec.encode(ClipFailed(clipID: clipID, fault: fault), to: topic, origin: origin)
            switch await outbox.send(told, log: log) {
            case .cancelled: return .abandoned
            // A failure that the code does not know keeps its record, so that somebody can look into it.
            case .sent where fault.reason != .internalError: return .settled
            case .sent: break
            case .refused(let refusal):
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

    private enum Result {
        case done(Outcome)
        case failed(ClipFault, attempts: Int)
        case cancelled
    }

    private func attempt(
        _ event: Event, of record: Record, origin: EventOrigin, deadline: Deadline, turn: Turn, log: Log
    ) async -> Result {
        var attempt = 1
        // Without those that named their own time: a dependency that rests was not asked.
        var failures = 0
        var last = ClipFault(.expired, "the work's deadline passed before it was done")
        while true {
            if Task.isCancelled { return .cancelled }
            guard !deadline.hasPassed else { return .failed(last, attempts: attempt - 1) }
            do throws(ClipFault) {
                let incoming = Incoming(
                    event: event, origin: origin, deadline: deadline, log: log, attempt: attempt,
                    writtenAtMs: record.timeMs)
                let result = await log.speaking { () async -> Swift.Result<Outcome, ClipFault> in
                    do throws(ClipFault) { return .success(try await work(incoming)) } catch { return .failure(error) }
                }
                return .done(try result.get())
            } catch {
                if Task.isCancelled { return .cancelled }
                let fields: LogFields = [
                    "reason": .string(error.reason.rawValue), "detail": .string(error.detail),
                    "attempt": .int(attempt),
                ]
                guard let pause = settings.pause(error, failures, deadline.left, settings.backoff) else {
                    log.warning("Work on a clip has failed", fields, bound: self.failures)
                    return .failed(error, attempts: attempt)
                }
                if error.retryAfter == nil {
                    failures += 1
                    log.info(
                        "Work on a clip failed and will be tried again", fields.adding(["pause": .duration(pause)]))
                } else {
                    log.debug("Work on a clip waits for what it depends on", fields.adding(["pause": .duration(pause)]))
                }
                counters.noteRetry()
                last = error
                do { try await turn.rest { try await Task.sleep(for: pause) } } catch { return .cancelled }
                attempt += 1
            }
        }
    }

    private func putAside(_ record: Record, _ story: Story, log: Log) async -> Settlement {
        let letter = DeadLetter(
            record: record, reason: story.reason, detail: story.detail, attempts: story.attempts,
            service: settings.service, version: settings.version)
        var outcome = await outbox.send(letter.outgoing(to: deadLetters), log: log)
        if case .refused = outcome { outcome = await outbox.send(letter.withoutContent(to: deadLetters), log: log) }
        switch outcome {
        case .sent: counters.notePutAside()
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
        }
        return .settled
    }
}
