import Domain
import ObjectStore
import Transcripts

extension EpisodeFolder {
    /// An episode with files beside it that may tell what is said in it.
    public struct Spoken: Hashable, Sendable {
        public let episode: FolderEpisode
        /// Another one when such a file came, went or changed.
        public let state: State

        public struct State: Hashable, Sendable {
            let versions: [FolderFile.Version?]
        }
    }

    /// The episodes beside whose audio there may be a transcript, as the last look through the folder found them; it is looked
    /// through again if that is due.
    public func spoken() async -> [Spoken] {
        await lookAgainIfDue()
        let contents = index.contents
        return index.episodes.compactMap { episode in
            let versions = TranscriptFile.endings.map { contents["\(episode.stem).\($0)"]?.version }
            guard versions.contains(where: { $0 != nil }) else { return nil }
            return Spoken(episode: episode, state: Spoken.State(versions: versions))
        }
    }

    /// What is said in an episode, from its file: it is not kept in memory, since it is read once.
    ///
    /// - Throws: as `cues(of:in:)` does.
    public nonisolated func passages(of episode: FolderEpisode) async throws(CatalogFault) -> [Passage] {
        try await read(episode, episodeEndMs: nil, isKept: false) { $0.passages() }
    }

    /// What is known of some episodes, without waiting for their tags; those that are gone are missing.
    public func described(_ ids: Set<ObjectID>) async -> [ObjectID: DescribedEpisode] {
        let wanted = ids.compactMap { id in
            index.episode(.objectID(id)).flatMap { episode in
                index.contents[episode.relativePath].map { self.wanted(episode, $0.version) }
            }
        }
        let known = await tags.known(wanted)
        let described = zip(wanted, known).map { describe($0, $1, duration: lengths[$0.episode.id]) }
        return Dictionary(described.map { ($0.episode.id, $0) }) { first, _ in first }
    }
}
