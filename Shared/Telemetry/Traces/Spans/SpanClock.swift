import Glibc

/// The time of one process's part of a trace: the wall clock once, and from there on the steady one, so that no span ends before
/// it starts, or starts before its parent, because somebody set the clock.
struct SpanClock: Sendable {
    private let unixNanoseconds: UInt64
    private let instant: ContinuousClock.Instant

    static func start() -> SpanClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let nanoseconds = UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
        return SpanClock(unixNanoseconds: nanoseconds, instant: .now)
    }

    /// Nanoseconds since 1970.
    var now: UInt64 {
        let (seconds, attoseconds) = instant.duration(to: .now).components
        return unixNanoseconds &+ UInt64(clamping: seconds) &* 1_000_000_000
            &+ UInt64(clamping: attoseconds / 1_000_000_000)
    }
}
