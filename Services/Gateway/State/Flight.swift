import Domain
import Traces

/// One clip that is being made, as far as this gateway knows, and the requests that wait for it here.
struct Flight {
    let began: ContinuousClock.Instant
    /// How long the clip should have taken, by the backlog when the flight began; nil if that was short.
    let expected: Duration?
    /// The deadline of the work that was requested last.
    var deadline: ContinuousClock.Instant
    /// Time of the last event about the clip: it was requested, was resolved, or is being cut.
    var lastSign: ContinuousClock.Instant
    /// Whether the broker has acknowledged the last request: until then no other service knows of it.
    var accepted = false
    /// How often the clip was requested in this flight.
    var asked = 1
    /// Whether it was requested a second time because no answer came.
    var isHedged = false
    /// Whether the clip is in the table, and the flight is there to find out whether it is still in the bucket.
    var isRecheck = false
    /// Of the request that the clip was requested for last.
    var trace: TraceContext?
    /// In which it counts.
    var share: Share?
    /// By which it was requested last.
    var lane: Lane
    var waiters: [Waiter] = []

    init(
        at now: ContinuousClock.Instant, deadline: ContinuousClock.Instant, expected: Duration?, of share: Share?,
        by lane: Lane
    ) {
        began = now
        self.share = share
        self.lane = lane
        self.expected = expected
        lastSign = now
        self.deadline = deadline
    }

    /// The clip is requested again, with a new deadline.
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
    let answer: @Sendable (WaitResult) -> Void
}

/// How the work on a clip ended.
struct WorkOutcome: Sendable {
    /// Whether it cut the clip, rather than found it stored.
    let cut: Bool
    /// From the first event about it that was seen here to the last.
    let took: Duration
}

/// What a waiter is told.
enum WaitResult: Sendable {
    case ready(ReadyClip, cut: Bool)
    case failed(Problem)
    /// The broker has the request; the clip is not there yet.
    case accepted
}

/// How far the work on a clip has come, for those who ask by its id.
enum Stage: String, Hashable, Sendable {
    case queued
    case resolving
    case cutting
    case failed
}

/// Who has to be told something once the lock is released.
struct Notice: Sendable {
    /// Nil: the clip's status may have changed, but nobody's waiting ends.
    private let result: WaitResult?
    private let waiters: [Waiter]
    private let followers: [Followers.Notify]

    init(_ result: WaitResult, waiters: [Waiter], followers: [Followers.Notify] = []) {
        self.result = result
        self.waiters = waiters
        self.followers = followers
    }

    init(followers: [Followers.Notify]) {
        result = nil
        waiters = []
        self.followers = followers
    }

    func send() {
        if let result { for waiter in waiters { waiter.answer(result) } }
        for notify in followers { notify() }
    }
}
