import Synchronization

/// Values that are good for a while, each for its own; when full, what was not used for longest goes.
///
/// For any number of threads.
public final class TimedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Timed {
        let value: Value
        let end: ContinuousClock.Instant
    }

    private let keepsOutdated: Bool
    private let now: @Sendable () -> ContinuousClock.Instant
    private let entries: Mutex<RecentlyUsed<Key, Timed>>

    /// - Parameters:
    ///   - limitCount: how many values are kept.
    ///   - keepsOutdated: for ``outdated(_:)``, also once they have been asked for in vain.
    public init(
        limitCount: Int, keepsOutdated: Bool = false,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.keepsOutdated = keepsOutdated
        self.now = now
        entries = Mutex(RecentlyUsed(limitCount: limitCount))
    }

    /// How many values are kept, those included whose time is up and that nobody has asked for since.
    public var count: Int { entries.withLock { $0.count } }

    /// The value, if its time is not up.
    public func get(_ key: Key) -> Value? {
        let now = self.now()
        return entries.withLock { entries in
            guard let timed = entries.get(key) else { return nil }
            if now < timed.end { return timed.value }
            if !keepsOutdated { entries.remove(key) }
            return nil
        }
    }

    /// The value, if its time is up and it is still here: most likely it is what the next one will be. No use of it.
    public func outdated(_ key: Key) -> Value? {
        let now = self.now()
        return entries.withLock { $0.peek(key) }.flatMap { now < $0.end ? nil : $0.value }
    }

    /// Keeps `value` for `lifetime` from now, in place of the one that the key had.
    public func insert(_ value: Value, for key: Key, lifetime: Duration) {
        let timed = Timed(value: value, end: now() + lifetime)
        entries.withLock { _ = $0.insert(timed, for: key) }
    }

    public func remove(_ key: Key) {
        entries.withLock { _ = $0.remove(key) }
    }

    public func removeAll() {
        entries.withLock { $0.removeAll() }
    }
}
