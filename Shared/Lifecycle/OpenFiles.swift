import CPosix
import Glibc
import Logging

/// How many descriptors the process may have open, and those that it must have before it takes connections.
enum OpenFiles {
    /// More is of no use to us, and some libraries walk over all numbers that there could be.
    static let most: UInt64 = 65_536

    /// Raises the soft limit to the hard one: many systems start programs with 1,024, for the sake of select(2), which
    /// nothing here calls. Children get limits of their own.
    static func raiseLimit(log: Log) {
        guard cposix_raise_open_files_limit(most) != 0 else { return }
        log.warning(
            "The limit on open files can't be raised",
            [
                "limit": .int(Int(clamping: cposix_open_files_limit())),
                "error": .string(String(cString: strerror(errno))),
            ])
    }

    /// Lets libdispatch, on which `Task.sleep` stands, open the descriptors of its timers now: it opens them with the first
    /// sleep on each clock, keeps them, and ends the process where there is none left by then.
    static func takeTimers() async {
        try? await Task.sleep(for: .nanoseconds(1), clock: .continuous)
        try? await Task.sleep(for: .nanoseconds(1), clock: .suspending)
    }
}
