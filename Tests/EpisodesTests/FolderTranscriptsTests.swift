import Domain
import Glibc
import TestStack
import Testing
import Transcripts

@testable import Episodes

@Suite("transcripts beside the audio in a folder")
struct FolderTranscriptsTests {
    private let window = ClipWindow(startMs: 0, endMs: 30_000)!

    /// What is said in `Show/a.mp3` of a folder with these files.
    private func said(
        _ files: [String: String], seconds: Int64 = 3_600, _ change: (TemporaryFolder) throws -> Void = { _ in }
    ) async throws -> [Cue] {
        try await TemporaryFolder.use { folder in
            try folder.write("Show/a.mp3", "x")
            for (name, text) in files { try folder.write(name, text) }
            try change(folder)
            let episodes = try await EpisodeFolder.open(folder.path) { _, _ in .seconds(seconds) }
            let listing = await episodes.listing()
            #expect(listing.episodes.map(\.relativePath) == ["Show/a.mp3"])
            #expect(listing.leftOut.count == 0)
            let found: Result<[Cue], any Error>
            do {
                let episode = try await episodes.episode(.objectID(listing.episodes[0].id))
                found = .success(try await episodes.cues(of: episode, in: window))
            } catch { found = .failure(error) }
            await episodes.close()
            return try found.get()
        }
    }

    private func fault(_ files: [String: String]) async -> CatalogFault? {
        do {
            _ = try await said(files)
            return nil
        } catch { return error as? CatalogFault }
    }

    private let vtt = "WEBVTT\n\n00:01.000 --> 00:02.000\nof the VTT\n"
    private let srt = "1\n00:00:01,000 --> 00:00:02,000\nof the SRT\n"
    private let json = #"{"segments": [{"start": 1, "end": 2, "text": "of the JSON"}]}"#

    @Test("each kind is read, and the one that may have words before the others")
    func kinds() async throws {
        #expect(try await said(["Show/a.srt": srt]).map(\.text) == ["of the SRT"])
        #expect(try await said(["Show/a.srt": srt, "Show/a.vtt": vtt]).map(\.text) == ["of the VTT"])
        #expect(
            try await said(["Show/a.srt": srt, "Show/a.vtt": vtt, "Show/a.json": json]).map(\.text) == ["of the JSON"])
    }

    @Test("a file that is no transcript is passed over if another one is there, and else told by its name")
    func others() async throws {
        #expect(try await said(["Show/a.json": #"{"title": "A"}"#, "Show/a.vtt": vtt]).map(\.text) == ["of the VTT"])
        #expect(
            await fault(["Show/a.vtt": "no transcript"])
                == .badEpisodeData(
                    "the transcript 'a.vtt' can't be read from line 1 on: a WebVTT file begins with WEBVTT"))
    }

    @Test("without a file of the audio's name there is no transcript, whatever lies elsewhere")
    func none() async throws {
        #expect(await fault([:]) == .transcriptMissing)
        #expect(await fault(["a.vtt": vtt, "Show/b.vtt": vtt, "Show/a/a.vtt": vtt]) == .transcriptMissing)
    }

    @Test("a link that leads out of the folder is not read")
    func link() async throws {
        try await TemporaryFolder.use { elsewhere in
            try elsewhere.write("secret.vtt", vtt)
            await #expect(throws: CatalogFault.badEpisodeData("the transcript 'a.vtt' can't be read: store-denied")) {
                try await said([:]) { folder in
                    #expect(symlink("\(elsewhere.path)/secret.vtt", "\(folder.path)/Show/a.vtt") == 0)
                }
            }
        }
    }

    @Test("no cue goes beyond the audio's end")
    func end() async throws {
        let cues = try await said(
            ["Show/a.vtt": "WEBVTT\n\n00:01.000 --> 00:20.000\nMore than there is\n"], seconds: 10)
        #expect(cues.map(\.endMs) == [10_000])
    }

    @Test("a file that was replaced is read again")
    func replaced() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("a.mp3", "x")
            try folder.write("a.vtt", vtt)
            let episodes = try await EpisodeFolder.open(folder.path) { _, _ in nil }
            let episode = try await episodes.episode(.objectID(await episodes.listing().episodes[0].id))
            for _ in 0..<2 { #expect(try await episodes.cues(of: episode, in: window).map(\.text) == ["of the VTT"]) }
            try folder.write("a.vtt", vtt.replacing("of the VTT", with: "Of the second VTT"))
            #expect(try await episodes.cues(of: episode, in: window).map(\.text) == ["Of the second VTT"])
            await episodes.close()
        }
    }

    @Test("its cues are the episode's chunks, page by page, each start once")
    func chunks() async throws {
        let times = [
            "00:01.000 --> 00:02.000", "00:01.000 --> 00:03.000", "00:04.500 --> 00:05.000",
            "01:02:03.004 --> 01:02:04.000",
        ]
        let file = "WEBVTT\n" + times.map { "\n\($0)\nx\n" }.joined()
        try await TemporaryFolder.use { folder in
            try folder.write("Show/a.mp3", "x")
            try folder.write("Show/a.vtt", file)
            let episodes = try await EpisodeFolder.open(folder.path) { _, _ in nil }
            let episode = try await episodes.episode(
                .objectID(try #require(await episodes.listing().episodes.first).id))
            let first = try await episodes.chunkStarts(of: episode, after: nil, limit: 2)
            let second = try await episodes.chunkStarts(of: episode, after: first.next, limit: 2)
            await episodes.close()
            #expect(first.starts == [.seconds(1), .milliseconds(4_500)])
            #expect(first.next == 4.5)
            #expect(second.starts == [.milliseconds(3_723_004)])
            #expect(second.next == nil)
        }
    }
}
