import Domain
import Settings

/// How often clips were handed out since that was told last. It lies behind the lock of the clips' state, which a hit takes
/// anyway: a hit that is counted costs one look-up in memory, and no record.
struct ServedCounts {
    struct Settings: Sendable {
        var isOn = true
        /// Between two times that it is told.
        var interval = Duration.seconds(30)
        /// Clips that are counted between; of others nothing is.
        var clips = 20_000
    }

    private let limit: Int
    private var counts: [ClipID: ClipServed.Times] = [:]
    /// Answers that were not counted since the start, for want of room.
    private(set) var uncounted: UInt64 = 0

    init(_ settings: Settings) { limit = settings.isOn ? settings.clips : 0 }

    /// It was answered from the table.
    mutating func hit(_ id: ClipID) {
        guard limit > 0 else { return }
        if let place = counts.index(forKey: id) {
            counts.values[place].hit()
        } else if counts.count < limit {
            counts[id] = ClipServed.Times(hits: 1)
        } else {
            uncounted += 1
        }
    }

    /// It was answered to so many who had waited for it.
    mutating func made(_ id: ClipID, _ count: Int) {
        guard limit > 0, count > 0 else { return }
        guard counts.count < limit || counts[id] != nil else {
            uncounted += UInt64(count)
            return
        }
        counts[id, default: ClipServed.Times()].made(count)
    }

    /// What was counted of clips that play, to be told; nothing of it is counted here any more.
    mutating func take() -> [ClipID: ClipServed.Times] {
        guard !counts.isEmpty else { return [:] }
        defer { counts = Dictionary(minimumCapacity: counts.count) }
        return counts
    }
}

extension ServedCounts.Settings {
    init(from read: inout SettingsReader) {
        isOn = read.bool(
            "GATEWAY_COUNT_SERVED", default: isOn, "counts how often clips are handed out, for what is played most")
        interval = read.duration(
            "GATEWAY_SERVED_INTERVAL", default: interval, in: .milliseconds(100)...(.seconds(3600)),
            "between two times that these counts are told")
        clips = read.int(
            "GATEWAY_SERVED_CLIPS", default: clips, in: 1...1_000_000, "clips that are counted between, at most")
    }
}
