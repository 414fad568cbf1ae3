/// A set of ASCII characters, as the grammars of the RFCs name them. No byte beyond ASCII is in any.
public struct ByteSet: Sendable {
    @usableFromInline let low: UInt64
    @usableFromInline let high: UInt64

    init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// - Parameter characters: those that are ASCII count.
    public init(_ characters: String) {
        var (low, high): (UInt64, UInt64) = (0, 0)
        for byte in characters.utf8 where byte < 128 {
            if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte - 64) }
        }
        self.init(low: low, high: high)
    }

    @inlinable public func contains(_ byte: UInt8) -> Bool {
        byte < 128 && (byte < 64 ? low : high) >> UInt64(byte & 63) & 1 == 1
    }

    /// Whether every byte of a text is in it; true for no bytes.
    @inlinable public func holds(_ text: some StringProtocol) -> Bool { text.utf8.allSatisfy { contains($0) } }

    public func adding(_ characters: String) -> ByteSet {
        let other = ByteSet(characters)
        return ByteSet(low: low | other.low, high: high | other.high)
    }

    public func removing(_ characters: String) -> ByteSet {
        let other = ByteSet(characters)
        return ByteSet(low: low & ~other.low, high: high & ~other.high)
    }

    /// 0x20 to 0x7E.
    public static let printable = ByteSet(low: .max << 32, high: .max >> 1)
    public static let alphanumeric = ByteSet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    /// RFC 3986, 2.3.
    public static let unreserved = alphanumeric.adding("-._~")
    /// What may stand in a URI as it is (RFC 3986, 2), its escapes included.
    public static let uri = printable.removing(" \"<>\\^`{|}")
    /// `unreserved` and `/`.
    public static let path = unreserved.adding("/")
    /// A token of HTTP, such as a field's name (RFC 9110, 5.6.2).
    public static let token = alphanumeric.adding("!#$%&'*+-.^_`|~")
}
