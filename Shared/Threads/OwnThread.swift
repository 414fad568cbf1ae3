import CPosix
import Glibc
import Synchronization

/// A thread of the operating system for a loop that blocks, kept away from Swift's cooperative pool.
///
/// The thread is detached from any task: it ends when its body returns, and only then.
public final class OwnThread: Sendable {
    private struct State {
        var ended = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Starts the thread at once.
    ///
    /// - Parameters:
    ///   - name: shown by `top -H` and debuggers; the kernel keeps its first 15 bytes.
    ///   - body: runs on the new thread; it may block.
    public init(named name: String, _ body: @escaping @Sendable () -> Void) {
        let start = Unmanaged.passRetained(
            Start(name: String(decoding: name.utf8.prefix(15), as: UTF8.self), body: body, owner: self))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                let start = Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
                cposix_name_thread(start.name)
                start.body()
                start.owner.end()
                return nil
            }, start.toOpaque())
        guard status == 0 else {
            // Without its threads the process can do nothing useful, and this happens at start or never.
            fatalError("cannot start thread '\(name)': \(String(cString: strerror(status)))")
        }
        pthread_detach(thread)
    }

    /// Returns once the body has returned.
    public func ended() async {
        await withCheckedContinuation { continuation in
            let already = state.withLock { state in
                if !state.ended { state.waiters.append(continuation) }
                return state.ended
            }
            if already { continuation.resume() }
        }
    }

    private func end() {
        let waiters = state.withLock { state in
            state.ended = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void
        let owner: OwnThread

        init(name: String, body: @escaping @Sendable () -> Void, owner: OwnThread) {
            self.name = name
            self.body = body
            self.owner = owner
        }
    }
}
