import Glibc
import Synchronization

/// A fixed number of threads for calls that block, with a bounded queue before them.
///
/// Where the machine has no room for all of its threads, fewer do the work, and each call tries to start the next one.
/// Close it with `close()`, or its threads live as long as the process.
public final class BlockingPool: Sendable {
    /// The queue before the threads is full, the pool is closed, or none of its threads could be started: the call was not
    /// made.
    public enum Refusal: Error, Equatable {
        case full(limit: Int)
        case closed
        case noThread(ThreadFault)
    }

    private let name: String
    private let wanted: Int
    private let start: ThreadStart
    private let queue: WorkQueue
    private let threads = Mutex<[OwnThread]>([])

    /// - Parameters:
    ///   - name: prefix of the threads' names.
    ///   - threads: how many calls may block at once; 1 or more.
    ///   - queueLimit: how many calls may wait for a thread.
    public convenience init(named name: String, threads: Int, queueLimit: Int) {
        self.init(named: name, threads: threads, queueLimit: queueLimit, start: .system)
    }

    init(named name: String, threads: Int, queueLimit: Int, start: ThreadStart) {
        self.name = name
        self.start = start
        wanted = max(1, threads)
        queue = WorkQueue(limit: queueLimit)
        // What is missing after this, the calls try again.
        _ = startThreads()
    }

    /// Starts those that are missing.
    ///
    /// - Returns: why there is not a single one.
    private func startThreads() -> ThreadFault? {
        threads.withLock { threads in
            while threads.count < wanted {
                queue.enter()
                do throws(ThreadFault) {
                    let thread = try OwnThread(named: "\(name)-\(threads.count)", start: start) { [queue] in
                        while let work = queue.take() { work() }
                        queue.leave()?()
                    }
                    threads.append(thread)
                } catch {
                    _ = queue.leave()
                    return threads.isEmpty ? error : nil
                }
            }
            return nil
        }
    }

    /// Runs `body` on one of the pool's threads.
    ///
    /// - Throws: any refusal, and then `body` was not run.
    public func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws(Refusal) -> Value {
        if queue.isClosed { throw .closed }
        if let fault = startThreads() { throw .noThread(fault) }
        let result: Result<Value, Refusal> = await withCheckedContinuation { continuation in
            if let refusal = queue.add({ continuation.resume(returning: .success(body())) }) {
                continuation.resume(returning: .failure(refusal))
            }
        }
        return try result.get()
    }

    /// Takes no more calls, finishes those that were taken, and returns when the threads have ended.
    ///
    /// - Parameter last: run when all calls are over, by the last of the threads; it may block.
    public func close(then last: @escaping @Sendable () -> Void = {}) async {
        let threads = threads.withLock { $0 }
        queue.close(then: threads.isEmpty ? nil : last)
        for thread in threads { await thread.ended() }
        // Without a thread there was never a call, so there is nothing that it could wait for.
        if threads.isEmpty { last() }
    }
}

/// `@unchecked Sendable`: what is `var` is touched only while `mutex` is held.
private final class WorkQueue: @unchecked Sendable {
    private let limit: Int
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    /// Nil where it was taken: a call that is over must not keep alive what it held.
    private var works: [(@Sendable () -> Void)?] = []
    private var head = 0
    private var closed = false
    /// Threads that take work, or are about to.
    private var takers = 0
    private var last: (@Sendable () -> Void)?

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

    func enter() {
        pthread_mutex_lock(mutex)
        takers += 1
        pthread_mutex_unlock(mutex)
    }

    /// - Returns: what the last of all has to run.
    func leave() -> (@Sendable () -> Void)? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        takers -= 1
        return closed && takers == 0 ? last : nil
    }

    var isClosed: Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return closed
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

    func close(then last: (@Sendable () -> Void)?) {
        pthread_mutex_lock(mutex)
        if !closed { self.last = last }
        closed = true
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(mutex)
    }
}
