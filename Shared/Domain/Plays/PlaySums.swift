/// Adds days of clips up to the lists of what was played most.
public struct PlaySums: Sendable {
    /// Milliseconds since 1970.
    private let now: Int64
    private var sums: [PlayTop.List: [String: PlayCounts]] = [:]

    /// - Parameter now: milliseconds since 1970; in what comes later nothing is counted.
    public init(now: Int64) { self.now = now }

    /// The days that have a part in a window.
    public static func days(_ window: PlayWindow, now: Int64) -> ClosedRange<Int32> {
        let hour = now / 3_600_000
        return Int32(clamping: max(0, hour - window.hours + 1) / 24)...Int32(clamping: hour / 24)
    }

    public mutating func add(_ day: ClipDay) {
        let hour = now / 3_600_000
        for window in PlayWindow.allCases {
            var counts = PlayCounts()
            for (place, number) in day.hours {
                let at = Int64(day.key.day) * 24 + Int64(place)
                if at <= hour, at > hour - window.hours { counts += number }
            }
            if counts.isEmpty { continue }
            add(counts, .init(.clip, window), day.key.clip.description)
            add(counts, .init(.episode, window), day.place.episode)
            if let feed = day.place.feed { add(counts, .init(.feed, window), feed) }
        }
    }

    private mutating func add(_ counts: PlayCounts, _ list: PlayTop.List, _ id: String) {
        sums[list, default: [:]][id, default: PlayCounts()] += counts
    }

    /// Every list, also those that are empty.
    public var lists: [PlayTop] {
        PlayTop.List.all.map { list in
            let entries = (sums[list] ?? [:]).map { PlayTop.Entry(id: $0.key, counts: $0.value) }
            return PlayTop(list, asOf: now, entries: entries.sorted(by: PlayTop.Entry.comesBefore))
        }
    }
}
