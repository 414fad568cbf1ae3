import FoundationEssentials
import TestStack
import Testing

/// What lies between a player and the real object store, and formats that are no sound, on the real stack.
@Suite("players and pictures, with a store of signed requests", .timeLimit(.minutes(10)))
struct PlayTests {
    @Test(
        "an address plays from the store by GET, Range and HEAD, is saved by download=1, and the waveform is of that clip"
    )
    func play() async throws {
        let pipeline = try await Pipeline.make()
        async let resolver = pipeline.resolver()
        async let cutter = pipeline.cutter()
        let gateway = try await pipeline.gateway()
        let episode = "\(gateway.base)/api/v1/audio_clips/\(Pipeline.episode)"
        let window = "start_time_ms=40000&duration_ms=12000"

        let cold = try await Tool.curl(["\(episode)/play.mp3?\(window)"])
        let answer = try await gateway.clip(start: 40_000, duration: 12_000).json(ClipAnswer.self)
        #expect(answer.cacheHit)
        #expect(try await HTTPFetch.get(answer.clipUrl).body == cold)
        let part = try await HTTPFetch.get("\(episode)/play?\(window)")
        #expect(part.status == 307)
        #expect(part.header("Location") == answer.clipUrl)
        #expect(part.header("Cache-Control")?.hasPrefix("private, max-age=") == true)
        #expect(try await Tool.curl(["--range", "10-99", "\(episode)/play?\(window)"]) == Array(cold[10..<100]))
        let head = String(decoding: try await Tool.curl(["--head", "\(episode)/play?\(window)"]), as: UTF8.self)
        #expect(head.contains("HTTP/1.1 200") && head.contains("Content-Length: \(cold.count)\r\n"), "\(head)")
        let saved = String(
            decoding: try await Tool.curl(["--include", "--range", "0-0", "\(episode)/play?\(window)&download=1"]),
            as: UTF8.self)
        #expect(
            saved.contains(#"Content-Disposition: attachment; filename="\#(Pipeline.episode) 0h00m40s.mp3""#),
            "\(saved)")

        let peaks = try WaveformData.decode(
            try await Tool.curl(["\(episode)/play?\(window)&format=peaks&bits=16&samples_per_pixel=512"]))
        let file = try TemporaryFile(holding: cold, suffix: ".mp3")
        let heard = try await Tool.run("ffmpeg", ["-v", "error", "-i", file.path, "-f", "s16le", "-ac", "1", "pipe:1"])
        #expect((peaks.version, peaks.channels, peaks.bits) == (2, 1, 16))
        #expect(peaks.length == (heard.count / 2 + 511) / 512)
        let answers = try await gateway.get("\(Pipeline.episode)?\(window)&format=peaks&bits=16&samples_per_pixel=512")
        #expect(answers.text.contains(#""cache_hit":true"#))
        #expect(answers.text.contains(#""samples_per_pixel":512,"bits":16,"channels":"mono""#))
        let registered = try await eventually("the register") {
            let found = try await TestStack.mongoDB.find(
                #"{"episode_id":"\#(Pipeline.episode)","clip_start_ms":40000}"#, database: pipeline.database,
                collection: "audio_clips")
            return found.first.flatMap { $0.contains("peaks-512-16-mono") ? $0 : nil }
        }
        // The sound stands in the document's own fields.
        #expect(registered.contains("s3_key") && registered.contains(".mp3"))
        _ = try await (resolver, cutter)
    }
}
