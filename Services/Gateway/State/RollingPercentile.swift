/// The last 256 values of something, for the mark below which nearly all of them lie.
struct RollingPercentile<Value: Comparable & Sendable>: Sendable {
    private static var kept: Int { 256 }
    private static var recount: Int { 16 }

    /// How many of a hundred lie at or below the mark.
    private let percent: Int
    private var values: [Value] = []
    private var next = 0
    private var untilRecount = 1
    /// Nil before the first value.
    private(set) var mark: Value?

    init(percent: Int) { self.percent = percent }

    mutating func record(_ value: Value) {
        if values.count < Self.kept {
            values.append(value)
        } else {
            values[next] = value
            next = (next + 1) % Self.kept
        }
        untilRecount -= 1
        // Sorting for every value would cost more than it tells.
        guard untilRecount <= 0 else { return }
        untilRecount = Self.recount
        let sorted = values.sorted()
        mark = sorted[(sorted.count - 1) * percent / 100]
    }
}
