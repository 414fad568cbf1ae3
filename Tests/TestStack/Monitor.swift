import Glibc

/// A state that threads change and wait for.
///
/// `@unchecked Sendable`: `state` is touched only while `mutex` is held.
final class Monitor<State>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    init(_ state: State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
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

    /// Reads or changes the state, and wakes all who wait for it.
    func with<Value>(_ body: (inout State) -> Value) -> Value {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_broadcast(changed)
            pthread_mutex_unlock(mutex)
        }
        return body(&state)
    }

    /// Waits on the calling thread until `answer` gives a value; nil when the time is up before.
    func wait<Value>(until deadline: ContinuousClock.Instant?, for answer: (State) -> Value?) -> Value? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let value = answer(state) { return value }
            guard let deadline else {
                pthread_cond_wait(changed, mutex)
                continue
            }
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return nil }
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            time.tv_nsec += Int(left.components.attoseconds / 1_000_000_000)
            time.tv_sec += Int(left.components.seconds) + time.tv_nsec / 1_000_000_000
            time.tv_nsec %= 1_000_000_000
            pthread_cond_timedwait(changed, mutex, &time)
        }
    }
}
