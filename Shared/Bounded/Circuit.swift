import Synchronization

/// Notices that something everybody depends on is down, so that a thousand callers don't each find out alone.
///
/// Closed, it lets all calls pass. It opens when calls fail in a row, or nearly all lately. Open, it refuses every call at
/// once until a pause with full jitter is over; then it is half open: one call goes through, and what becomes of that one
/// closes or opens it again.
///
/// Source of the pattern: M. Nygard, "Release It!", 2nd ed., 2018, "Circuit Breaker".
public final class Circuit: Sendable {
    public struct Settings: Hashable, Sendable {
        /// So many failures in a row open it; 1 or more.
        public var failuresInARow: Int
        /// So large a part of the calls of the last `window` opens it too, once `failuresInARow` of them have failed; 0…1.
        public var failedPart: Double
        public var window: Duration
        /// How long it stays open: a random time up to `base` at first, up to twice that the next time, and so on.
        public var pause: Backoff

        public init(
            failuresInARow: Int = 10, failedPart: Double = 0.8, window: Duration = .seconds(10),
            pause: Backoff = Backoff(base: .seconds(1), cap: .seconds(5))
        ) {
            self.failuresInARow = max(1, failuresInARow)
            self.failedPart = min(max(failedPart, 0.01), 1)
            self.window = max(window, .milliseconds(10))
            self.pause = pause
        }
    }

    public enum State: String, Sendable {
        case closed, open
        case halfOpen = "half-open"
    }

    /// What a call that has ended says about the dependency.
    public enum Evidence: Sendable {
        /// It answered, if only to refuse.
        case answered
        /// It did not, or said that it can't now.
        case failed
        /// Nothing: the call was cancelled, or never reached it.
        case none
    }

    /// A change of state, for the log.
    public struct Change: Equatable, Sendable {
        public let from: State
        public let to: State
        /// Failures in a row that led to it.
        public let failures: Int
        /// How long it was not closed; nil when it opens.
        public let outage: Duration?
    }

    public struct Figures: Equatable, Sendable {
        public let state: State
        /// Since the start.
        public var opened: UInt64
        public var failures: UInt64
        public var refused: UInt64
    }

    /// Leave to make one call; it must be settled once.
    public struct Pass: Sendable {
        let generation: UInt64
        /// Whether the circuit's fate hangs on this call.
        public let isProbe: Bool
    }

    public enum Entry: Sendable {
        case pass(Pass)
        /// Not before so long.
        case refused(retryAfter: Duration)
    }

    private struct Inner {
        var state = State.closed
        /// Calls of an earlier generation began before the last change, and say nothing about now.
        var generation: UInt64 = 0
        var failuresInARow = 0
        var recent: RecentCalls
        var pauses = 0
        var openedAt: ContinuousClock.Instant?
        var openUntil: ContinuousClock.Instant
        var opened: UInt64 = 0
        var failures: UInt64 = 0
        var refused: UInt64 = 0
    }

    public let settings: Settings
    private let now: @Sendable () -> ContinuousClock.Instant
    private let onChange: @Sendable (Change) -> Void
    private let inner: Mutex<Inner>

    /// - Parameter onChange: called at each change of state, on the thread of the call that caused it; it must not block.
    public init(
        _ settings: Settings = Settings(), now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        onChange: @escaping @Sendable (Change) -> Void = { _ in }
    ) {
        self.settings = settings
        self.now = now
        self.onChange = onChange
        inner = Mutex(Inner(recent: RecentCalls(window: settings.window, start: now()), openUntil: now()))
    }

    public var figures: Figures {
        inner.withLock {
            Figures(state: $0.state, opened: $0.opened, failures: $0.failures, refused: $0.refused)
        }
    }

    /// Asks for leave to make one call.
    public func enter() -> Entry {
        let now = now()
        let (entry, change) = inner.withLock { inner -> (Entry, Change?) in
            switch inner.state {
            case .closed: return (.pass(Pass(generation: inner.generation, isProbe: false)), nil)
            case .open where now >= inner.openUntil:
                let change = turn(&inner, to: .halfOpen, now)
                return (.pass(Pass(generation: inner.generation, isProbe: true)), change)
            case .open:
                inner.refused += 1
                return (.refused(retryAfter: now.duration(to: inner.openUntil)), nil)
            case .halfOpen:
                inner.refused += 1
                return (.refused(retryAfter: settings.pause.base), nil)
            }
        }
        if let change { onChange(change) }
        return entry
    }

    /// Says what the call came to. A pass that is never settled would leave the circuit half open.
    public func settle(_ pass: Pass, _ evidence: Evidence) {
        let now = now()
        let change = inner.withLock { inner -> Change? in
            if evidence == .failed { inner.failures += 1 }
            guard pass.generation == inner.generation else { return nil }
            switch (evidence, inner.state) {
            case (.none, .halfOpen):
                // The probe said nothing, so the next call is another one.
                inner.openUntil = now
                return turn(&inner, to: .open, now)
            case (.none, _): return nil
            case (.answered, .halfOpen): return turn(&inner, to: .closed, now)
            case (.answered, _):
                inner.failuresInARow = 0
                inner.recent.note(failed: false, at: now)
                return nil
            case (.failed, .halfOpen):
                inner.failuresInARow += 1
                return open(&inner, now)
            case (.failed, _):
                inner.failuresInARow += 1
                inner.recent.note(failed: true, at: now)
                let (failed, all) = inner.recent.count(at: now)
                let nearlyAll =
                    failed >= settings.failuresInARow && Double(failed) >= settings.failedPart * Double(all)
                guard inner.failuresInARow >= settings.failuresInARow || nearlyAll else { return nil }
                return open(&inner, now)
            }
        }
        if let change { onChange(change) }
    }

    private func open(_ inner: inout Inner, _ now: ContinuousClock.Instant) -> Change {
        if inner.state == .closed {
            inner.opened += 1
            inner.openedAt = now
            inner.pauses = 0
        }
        inner.openUntil = now + settings.pause.delay(attempt: inner.pauses)
        inner.pauses += 1
        return turn(&inner, to: .open, now)
    }

    private func turn(_ inner: inout Inner, to state: State, _ now: ContinuousClock.Instant) -> Change {
        let change = Change(
            from: inner.state, to: state, failures: inner.failuresInARow,
            outage: inner.state == .closed ? nil : inner.openedAt.map { $0.duration(to: now) })
        inner.state = state
        inner.generation += 1
        if state == .closed {
            inner.failuresInARow = 0
            inner.recent = RecentCalls(window: settings.window, start: now)
        }
        return change
    }
}

extension Circuit {
    /// Makes one call through the circuit.
    ///
    /// - Parameters:
    ///   - refusal: what is thrown at once while the circuit is open, given how long to stay away.
    ///   - evidence: what a failure of the call says about the dependency.
    public func run<Value, Failure: Error>(
        refusal: (Duration) -> Failure, evidence: (Failure) -> Evidence,
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        switch enter() {
        case .refused(let retryAfter): throw refusal(retryAfter)
        case .pass(let pass):
            do throws(Failure) {
                let value = try await body()
                settle(pass, .answered)
                return value
            } catch {
                settle(pass, evidence(error))
                throw error
            }
        }
    }
}
