/// So many in so much time.
public struct Rate: Hashable, Sendable {
    /// 1 to 1,000,000,000.
    public let count: Int
    public let period: Duration

    private static let periods: [(word: String, period: Duration)] = [
        ("s", .seconds(1)), ("min", .seconds(60)), ("h", .seconds(3600)), ("d", .seconds(86_400)),
    ]

    public init(_ count: Int, per period: Duration) {
        self.count = count
        self.period = period
    }

    /// A whole number, a slash and `s`, `min`, `h` or `d`: `10/min`.
    public init?(parsing text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = wholeNumber(parts[0]), (1...1_000_000_000).contains(count),
            let period = Self.periods.first(where: { $0.word == parts[1] })?.period
        else { return nil }
        self.init(count, per: period)
    }
}

extension Rate: CustomStringConvertible {
    public var description: String {
        let word = Self.periods.first { $0.period == period }?.word ?? TimeUnit.text(period)
        return "\(count)/\(word)"
    }
}

extension SettingsReader {
    /// A rate such as `10/min`, or `none`, which is nil.
    public mutating func rate(_ name: String, default fallback: Rate?, _ meaning: String) -> Rate? {
        let setting = Declaration<Rate?>(
            name: name, fallback: .some(fallback), isRequired: false, accepted: "number/s|min|h|d, or none",
            hidesValue: false, meaning: meaning, show: { $0?.description ?? "none" })
        return read(setting) { text throws(Malformed) -> Rate? in
            if text.lowercased() == "none" { return nil }
            guard let rate = Rate(parsing: text) else { throw Malformed(reason: "is not a rate") }
            return rate
        } ?? fallback
    }
}
