import FoundationEssentials
import TestStack
import Testing

/// What a page or a player gets of `cutroom serve`, without a client of ours.
@Suite("an address that plays, and pictures of the sound", .timeLimit(.minutes(5)))
struct PlayTests {
    @Test(
        "curl that follows redirects gets the clip itself: whole, in ranges, its head alone, and under a name to save it by"
    )
    func play() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/feed/keep", "")
            try await Sample.make("\(folder.path)/audio/feed/one.mp3", seconds: 30)
            let served = try await ServedFolder.start("\(folder.path)/audio", data: "\(folder.path)/data")
            let episode = "\(served.url)/api/v1/audio_clips/\(served.episodes[0].episodeId)"
            let window = "start_time_ms=5000&duration_ms=10000"
            // It is not there yet: the request waits for it.
            let clip = try await Tool.curl(["\(episode)/play.mp3?\(window)"])
            let url = try await served.clipURL(startMs: 5_000, durationMs: 10_000)
            #expect(try await HTTPFetch.get(url).body == clip)
            let file = try TemporaryFile(holding: clip, suffix: ".mp3")
            let samples = try await Tool.run(
                "ffmpeg", ["-v", "error", "-i", file.path, "-f", "s16le", "-ac", "1", "-ar", "44100", "pipe:1"])
            #expect(samples.count == 2 * 441_000)

            #expect(try await Tool.curl(["--range", "100-199", "\(episode)/play?\(window)"]) == Array(clip[100..<200]))
            let head = String(decoding: try await Tool.curl(["--head", "\(episode)/play?\(window)"]), as: UTF8.self)
            #expect(head.contains("HTTP/1.1 307") && head.contains("HTTP/1.1 200"), "\(head)")
            #expect(head.contains("Content-Length: \(clip.count)\r\n"), "\(head)")
            let saved = String(
                decoding: try await Tool.curl(["--head", "\(episode)/play?\(window)&download=1"]), as: UTF8.self)
            #expect(saved.contains("Content-Disposition: attachment; filename="), "\(saved)")
            #expect(!head.contains("attachment") && head.contains("Content-Disposition: inline; filename="), "\(head)")
            let wrong = String(
                decoding: try await Tool.curl(["--include", "\(episode)/play?start_time_ms=60000"]), as: UTF8.self)
            #expect(wrong.contains("start-past-end"), "\(wrong)")

            let peaks = try WaveformData.decode(
                try await Tool.curl(["\(episode)/play.peaks?\(window)&samples_per_pixel=1024&bits=16"]))
            #expect((peaks.version, peaks.bits, peaks.samplesPerPixel) == (2, 16, 1024))
            #expect(peaks.length == (10 * peaks.sampleRate + 1023) / 1024)
            #expect(peaks.data.count == 2 * peaks.length)
            let dat = try await Tool.curl(["\(episode)/play.dat?\(window)&samples_per_pixel=1024&bits=16"])
            #expect(dat.count == 24 + 4 * peaks.length)
            #expect(
                stride(from: 24, to: dat.count, by: 2).map {
                    Int(Int16(truncatingIfNeeded: Int(dat[$0]) | Int(dat[$0 + 1]) << 8))
                }
                    == peaks.data)
            for (format, type, start) in [("svg", "image/svg+xml", "<svg "), ("png", "image/png", "\u{89}PNG")] {
                let answer = try await HTTPFetch.get("\(episode)?\(window)&format=\(format)&colors=dark")
                let picture = try await HTTPFetch.get(try #require(answer.text.value(of: "clip_url"), "\(answer.text)"))
                #expect(picture.header("Content-Type") == type)
                #expect(picture.body.starts(with: start == "<svg " ? Array(start.utf8) : [0x89, 0x50, 0x4E, 0x47]))
                #expect(picture.header("Content-Disposition")?.contains(".\(format)") == true)
            }
            #expect(try await served.process.stop() == .code(0))
        }
    }
}
