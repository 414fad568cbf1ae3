import Glibc

/// How long something takes. Asking the system's clock takes some 20 ns, without entering the kernel.
public struct Stopwatch: Sendable {
    @usableFromInline
    let began: UInt64

    /// Begins now.
    @inlinable
    public init() { began = Self.now }

    /// Since the beginning.
    @inlinable
    public var nanoseconds: UInt64 { Self.now &- began }

    @usableFromInline
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000 &+ UInt64(truncatingIfNeeded: time.tv_nsec)
    }
}

extension Duration {
    /// Zero for less than nothing; about 584 years at most.
    @inlinable
    public var wholeNanoseconds: UInt64 {
        guard self > .zero else { return 0 }
        let (seconds, attoseconds) = components
        let (whole, isTooLong) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        return isTooLong ? .max : whole &+ UInt64(attoseconds) / 1_000_000_000
    }
}
