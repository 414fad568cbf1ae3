import Domain
import Transcripts

/// Finds the episode that an id means, where its transcript's chunks start, and what is said.
public protocol EpisodeCatalog: Sendable {
    /// - Parameter id: an ObjectId is looked for as such first, and as a guid if there is none.
    /// - Throws: `.noSuchEpisode`, `.noTranscript`, `.badEpisodeData`, or what may pass.
    func episode(_ id: EpisodeID) async throws(CatalogFault) -> Episode

    /// The time from the episode's first sample to the chunk's start, rounded to a millisecond; 0 or more.
    ///
    /// - Parameter chunkIndex: counted from 0.
    /// - Throws: `.noSuchChunk`, `.badEpisodeData`, or what may pass.
    func chunkStart(episode: Episode, chunkIndex: Int32) async throws(CatalogFault) -> Duration

    /// What is said within a window of an episode, with times from the window's start; nothing if nobody speaks there.
    ///
    /// - Throws: `.transcriptMissing`, `.badEpisodeData`, or what may pass.
    func cues(of episode: Episode, in window: ClipWindow) async throws(CatalogFault) -> [Cue]

    /// Whether the catalog answers just now; throws why not.
    func check() async throws(CatalogFault)
}
