/// How often clips were played, and how far, and how often gateways handed them out.
public struct PlayCounts: Hashable, Sendable {
    /// In the order of ``PlayMark``, and then hits and clips that were made.
    private var numbers: [Int64]

    /// What is counted, by the names that documents and answers have.
    public static let names = ["started", "quarter", "half", "three_quarters", "finished", "hits", "made"]

    public init() { numbers = Array(repeating: 0, count: Self.names.count) }

    /// - Parameter number: of a name; what is negative counts as none.
    public init(_ number: (String) -> Int64?) { numbers = Self.names.map { max(0, number($0) ?? 0) } }

    init(_ mark: PlayMark) {
        self.init()
        numbers[mark.place] = 1
    }

    init(_ times: ClipServed.Times) {
        self.init()
        (numbers[5], numbers[6]) = (Int64(times.hits), Int64(times.made))
    }

    public subscript(mark: PlayMark) -> Int64 { numbers[mark.place] }
    public var started: Int64 { numbers[0] }
    public var finished: Int64 { numbers[4] }
    public var hits: Int64 { numbers[5] }
    public var made: Int64 { numbers[6] }
    public var isEmpty: Bool { numbers.allSatisfy { $0 == 0 } }

    /// In the order of ``names``.
    public var all: [(name: String, number: Int64)] { zip(Self.names, numbers).map { ($0, $1) } }

    public static func += (one: inout PlayCounts, other: PlayCounts) {
        for place in one.numbers.indices { one.numbers[place] &+= other.numbers[place] }
    }
}

/// Something that is counted once, however often it comes.
public struct CountedPlay: Hashable, Sendable {
    public let once: CountedOnce
    /// Milliseconds since 1970.
    public let at: Int64
    public let counts: PlayCounts

    public init(once: CountedOnce, at: Int64, counts: PlayCounts) {
        (self.once, self.at, self.counts) = (once, at, counts)
    }
}
