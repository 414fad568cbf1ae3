import Synchronization

/// What a step has done since the start.
public final class StepCounters: Sendable {
    private let handledCount = Atomic<UInt64>(0)
    private let retriedCount = Atomic<UInt64>(0)
    private let failedCount = Atomic<UInt64>(0)
    private let putAsideCount = Atomic<UInt64>(0)
    private let resentCount = Atomic<UInt64>(0)

    public init() {}

    /// Records that are settled.
    public var handled: UInt64 { handledCount.load(ordering: .relaxed) }
    /// Tries after the first.
    public var retried: UInt64 { retriedCount.load(ordering: .relaxed) }
    /// Records whose work has failed for good.
    public var failed: UInt64 { failedCount.load(ordering: .relaxed) }
    /// Records put into the dead letters.
    public var putAside: UInt64 { putAsideCount.load(ordering: .relaxed) }
    /// Records of ours that the broker did not acknowledge at first.
    public var resent: UInt64 { resentCount.load(ordering: .relaxed) }

    func noteHandled() { handledCount.add(1, ordering: .relaxed) }
    func noteRetry() { retriedCount.add(1, ordering: .relaxed) }
    func noteFailure() { failedCount.add(1, ordering: .relaxed) }
    func notePutAside() { putAsideCount.add(1, ordering: .relaxed) }
    func noteResent() { resentCount.add(1, ordering: .relaxed) }
}
