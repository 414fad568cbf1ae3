import Glibc

/// Lines on their way to the thread that writes them.
///
/// `@unchecked Sendable`: the variables are touched only while `mutex` is held.
final class LineQueue: @unchecked Sendable {
    private let limitBytes: Int
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let added = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let written = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    private var lines: [[UInt8]] = []
    private var head = 0
    /// Of the lines that wait; the one being written no longer counts.
    private var waitingBytes = 0
    private var isWriting = false
    private var isClosed = false

    init(limitBytes: Int) {
        self.limitBytes = limitBytes
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(added, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(written, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(written)
        pthread_cond_destroy(added)
        pthread_mutex_destroy(mutex)
        written.deallocate()
        added.deallocate()
        mutex.deallocate()
    }

    /// - Returns: false if the line would take the queue over its limit.
    func add(_ line: [UInt8]) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isClosed, waitingBytes + line.count <= limitBytes else { return false }
        lines.append(line)
        waitingBytes += line.count
        pthread_cond_signal(added)
        return true
    }

    /// Says that the line before is written and waits for another; nil once the queue is closed and empty.
    func next() -> [UInt8]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        isWriting = false
        while head == lines.count {
            pthread_cond_broadcast(written)
            if isClosed { return nil }
            pthread_cond_wait(added, mutex)
        }
        let line = lines[head]
        lines[head] = []
        head += 1
        if head * 2 > lines.count {
            lines.removeFirst(head)
            head = 0
        }
        waitingBytes -= line.count
        isWriting = true
        return line
    }

    func waitUntilWritten(atMost limit: Duration) {
        var end = timespec()
        clock_gettime(CLOCK_MONOTONIC, &end)
        let (seconds, attoseconds) = limit.components
        end.tv_nsec += Int(attoseconds / 1_000_000_000)
        end.tv_sec += Int(seconds) + end.tv_nsec / 1_000_000_000
        end.tv_nsec %= 1_000_000_000
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while isWriting || head < lines.count {
            if pthread_cond_timedwait(written, mutex, &end) == ETIMEDOUT { return }
        }
    }

    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_signal(added)
        pthread_mutex_unlock(mutex)
    }
}
