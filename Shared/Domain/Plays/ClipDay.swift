/// What was counted of one clip on one day, by hour, with what it was counted from.
///
/// Taking in the same things again, or in another order, comes to the same: counts and what they are made of are one value, and
/// stores keep it as one document, so that neither a crash nor a record that comes twice can part the two.
public struct ClipDay: Equatable, Sendable {
    /// Which day of which clip.
    public struct Key: Hashable, Sendable {
        public let clip: ClipID
        /// Whole days since 1970, in UTC.
        public let day: Int32

        public init(clip: ClipID, day: Int32) { (self.clip, self.day) = (clip, day) }

        /// - Parameter at: milliseconds since 1970.
        public init(clip: ClipID, at: Int64) { self.init(clip: clip, day: Self.day(at)) }

        /// - Parameter at: milliseconds since 1970.
        public static func day(_ at: Int64) -> Int32 { Int32(clamping: at / 86_400_000) }
    }

    /// What a clip is of.
    public struct Place: Hashable, Sendable {
        /// The canonical id; the one that was asked for where the catalog has no such episode.
        public let episode: String
        /// Nil where the catalog has no such episode.
        public let feed: String?

        public init(episode: String, feed: String?) { (self.episode, self.feed) = (episode, feed) }
    }

    public enum Taken: Hashable, Sendable {
        case counted
        /// It was counted before.
        case known
        /// Nothing more is counted of this clip on this day.
        case full
    }

    public let key: Key
    public let place: Place
    /// By the hour of the day, 0 to 23; hours without anything are missing.
    public private(set) var hours: [Int: PlayCounts]
    /// What was counted.
    public private(set) var seen: Set<CountedOnce>

    public init(_ key: Key, _ place: Place, hours: [Int: PlayCounts] = [:], seen: Set<CountedOnce> = []) {
        (self.key, self.place, self.hours, self.seen) = (key, place, hours, seen)
    }

    /// - Parameter limit: so many things are counted of one clip on one day at most.
    public mutating func take(_ item: CountedPlay, limit: Int) -> Taken {
        if seen.contains(item.once) { return .known }
        guard seen.count < limit else { return .full }
        seen.insert(item.once)
        hours[Int(item.at / 3_600_000 % 24), default: PlayCounts()] += item.counts
        return .counted
    }

    /// Over the hours of the day.
    public var total: PlayCounts { hours.values.reduce(into: PlayCounts()) { $0 += $1 } }
}
