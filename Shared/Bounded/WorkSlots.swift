import Synchronization

/// Lets a fixed number of works run at once, and a bounded number wait for it in the order in which they came.
public final class WorkSlots: Sendable {
    private struct State {
        var free: Int
        var nextNumber: UInt64 = 0
        var waiters: [Waiter] = []
    }

    private struct Waiter {
        let number: UInt64
        let continuation: CheckedContinuation<Entry, Never>
    }

    private enum Entry { case granted, full, cancelled }

    public let count: Int
    public let queueLimit: Int
    private let state: Mutex<State>

    /// - Parameters:
    ///   - count: how many works run at once; 1 or more.
    ///   - queueLimit: how many wait; 0 or more. The next is refused.
    public init(count: Int, queueLimit: Int) {
        self.count = max(1, count)
        self.queueLimit = max(0, queueLimit)
        state = Mutex(State(free: max(1, count)))
    }

    /// How many works run now.
    public var inUse: Int { state.withLock { count - $0.free } }

    /// How many works wait now.
    public var waiting: Int { state.withLock { $0.waiters.count } }

    /// Runs `work` once a slot is free, and frees the slot when it returns or throws.
    ///
    /// - Throws: `.full` at once if the queue is full, `.cancelled` if the task is cancelled before its turn (then `work` was
    ///   not run); `.failed` with what `work` threw.
    @discardableResult
    public func withSlot<Value: Sendable, Failure: Error>(
        isolation: isolated (any Actor)? = #isolation, _ work: () async throws(Failure) -> Value
    ) async throws(BoundedFault<Failure>) -> Value {
        switch await enter() {
        case .granted: break
        case .full: throw .full(limit: queueLimit)
        case .cancelled: throw .cancelled
        }
        defer { leave() }
        do {
            return try await work()
        } catch {
            throw .failed(error)
        }
    }

    private func enter() async -> Entry {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let entry = state.withLock { state -> Entry? in
                    // The handler below takes the same lock after the task is marked as cancelled: whichever comes first
                    // here, the continuation is resumed once.
                    if Task.isCancelled { return .cancelled }
                    if state.free > 0 {
                        state.free -= 1
                        return .granted
                    }
                    if state.waiters.count >= queueLimit { return .full }
                    state.waiters.append(Waiter(number: number, continuation: continuation))
                    return nil
                }
                if let entry { continuation.resume(returning: entry) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.number == number }.map { state.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume(returning: .cancelled)
        }
    }

    /// A slot goes to the first who waits without becoming free in between, so nobody can overtake.
    private func leave() {
        let next = state.withLock { state -> Waiter? in
            if state.waiters.isEmpty {
                state.free += 1
                return nil
            }
            return state.waiters.removeFirst()
        }
        next?.continuation.resume(returning: .granted)
    }
}
