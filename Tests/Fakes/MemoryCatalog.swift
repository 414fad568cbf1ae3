import Domain
import Episodes
import Synchronization
import Transcripts

/// A catalog in memory that keeps every promise of the port, fails as it is told to, and counts what it is asked.
public final class MemoryCatalog: EpisodeCatalog {
    private struct State {
        var faults: [CatalogFault]
        var looks: [EpisodeID: Int] = [:]
    }

    private let episodes: [Episode]
    private let chunks: [Int32: Duration]
    private let transcripts: [ObjectID: Transcript]
    private let state: Mutex<State>

    /// - Parameters:
    ///   - chunks: where the chunks of every episode begin.
    ///   - transcripts: of the episodes that have one.
    ///   - faults: what the first calls throw, one each.
    public init(
        _ episodes: [Episode] = [], chunks: [Int32: Duration] = [:], transcripts: [ObjectID: Transcript] = [:],
        faults: [CatalogFault] = []
    ) {
        self.transcripts = transcripts
        self.episodes = episodes
        self.chunks = chunks
        state = Mutex(State(faults: faults))
    }

    /// How often an episode was asked for, by whatever name.
    public var looks: Int { state.withLock { $0.looks.values.reduce(0, +) } }
    public func looks(_ id: EpisodeID) -> Int { state.withLock { $0.looks[id] ?? 0 } }

    private func enter(_ id: EpisodeID? = nil) throws(CatalogFault) {
        let fault: CatalogFault? = state.withLock { state in
            if let id { state.looks[id, default: 0] += 1 }
            return state.faults.isEmpty ? nil : state.faults.removeFirst()
        }
        if let fault { throw fault }
    }

    public func episode(_ id: EpisodeID) async throws(CatalogFault) -> Episode {
        try enter(id)
        let found =
            episodes.first { EpisodeID.objectID($0.id) == id }
            ?? episodes.first { episode in
                // A guid may look like an ObjectId.
                EpisodeID.guid(episode.guid) == id
                    || ObjectID(hex: episode.guid).map { EpisodeID.objectID($0) == id } ?? false
            }
        guard let found else { throw .noSuchEpisode }
        return found
    }

    public func chunkStart(episode: Episode, chunkIndex: Int32) async throws(CatalogFault) -> Duration {
        try enter()
        guard let start = chunks[chunkIndex] else { throw .noSuchChunk }
        return start
    }

    public func cues(of episode: Episode, in window: ClipWindow) async throws(CatalogFault) -> [Cue] {
        try enter()
        guard let transcript = transcripts[episode.id] else { throw .transcriptMissing }
        return transcript.cut(from: window.startMs, to: window.endMs)
    }

    public func check() async throws(CatalogFault) { try enter() }
}
