/// Until when work is worth doing, by this process's monotonic clock.
///
/// Clocks of different machines are never compared: a deadline travels as what was left of it.
public struct Deadline: Hashable, Sendable, Comparable {
    public let instant: ContinuousClock.Instant

    public init(_ instant: ContinuousClock.Instant) { self.instant = instant }

    public static func after(_ duration: Duration) -> Deadline { Deadline(.now + duration) }

    /// - Parameters:
    ///   - budgetMs: what was left when the record was written.
    ///   - age: how old the record is by the broker's clock and ours; nil if unknown, negative if ours is behind.
    ///   - tolerance: how much of that age is believed, since the two clocks may differ.
    public init(budgetMs: Int64, age: Duration?, tolerance: Duration) {
        let believed = min(max(age ?? .zero, .zero), tolerance)
        instant = .now + .milliseconds(budgetMs) - believed
    }

    /// Negative once it has passed.
    public var left: Duration { ContinuousClock.now.duration(to: instant) }
    public var hasPassed: Bool { left <= .zero }

    public static func < (one: Deadline, other: Deadline) -> Bool { one.instant < other.instant }
}
