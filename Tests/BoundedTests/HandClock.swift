import Synchronization

/// A clock that stands until it is moved.
final class HandClock: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { instant.withLock { $0 } }

    func advance(by span: Duration) { instant.withLock { $0 += span } }
}
