import Domain
import Episodes
import Testing

/// What every catalog promises. Each catalog's suite checks all cases on one that holds a known episode, and fakes keep them
/// too, so that what a unit test shows on a fake holds on the real one.
public enum EpisodeCatalogPromise: String, CaseIterable, Sendable {
    case episodesAreFoundByEveryName
    case unknownEpisodesAreToldApart
    case chunksBeginWhereTheyDo
    case unknownChunksAreToldApart
    case manyAtOnceGetTheSame
    case itSaysThatItAnswers

    /// What the catalog holds.
    public struct Holding: Sendable {
        public let episode: Episode
        /// One of its chunks, and where that begins.
        public let chunk: (index: Int32, start: Duration)
        /// A number beyond its chunks.
        public let absentChunk: Int32

        public init(_ episode: Episode, chunk: (index: Int32, start: Duration), absentChunk: Int32) {
            self.episode = episode
            self.chunk = chunk
            self.absentChunk = absentChunk
        }
    }

    public func check(on catalog: some EpisodeCatalog, holding: Holding) async throws {
        let episode = holding.episode
        switch self {
        case .episodesAreFoundByEveryName:
            for text in [episode.id.description, episode.id.description.uppercased(), episode.guid] {
                #expect(try await catalog.episode(EpisodeID(parsing: text)) == episode, "\(text)")
            }
            #expect(try await catalog.episode(.objectID(episode.id)) == episode)
            #expect(try await catalog.episode(.guid(episode.guid)) == episode)
        case .unknownEpisodesAreToldApart:
            let digit = episode.id.description.hasSuffix("0") ? "1" : "0"
            for text in [String(episode.id.description.dropLast()) + digit, episode.guid + "0", "unheard-of"] {
                await #expect(throws: CatalogFault.noSuchEpisode, "\(text)") {
                    try await catalog.episode(EpisodeID(parsing: text))
                }
            }
        case .chunksBeginWhereTheyDo:
            #expect(
                try await catalog.chunkStart(episode: episode, chunkIndex: holding.chunk.index) == holding.chunk.start)
        case .unknownChunksAreToldApart:
            for index in [holding.absentChunk, -1, Int32.max] {
                await #expect(throws: CatalogFault.noSuchChunk, "\(index)") {
                    try await catalog.chunkStart(episode: episode, chunkIndex: index)
                }
            }
        case .manyAtOnceGetTheSame:
            let found = try await withThrowingTaskGroup(of: Episode.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        try await catalog.episode(number % 2 == 0 ? .objectID(episode.id) : .guid(episode.guid))
                    }
                }
                return try await group.reduce(into: [Episode]()) { $0.append($1) }
            }
            #expect(found == Array(repeating: episode, count: 20))
        case .itSaysThatItAnswers: try await catalog.check()
        }
    }
}
