import Text

/// Which request something belongs to, as it travels between processes in `traceparent`.
///
/// Source: W3C Trace Context, Level 1 (Recommendation, 23 November 2021), 3.2.
public struct TraceContext: Hashable, Sendable {
    /// 32 lower-case hex digits, not all zero: the same for everything that one request causes.
    public let traceID: String
    /// 16 lower-case hex digits, not all zero: the step that this context was handed on by.
    public let spanID: String
    /// Whether the caller records this trace.
    public let isSampled: Bool

    private init(traceID: String, spanID: String, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// Reads a `traceparent`: version 00 exactly, later versions as far as 00 goes (3.2.4, "Versioning of traceparent").
    ///
    /// - Returns: nil for what the standard calls invalid; the receiver then begins a trace of its own.
    public init?(parsing traceparent: String) {
        let bytes = Array(traceparent.utf8)
        let dash = UInt8(ascii: "-")
        guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let version = Self.byte(bytes[0], bytes[1]), version != 0xFF,
            let flags = Self.byte(bytes[53], bytes[54]),
            version == 0 ? bytes.count == 55 : bytes.count == 55 || bytes[55] == dash,
            let traceID = Self.identifier(bytes[3..<35]),
            let spanID = Self.identifier(bytes[36..<52])
        else { return nil }
        self.init(traceID: traceID, spanID: spanID, isSampled: flags & 1 == 1)
    }

    /// The beginning of a trace, with ids from the system's random source.
    public static func new() -> TraceContext {
        let low = Hex.encode(nonZeroRandom())
        return TraceContext(
            traceID: Hex.encode(nonZeroRandom()) + low, spanID: Hex.encode(nonZeroRandom()), isSampled: true)
    }

    /// The same trace, one step further.
    public func child() -> TraceContext {
        TraceContext(traceID: traceID, spanID: Hex.encode(Self.nonZeroRandom()), isSampled: isSampled)
    }

    private static func nonZeroRandom() -> UInt64 { .random(in: 1 ... .max) }

    private static func identifier(_ bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.allSatisfy({ digit($0) != nil }), bytes.contains(where: { $0 != UInt8(ascii: "0") }) else {
            return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func byte(_ high: UInt8, _ low: UInt8) -> UInt8? {
        guard let high = digit(high), let low = digit(low) else { return nil }
        return high << 4 | low
    }

    /// Upper-case digits are invalid in this header.
    private static func digit(_ byte: UInt8) -> UInt8? {
        (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte) ? nil : Hex.value(of: byte)
    }
}

extension TraceContext: CustomStringConvertible {
    /// The `traceparent` to send: version 00, and of the flags only `sampled`, as version 00 asks.
    public var description: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }
}
