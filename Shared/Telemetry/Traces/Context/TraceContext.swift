import Text

/// Which trace something belongs to and which span it comes of, as it travels between processes in `traceparent` and
/// `tracestate`.
///
/// Source: [W3C Trace Context, Level 1](https://www.w3.org/TR/trace-context-1/) (Recommendation of 23 November 2021), and the
/// flag `random` of [Level 2](https://www.w3.org/TR/trace-context-2/#random-trace-id-flag).
public struct TraceContext: Hashable, Sendable {
    /// Flags that are known here; the others are dropped (Level 2, 3.2.2.5.3).
    struct Flags: OptionSet, Hashable, Sendable {
        let rawValue: UInt8

        /// The caller may record this trace.
        static let sampled = Flags(rawValue: 1)
        /// The last seven bytes of the trace's id are random.
        static let random = Flags(rawValue: 2)
    }

    public let traceID: TraceID
    /// The span that this context was handed on by.
    public let spanID: SpanID
    let flags: Flags
    /// What other tracing systems have to say: handed on, never read here.
    public let state: TraceState?

    /// Whether the trace is recorded.
    public var isSampled: Bool { flags.contains(.sampled) }

    init(traceID: TraceID, spanID: SpanID, flags: Flags, state: TraceState? = nil) {
        self.traceID = traceID
        self.spanID = spanID
        self.flags = flags
        self.state = state
    }

    /// Reads a `traceparent`: version 00 exactly, later versions as far as 00 goes
    /// ([3.2.4, "Versioning of traceparent"](https://www.w3.org/TR/trace-context/#versioning-of-traceparent)).
    ///
    /// - Parameter tracestate: the fields of that name, joined by commas; one that can't be read is dropped, and the rest
    ///   stands (4.3, "Mutating the tracestate field").
    /// - Returns: nil for what the standard calls invalid; the receiver then begins a trace of its own.
    public init?(parsing traceparent: String, tracestate: @autoclosure () -> String? = nil) {
        var text = traceparent
        guard let parsed = text.withUTF8(Self.parse) else { return nil }
        self.init(
            traceID: parsed.traceID, spanID: parsed.spanID, flags: parsed.flags,
            state: tracestate().flatMap(TraceState.init(parsing:)))
    }

    /// The beginning of a trace.
    ///
    /// - Parameter isSampled: whether it is recorded.
    public static func new(isSampled: Bool = false) -> TraceContext {
        TraceContext(traceID: .new(), spanID: .new(), flags: isSampled ? [.random, .sampled] : .random)
    }

    /// The same trace, one span further.
    func child(isSampled: Bool) -> TraceContext {
        var flags = flags
        if isSampled { flags.insert(.sampled) } else { flags.remove(.sampled) }
        return TraceContext(traceID: traceID, spanID: .new(), flags: flags, state: state)
    }

    /// The `traceparent` to send: version 00 and the flags that are known here.
    public var traceparent: String { "00-\(traceID)-\(spanID)-0\(flags.rawValue)" }

    private typealias Parsed = (traceID: TraceID, spanID: SpanID, flags: Flags)

    /// `version "-" trace-id "-" parent-id "-" trace-flags`, each in lower-case hex (3.2.2.1, 3.2.2.2).
    private static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Parsed? {
        let dash = UInt8(ascii: "-")
        guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let version = number(bytes[0..<2]), version != 0xFF,
            let flags = number(bytes[53..<55]),
            version == 0 ? bytes.count == 55 : bytes.count == 55 || bytes[55] == dash,
            let high = number(bytes[3..<19]), let low = number(bytes[19..<35]),
            let traceID = TraceID(high: high, low: low),
            let spanID = number(bytes[36..<52]).flatMap({ SpanID($0) })
        else { return nil }
        return (traceID, spanID, Flags(rawValue: UInt8(flags)).intersection([.sampled, .random]))
    }

    /// At most 16 digits. Upper-case ones are invalid in this header.
    private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            guard !(UInt8(ascii: "A")...UInt8(ascii: "F")).contains(digit), let value = Hex.value(of: digit) else {
                return nil
            }
            number = number << 4 | UInt64(value)
        }
        return number
    }
}

extension TraceContext: CustomStringConvertible {
    public var description: String { traceparent }
}
