import Synchronization

/// What a group consumer's callers and its poll thread tell each other.
final class GroupControl: Sendable {
    private struct State {
        var partitions: [PartitionStatus] = []
        var drainUntil: ContinuousClock.Instant?
        var vanishes = false
        var replaced: Set<String> = []
    }

    let doorbell = Doorbell()
    let firstAssignment = Latch()
    let end = Latch()
    private let inFlightCount = Atomic<Int>(0)
    private let restingCount = Atomic<Int>(0)
    private let state = Mutex(State())

    var inFlight: Int { inFlightCount.load(ordering: .relaxed) }
    /// Beside those in flight.
    var resting: Int { restingCount.load(ordering: .relaxed) }
    var partitions: [PartitionStatus] { state.withLock { $0.partitions } }
    /// Set once: by when handlers have to be done.
    var drainUntil: ContinuousClock.Instant? { state.withLock { $0.drainUntil } }

    func publish(_ partitions: [PartitionStatus]) { state.withLock { $0.partitions = partitions } }

    /// A topic was deleted and made again.
    func replaced(_ topic: String) {
        state.withLock { _ = $0.replaced.insert(topic) }
        doorbell.ring()
    }

    func takeReplaced() -> Set<String> {
        state.withLock { state in
            defer { state.replaced = [] }
            return state.replaced
        }
    }

    func begin() { inFlightCount.add(1, ordering: .relaxed) }

    func finish() {
        inFlightCount.subtract(1, ordering: .relaxed)
        doorbell.ring()
    }

    func rest() {
        restingCount.add(1, ordering: .relaxed)
        finish()
    }

    func resume() {
        begin()
        restingCount.subtract(1, ordering: .relaxed)
    }

    /// Whether to end like a killed process: nothing committed, and the group not told.
    var vanishes: Bool { state.withLock { $0.vanishes } }

    func vanish() {
        state.withLock { $0.vanishes = true }
        drain(until: .now)
    }

    /// The earlier of two limits holds.
    func drain(until limit: ContinuousClock.Instant) {
        state.withLock { $0.drainUntil = min($0.drainUntil ?? limit, limit) }
        doorbell.ring()
    }
}
