import Synchronization

/// Work for a store that nobody waits for, until all of it is over.
final class StoredInBackground: Sendable {
    private struct State {
        var last: UInt64 = 0
        var tasks: [UInt64: Task<Void, Never>] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: how much is under way at once; whoever brings more waits for his own.
    init(limit: Int) { self.limit = limit }

    func run(_ work: @escaping @Sendable () async -> Void) async {
        let begun = state.withLock { state -> Bool in
            guard state.tasks.count < limit else { return false }
            state.last += 1
            let number = state.last
            // It can't end before this lock is left, for it needs the lock to go.
            state.tasks[number] = Task {
                await work()
                self.state.withLock { _ = $0.tasks.removeValue(forKey: number) }
            }
            return true
        }
        if !begun { await work() }
    }

    /// Returns when all is over that began before.
    func finish() async {
        for task in state.withLock({ Array($0.tasks.values) }) { await task.value }
    }
}
