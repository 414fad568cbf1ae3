/// How many things end per second lately, in a window that slides: what `Retry-After` is worked out from.
///
/// Not for several threads at once: keep it in a `Mutex`.
public struct RateEstimate: Sendable {
    private static let slices = 10

    private let slice: Duration
    private let start: ContinuousClock.Instant
    /// What ended in each of the last slices; the slice with number n lies at n modulo their count.
    private var counts = [Int](repeating: 0, count: RateEstimate.slices)
    private var current = 0

    /// - Parameters:
    ///   - window: how far back it looks, to a tenth of it.
    ///   - start: when counting begins.
    public init(window: Duration = .seconds(10), start: ContinuousClock.Instant = .now) {
        slice = max(window, .milliseconds(10)) / Self.slices
        self.start = start
    }

    public mutating func record(_ count: Int = 1, at now: ContinuousClock.Instant = .now) {
        slide(to: now)
        counts[current % Self.slices] += count
    }

    /// Over the window, or over the time since the start while that is shorter (one tenth of the window at least).
    public mutating func perSecond(at now: ContinuousClock.Instant = .now) -> Double {
        slide(to: now)
        let beginOfCurrent = start + slice * current
        let full = slice * min(current, Self.slices - 1)
        let covered = max(full + (now - beginOfCurrent), slice)
        let seconds: Double = covered / Duration.seconds(1)
        return Double(counts.reduce(0, +)) / seconds
    }

    /// How long `ahead` things that stand in line will take at this rate; nil if nothing has ended lately.
    public mutating func time(for ahead: Int, at now: ContinuousClock.Instant = .now) -> Duration? {
        let rate = perSecond(at: now)
        return rate > 0 ? .seconds(Double(max(0, ahead)) / rate) : nil
    }

    private mutating func slide(to now: ContinuousClock.Instant) {
        let number = max(current, Int((now - start) / slice))
        let passed = min(number - current, Self.slices)
        for step in 0..<passed { counts[(number - step) % Self.slices] = 0 }
        current = number
    }
}
