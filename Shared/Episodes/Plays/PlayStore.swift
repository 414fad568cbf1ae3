import Domain
import Settings

/// Keeps what was played, by clip and day.
public protocol PlayStore: Sendable {
    /// Counts things of one clip and day, each once, however often it comes and whoever brings it. When it returns they are kept.
    ///
    /// - Returns: what became of each, in their order.
    func add(
        _ items: [CountedPlay], to key: ClipDay.Key, of place: ClipDay.Place
    ) async throws(CatalogFault) -> [ClipDay.Taken]

    /// Days of clips in order, those of one day together, as many as are read at once. They are without what they were counted from.
    ///
    /// - Parameter after: the last page's `next`; nil for the first page.
    func page(of days: ClosedRange<Int32>, after: String?) async throws(CatalogFault) -> PlayPage
}

/// Some days of clips.
public struct PlayPage: Sendable {
    public let days: [ClipDay]
    /// Where the next page begins; nil at the end.
    public let next: String?

    public init(days: [ClipDay], next: String?) { (self.days, self.next) = (days, next) }
}

/// Bounds of what is kept of plays.
public struct PlayLimits: Sendable {
    /// So long a day's counts are kept.
    public var keptDays: Int
    /// Things that are counted of one clip on one day: 8 bytes each.
    public var perClipAndDay: Int

    public init(keptDays: Int = 90, perClipAndDay: Int = 500_000) {
        (self.keptDays, self.perClipAndDay) = (keptDays, perClipAndDay)
    }
}

extension PlayLimits {
    public init(from read: inout SettingsReader) {
        self.init()
        keptDays = read.int(
            "PLAYS_KEPT_DAYS", default: keptDays, in: 32...3_650, "days for which it is kept what was played")
        perClipAndDay = read.int(
            "PLAYS_PER_CLIP_AND_DAY", default: perClipAndDay, in: 1...1_000_000,
            "things that are counted of one clip on one day, 8 bytes each in its document")
    }
}
