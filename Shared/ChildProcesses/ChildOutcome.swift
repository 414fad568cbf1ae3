import Synchronization

/// How a child ended: told once by the loop, heard by any number of tasks.
final class ChildOutcome: Sendable {
    private enum State {
        case running([CheckedContinuation<Result<Ended, ChildFault>, Never>])
        case ended(Result<Ended, ChildFault>)
    }

    private let state = Mutex(State.running([]))

    func tell(_ result: Result<Ended, ChildFault>) {
        let waiters = state.withLock { state -> [CheckedContinuation<Result<Ended, ChildFault>, Never>] in
            guard case .running(let waiters) = state else { return [] }
            state = .ended(result)
            return waiters
        }
        for waiter in waiters { waiter.resume(returning: result) }
    }

    func wait() async -> Result<Ended, ChildFault> {
        await withCheckedContinuation { continuation in
            let result = state.withLock { state -> Result<Ended, ChildFault>? in
                switch state {
                case .ended(let result): return result
                case .running(let waiters):
                    state = .running(waiters + [continuation])
                    return nil
                }
            }
            if let result { continuation.resume(returning: result) }
        }
    }
}
