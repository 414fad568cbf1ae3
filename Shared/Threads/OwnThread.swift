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
    /// - Throws: if there is no room for another thread; then `body` will not run.
    public convenience init(named name: String, _ body: @escaping @Sendable () -> Void) throws(ThreadFault) {
        try self.init(named: name, start: .system, body)
    }

    init(named name: String, start: ThreadStart, _ body: @escaping @Sendable () -> Void) throws(ThreadFault) {
        let name = String(decoding: name.utf8.prefix(15), as: UTF8.self)
        let code = start.run { [self] in
            cposix_name_thread(name)
            body()
            end()
        }
        guard code == 0 else { throw ThreadFault(name: name, code: code) }
    }

    /// For threads that a process needs from its start on: if there is no room for one, the process says so and exits 71.
    ///
    /// Source of the number: sysexits.h, EX_OSERR.
    @discardableResult
    public static func atStart(named name: String, _ body: @escaping @Sendable () -> Void) -> OwnThread {
        do throws(ThreadFault) { return try OwnThread(named: name, body) } catch {
            let line = Array("\(error); the process needs it and ends\n".utf8)
            _ = write(STDERR_FILENO, line, line.count)
            _exit(71)
        }
    }

    /// Runs `body`, which may block, on a thread of its own, and returns what it returns.
    public static func value<Value: Sendable>(
        named name: String, _ body: @escaping @Sendable () -> Value
    ) async throws(ThreadFault) -> Value {
        let result: Result<Value, ThreadFault> = await withCheckedContinuation { continuation in
            do throws(ThreadFault) {
                _ = try OwnThread(named: name) { continuation.resume(returning: .success(body())) }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        return try result.get()
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
}

/// How threads are started: by the system, or in tests not at all.
struct ThreadStart: Sendable {
    /// Runs its argument on a new, detached thread; returns 0, or an `errno` and then runs nothing.
    let run: @Sendable (@escaping @Sendable () -> Void) -> Int32

    static let system = ThreadStart { body in
        let work = Unmanaged.passRetained(Work(body: body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            work.release()
            return code
        }
        pthread_detach(thread)
        return 0
    }

    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
