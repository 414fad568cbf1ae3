import Synchronization

/// What is under way in one partition, from its assignment to its revocation.
final class PartitionWork: Sendable {
    private struct State {
        var window: OffsetWindow
        var tasks: [Int64: Task<Void, Never>] = [:]
        /// Offsets whose task ended before it was noted.
        var early: Set<Int64> = []
        /// Position not stored yet.
        var isDirty = false
        var isClosed = false
    }

    let partition: TopicPartition
    private let state: Mutex<State>

    init(_ partition: TopicPartition, limit: Int) {
        self.partition = partition
        state = Mutex(State(window: OffsetWindow(limit: limit)))
    }

    var hasRoom: Bool { state.withLock { !$0.isClosed && $0.window.hasRoom } }
    /// No task is under way (records that were abandoned may still hold the position).
    var isIdle: Bool { state.withLock { $0.tasks.isEmpty } }
    var position: Int64? { state.withLock { $0.window.position } }
    /// Where the next owner would begin, as far as this one knows.
    var begin: Int64? { state.withLock { $0.window.position ?? $0.window.lowestUnsettled } }

    /// Starts the record's task. False where its offset is not above the newest: the broker's log was cut or replaced.
    func start(
        _ record: Record, handle: @escaping @Sendable () async -> Settlement,
        ended: @escaping @Sendable () -> Void
    ) -> Bool {
        let offset = record.offset
        guard state.withLock({ $0.window.take(offset) }) else { return false }
        let task = Task { [self] in
            let settlement = await handle()
            settle(offset, settlement)
            ended()
        }
        state.withLock { state in
            if state.early.remove(offset) == nil { state.tasks[offset] = task }
        }
        return true
    }

    /// The position to store, if it moved since the last call.
    func takeDirtyPosition() -> Int64? {
        state.withLock { state in
            guard state.isDirty else { return nil }
            state.isDirty = false
            return state.window.position
        }
    }

    /// Cancels what is under way; what it still says counts no more.
    func close() {
        let tasks = state.withLock { state in
            state.isClosed = true
            defer { state.tasks = [:] }
            return state.tasks
        }
        for task in tasks.values { task.cancel() }
    }

    /// Forgets positions, and lets what is under way go on: its records are gone with the topic that they were in, so nobody
    /// would do the work again. What is still said counts no more.
    func letFinish() {
        state.withLock { state in
            state.isClosed = true
            state.tasks = [:]
        }
    }

    private func settle(_ offset: Int64, _ settlement: Settlement) {
        state.withLock { state in
            guard !state.isClosed else { return }
            if state.tasks.removeValue(forKey: offset) == nil { state.early.insert(offset) }
            switch settlement {
            case .settled: if state.window.settle(offset) { state.isDirty = true }
            case .abandoned: break
            }
        }
    }
}
