import Bounded
import Domain

/// How long to wait before work that failed is tried again, if that makes sense at all.
public enum RetryPause {
    /// A try needs so much time to be worth it.
    private static let shortestTry = Duration.milliseconds(250)
    /// Those who wait for a dependency to come back spread over this long, so that they don't come back together.
    private static let spread = Backoff(base: .milliseconds(800), cap: .milliseconds(800))

    /// - Parameters:
    ///   - failures: how often the work has failed already for a reason that names no time of its own.
    ///   - left: until the deadline.
    /// - Returns: nil where the failure is final, or no try would fit before the deadline.
    public static func after(_ fault: ClipFault, failures: Int, left: Duration, backoff: Backoff) -> Duration? {
        guard fault.reason.fate == .transient, fault.reason != .expired else { return nil }
        let least = fault.retryAfter ?? .zero
        let wanted =
            least + (fault.retryAfter == nil ? backoff.delay(attempt: failures) : spread.delay(attempt: 0))
        if wanted + shortestTry <= left { return wanted }
        // The jitter alone would take it past the deadline: a shorter one then, with time left for the try itself.
        let room = left - least - shortestTry
        guard room > .zero else { return nil }
        return least + Backoff(base: room, cap: room).delay(attempt: 0)
    }
}
