import Domain

/// What an audio file says of itself, as whoever reads its tags found it: nothing of it is cleaned yet.
public struct AudioTags: Hashable, Sendable {
    public let title: String?
    /// Of the programme that it belongs to.
    public let feedTitle: String?
    public internal(set) var chapters: [Chapter]
    /// A picture is attached to it.
    public let hasPicture: Bool

    public init(title: String? = nil, feedTitle: String? = nil, chapters: [Chapter] = [], hasPicture: Bool = false) {
        self.title = title
        self.feedTitle = feedTitle
        self.chapters = chapters
        self.hasPicture = hasPicture
    }

    /// Beside the value itself.
    var heapBytes: Int {
        var bytes = (title?.utf8.count ?? 0) + (feedTitle?.utf8.count ?? 0)
        for chapter in chapters { bytes += MemoryLayout<Chapter>.stride + 48 + (chapter.title?.utf8.count ?? 0) }
        return bytes
    }
}

/// A part of an episode that its maker has named.
public struct Chapter: Hashable, Sendable {
    /// From the episode's first sample.
    public let start: Duration
    /// Nil: with the episode.
    public let end: Duration?
    public let title: String?

    /// As many as are told of one episode.
    public static let most = 1_000

    public init(start: Duration, end: Duration?, title: String?) {
        self.start = start
        self.end = end
        self.title = title
    }

    /// By their starts, with clean titles; without those that end before they begin, or begin where an episode of this length
    /// has ended.
    static func usable(_ chapters: [Chapter], duration: Duration?) -> [Chapter] {
        let inside = chapters.filter { chapter in
            chapter.start >= .zero && chapter.end.map { $0 > chapter.start } ?? true
                && duration.map { chapter.start < $0 } ?? true
        }
        return inside.sorted { $0.start < $1.start }.prefix(most).map { chapter in
            Chapter(
                start: chapter.start, end: [chapter.end, duration].compactMap { $0 }.min(),
                title: chapter.title.flatMap(EpisodeTitle.cleaned))
        }
    }
}
