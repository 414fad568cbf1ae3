import Settings

/// How fast clips may be asked for: so many in so much time, evenly, with at most a second's worth at once (GCRA).
struct Pace {
    private let start: ContinuousClock.Instant
    /// Between two, in nanoseconds.
    private let interval: Int64
    /// What may be used at once after a pause.
    private let burst: Int
    /// When the first of those that may be used now might have been, in nanoseconds from the start.
    private var next: Int64 = 0

    init(_ rate: Rate, at now: ContinuousClock.Instant) {
        start = now
        interval = max(1, Self.nanoseconds(rate.period) / Int64(rate.count))
        burst = max(1, Int(1_000_000_000 / interval))
    }

    /// How many may be asked for now.
    func available(at now: ContinuousClock.Instant) -> Int {
        let passed = Self.nanoseconds(now - start)
        let from = earliest(passed)
        return from > passed ? 0 : min(burst, Int((passed - from) / interval) + 1)
    }

    mutating func take(_ count: Int, at now: ContinuousClock.Instant) {
        next = earliest(Self.nanoseconds(now - start)) + interval * Int64(count)
    }

    /// Those that were asked for and cost nothing.
    mutating func giveBack(_ count: Int) { next -= interval * Int64(count) }

    /// When so many may be asked for; a burst at most is waited for.
    func time(for count: Int, at now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        let more = max(0, min(count, burst) - 1)
        return start + .nanoseconds(earliest(Self.nanoseconds(now - start)) + interval * Int64(more))
    }

    /// What was not used for long is not saved up.
    private func earliest(_ passed: Int64) -> Int64 { max(next, passed - interval * Int64(burst - 1)) }

    private static func nanoseconds(_ span: Duration) -> Int64 {
        let (seconds, attoseconds) = span.components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
