import Bounded
import Logging
import Synchronization

/// Looks from time to time whether a dependency answers, and says in the log when it is missed and when it comes.
public final class DependencyWatch: Sendable {
    private let name: String
    private let interval: Duration
    private let log: Log
    private let check: @Sendable () async -> String?
    private let state = Mutex<Presence>(.missing("not looked at yet"))
    private let bound = RateBound(perMinute: 6)

    /// - Parameters:
    ///   - name: as operators know it.
    ///   - interval: between two looks while it answers; while it doesn't, it is looked at more often.
    ///   - check: nil if it answers, else what is wrong, for log and health: no secrets, no addresses.
    public init(
        _ name: String, every interval: Duration = .seconds(10), log: Log,
        check: @escaping @Sendable () async -> String?
    ) {
        self.name = name
        self.interval = interval
        self.log = log
        self.check = check
    }

    public var presence: Presence { state.withLock { $0 } }

    /// Looks until the task is cancelled.
    public func run() async {
        let backoff = Backoff(base: .milliseconds(200), cap: .seconds(2))
        var misses = 0
        while !Task.isCancelled {
            let missing = await check()
            if Task.isCancelled { return }
            let before = state.withLock { state in
                defer { state = missing.map { .missing($0) } ?? .present }
                return state
            }
            if let missing {
                misses += 1
                log.warning(
                    "Waiting for a dependency", ["dependency": .string(name), "detail": .string(missing)], bound: bound)
            } else {
                if before != .present { log.info("A dependency answers", ["dependency": .string(name)]) }
                misses = 0
            }
            let pause =
                missing == nil ? interval : backoff.longest(attempt: misses) / 2 + backoff.delay(attempt: misses)
            guard (try? await Task.sleep(for: pause)) != nil else { return }
        }
    }
}
