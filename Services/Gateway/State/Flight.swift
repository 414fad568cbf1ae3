import Domain

/// One clip that is being made, as far as this gateway knows, and those here who wait for it.
struct Flight {
    let began: ContinuousClock.Instant
    /// How long it would take by the work that was ahead then; nil if that was little.
    let expected: Duration?
    /// Until when the work that was asked for last is worth doing.
    var deadline: ContinuousClock.Instant
    /// When something was last heard of it: that it was asked for, resolved, or is being cut.
    var lastSign: ContinuousClock.Instant
    /// Whether the broker has acknowledged the last request: until then nobody else knows of it.
    var accepted = false
    /// How often the clip was asked for in this flight.
    var asked = 1
    /// Whether it was asked for once more because no answer came.
    var isHedged = false
    /// Whether the clip is in the table all the same: a client wants to know whether it is still in the bucket.
    var isRecheck = false
    var waiters: [Waiter] = []

    init(at now: ContinuousClock.Instant, deadline: ContinuousClock.Instant, expected: Duration?) {
        began = now
        self.expected = expected
        lastSign = now
        self.deadline = deadline
    }

    /// It is asked for anew.
    mutating func renew(until deadline: ContinuousClock.Instant, at now: ContinuousClock.Instant) {
        self.deadline = deadline
        lastSign = now
        asked += 1
    }
}

/// One held connection.
struct Waiter {
    let number: UInt64
    /// When the answer must be out.
    let until: ContinuousClock.Instant
    /// Whether it wants to know when the broker has the request, rather than when the clip is there.
    let wantsAcceptance: Bool
    let answer: @Sendable (Ending) -> Void
}

/// What the work on a clip came to.
struct WorkOutcome: Sendable {
    /// Whether it cut the clip, rather than found it stored.
    let cut: Bool
    /// From the first word of it that was heard here to the last.
    let took: Duration
}

/// How waiting ended.
enum Ending: Sendable {
    case ready(ReadyClip, cut: Bool)
    case failed(Problem)
    /// The broker has the request; the clip is not there yet.
    case accepted
}

/// How far the work on a clip is, for those who ask by its id.
enum Stage: String, Hashable, Sendable {
    case queued
    case resolving
    case cutting
    case failed
}
