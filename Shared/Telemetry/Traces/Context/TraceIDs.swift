import Synchronization
import Text

/// The same for everything that one request causes: 16 bytes, not all zero.
///
/// Source: [W3C Trace Context, 3.2.2.3, trace-id](https://www.w3.org/TR/trace-context/#trace-id).
public struct TraceID: Hashable, Sendable {
    public let high: UInt64
    public let low: UInt64

    /// - Returns: nil for the invalid id of zeros only.
    public init?(high: UInt64, low: UInt64) {
        guard high != 0 || low != 0 else { return nil }
        self.high = high
        self.low = low
    }

    fileprivate init(random high: UInt64, _ low: UInt64) {
        self.high = high
        self.low = low
    }

    static func new() -> TraceID { TraceID(random: RandomIDs.next(), RandomIDs.next()) }
}

extension TraceID: CustomStringConvertible {
    /// 32 lower-case hex digits.
    public var description: String { Hex.encode(high) + Hex.encode(low) }
}

/// One piece of work within a trace: 8 bytes, not all zero.
///
/// Source: [W3C Trace Context, 3.2.2.4, parent-id](https://www.w3.org/TR/trace-context/#parent-id).
public struct SpanID: Hashable, Sendable {
    public let number: UInt64

    /// - Returns: nil for the invalid id of zeros only.
    public init?(_ number: UInt64) {
        guard number != 0 else { return nil }
        self.number = number
    }

    private init(random number: UInt64) { self.number = number }

    static func new() -> SpanID { SpanID(random: RandomIDs.next()) }
}

extension SpanID: CustomStringConvertible {
    /// 16 lower-case hex digits.
    public var description: String { Hex.encode(number) }
}

/// Random numbers, none of them zero, without a system call each: every request gets ids, recorded or not.
///
/// The generator is SplitMix64, with an atomic counter as its state and a start from the system's random source. Its numbers
/// are uniform, as samplers need them; they are no secrets.
///
/// Source: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, figure 17.
private enum RandomIDs {
    private static let state = Atomic<UInt64>(.random(in: .min ... .max))

    static func next() -> UInt64 {
        while true {
            var number = state.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
            number = (number ^ (number >> 30)) &* 0xBF58_476D_1CE4_E5B9
            number = (number ^ (number >> 27)) &* 0x94D0_49BB_1331_11EB
            number ^= number >> 31
            if number != 0 { return number }
        }
    }
}
