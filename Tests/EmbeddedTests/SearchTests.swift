import FoundationEssentials
import Glibc
import TestStack
import Testing
import Transcripts

@testable import EmbeddedService

/// What is found in the words of a folder's transcripts. What is right is what somebody reads in them.
@Suite("search over what is said", .timeLimit(.minutes(5)))
struct SearchTests {
    private struct Answer: Decodable {
        struct Hit: Decodable {
            struct Match: Decodable {
                let start: Int
                let end: Int
            }
            let episodeId: String
            let title: String
            let startTimeMs: Int
            let endTimeMs: Int
            let text: String
            let matches: [Match]

            /// What the matches say is matched, counted as JavaScript counts.
            var matched: [String] {
                let units = Array(text.utf16)
                return matches.map { String(decoding: units[$0.start..<$0.end], as: UTF16.self) }
            }
        }
        let hits: [Hit]
        let hasMore: Bool
        let indexedEpisodes: Int
        let pendingEpisodes: Int
    }

    private static func passage(_ text: String, at startMs: Int32 = 0) -> Passage? {
        Transcript(cues: [Cue(startMs: startMs, endMs: startMs + 1_000, text: text, timing: .exact)]).passages().first
    }

    /// An index with one episode for each text.
    private func index(_ texts: [String], limitBytes: Int = 8 << 20) async throws -> SpokenIndex {
        let index = try await SpokenIndex.open(limitBytes: limitBytes)
        for (number, text) in texts.enumerated() {
            try await index.put([try #require(Self.passage(text))], of: Int64(number))
        }
        return index
    }

    private func found(_ query: String, in index: SpokenIndex, limit: Int = 20) async throws -> [Int64] {
        try await index.find(SpokenQuery(query), limit: limit).found.map(\.episode)
    }

    private static let texts = [
        "Bees make honey, and honey keeps.", "The make of bees is a long story about many other things than sweets.",
        "Ünïcode Straße, naïve café.", "東京へ行きます。", "Don't stop the beekeeper", "NEAR the AND gate OR not",
    ]

    @Test(
        "all words must be there, phrases in their order, and the last word may be the beginning of one",
        arguments: [
            ("honey", [0]), ("bees make", [0, 1]), ("make bees", [0, 1]), ("\"bees make\"", [0]),
            ("\"make of be", [1]), ("beek", [4]), ("bees hon", [0]), ("hon bees", []), ("uni", [2]),
            ("CAFE naive", [2]), ("東京", [3]), ("京へ", [3]), ("東へ", []), ("don't", [4]), ("“make honey”", [0]),
            ("b", []), ("", []), ("   ", []), ("honey ", [0]), ("nothing", []),
        ])
    func words(query: String, expected: [Int64]) async throws {
        let index = try await index(Self.texts)
        #expect(Set(try await found(query, in: index)) == Set(expected))
        await index.close()
    }

    @Test("what says it more often in fewer words comes first")
    func ranking() async throws {
        let index = try await index(Self.texts + ["honey honey honey"])
        #expect(try await found("honey", in: index) == [6, 0])
        #expect(try await found("bees", in: index).first == 0)
        await index.close()
    }

    /// Syntax of FTS5, of SQL, of its C strings and of its marks; and texts at and beyond the bounds.
    @Test("every text is a query, and none is more than words")
    func hostile() async throws {
        let index = try await index(Self.texts)
        let hostile = [
            "\"", "\"\"", "\"\"\"", "*", "a*b*", "^honey", "text:honey", "honey OR bees", "NOT honey",
            "NEAR(bees honey)",
            "(", ")", "honey)", "{text}: honey", "-honey", "honey + bees", "'; DROP TABLE said; --", "\u{0}", "a\u{0}b",
            "\u{1}honey\u{2}", "honey\u{3}", "\\", "%", "_", "\u{202E}honey", "!!! honey", "'", "honey'", "--", ";",
            String(repeating: "(", count: 1_024), String(repeating: "a ", count: 512),
            String(repeating: "\"", count: 1_023), String(repeating: "東", count: 341), "\u{FFFF}\u{10FFFF}", "🐝",
        ]
        for query in hostile {
            let answer = try await index.find(SpokenQuery(query), limit: 20)
            #expect(answer.found.allSatisfy { Self.texts.contains($0.text) }, "\(query)")
        }
        #expect(try await found("honey OR bees", in: index).isEmpty)
        #expect(try await found("AND gate OR", in: index) == [5])
        #expect(try await found("!!! honey", in: index) == [0])
        #expect(try await found("text:honey", in: index).isEmpty)
        #expect(try await found("honey)", in: index) == [0])
        await index.close()
    }

    @Test("an episode's words can be replaced and removed, and what has no room is not taken")
    func bounds() async throws {
        let index = try await index(["one bee", "two bees"], limitBytes: 1 << 20)
        try await index.put([try #require(Self.passage("three wasps"))], of: 1)
        #expect(try await found("bee", in: index) == [0])
        #expect(try await found("wasps", in: index) == [1])
        try await index.remove(0)
        #expect(try await found("bee", in: index).isEmpty)
        let many = (0..<20_000).compactMap { Self.passage("word\($0) in a text of some length") }
        await #expect(throws: (any Error).self) { try await index.put(many, of: 2) }
        #expect(try await found("word7", in: index).isEmpty)
        #expect(try await found("wasps", in: index) == [1])
        let limited = try await index.find(SpokenQuery("w"), limit: 1)
        #expect(limited.found.count <= 1)
        await index.close()
    }

    private func ask(_ served: ServedFolder, _ query: String) async throws -> Answer {
        let reply = try await HTTPFetch.get("\(served.url)/api/v1/episodes/search?\(query)")
        try #require(reply.status == 200, "\(reply.text)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Answer.self, from: Data(reply.body))
    }

    @Test("cutroom serve finds sentences with their times and offsets, and what changes in the folder")
    func folder() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/feed/keep", "")
            let stem = "\(folder.path)/audio/feed/<b>one"
            try await Sample.make("\(stem).mp3", seconds: 30)
            try folder.write(
                "audio/feed/<b>one.srt",
                """
                1
                00:00:01,000 --> 00:00:03,000
                The <i>quick</i> 🦊 fox

                2
                00:00:03,000 --> 00:00:05,000
                jumps over it. And <script>alert(1)</script>

                3
                00:00:05,000 --> 00:00:09,000
                then sleeps.

                """)
            let served = try await ServedFolder.start("\(folder.path)/audio", data: "\(folder.path)/data")
            // Over the break between two cues.
            let hit = try await eventually("the words to be found") {
                try await ask(served, "q=%22fox+jumps%22+qui").hits.first
            }
            #expect(hit.startTimeMs == 1_000 && hit.endTimeMs > 3_000 && hit.endTimeMs < 5_000)
            #expect(hit.text.hasSuffix("jumps over it.") && hit.title == "<b>one")
            #expect(hit.matched == ["quick", "fox jumps"])
            #expect(hit.episodeId == served.episodes[0].episodeId)
            #expect(try await ask(served, "q=fox&episode_id=\(hit.episodeId)").hits.count == 1)
            #expect(try await ask(served, "q=fox&episode_id=\(String(repeating: "0", count: 24))").hits.isEmpty)
            for bad in ["", "q=a&q=b", "q=a&limit=0", "q=a&limit=101", "q=a&episode_id=x", "q=%FF"] {
                let reply = try await HTTPFetch.get("\(served.url)/api/v1/episodes/search?\(bad)")
                #expect(reply.status == 400, "\(bad)")
            }
            let long = try await HTTPFetch.get(
                "\(served.url)/api/v1/episodes/search?q=\(String(repeating: "a", count: 1_025))")
            #expect(long.status == 400)

            try folder.write("audio/feed/<b>one.srt", "1\n00:00:01,000 --> 00:00:03,000\nOf hedgehogs now.\n\n")
            _ = try await eventually("the changed words to be found") {
                try await ask(served, "q=hedgehogs").hits.isEmpty ? nil : true
            }
            #expect(try await ask(served, "q=fox").hits.isEmpty)
            #expect(unlink("\(stem).srt") == 0)
            _ = try await eventually("the words to be gone") {
                let answer = try await ask(served, "q=hedgehogs")
                return answer.hits.isEmpty && answer.indexedEpisodes == 0 ? true : nil
            }
            #expect(try await served.process.stop() == .code(0))
        }
    }
}
