/// By what plays are added up.
public enum PlayGroup: String, Hashable, Sendable, CaseIterable {
    case clip, episode, feed
}

/// Over which time, up to now; in whole hours.
public enum PlayWindow: String, Hashable, Sendable, CaseIterable {
    case day = "24h"
    case week = "7d"
    case month = "30d"

    public var hours: Int64 {
        switch self {
        case .day: 24
        case .week: 7 * 24
        case .month: 30 * 24
        }
    }
}

/// What was played most in a window. A compacted topic holds the newest of each.
public struct PlayTop: ClipEvent, Hashable {
    public static let kind = "cutroom.play.top"
    public static let takesTombstones = false
    public static let mostEntries = 100
    /// Of the names in one event, so that it fits 64 KiB.
    static let mostNameBytes = 32 << 10

    public struct Entry: Hashable, Sendable {
        /// A clip's id, an episode's, or a feed's slug.
        public let id: String
        public let counts: PlayCounts

        public init(id: String, counts: PlayCounts) { (self.id, self.counts) = (id, counts) }

        /// More plays first, then more answers, then by name.
        public static func comesBefore(_ one: Entry, _ other: Entry) -> Bool {
            let mine = (one.counts.started, one.counts.hits &+ one.counts.made)
            let others = (other.counts.started, other.counts.hits &+ other.counts.made)
            return mine == others ? one.id < other.id : mine > others
        }
    }

    /// Which list it is.
    public struct List: Hashable, Sendable {
        public let group: PlayGroup
        public let window: PlayWindow

        public init(_ group: PlayGroup, _ window: PlayWindow) { (self.group, self.window) = (group, window) }

        public static let all = PlayGroup.allCases.flatMap { group in PlayWindow.allCases.map { List(group, $0) } }
    }

    public let list: List
    /// When it was added up, in milliseconds since 1970.
    public let asOf: Int64
    public let entries: [Entry]

    /// Takes the first of the entries, as many as there is room for.
    public init(_ list: List, asOf: Int64, entries: [Entry]) {
        (self.list, self.asOf) = (list, asOf)
        var bytes = 0
        self.entries = Array(
            entries.prefix(Self.mostEntries).prefix {
                bytes += $0.id.utf8.count
                return bytes <= Self.mostNameBytes
            })
    }

    enum CodingKeys: String, CodingKey {
        case by, window, entries
        case asOf = "as_of_ms"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        guard let group = PlayGroup(rawValue: try fields.decode(String.self, forKey: .by)) else {
            throw EventFault.badField(name: "by", problem: "is not a known word")
        }
        guard let window = PlayWindow(rawValue: try fields.decode(String.self, forKey: .window)) else {
            throw EventFault.badField(name: "window", problem: "is not a known word")
        }
        let entries = try fields.decode([WireEntry].self, forKey: .entries).map(\.entry)
        guard entries.count <= Self.mostEntries else {
            throw EventFault.badField(name: "entries", problem: "are more than \(Self.mostEntries)")
        }
        self.init(
            List(group, window), asOf: try PlayTime.checked(fields.decode(Int64.self, forKey: .asOf)), entries: entries)
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(list.group.rawValue, forKey: .by)
        try fields.encode(list.window.rawValue, forKey: .window)
        try fields.encode(asOf, forKey: .asOf)
        try fields.encode(entries.map(WireEntry.init), forKey: .entries)
    }

    public var subject: EventSubject { .list(list) }
    public var budget: Duration? { nil }
}

extension PlayTop.List: CustomStringConvertible {
    public var description: String { "top/\(group.rawValue)/\(window.rawValue)" }
}

/// An entry in an event: `{"id": …, "counts": [7 numbers]}`, in the order of ``PlayCounts/names``.
private struct WireEntry: Codable {
    let id: String
    let counts: [Int64]

    init(_ entry: PlayTop.Entry) { (id, counts) = (entry.id, entry.counts.all.map(\.number)) }

    var entry: PlayTop.Entry {
        let named = Dictionary(zip(PlayCounts.names, counts), uniquingKeysWith: { first, _ in first })
        return PlayTop.Entry(id: id, counts: PlayCounts { named[$0] })
    }
}
