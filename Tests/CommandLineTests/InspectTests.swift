import FoundationEssentials
import HTTPServer
import Synchronization
import TestStack
import Testing

/// `cutroom inspect`, on files that lame and ffmpeg made and on a web server.
@Suite("cutroom inspect")
struct InspectTests {
    private struct Told: Decodable {
        struct Part: Decodable, Equatable {
            let version: String
            let sampleRate: Int
            let channels: Int
            let frames: Int
            let fromMs: Int
            let toMs: Int
        }

        let kind: String
        let reason: String?
        let unprovenBecause: String?
        let durationMs: Int?
        let frames: Int?
        let kbps: Int?
        let slowestKbps: Int?
        let fastestKbps: Int?
        let delay: Int?
        let padding: Int?
        let parts: [Part]?
        let id3v2Tags: Int?
        let tagsBehind: [String]?
        let layoutBytes: Int?
        let oddities: [String]?
        let fileBytes: Int
        let requests: Int?
        let bytesRead: Int?
    }

    private func inspect(_ place: String) async throws -> Told {
        let output = try await Tool.run(TestStack.executable("cutroom"), ["inspect", place])
        #expect(output.last == UInt8(ascii: "\n") && output.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Told.self, from: Data(output))
    }

    /// A tone; ten seconds of it are 441,000 samples at 44.1 kHz.
    private func make(_ path: String, _ options: [String], rate: Int = 44_100, seconds: Int = 10) async throws {
        try await Tool.run(
            "ffmpeg",
            ["-v", "error", "-f", "lavfi", "-i", "aevalsrc='0.4*sin(2*PI*t*(200+30*t))':s=\(rate):d=\(seconds)"]
                + options + [
                    path
                ])
    }

    /// lame's own words: 576 samples in front, and behind as many as fill the last of 384 frames, that is
    /// 384 · 1152 − 441000 − 576 = 792.
    @Test("a constant bitrate is proven, and frames, delay and padding are those that the encoder wrote")
    func constant() async throws {
        try await TemporaryFolder.use { folder in
            let (wave, file) = ("\(folder.path)/a.wav", "\(folder.path)/a.mp3")
            try await make(wave, [])
            try await Tool.run(
                "lame",
                ["--quiet", "--cbr", "-b", "128", "-m", "m", "--add-id3v2", "--id3v1-only", "--tt", "A", wave, file])
            let told = try await inspect(file)
            #expect(told.kind == "constant")
            #expect(told.unprovenBecause == nil)
            #expect((told.delay, told.padding, told.frames) == (576, 792, 384))
            #expect(told.durationMs == 10_000)
            #expect((told.slowestKbps, told.fastestKbps) == (128, 128))
            #expect(told.tagsBehind?.isEmpty == false)
            #expect(
                told.parts == [
                    .init(version: "MPEG-1", sampleRate: 44_100, channels: 1, frames: 384, fromMs: 0, toMs: 10_000)
                ])
            #expect(told.requests == nil)
        }
    }

    /// A frame of 32 kbit/s at 44.1 kHz has 104.49 bytes, and lame leaves the padding out of variable bitrates: 104 bytes are
    /// 31.85 kbit/s. What is right is ffprobe's word on the packets.
    @Test("the mean bitrate is that of the packets, and not below the lowest frame's")
    func mean() async throws {
        try await TemporaryFolder.use { folder in
            let (wave, file) = ("\(folder.path)/a.wav", "\(folder.path)/a.mp3")
            try await make(wave, ["-af", "volume=0.02"], seconds: 60)
            try await Tool.run("lame", ["--quiet", "-V", "5", "-m", "m", wave, file])
            let packets = try await Tool.run(
                "ffprobe", ["-v", "error", "-show_entries", "packet=size", "-of", "csv=p=0", file])
            let sizes = String(decoding: packets, as: UTF8.self).split(whereSeparator: { !$0.isNumber })
                .compactMap { Int($0) }
            let seconds = Double(sizes.count * 1152) / 44_100
            let told = try await inspect(file)
            #expect(told.kind == "variable" && told.frames == sizes.count)
            let kbps = try #require(told.kbps)
            #expect(kbps == Int((Double(sizes.reduce(0, +)) * 8 / 1000 / seconds).rounded()))
            #expect(try kbps >= #require(told.slowestKbps))
        }
    }

    @Test("why a layout is indexed is said, and joined files are told part by part")
    func indexed() async throws {
        try await TemporaryFolder.use { folder in
            let (one, two) = ("\(folder.path)/1.mp3", "\(folder.path)/2.mp3")
            try await make(one, ["-c:a", "libmp3lame", "-q:a", "4"])
            try await make(two, ["-c:a", "libmp3lame", "-b:a", "64k"], rate: 22_050)
            let variable = try await inspect(one)
            #expect(variable.kind == "variable")
            #expect(variable.unprovenBecause == "the bitrate changes")
            #expect(try #require(variable.slowestKbps) < #require(variable.fastestKbps))
            let joined = try TemporaryFile(
                holding: try await Tool.run("cat", [one, two]), suffix: ".mp3")
            let told = try await inspect(joined.path)
            #expect(told.parts?.map(\.sampleRate) == [44_100, 22_050])
            #expect(told.parts?.map(\.version) == ["MPEG-1", "MPEG-2"])
            #expect(told.parts?.first?.toMs == told.parts?.last?.fromMs)
            #expect(told.oddities?.contains { $0.contains("format changes") } == true)
            #expect(try #require(told.layoutBytes) > 16)
        }
    }

    @Test("what is not MP3 is told as such with its length; what is no audio at all is refused")
    func foreign() async throws {
        try await TemporaryFolder.use { folder in
            let wave = "\(folder.path)/a.wav"
            try await make(wave, [])
            let told = try await inspect(wave)
            #expect((told.kind, told.reason, told.durationMs) == ("other", "other-format", 10_000))
            try folder.write("text.mp3", String(repeating: "No music here. ", count: 5000))
            let refused = try await ServiceProcess(
                TestStack.executable("cutroom"), ["inspect", "\(folder.path)/text.mp3"])
            #expect(try await refused.exit() == .code(1))
            #expect(refused.lines.first?.contains("no MP3 frames, and is of no other kind") == true, "\(refused.lines)")
            #expect(refused.lines.count == 1, "what a person was told is not said once more as a line of the log")
        }
    }

    @Test("of a URL only what is needed is read, and its version is held to")
    func url() async throws {
        try await TemporaryFolder.use { folder in
            let file = "\(folder.path)/a.mp3"
            try await make(file, ["-c:a", "libmp3lame", "-b:a", "320k", "-ac", "2"])
            let web = try FileOnTheWeb(file)
            let told = try await inspect("\(web.url)/moved")
            #expect(told.kind == "constant")
            #expect(told.durationMs == 10_000)
            #expect(try #require(told.bytesRead) < 20_000)
            // The redirection, the first byte, the head and the tail.
            #expect(told.requests == 4)
            #expect(web.seen.dropFirst(2).allSatisfy { $0 == #""v1""# }, "\(web.seen)")
            // Thirteen redirections, each of another kind of address.
            #expect(try await inspect("\(web.url)/x/../deep/er/moved").durationMs == 10_000)
            for (path, words) in [
                ("/nowhere", "redirection to nowhere"), ("/out", "not read over HTTP"), ("/none", "no such file"),
                ("/forbidden", "403"), ("/whole", "ranged reads"),
            ] {
                let refused = try await ServiceProcess(TestStack.executable("cutroom"), ["inspect", web.url + path])
                #expect(try await refused.exit() == .code(1))
                #expect(refused.lines.first?.contains(words) == true, "\(path): \(refused.lines)")
            }
            await web.stop()
        }
    }
}

/// A file behind a server that knows ranges, redirections and refusals.
private final class FileOnTheWeb: Sendable {
    private let server: HTTPServer
    private let conditions: Recorded

    private final class Recorded: Sendable {
        let all = Mutex<[String?]>([])
    }

    init(_ path: String) throws {
        let file = try OpenFile(path: path)
        let conditions = Recorded()
        self.conditions = conditions
        server = try HTTPServer(ServerSettings()) { request, _ in
            conditions.all.withLock { $0.append(request.header("If-Match")) }
            return switch request.rawPath {
            case "/moved": .now(HTTPResponse(status: 302, headers: [("Location", "/a.mp3")]))
            case "/deep/er/moved": .now(HTTPResponse(status: 302, headers: [("Location", Self.next(request))]))
            case "/nowhere": .now(HTTPResponse(status: 302))
            case "/out": .now(HTTPResponse(status: 302, headers: [("Location", "ftp://127.0.0.1/a.mp3")]))
            case "/a.mp3": .now(.file(file, for: request, etag: #""v1""#, headers: []))
            case "/whole": .now(HTTPResponse(status: 200, text: "All of it, whatever was asked for."))
            case "/forbidden": .now(HTTPResponse(status: 403))
            default: .now(HTTPResponse(status: 404))
            }
        }
    }

    /// From one kind of address (RFC 3986, 4.2) to the next, and to the file in the end.
    private static func next(_ request: HTTPRequest) -> String {
        switch request.rawQuery {
        case nil: "?1"
        case "1": "../er/./moved?2#fragment"
        case "2": "//\(request.header("Host") ?? "")/deep/er/moved?3"
        case "3": "moved?4"
        case "4": "http://\(request.header("Host") ?? "")/deep/er/moved?5"
        case let count? where (Int(count) ?? 0) < 12: "/deep/er/moved?\((Int(count) ?? 0) + 1)"
        default: "../../a.mp3"
        }
    }

    var url: String { "http://127.0.0.1:\(server.port)" }
    /// The `If-Match` of each request.
    var seen: [String?] { conditions.all.withLock { $0 } }
    func stop() async { await server.stop(within: .zero) }
}
