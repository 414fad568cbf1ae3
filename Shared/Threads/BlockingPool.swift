import Glibc
import Synchronization

/// A fixed number of threads for calls that block, with a bounded queue before them.
///
/// Close it with `close()`, or its threads live as long as the process.
public final class BlockingPool: Sendable {
    /// The queue before the threads is full, or the pool is closed: the call was not made.
    public enum Refusal: Error, Equatable {
        case full(limit: Int)
        case closed
    }

    private let queue: WorkQueue
    private let threads: [OwnThread]

    /// - Parameters:
    ///   - name: prefix of the threads' names.
    ///   - threads: how many calls may block at once; 1 or more.
    ///   - queueLimit: how many calls may wait for a thread.
    public init(named name: String, threads: Int, queueLimit: Int) {
        let queue = WorkQueue(limit: queueLimit)
        self.queue = queue
        self.threads = (0..<max(1, threads)).map { number in
            OwnThread(named: "\(name)-\(number)") {
                while let work = queue.take() { work() }
            }
        }
    }

    /// Runs `body` on one of the pool's threads.
    ///
    /// - Throws: `.full` or `.closed`, and then `body` was not run.
    public func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws(Refusal) -> Value {
        let result: Result<Value, Refusal> = await withCheckedContinuation { continuation in
            if let refusal = queue.add({ continuation.resume(returning: .success(body())) }) {
                continuation.resume(returning: .failure(refusal))
            }
        }
        return try result.get()
    }

    /// Takes no more calls, finishes those that were taken, and returns when the threads have ended.
    public func close() async {
        queue.close()
        for thread in threads { await thread.ended() }
    }
}

/// `@unchecked Sendable`: `works` and `closed` are touched only while `mutex` is held.
private final class WorkQueue: @unchecked Sendable {
    private let limit: Int
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    /// Nil where it was taken: a call that is over must not keep alive what it held.
    private var works: [(@Sendable () -> Void)?] = []
    private var head = 0
    private var closed = false

    init(limit: Int) {
        self.limit = limit
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    func add(_ work: @escaping @Sendable () -> Void) -> BlockingPool.Refusal? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        if closed { return .closed }
        if works.count - head >= limit { return .full(limit: limit) }
        works.append(work)
        pthread_cond_signal(changed)
        return nil
    }

    /// Waits for work on the calling thread; nil once the queue is closed and empty.
    func take() -> (@Sendable () -> Void)? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while head == works.count {
            if closed { return nil }
            pthread_cond_wait(changed, mutex)
        }
        let work = works[head]
        works[head] = nil
        head += 1
        if head > 64, head * 2 > works.count {
            works.removeFirst(head)
            head = 0
        }
        return work
    }

    func close() {
        pthread_mutex_lock(mutex)
        closed = true
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(mutex)
    }
}
