import Domain
import Episodes
import Testing
import Transcripts

/// What every catalog promises. Each catalog's suite checks all cases on one that holds a known episode, and fakes keep them
/// too, so that what a unit test shows on a fake holds on the real one.
public enum EpisodeCatalogPromise: String, CaseIterable, Sendable {
    case episodesAreFoundByEveryName
    case unknownEpisodesAreToldApart
    case chunksBeginWhereTheyDo
    case unknownChunksAreToldApart
    case whatIsSaidIsCutToTheWindow
    case anEpisodeWithoutATranscriptIsToldApart
    case manyAtOnceGetTheSame
    case itSaysThatItAnswers

    /// What the catalog holds.
    public struct Holding: Sendable {
        public let episode: Episode
        /// One of its chunks, and where that begins.
        public let chunk: (index: Int32, start: Duration)
        /// A number beyond its chunks.
        public let absentChunk: Int32
        /// Another one, of which no transcript is there.
        public let silent: Episode

        /// What the transcript of the first one says, and nothing else.
        public static let said = (start: 12.345, end: 14.5, text: "Seams <are> lines & more.")

        public init(
            _ episode: Episode, chunk: (index: Int32, start: Duration), absentChunk: Int32, silent: Episode
        ) {
            self.silent = silent
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
        case .whatIsSaidIsCutToTheWindow:
            let cues = [Cue(startMs: 2_345, endMs: 4_500, text: Holding.said.text, timing: .exact)]
            for (start, end, expected) in [(10_000, 40_000, cues), (0, 12_345, []), (14_500, 90_000, [])] {
                let window = try #require(ClipWindow(startMs: Int32(start), endMs: Int32(end)))
                #expect(try await catalog.cues(of: episode, in: window) == expected, "\(start)")
            }
        case .anEpisodeWithoutATranscriptIsToldApart:
            let window = try #require(ClipWindow(startMs: 0, endMs: 30_000))
            await #expect(throws: CatalogFault.transcriptMissing) {
                try await catalog.cues(of: holding.silent, in: window)
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
