import Glibc
import MP3
import MP3Corpus
import Testing

@Suite("What is not Layer III is refused by name")
struct RefusalTests {
    static let others: [(Source, MP3Refusal)] = [
        (made("other-free", ["lame", "--quiet", "--freeformat", "-b", "200"], ".mp3"), .freeFormat),
        (made("other-layer2", ffmpeg + ["-c:a", "mp2", "-f", "mp2"], ".mp2"), .layerII),
        (made("other-aac", ffmpeg + ["-c:a", "aac", "-f", "adts"], ".aac"), .otherFormat("AAC")),
        (made("other-m4a", ffmpeg + ["-c:a", "aac"], ".m4a"), .otherFormat("MP4")),
        (made("other-ogg", ffmpeg + ["-c:a", "libvorbis"], ".ogg"), .otherFormat("Ogg")),
        (made("other-opus", ffmpeg + ["-c:a", "libopus"], ".opus"), .otherFormat("Ogg")),
        (made("other-webm", ffmpeg + ["-c:a", "libopus"], ".webm"), .otherFormat("Matroska or WebM")),
        (made("other-flac", ffmpeg + ["-c:a", "flac"], ".flac"), .otherFormat("FLAC")),
        (made("other-wav", ffmpeg, ".wav"), .otherFormat("WAV")),
        (Source("other-zeros") { [UInt8](repeating: 0, count: 2_000_000) }, .noFrames),
        (Source("other-text") { Array(String(repeating: "not found ", count: 5_000).utf8) }, .noFrames),
        (Source("other-page") { Array("<!DOCTYPE html><p>not found".utf8) }, .unsupported("a web page")),
        (
            Source("other-noise") {
                var dice = Dice(seed: 3)
                return dice.bytes(300_000)
            }, .noFrames
        ),
        (Source("other-tag-only") { Surgery.id3v2([UInt8](repeating: 1, count: 50_000)) }, .noFrames),
        (Source("other-tags") { (0..<50).flatMap { _ in Surgery.id3v2([1]) } }, .tooManyTags),
        (Source("other-empty") { [] }, .emptyFile),
        (Source("other-byte") { [0xFF] }, .noFrames),
    ]

    private static let ffmpeg = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-i"]

    /// The wave goes behind the options for LAME and right behind `-i` for ffmpeg.
    private static func made(_ name: String, _ command: [String], _ suffix: String) -> Source {
        Source(name) {
            let wave = try Sound.wave(seconds: 3, seed: 1)
            let out = Files.unique("making") + suffix
            defer { unlink(out) }
            var words = command
            if let at = words.firstIndex(of: "-i") { words.insert(wave, at: at + 1) } else { words.append(wave) }
            try Program.run(words + [out])
            return try Files.read(out)
        }
    }

    @Test("with the reason", arguments: others)
    func refused(source: Source, reason: MP3Refusal) async throws {
        try await Work.run {
            let file = try source.bytes()
            #expect(throws: reason) { try Reading.layout(file) }
        }
    }

    /// Layer I cannot be made with the tools at hand: three headers by hand, 32 kbit/s at 32 kHz, 48 bytes a frame
    /// (ISO/IEC 11172-3, 2.4.3.1: ⌊12 · 32000 / 32000⌋ slots of four bytes).
    @Test("and Layer I")
    func layerI() {
        let frame: [UInt8] = [0xFF, 0xFF, 0x18, 0xC0] + [UInt8](repeating: 0, count: 44)
        let file = [[UInt8]](repeating: frame, count: 50).flatMap { $0 }
        #expect(throws: MP3Refusal.layerI) { try Reading.layout(file) }
    }

    @Test("every reason has a slug and a sentence of its own")
    func slugs() {
        let all: [MP3Refusal] = [
            .emptyFile, .otherFormat("Ogg"), .unsupported("PDF"), .layerI, .layerII, .freeFormat, .noFrames,
            .tooManyTags, .tooDamaged,
            .tooLong,
        ]
        #expect(Set(all.map(\.slug)).count == all.count)
        #expect(Set(all.map(\.description)).count == all.count)
    }
}
