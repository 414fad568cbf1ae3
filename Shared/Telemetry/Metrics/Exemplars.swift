import Glibc
import Synchronization

/// One observation of a bucket that a trace tells more about (OpenMetrics 1.0, "Exemplars").
struct Exemplar: Sendable {
    let traceID: String
    /// In the unit that is observed.
    let value: UInt64
    /// Seconds since 1970.
    let at: Double
}

/// The newest exemplar of each bucket of a histogram, of observations whose trace is kept.
@usableFromInline
final class Exemplars: Sendable {
    private let newest = Mutex<[Int: Exemplar]>([:])

    /// - Parameter cell: of the bucket; there are only so many.
    func note(_ traceID: String, _ value: UInt64, at cell: Int) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let exemplar = Exemplar(
            traceID: traceID, value: value, at: Double(now.tv_sec) + Double(now.tv_nsec / 1_000_000) / 1000)
        // Where another thread is just at it, this one is left out: an example is not worth waiting for.
        _ = newest.withLockIfAvailable { $0[cell] = exemplar }
    }

    subscript(cell: Int) -> Exemplar? { newest.withLock { $0[cell] } }
}
