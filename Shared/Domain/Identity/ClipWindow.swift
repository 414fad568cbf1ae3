/// The stretch of an episode that a listener asked for, in whole milliseconds: `start` is heard, `end` is not.
public struct ClipWindow: Hashable, Sendable {
    /// From the episode's first sample; 0 or more.
    public let startMs: Int32
    /// Later than `startMs`. It is what was *asked*: the episode may end before.
    public let endMs: Int32

    public var start: Duration { .milliseconds(startMs) }
    public var end: Duration { .milliseconds(endMs) }
    public var duration: Duration { .milliseconds(endMs - startMs) }
    public var durationMs: Int32 { endMs - startMs }

    /// Where times end: the register of clips keeps them as 32-bit milliseconds, which is 24.8 days.
    public static let latestMs = Int64(Int32.max)

    /// - Parameters:
    ///   - startMs: milliseconds from the episode's first sample.
    ///   - durationMs: milliseconds.
    ///   - longest: what the operator allows, at least one millisecond.
    /// - Throws: `.badParameters`, with every fault of the two numbers named.
    public init(startMs: Int64, durationMs: Int64, longest: Duration) throws(ClipFault) {
        var faults: [ParameterFault] = []
        if startMs < 0 { faults.append(.init("start_time_ms", "must be 0 or more; it is \(startMs)")) }
        if startMs > Self.latestMs {
            faults.append(.init("start_time_ms", "must be at most \(Self.latestMs); it is \(startMs)"))
        }
        let longestMs = longest.wholeMilliseconds
        if !(1...max(1, longestMs)).contains(durationMs) {
            faults.append(.init("duration_ms", "must be 1 to \(longestMs); it is \(durationMs)"))
        }
        guard faults.isEmpty else { throw .badParameters(faults) }
        guard startMs + durationMs <= Self.latestMs else {
            throw .badParameters([
                .init(
                    "start_time_ms",
                    "must leave the clip's end at most \(Self.latestMs); the end is \(startMs + durationMs)")
            ])
        }
        self.startMs = Int32(startMs)
        self.endMs = Int32(startMs + durationMs)
    }

    /// A window that was checked before it was written down, as in ids and keys; nil unless `0 ≤ startMs < endMs`.
    public init?(startMs: Int32, endMs: Int32) {
        guard startMs >= 0, startMs < endMs else { return nil }
        self.startMs = startMs
        self.endMs = endMs
    }
}

extension Duration {
    /// Rounded towards zero; as large as `Int64` goes.
    public var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, overflowed) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return overflowed ? (seconds < 0 ? .min : .max) : sum
    }
}
