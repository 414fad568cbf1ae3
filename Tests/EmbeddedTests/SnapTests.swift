import FoundationEssentials
import TestStack
import Testing

/// What `cutroom serve` makes of a folder in which a transcript lies beside the audio.
@Suite("clips that begin and end with a sentence, out of a folder", .timeLimit(.minutes(5)))
struct SnapTests {
    /// The members of an answer, as docs/openapi.yaml has them.
    private struct Answer: Decodable {
        struct Snapped: Decodable {
            let askedStartTimeMs: Int
            let askedDurationMs: Int
            let by: String
            let startShiftMs: Int
            let endShiftMs: Int
            let basis: String
        }
        let clipUrl: String
        let startTimeMs: Int
        let durationMs: Int
        let snapped: Snapped?
    }

    private func ask(_ url: String) async throws -> Answer {
        let reply = try await HTTPFetch.get(url)
        try #require(reply.status == 200, "\(reply.text)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Answer.self, from: Data(reply.body))
    }

    /// Ten "sentences" of a tone: every six seconds one of 5.2 s, and then silence.
    private func make(_ path: String) async throws {
        try await Tool.run(
            "ffmpeg",
            [
                "-v", "error", "-y", "-f", "lavfi", "-i",
                "aevalsrc='if(lt(mod(t,6),5.2),0.4*sin(2*PI*t*440),0)':s=44100:d=60", "-c:a", "libmp3lame", "-b:a",
                "128k", path,
            ])
    }

    private var transcript: String {
        (0..<10).reduce("WEBVTT\n") { text, number in
            let start = number * 6
            func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
            return text + "\n00:\(two(start)).000 --> 00:\(two(start + 5)).200\nThis is sentence No. \(number).\n"
        }
    }

    @Test("the sound, its transcript and its waveform are of the same whole sentences, and play from one address")
    func sentences() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/feed/said.vtt", transcript)
            try await make("\(folder.path)/audio/feed/said.mp3")
            try await make("\(folder.path)/audio/feed/unsaid.mp3")
            let served = try await ServedFolder.start("\(folder.path)/audio", data: "\(folder.path)/data")
            func episode(_ name: String) throws -> String {
                let id = try #require(served.episodes.first { $0.path.hasSuffix(name) }).episodeId
                return "\(served.url)/api/v1/audio_clips/\(id)"
            }
            let said = try episode("/said.mp3")
            // From within the second sentence to within the third.
            let window = "start_time_ms=8000&duration_ms=7000&snap=sentence"
            let clip = try await ask("\(said)?\(window)")
            let end = clip.startTimeMs + clip.durationMs
            #expect((5_850...5_985).contains(clip.startTimeMs), "\(clip)")
            #expect((17_215...17_350).contains(end), "\(clip)")
            let snapped = try #require(clip.snapped)
            #expect((snapped.askedStartTimeMs, snapped.askedDurationMs) == (8_000, 7_000))
            #expect((snapped.startShiftMs, snapped.endShiftMs) == (clip.startTimeMs - 8_000, end - 15_000))
            #expect((snapped.by, snapped.basis) == ("sentence", "exact"))

            let sound = try TemporaryFile(holding: try await HTTPFetch.get(clip.clipUrl).body, suffix: ".mp3")
            let samples = try await Tool.run(
                "ffmpeg", ["-v", "error", "-i", sound.path, "-f", "s16le", "-ac", "1", "-ar", "44100", "pipe:1"])
            #expect(abs(samples.count / 2 - clip.durationMs * 441 / 10) <= 1)
            // Another request for the same sentences is another clip of the same object.
            let other = try await ask("\(said)?start_time_ms=7000&duration_ms=9000&snap=sentence&max_shift_ms=5000")
            #expect(other.clipUrl.prefix { $0 != "?" } == clip.clipUrl.prefix { $0 != "?" })

            for format in ["vtt", "peaks"] {
                let same = try await ask("\(said)?\(window)&format=\(format)")
                #expect((same.startTimeMs, same.durationMs) == (clip.startTimeMs, clip.durationMs))
                #expect(same.snapped?.by == "sentence")
            }
            let text = String(decoding: try await Tool.curl(["\(said)/play.vtt?\(window)"]), as: UTF8.self)
            #expect(text.hasPrefix("WEBVTT\n\n00:00:00.0\(6_000 - clip.startTimeMs) --> "), "\(text)")
            #expect(text.contains("\nThis is sentence No. 1.\n") && text.contains("\nThis is sentence No. 2.\n"))
            #expect(!text.contains("No. 0.") && !text.contains("No. 3."))
            #expect(try await Tool.curl(["\(said)/play?\(window)"]) == HTTPFetch.get(clip.clipUrl).body)

            // The sentence at a moment, and the nearest beside it for which there is room.
            let around = try await ask("\(said)?at=33000&length=15&snap=sentence")
            #expect((29_850...29_985).contains(around.startTimeMs), "\(around)")
            #expect((41_215...41_350).contains(around.startTimeMs + around.durationMs), "\(around)")

            let unsaid = try await ask(
                "\(try episode("/unsaid.mp3"))?start_time_ms=5000&duration_ms=6900&snap=sentence")
            #expect(unsaid.snapped?.by == "silence" && unsaid.snapped?.basis == "estimated")
            #expect((5_215...5_500).contains(unsaid.startTimeMs), "\(unsaid)")
            #expect((11_400...11_985).contains(unsaid.startTimeMs + unsaid.durationMs), "\(unsaid)")
            let noText = try await HTTPFetch.get(
                "\(try episode("/unsaid.mp3"))?start_time_ms=5000&snap=sentence&format=vtt")
            #expect(noText.status == 422)
            #expect(try await served.process.stop() == .code(0))
        }
    }
}
