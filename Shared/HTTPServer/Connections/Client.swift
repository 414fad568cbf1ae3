import Glibc
import Synchronization

/// A client's connection, for as long as it is open, whatever its requests.
final class Client: Sendable {
    let socket: Int32
    /// Since when the next request is being waited for, in milliseconds of `now()`; 0 while one is being answered.
    private let waitingSince = Atomic<Int64>(Client.now())
    /// The request that no ``Exchange`` was made for yet.
    ///
    /// `nonisolated(unsafe)`: used by libmicrohttpd's callbacks only, which come on the connection's own thread.
    nonisolated(unsafe) var held = HeldRequest()

    init(socket: Int32) { self.socket = socket }

    /// Milliseconds of `now()`; 0 while a request is being answered.
    var waitsSince: Int64 { waitingSince.load(ordering: .relaxed) }

    func isServed() { waitingSince.store(0, ordering: .relaxed) }

    func waits() { waitingSince.store(Self.now(), ordering: .relaxed) }

    func hasWaited(longerThan limitMs: Int64, now: Int64) -> Bool {
        let since = waitingSince.load(ordering: .relaxed)
        return since != 0 && now - since > limitMs
    }

    /// Milliseconds of a clock that never jumps, to a few of them: it costs no more than reading memory.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
