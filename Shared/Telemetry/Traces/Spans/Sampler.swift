/// Which traces are recorded.
///
/// Source: OpenTelemetry, [Sampling](https://opentelemetry.io/docs/specs/otel/trace/sdk/#sampling).
public struct Sampler: Hashable, Sendable {
    /// What is asked of the low 56 bits of a trace's id: to be no less. 2⁵⁶ is never reached.
    private let threshold: UInt64
    /// Whether a trace that comes from outside is recorded exactly if its sender records it.
    private let followsParent: Bool

    private static let range: UInt64 = 1 << 56

    /// - Parameters:
    ///   - ratio: of the traces that begin here, or of all if parents are not followed; from 0 to 1.
    ///   - followsParent: whether the sender of a trace decides.
    public init(ratio: Double, followsParent: Bool) {
        threshold = Self.range - UInt64((min(max(ratio, 0), 1) * Double(Self.range)).rounded())
        self.followsParent = followsParent
    }

    /// The decision falls by the id, so that all services that ask for the same part take the same traces
    /// ([Level 2, "Random trace ID flag"](https://www.w3.org/TR/trace-context-2/#random-trace-id-flag)).
    func samples(_ traceID: TraceID, parent: TraceContext?) -> Bool {
        if followsParent, let parent { return parent.isSampled }
        return traceID.low & (Self.range - 1) >= threshold
    }
}
