import Domain
import Settings
import TestStack
import Testing

@testable import CutterService

@Suite("The link to a clip's moment")
struct ClipLinkTests {
    private let episode = ObjectID(hex: "507f1f77bcf86cd799439011")!

    private func url(_ template: String, _ startMs: Int32 = 83_500) throws -> String {
        let window = try #require(ClipWindow(startMs: startMs, endMs: startMs + 30_000))
        return try ClipLink(template).url(
            episode: episode, guid: "https://a.example/?id=1 2", feedSlug: "täglich", window: window)
    }

    @Test("holds what the template asks for, percent-encoded where a stranger wrote it")
    func values() throws {
        #expect(
            try url("https://e.org/e/{episode_id}?t={start_seconds}")
                == "https://e.org/e/507f1f77bcf86cd799439011?t=83.5")
        #expect(try url("http://e.org/#{start_ms}-{end_ms}") == "http://e.org/#83500-113500")
        #expect(
            try url("https://e.org/{feed_slug}/{guid}{end_seconds}")
                == "https://e.org/t%C3%A4glich/https%3A%2F%2Fa.example%2F%3Fid%3D1%202113.5")
        #expect(try url("https://e.org/") == "https://e.org/")
    }

    @Test(
        "tells seconds with as many decimals as it takes",
        arguments: [(0, "0"), (7, "0.007"), (60_000, "60"), (60_010, "60.01"), (3_600_100, "3600.1")]
            as [(Int32, String)])
    func seconds(ms: Int32, expected: String) throws {
        #expect(try url("https://e.org/{start_seconds}", ms) == "https://e.org/\(expected)")
    }

    @Test(
        "a template with a mistake stops the start",
        arguments: [
            "javascript:alert(1)", "example.org", "https://e.org/{episode}", "https://e.org/{start_ms",
            "https://e.org/}",
            "https://e.org/{{start_ms}}", "https://e.org/a b", "https://e.org/ä",
            "https://e.org/" + String(repeating: "a", count: 400),
        ])
    func malformed(template: String) throws {
        #expect(throws: ClipLink.Malformed.self) { try ClipLink(template) }
        var read = SettingsReader(environment: ["CLIP_LINK_TEMPLATE": template])
        _ = CutterSettings.Own(from: &read)
        #expect(throws: SettingsFault.self) { try read.finish() }
    }

    @Test(
        "stands with the title in the clip's own tag, and the clip is the same each time",
        arguments: ClipFormat.audio)
    func readBack(format: ClipFormat) async throws {
        let link = try url("https://e.org/e/{episode_id}?t={start_seconds}")
        // By the frame, and by decoding.
        for kind in [FFmpegSamples.Kind.mp3, .flac] {
            let bench = try await MakerBench(try await FFmpegSamples.source(kind))
            let clip = try await bench.make(1_000, 900, format, title: "Wer fragt, gewinnt", link: link)
            let again = try await bench.make(1_000, 900, format, title: "Wer fragt, gewinnt", link: link)
            #expect(clip.bytes == again.bytes)
            let file = try TemporaryFile(holding: clip.bytes)
            let told = String(
                decoding: try await Tool.run(
                    "ffprobe", ["-v", "error", "-show_entries", "format_tags:stream_tags", "-of", "flat", file.path]),
                as: UTF8.self)
            #expect(told.contains(#"="Wer fragt, gewinnt""#), "\(kind): \(told)")
            // A WAV made out of an MP3 stream takes only the tags that RIFF has a name for.
            if format != .wav || kind == .flac { #expect(told.contains(#"="\#(link)""#), "\(kind): \(told)") }
        }
    }
}
