import Audio
import Glibc
import TestStack
import Testing

@Suite("What a file is")
struct AudioContentTests {
    /// Each written by a program that is not ours.
    @Test(
        "is told by what ffmpeg wrote, whatever it is called",
        arguments: [
            (["-c:a", "aac", "-f", "ipod"], .mp4), (["-c:a", "aac", "-f", "adts"], .adts), (["-f", "ogg"], .ogg),
            (["-c:a", "libopus", "-f", "opus"], .ogg), (["-f", "flac"], .flac), (["-f", "wav"], .wav),
            (["-f", "wav", "-rf64", "always"], .wav), (["-f", "w64"], .wav), (["-f", "aiff"], .aiff),
            (["-c:a", "pcm_s16be", "-f", "caf"], .caf), (["-c:a", "libopus", "-f", "webm"], .matroska),
            (["-c:a", "aac", "-f", "matroska"], .matroska), (["-c:a", "aac", "-f", "mov"], .mp4),
        ] as [([String], AudioKind)])
    func kinds(muxer: [String], kind: AudioKind) async throws {
        #expect(AudioContent.of(try await made(muxer)) == .audio(kind))
    }

    @Test(
        "is refused by its name where it is not among the kinds",
        arguments: [
            (["-c:a", "wmav2", "-f", "asf"], "Windows Media (WMA, ASF)"), (["-f", "au"], "Sun audio (AU)"),
            (["-c:a", "ac3", "-f", "ac3"], "AC-3"), (["-c:a", "wavpack", "-f", "wv"], "WavPack"),
            (["-f", "tta"], "True Audio"), (["-c:a", "aac", "-f", "mpegts"], "an MPEG transport stream"),
            (["-c:a", "mp2", "-f", "vob"], "an MPEG program stream"), (["-c:a", "mp3", "-f", "avi"], "AVI"),
            (["-c:a", "mp3", "-f", "flv", "-ar", "44100"], "Flash Video"), (["-f", "voc"], "Creative Voice (VOC)"),
        ] as [([String], String)])
    func others(muxer: [String], name: String) async throws {
        #expect(AudioContent.of(try await made(muxer)) == .other(name))
    }

    @Test(
        "is no audio where it is a document",
        arguments: [
            ("<!DOCTYPE html><html>", "a web page"), ("\r\n  <HTML><body>", "a web page"),
            ("\u{FEFF}<?xml version=\"1.0\"?><rss>", "an XML document"), ("#EXTM3U\n#EXTINF", "a playlist"),
            ("{\"error\":1}", "a JSON document"), ("%PDF-1.7", "a PDF"),
        ])
    func documents(text: String, name: String) {
        #expect(AudioContent.of(Array(text.utf8)) == .other(name))
    }

    @Test("is unknown where nothing tells, and nothing at all is no fault")
    func unknown() async throws {
        #expect(AudioContent.of([]) == .unknown)
        #expect(AudioContent.of([UInt8](repeating: 0, count: 5000)) == .unknown)
        #expect(AudioContent.of(try await made(["-c:a", "mp3", "-id3v2_version", "0", "-f", "mp3"])) == .unknown)
        var random = SystemRandomNumberGenerator()
        for length in 0..<2_000 {
            // The outcome does not matter: nothing may trap, whatever the length.
            _ = AudioContent.of((0..<length % 300).map { _ in UInt8.random(in: 0...255, using: &random) })
        }
    }

    /// By id3v2.4.0-structure, 3.1: 0x00000201 in seven bits each is 257.
    @Test("lies behind the tags in front")
    func tags() {
        #expect(AudioContent.tagBytes([0x49, 0x44, 0x33, 3, 0, 0, 0, 0, 2, 1]) == 267)
        #expect(AudioContent.tagBytes([0x49, 0x44, 0x33, 4, 0, 0x10, 0, 0, 2, 1]) == 277)
        #expect(AudioContent.tagBytes([0x49, 0x44, 0x33, 3, 0, 0, 0x80, 0, 2, 1]) == nil)
        #expect(AudioContent.tagBytes([0x49, 0x44, 0x33]) == nil)
    }

    @Test("every ending belongs to one kind")
    func endings() {
        let all = AudioKind.allCases.flatMap(\.endings)
        #expect(Set(all).count == all.count)
        for ending in ["mp3", "M4B", "mp4", "oga", "aac", "mp2", "webm", "aiff", "caf", "opus"] {
            #expect(AudioKind(ending: ending) != nil, "\(ending)")
        }
        #expect(AudioKind(ending: "jpg") == nil)
        #expect(AudioKind.ending(of: "a.b.MP3") == "MP3")
        #expect(AudioKind.ending(of: ".mp3") == nil)
        #expect(AudioKind.ending(of: "a.") == nil)
    }

    private func made(_ muxer: [String]) async throws -> [UInt8] {
        let output = try TemporaryFile()
        try await Tool.run(
            "ffmpeg",
            ["-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", "sine=r=44100:d=2"] + muxer + [output.path])
        let file = try #require(fopen(output.path, "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
        return bytes
    }
}
