/// How long to wait before another try: exponential, with full jitter, so that many who failed together do not come back
/// together.
///
/// Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015: random between 0 and min(cap, base · 2ⁿ).
public struct Backoff: Hashable, Sendable {
    public let base: Duration
    public let cap: Duration

    /// - Parameters:
    ///   - base: longest wait before the second try; more than zero.
    ///   - cap: longest wait ever; `base` or more.
    public init(base: Duration, cap: Duration) {
        self.base = max(base, .nanoseconds(1))
        self.cap = max(cap, self.base)
    }

    /// - Parameter attempt: how many waits there were before: 0 for the first.
    public func delay(attempt: Int, using random: inout some RandomNumberGenerator) -> Duration {
        .nanoseconds(Int64.random(in: 0...longest(attempt: attempt).wholeNanoseconds, using: &random))
    }

    /// - Parameter attempt: how many waits there were before: 0 for the first.
    public func delay(attempt: Int) -> Duration {
        .nanoseconds(Int64.random(in: 0...longest(attempt: attempt).wholeNanoseconds))
    }

    /// min(cap, base · 2ⁿ).
    public func longest(attempt: Int) -> Duration {
        var longest = base
        var doublings = 0
        while doublings < attempt, longest < cap {
            longest = longest > cap / 2 ? cap : longest * 2
            doublings += 1
        }
        return longest
    }
}

extension Duration {
    /// Cut off below, and at some 292 years.
    fileprivate var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (nanoseconds, tooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return tooLarge || nanoseconds > .max - 1_000_000_000 ? .max : nanoseconds + attoseconds / 1_000_000_000
    }
}
