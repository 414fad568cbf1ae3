import Synchronization

/// Holds back what comes after all of a list, which another thread may be done with earlier: parts of a batch's clips, until
/// each of its clips has been asked for.
final class AfterAll: Sendable {
    /// Nil once it has begun.
    private let held = Mutex<[@Sendable () -> Void]?>([])

    /// Runs it now, or by ``begin()``.
    func run(_ body: @escaping @Sendable () -> Void) {
        let isNow = held.withLock { held in
            held?.append(body)
            return held == nil
        }
        if isNow { body() }
    }

    func begin() {
        let bodies = held.withLock { held in
            defer { held = nil }
            return held ?? []
        }
        for body in bodies { body() }
    }
}
