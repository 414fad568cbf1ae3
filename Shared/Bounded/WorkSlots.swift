import Synchronization

/// Lets a fixed number of works run at once, and a bounded number wait for it.
///
/// There are two queues, each in the order in which works came. Work that is not urgent is let in only while no urgent work
/// waits, and never takes the slots that are kept free for urgent work. So urgent work waits at most for works that run
/// already. How long the other kind waits is not bounded here: whoever has a deadline cancels, or looks at it when let in.
public final class WorkSlots: Sendable {
    private struct State {
        var free: Int
        /// Works that run and were let in as not urgent.
        var backgroundRunning = 0
        var nextNumber: UInt64 = 0
        var urgent: [Waiter] = []
        var background: [Waiter] = []
    }

    private struct Waiter {
        let number: UInt64
        let continuation: CheckedContinuation<Entry, Never>
    }

    private enum Entry {
        case granted(isUrgent: Bool)
        case full, cancelled
    }

    public let count: Int
    public let queueLimit: Int
    /// How many works that are not urgent run at once.
    public let backgroundLimit: Int
    private let state: Mutex<State>

    /// - Parameters:
    ///   - count: how many works run at once; 1 or more.
    ///   - reserved: how many slots only urgent work takes; one is left for other work all the same.
    ///   - queueLimit: how many wait in each of the two queues; 0 or more. The next is refused.
    public init(count: Int, reserved: Int = 0, queueLimit: Int) {
        self.count = max(1, count)
        self.queueLimit = max(0, queueLimit)
        backgroundLimit = max(1, self.count - max(0, reserved))
        state = Mutex(State(free: max(1, count)))
    }

    /// How many works run now.
    public var inUse: Int { state.withLock { count - $0.free } }

    /// How many works wait now.
    public var waiting: Int { state.withLock { $0.urgent.count + $0.background.count } }

    /// How many of those are not urgent.
    public var waitingInBackground: Int { state.withLock { $0.background.count } }

    /// Runs `work` once a slot is free, and frees the slot when it returns or throws.
    ///
    /// - Parameter urgency: read when the work comes and when it is raised; a work that waits is moved to the end of the urgent
    ///   queue then, however full that is.
    /// - Throws: `.full` at once if the queue is full, `.cancelled` if the task is cancelled before its turn (then `work` was
    ///   not run); `.failed` with what `work` threw.
    @discardableResult
    public func withSlot<Value: Sendable, Failure: Error>(
        _ urgency: Urgency = .urgent, isolation: isolated (any Actor)? = #isolation,
        _ work: () async throws(Failure) -> Value
    ) async throws(BoundedFault<Failure>) -> Value {
        let isUrgent: Bool
        switch await enter(urgency) {
        case .granted(let urgent): isUrgent = urgent
        case .full: throw .full(limit: queueLimit)
        case .cancelled: throw .cancelled
        }
        defer { leave(isUrgent: isUrgent) }
        do {
            return try await work()
        } catch {
            throw .failed(error)
        }
    }

    private func enter(_ urgency: Urgency) async -> Entry {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        // Raised before the waiter is in its queue: `isUrgent` is read there, under the lock that `promote` takes.
        let observer = urgency.whenRaised { self.promote(number) }
        defer { urgency.forget(observer) }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let entry = state.withLock { state -> Entry? in
                    // The handler below takes the same lock after the task is marked as cancelled: whichever comes first
                    // here, the continuation is resumed once.
                    if Task.isCancelled { return .cancelled }
                    let waiter = Waiter(number: number, continuation: continuation)
                    return urgency.isUrgent ? enterUrgent(&state, waiter) : enterBackground(&state, waiter)
                }
                if let entry { continuation.resume(returning: entry) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                Self.take(number, from: &state.urgent) ?? Self.take(number, from: &state.background)
            }
            waiter?.continuation.resume(returning: .cancelled)
        }
    }

    /// - Returns: nil if it waits.
    private func enterUrgent(_ state: inout State, _ waiter: Waiter) -> Entry? {
        if state.free > 0 {
            state.free -= 1
            return .granted(isUrgent: true)
        }
        if state.urgent.count >= queueLimit { return .full }
        state.urgent.append(waiter)
        return nil
    }

    private func enterBackground(_ state: inout State, _ waiter: Waiter) -> Entry? {
        // While a slot is free no urgent work waits, and others of this kind only where they have as many as they may.
        if state.free > 0, state.backgroundRunning < backgroundLimit {
            state.free -= 1
            state.backgroundRunning += 1
            return .granted(isUrgent: false)
        }
        if state.background.count >= queueLimit { return .full }
        state.background.append(waiter)
        return nil
    }

    private func promote(_ number: UInt64) {
        let next = state.withLock { state -> Waiter? in
            guard let waiter = Self.take(number, from: &state.background) else { return nil }
            guard state.free > 0 else {
                state.urgent.append(waiter)
                return nil
            }
            state.free -= 1
            return waiter
        }
        next?.continuation.resume(returning: .granted(isUrgent: true))
    }

    private static func take(_ number: UInt64, from queue: inout [Waiter]) -> Waiter? {
        queue.firstIndex { $0.number == number }.map { queue.remove(at: $0) }
    }

    /// A slot goes to the next who waits without becoming free in between, so nobody can overtake.
    private func leave(isUrgent: Bool) {
        let next = state.withLock { state -> (waiter: Waiter, isUrgent: Bool)? in
            if !isUrgent { state.backgroundRunning -= 1 }
            if !state.urgent.isEmpty { return (state.urgent.removeFirst(), true) }
            if !state.background.isEmpty, state.backgroundRunning < backgroundLimit {
                state.backgroundRunning += 1
                return (state.background.removeFirst(), false)
            }
            state.free += 1
            return nil
        }
        next?.waiter.continuation.resume(returning: .granted(isUrgent: next?.isUrgent ?? true))
    }
}
