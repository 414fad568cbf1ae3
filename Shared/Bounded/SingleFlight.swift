import Synchronization

/// Callers that want the same thing at the same time share the work for it.
///
/// The work goes on as long as one caller waits: when the last is cancelled, it is cancelled too, and who comes then begins
/// anew.
public final class SingleFlight<Key: Hashable & Sendable, Value: Sendable, Failure: Error>: Sendable {
    private typealias Outcome = Result<Value, BoundedFault<Failure>>

    private struct Flight {
        let number: UInt64
        var waiters: [UInt64: CheckedContinuation<Outcome, Never>] = [:]
        let task: Task<Void, Never>
    }

    private struct State {
        var flights: [Key: Flight] = [:]
        /// Flights whose work has not returned, those included that nobody waits for any more.
        var running = 0
        var nextNumber: UInt64 = 0

        mutating func number() -> UInt64 {
            nextNumber += 1
            return nextNumber
        }
    }

    public let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: how many works may be under way at once.
    public init(limit: Int) { self.limit = max(1, limit) }

    /// How many works are under way.
    public var running: Int { state.withLock { $0.running } }

    /// How many callers wait for the work under way for `key`.
    public func waiting(_ key: Key) -> Int { state.withLock { $0.flights[key]?.waiters.count ?? 0 } }

    /// The outcome of the work under way for `key`, or of `work`, begun now.
    ///
    /// - Throws: `.full` if `work` would have to begin and too much is under way; `.cancelled` when the calling task is;
    ///   `.failed` with what the work threw, for every caller alike.
    public func run(
        _ key: Key, _ work: @escaping @Sendable () async throws(Failure) -> Value
    ) async throws(BoundedFault<Failure>) -> Value {
        let caller = state.withLock { $0.number() }
        let outcome: Outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { join(key, caller, $0, work) }
        } onCancel: {
            leave(key, caller)
        }
        return try outcome.get()
    }

    private func join(
        _ key: Key, _ caller: UInt64, _ continuation: CheckedContinuation<Outcome, Never>,
        _ work: @escaping @Sendable () async throws(Failure) -> Value
    ) {
        let refusal = state.withLock { state -> BoundedFault<Failure>? in
            // `leave` takes the same lock after the task is marked as cancelled: it finds the caller, or this sees the mark.
            if Task.isCancelled { return .cancelled }
            if state.flights[key] == nil {
                guard state.running < limit else { return .full(limit: limit) }
                state.running += 1
                let number = state.number()
                // The task can't end before this lock is left, for it needs the lock to land.
                let task = Task {
                    let outcome: Outcome
                    do throws(Failure) {
                        outcome = .success(try await work())
                    } catch {
                        outcome = .failure(.failed(error))
                    }
                    self.land(key, number, outcome)
                }
                state.flights[key] = Flight(number: number, task: task)
            }
            state.flights[key]?.waiters[caller] = continuation
            return nil
        }
        if let refusal { continuation.resume(returning: .failure(refusal)) }
    }

    private func leave(_ key: Key, _ caller: UInt64) {
        let (continuation, abandoned) = state.withLock { state in
            guard let continuation = state.flights[key]?.waiters.removeValue(forKey: caller) else {
                return (nil as CheckedContinuation<Outcome, Never>?, nil as Task<Void, Never>?)
            }
            let isAbandoned = state.flights[key]?.waiters.isEmpty ?? false
            return (continuation, isAbandoned ? state.flights.removeValue(forKey: key)?.task : nil)
        }
        abandoned?.cancel()
        continuation?.resume(returning: .failure(.cancelled))
    }

    private func land(_ key: Key, _ number: UInt64, _ outcome: Outcome) {
        let waiters = state.withLock { state in
            state.running -= 1
            // An abandoned flight has left its place, perhaps to another.
            guard state.flights[key]?.number == number else { return [UInt64: CheckedContinuation<Outcome, Never>]() }
            return state.flights.removeValue(forKey: key)?.waiters ?? [:]
        }
        for continuation in waiters.values { continuation.resume(returning: outcome) }
    }
}
