import FoundationEssentials
import TestStack
import Testing

@testable import CutterService

@Suite("long tags")
struct LongTagsTests {
    private struct Told: Decodable {
        struct Format: Decodable {
            let tags: [String: String]
        }
        let format: Format
    }

    /// 127 bytes is what the last of the four bytes holds that tell a frame's length (ID3v2.4.0 structure, 6.2).
    @Test("title and link come through whole, at every length that they may have", arguments: [126, 127, 128, 200])
    func whole(length: Int) async throws {
        let title = String(repeating: "t", count: length - 1) + "!"
        let link = "https://example.org/" + String(repeating: "l", count: 2 * length)
        let bench = try await MakerBench(try await FFmpegSamples.source(.mp3))
        let clip = try await bench.make(1_000, 1_000, .mp3, title: title, link: link)
        let file = try TemporaryFile(holding: clip.bytes, suffix: ".mp3")
        let told = try await Tool.run(
            "ffprobe", ["-v", "error", "-show_entries", "format_tags", "-of", "json", file.path])
        let tags = try JSONDecoder().decode(Told.self, from: Data(told)).format.tags
        #expect(tags["title"] == title)
        #expect(tags["comment"] == link)
    }
}
