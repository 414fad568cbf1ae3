import Glibc

/// Wakes one thread that waits for any of several things: a record, a finished task, a call to stop.
///
/// `@unchecked Sendable`: `rung` is touched only while `mutex` is held.
final class Doorbell: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var rung = false

    init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // The wall clock may be set back; a wait must not grow with it.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    func ring() {
        pthread_mutex_lock(mutex)
        let first = !rung
        rung = true
        pthread_mutex_unlock(mutex)
        if first { pthread_cond_signal(changed) }
    }

    /// Waits on the calling thread until it rings, or rang since the last wait, at most for `limit`.
    func wait(atMost limit: Duration) {
        var until = timespec()
        clock_gettime(CLOCK_MONOTONIC, &until)
        let nanoseconds = until.tv_nsec + Int(limit.components.attoseconds / 1_000_000_000)
        until.tv_sec += Int(limit.components.seconds) + nanoseconds / 1_000_000_000
        until.tv_nsec = nanoseconds % 1_000_000_000

        pthread_mutex_lock(mutex)
        while !rung, pthread_cond_timedwait(changed, mutex, &until) == 0 {}
        rung = false
        pthread_mutex_unlock(mutex)
    }
}
