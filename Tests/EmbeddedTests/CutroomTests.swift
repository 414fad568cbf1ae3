import FoundationEssentials
import Glibc
import TestStack
import Testing

/// `cutroom` as a person or a script uses it: one program, a folder, nothing else.
@Suite("cutroom")
struct CutroomTests {
    private struct Serving: Decodable {
        struct Episode: Decodable {
            let episodeId: String
            let path: String
        }
        let url: String
        let first: [Episode]
    }

    private func decode(_ output: [UInt8]) throws -> Serving {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Serving.self, from: Data(output))
    }

    private func makeEpisode(_ path: String, seconds: Int = 60) async throws {
        try await Tool.run(
            "ffmpeg",
            [
                "-v", "error", "-f", "lavfi", "-i", "aevalsrc='0.4*sin(2*PI*t*(200+3*t))':s=44100:d=\(seconds)",
                "-c:a", "libmp3lame", "-b:a", "128k", path,
            ])
    }

    private func samples(_ arguments: [String]) async throws -> Int {
        try await Tool.run(
            "ffmpeg", ["-v", "error"] + arguments + ["-f", "s16le", "-ac", "1", "-ar", "44100", "pipe:1"]
        ).count / 2
    }

    @Test("a folder is served on one port: clips are cut, kept, and played by range from signed URLs")
    func serve() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/my feed/keep", "")
            try await makeEpisode("\(folder.path)/audio/my feed/one.mp3")
            let program = try TestStack.executable("cutroom")
            let arguments = ["serve", "\(folder.path)/audio", "--port", "0", "--data", "\(folder.path)/data"]
            let cutroom = try await ServiceProcess(program, arguments)
            let serving = try await eventually("cutroom to serve") { () -> Serving? in
                let output = cutroom.standardOutput
                return output.last == UInt8(ascii: "\n") ? try decode(output) : nil
            }
            let episode = try #require(serving.first.first)
            #expect(episode.path == "my feed/one.mp3")
            let api = "\(serving.url)/api/v1/audio_clips/\(episode.episodeId)?start_time_ms=10000&duration_ms=20000"
            let answer = try await HTTPFetch.get(api)
            #expect(answer.status == 200, "\(answer.text)")
            let fields = try JSONDecoder().decode([String: JSONText].self, from: Data(answer.body))
            let url = try #require(fields["clip_url"]?.text)
            let clip = try await HTTPFetch.get(url)
            #expect(clip.status == 200)
            // From a file: on a pipe ffmpeg leaves the padding in.
            let file = try TemporaryFile(holding: clip.body, suffix: ".mp3")
            #expect(try await samples(["-i", file.path]) == 20 * 44_100)
            let part = try await HTTPFetch.get(url, headers: ["Range": "bytes=100-199"])
            #expect(part.status == 206)
            #expect(part.body == Array(clip.body[100..<200]))
            #expect(try await HTTPFetch.get(url + "0").status == 403)
            #expect(try await HTTPFetch.get("\(serving.url)/clips/../url-secret?expires=1&signature=2").status == 403)
            #expect(try await HTTPFetch.get(api).text.contains(#""cache_hit":true"#))
            #expect(try await cutroom.stop() == .code(0))

            // The broker's memory is gone with the process; the clips folder is the truth.
            let again = try await ServiceProcess(program, arguments)
            let port = try await eventually("cutroom to serve again") { () -> Serving? in
                let output = again.standardOutput
                return output.last == UInt8(ascii: "\n") ? try decode(output) : nil
            }
            let found = try await HTTPFetch.get(
                "\(port.url)/api/v1/audio_clips/\(episode.episodeId)?start_time_ms=10000&duration_ms=20000")
            #expect(found.text.contains(#""cache_hit":true"#), "\(found.text)")
            #expect(try await again.stop() == .code(0))
        }
    }

    @Test(
        "a clip is cut out of a file without a server, in every format",
        arguments: ["mp3", "opus", "webm", "m4a", "wav"])
    func clip(format: String) async throws {
        try await TemporaryFolder.use { folder in
            let (file, out) = ("\(folder.path)/one.mp3", "\(folder.path)/out.\(format)")
            try await makeEpisode(file)
            let told = try await Tool.run(
                TestStack.executable("cutroom"), ["clip", file, "--start", "0:12.5", "--duration", "10s", "-o", out])
            #expect(String(decoding: told, as: UTF8.self).contains(#""duration_ms":10000"#))
            let played = try await samples(["-i", out])
            // AAC has no way to say where in its last frame the sound ends that every reader honours.
            #expect((441_000...(format == "m4a" ? 442_024 : 441_000)).contains(played), "\(played)")
        }
    }

    @Test(
        "words that are not understood are refused with 2, and what can't be cut with 1",
        arguments: Refused.all)
    func refusals(_ refused: Refused) async throws {
        let cutroom = try await ServiceProcess(TestStack.executable("cutroom"), refused.words)
        #expect(try await cutroom.exit() == .code(refused.code))
        #expect(!cutroom.lines.isEmpty)
    }

    @Test("serve's help fits a screen, and its settings are a page of their own")
    func serveHelp() async throws {
        let cutroom = try TestStack.executable("cutroom")
        let help = try await Tool.run(cutroom, ["serve", "--help"])
        #expect(help.filter { $0 == UInt8(ascii: "\n") }.count <= 24)
        let settings = String(decoding: try await Tool.run(cutroom, ["serve", "--help", "settings"]), as: UTF8.self)
        for name in ["GATEWAY_ADDRESS", "GATEWAY_TABLE_BYTES", "CUTTER_SLOTS", "CLIPS_FOLDER_BYTES", "CLIP_LIFETIME"] {
            #expect(settings.contains("  \(name)  "), "\(name)")
        }
    }

    @Test("help and version are there for every program", arguments: ["gateway", "resolver", "cutter", "cutroom"])
    func help(program: String) async throws {
        let help = try await Tool.run(TestStack.executable(program), ["--help"])
        #expect(help.count > 200)
        let version = String(decoding: try await Tool.run(TestStack.executable(program), ["--version"]), as: UTF8.self)
        #expect(version.hasPrefix("\(program), 0."))
    }

    @Test("every mistake in the settings is named in one message, with status 78 and no secret")
    func settings() async throws {
        let gateway = try await ServiceProcess(
            TestStack.executable("gateway"),
            environment: [
                "GATEWAY_PORT": "70000", "GATEWAY_WAIT": "soon", "AWS_SECRET_ACCESS_KEY": "hush",
                "AWS_SECRET_ACCESS_KEY_FILE": "/nonexistent",
            ])
        #expect(try await gateway.exit() == .code(78))
        let message = gateway.lines.joined(separator: "\n")
        for name in [
            "GATEWAY_PORT", "GATEWAY_WAIT", "KAFKA_BOOTSTRAP_SERVERS", "AWS_SECRET_ACCESS_KEY",
        ] {
            #expect(message.contains(name), "\(message)")
        }
        #expect(!message.contains("hush"))
    }
}

/// A value of any kind, as text where it is text.
private struct JSONText: Decodable {
    let text: String?
    init(from decoder: any Decoder) throws { text = try? decoder.singleValueContainer().decode(String.self) }
}

/// Words that `cutroom` refuses, and how it ends then.
struct Refused: Sendable {
    let words: [String]
    let code: Int32

    init(_ line: String, _ code: Int32) {
        words = line.split(separator: " ").map(String.init)
        self.code = code
    }

    static let all = [
        Refused("", 2), Refused("nothing", 2), Refused("clip", 2), Refused("clip x.mp3 -o y.mp3", 2),
        Refused("clip x.mp3 --start x -o y.mp3", 2), Refused("serve a b", 2), Refused("serve a --port 70000", 2),
        Refused("clip /nonexistent.mp3 --start 0 -o /tmp/never.mp3", 1),
    ]
}
