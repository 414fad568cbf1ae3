import Synchronization

/// Lets a repeated fault into the log a bounded number of times a minute and counts what it leaves out.
public final class RateBound: Sendable {
    private struct State {
        var minuteEnds: ContinuousClock.Instant?
        var admitted = 0
        var leftOut = 0
    }

    private let perMinute: Int
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    /// - Parameter perMinute: lines in each minute, which begins with its first line; 1 or more.
    public init(perMinute: Int, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.perMinute = max(1, perMinute)
        self.now = now
    }

    /// - Returns: nil if the line should be left out, else how many were left out since the last that was let in.
    public func admit() -> Int? {
        let now = self.now()
        return state.withLock { state in
            if state.minuteEnds.map({ now >= $0 }) ?? true {
                state.minuteEnds = now + .seconds(60)
                state.admitted = 0
            }
            guard state.admitted < perMinute else {
                state.leftOut += 1
                return nil
            }
            state.admitted += 1
            defer { state.leftOut = 0 }
            return state.leftOut
        }
    }
}
