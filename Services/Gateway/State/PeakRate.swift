import Bounded

/// How many clips were done per second in the best ten seconds of the last one to two minutes, busy or not: so many the
/// cutters can do at least.
struct PeakRate {
    private static let window = Duration.seconds(10)
    private static let span = Duration.seconds(60)

    private var rate: RateEstimate
    private var spanBegan: ContinuousClock.Instant
    private var best = 0.0
    /// Of the span before this one.
    private var former = 0.0

    init(at now: ContinuousClock.Instant) {
        // As if it had begun long ago: a burst counts by what it is in a whole window, also at the start.
        rate = RateEstimate(window: Self.window, start: now - Self.window)
        spanBegan = now
    }

    mutating func record(at now: ContinuousClock.Instant) {
        move(to: now)
        rate.record(at: now)
        best = max(best, rate.perSecond(at: now))
    }

    mutating func perSecond(at now: ContinuousClock.Instant) -> Double {
        move(to: now)
        return max(best, former)
    }

    private mutating func move(to now: ContinuousClock.Instant) {
        let passed = now - spanBegan
        guard passed >= Self.span else { return }
        former = passed < Self.span * 2 ? best : 0
        best = 0
        spanBegan = now
    }
}
