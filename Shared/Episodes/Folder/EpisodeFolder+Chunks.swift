import Domain
import ObjectStore
import Transcripts

extension EpisodeFolder: ChunkListing {
    /// The cues of the file beside the audio are the chunks here. Those that start in the same millisecond are one.
    public func chunkStarts(
        of episode: Episode, after last: Double?, limit: Int
    ) async throws(CatalogFault) -> (starts: [Duration], next: Double?) {
        var starts: [Int32] = []
        for cue in try await transcript(of: episode).cues
        where last.map({ Double(cue.startMs) / 1_000 > $0 }) ?? true {
            if starts.last != cue.startMs { starts.append(cue.startMs) }
            if starts.count > limit { break }
        }
        let page = starts.prefix(limit)
        return (
            page.map { .milliseconds(Int64($0)) }, starts.count > limit ? page.last.map { Double($0) / 1_000 } : nil
        )
    }

    /// What is said in an episode, by the file beside its audio.
    func transcript(of episode: Episode) async throws(CatalogFault) -> Transcript {
        guard let known = index.episode(.objectID(episode.id)) else { throw .noSuchEpisode }
        let end = episode.duration.map { Int32(clamping: $0.wholeMilliseconds) }
        return try await read(known, episodeEndMs: end) { $0 }
    }

    /// What becomes of a transcript, on the thread that reads it.
    ///
    /// - Parameter isKept: whether it is kept in memory for the next one who asks.
    nonisolated func read<Value: Sendable>(
        _ episode: FolderEpisode, episodeEndMs: Int32?, isKept: Bool = true,
        _ made: @escaping @Sendable (Transcript) -> Value
    ) async throws(CatalogFault) -> Value {
        let (stem, root, transcripts) = ("\(self.root)/\(episode.stem)", root, transcripts)
        let read: Result<Value, CatalogFault>
        do throws(ObjectStoreFault) {
            read = try await reading.blocking { () throws(ObjectStoreFault) in
                Result { () throws(CatalogFault) in
                    made(
                        try transcripts.transcript(
                            beside: stem, inside: root, episodeEndMs: episodeEndMs, isKept: isKept))
                }
            }
        } catch { throw error.catalogFault(of: episode.relativePath) }
        return try read.get()
    }
}
