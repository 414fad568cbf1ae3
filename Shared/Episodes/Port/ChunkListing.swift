import Domain

/// A catalog that tells where the chunks of an episode's transcript start.
public protocol ChunkListing: EpisodeCatalog {
    /// Where an episode's transcript chunks start, in the order of time: a page of them.
    ///
    /// - Parameters:
    ///   - last: in seconds, the last one of the page before; nil: from the beginning.
    ///   - limit: so many at most, 1 or more.
    /// - Returns: none after the last page. `next` is where the next page goes on; nil after the last.
    func chunkStarts(
        of episode: Episode, after last: Double?, limit: Int
    ) async throws(CatalogFault) -> (starts: [Duration], next: Double?)
}
