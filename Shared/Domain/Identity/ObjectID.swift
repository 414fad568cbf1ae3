import Text

/// A MongoDB ObjectId: 12 bytes, written as 24 lower-case hex digits.
///
/// Source: MongoDB manual, "BSON types", ObjectId.
public struct ObjectID: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt32

    /// - Parameter hex: exactly 24 hex digits of either case; anything else is nil.
    public init?(hex: some StringProtocol) { self.init(hex: hex.utf8) }

    /// - Parameter hex: ASCII.
    init?(hex: some Sequence<UInt8>) {
        var high: UInt64 = 0
        var low: UInt32 = 0
        var count = 0
        for byte in hex {
            guard let digit = Hex.value(of: byte), count < 24 else { return nil }
            if count < 16 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt32(digit) }
            count += 1
        }
        guard count == 24 else { return nil }
        self.high = high
        self.low = low
    }

    /// - Parameter bytes: the first 12 are taken; nil if there are fewer.
    public init?(bytes: some Sequence<UInt8>) {
        var high: UInt64 = 0
        var low: UInt32 = 0
        var count = 0
        for byte in bytes.prefix(12) {
            if count < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt32(byte) }
            count += 1
        }
        guard count == 12 else { return nil }
        self.high = high
        self.low = low
    }

    /// The 12 bytes, first one first.
    public var bytes: [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: high >> (56 - 8 * $0)) }
            + (0..<4).map { UInt8(truncatingIfNeeded: low >> (24 - 8 * $0)) }
    }

}

extension ObjectID: CustomStringConvertible {
    public var description: String {
        String(unsafeUninitializedCapacity: 24) { text in
            for position in 0..<24 {
                let nibble =
                    position < 16
                    ? UInt8(truncatingIfNeeded: high >> (60 - 4 * position)) & 0xF
                    : UInt8(truncatingIfNeeded: low >> (28 - 4 * (position - 16))) & 0xF
                text[position] = Hex.digit(nibble)
            }
            return 24
        }
    }
}
