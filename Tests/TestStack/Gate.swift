import Glibc
import Synchronization

/// Closed until it is opened; who comes earlier waits, a task or a thread, cancelled or not.
public final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var arrived = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    public init() {}

    public var isOpen: Bool { state.withLock(\.isOpen) }

    /// How many have come to it, open or not.
    public var arrived: Int { state.withLock(\.arrived) }

    public func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    public func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                state.arrived += 1
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    /// The same for a thread that may block.
    public func block() {
        state.withLock { $0.arrived += 1 }
        while !isOpen { usleep(1000) }
    }
}
