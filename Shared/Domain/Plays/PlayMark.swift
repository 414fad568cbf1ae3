import Text

/// How far a listener came in a clip. Each is told once in a page view, in this order, if the listener comes so far.
public enum PlayMark: String, Hashable, Sendable, CaseIterable {
    case started, quarter, half
    case threeQuarters = "three_quarters"
    case finished

    /// 0 to 4.
    var place: Int {
        switch self {
        case .started: 0
        case .quarter: 1
        case .half: 2
        case .threeQuarters: 3
        case .finished: 4
        }
    }
}

/// One view of a page, by a random number that its player drew: two plays with one number are of the same view, and nothing
/// else follows from it.
public struct PlayView: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// - Parameter hex: exactly 32 hex digits; anything else is nil.
    public init?(hex: some StringProtocol) {
        guard hex.utf8.count == 32 else { return nil }
        var (high, low): (UInt64, UInt64) = (0, 0)
        for byte in hex.utf8 {
            guard let digit = Hex.value(of: byte) else { return nil }
            high = high << 4 | low >> 60
            low = low << 4 | UInt64(digit)
        }
        (self.high, self.low) = (high, low)
    }

    /// What a mark of this view is recognised by among those of one clip and day.
    func identity(of mark: PlayMark) -> CountedOnce { CountedOnce(high ^ low, kind: mark.place) }
}

extension PlayView: CustomStringConvertible {
    /// 32 digits in lower case.
    public var description: String { Hex.encode(high) + Hex.encode(low) }
}

/// What something that was counted is recognised by if it comes again: 61 bits of its name, and its kind. Among 500,000 of one
/// clip and day, two share one with a probability of 5·10⁻⁸.
public struct CountedOnce: Hashable, Sendable, Comparable {
    public let bits: UInt64

    public init(bits: UInt64) { self.bits = bits }

    /// - Parameter kind: 0 to 7.
    init(_ name: UInt64, kind: Int) { bits = name & ~7 | UInt64(kind & 7) }

    /// Of a batch of a gateway's counts.
    init(gateway: String, sequence: UInt64) {
        // FNV-1a (64 bits), the number behind the name, and what spreads it over all bits (SplitMix64).
        var hash = gateway.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        hash = hash &+ sequence &* 0x9E37_79B9_7F4A_7C15
        hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
        self.init(hash ^ hash >> 31, kind: 5)
    }

    public static func < (one: CountedOnce, other: CountedOnce) -> Bool { one.bits < other.bits }
}
