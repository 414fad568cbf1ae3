import Synchronization

/// A clock that stands until it is moved.
public final class HandClock: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    public init() {}

    public var now: ContinuousClock.Instant { instant.withLock { $0 } }

    public func advance(by span: Duration) { instant.withLock { $0 += span } }
}
