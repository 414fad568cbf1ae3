/// How long the last clips took from the first question to the answer, as far as this gateway saw: what tells a lost
/// answer from a slow one.
struct MissTimes {
    private static let kept = 256
    private static let recount = 16

    private var times: [Duration] = []
    private var next = 0
    private var untilRecount = 1
    /// 99 of 100 took no longer; nil before the first.
    private(set) var slowest: Duration?

    mutating func record(_ time: Duration) {
        if times.count < Self.kept {
            times.append(time)
        } else {
            times[next] = time
            next = (next + 1) % Self.kept
        }
        untilRecount -= 1
        // Sorting at every miss would cost more than it tells.
        guard untilRecount == 0 || time > (slowest ?? .zero) else { return }
        untilRecount = Self.recount
        let sorted = times.sorted()
        slowest = sorted[(sorted.count - 1) * 99 / 100]
    }
}
