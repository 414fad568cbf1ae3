import Domain
import Episodes
import Text

/// The clips that begin with an episode's transcript chunks, read from the catalog page by page.
struct EpisodeChunks {
    private static let page = 500

    private let catalog: any ChunkListing
    private let episode: Episode
    private let asked: String
    private let defaults: ClipDraft.Defaults
    private var last: Double?
    private var lastStart: Duration?
    private var starts: ArraySlice<Duration> = []
    private var taken = 0
    private var isAtEnd = false

    /// - Throws: why the episode is not known.
    init(
        of id: EpisodeID, in catalog: any ChunkListing, _ defaults: ClipDraft.Defaults
    ) async throws(CatalogFault) {
        self.catalog = catalog
        self.defaults = defaults
        asked = id.description
        episode = try await catalog.episode(id)
    }

    /// How much of the episode was gone through, 0 to 1; nil where nobody knows how long it is.
    var fraction: Double? {
        if isAtEnd, starts.isEmpty { return 1 }
        guard let lastStart, let duration = episode.duration, duration > .zero else { return nil }
        return min(1, lastStart / duration)
    }

    /// The clips of the next chunk; nil after the last. Chunks that begin at the same millisecond are one.
    mutating func next() async throws(CatalogFault) -> [WarmClip]? {
        while true {
            while let start = starts.popFirst() {
                guard start != lastStart else { continue }
                lastStart = start
                taken += 1
                return clips(from: start)
            }
            if isAtEnd { return nil }
            let page = try await catalog.chunkStarts(of: episode, after: last, limit: Self.page)
            starts = page.starts[...]
            last = page.next
            isAtEnd = page.next == nil
        }
    }

    private func clips(from start: Duration) -> [WarmClip] {
        var draft = ClipDraft(defaults)
        do throws(ClipDraft.Fault) {
            try draft.set("episode_id", .string(asked))
            try draft.set("start_time_ms", .integer(start.wholeMilliseconds))
            return try draft.clips(at: taken)
        } catch {
            // The id was read, and times of chunks lie within what clips may begin at.
            return []
        }
    }
}
