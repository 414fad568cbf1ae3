import FoundationEssentials
import TestStack
import Testing

/// `cutroom serve` has the words from the file beside the audio.
@Suite("a clip with its parts, from a folder", .timeLimit(.minutes(5)))
struct PartsTests {
    @Test("one answer has the clip, its own waveform and its words, as soon as they are there")
    func card() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/feed/keep", "")
            try await Sample.make("\(folder.path)/audio/feed/one.mp3", seconds: 30)
            try folder.write(
                "audio/feed/one.srt",
                "1\n00:00:06,000 --> 00:00:08,500\n\"One\" & <two>\n\n2\n00:00:20,000 --> 00:00:21,000\nlater\n")
            let served = try await ServedFolder.start("\(folder.path)/audio", data: "\(folder.path)/data")
            let path = served.clipPath(startMs: 5_000, durationMs: 10_000) + "&with=waveform,transcript&channels=split"
            let first = try await HTTPFetch.get(served.url + path)
            #expect(first.status == 200, "\(first.text)")
            let clip = try await HTTPFetch.get(try #require(first.text.value(of: "clip_url"))).body
            let reply = try await eventually("an answer with all parts") {
                let reply = try await HTTPFetch.get(served.url + path)
                return reply.header("Cache-Control")?.hasPrefix("private") == true ? reply : nil
            }
            let stored = try await HTTPFetch.get(try #require(reply.text.value(of: "transcript_url")))
            #expect(reply.text.hasSuffix(#","transcript":\#(stored.text.dropLast())}"#), "\(reply.text)")
            let said = try JSONDecoder().decode(Said.self, from: Data(stored.body))
            #expect(said.segments == [.init(startTime: 1, endTime: 3.5, body: #""One" & <two>"#)])
            let peaks = try WaveformData.decode(
                try await HTTPFetch.get(try #require(reply.text.value(of: "waveform_url"))).body)
            let file = try TemporaryFile(holding: clip, suffix: ".mp3")
            let heard = try await Tool.run(
                "ffmpeg", ["-v", "error", "-i", file.path, "-f", "s16le", "-ac", "1", "pipe:1"])
            #expect(peaks.length == (heard.count / 2 + 255) / 256)
            #expect(try await served.process.stop() == .code(0))
        }
    }

    private struct Said: Decodable {
        struct Segment: Decodable, Equatable {
            let startTime: Double
            let endTime: Double
            let body: String
        }
        let segments: [Segment]
    }
}
