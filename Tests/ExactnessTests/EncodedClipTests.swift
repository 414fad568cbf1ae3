import Domain
import MP3
import MP3Corpus
import Testing

@testable import CutterService

/// Clips that were decoded and encoded again: as long as asked and from where they were asked, if not the same samples.
@Suite("An exact cut that is encoded again")
struct EncodedClipTests {
    private static let formats: [ClipFormat] = [.wav, .opus, .webm, .m4a]

    @Test(
        "2 · of an MP3 begins and ends to the sample in every other format",
        arguments: [Corpus.cbr128, Corpus.v2, Nasty.mono64, Nasty.low22k])
    func otherFormats(source: Source) async throws {
        let whole = try await Work.value { try Decoder.monoAt48k(try source.bytes()) }
        try await CuttingRoom.each(of: Self.formats) { format in
            for (start, length) in [(7, 15_000), (4_321, 3_000)] {
                let clip = try await CuttingRoom.clip(of: source.path, start, length, as: format)
                #expect(clip.exact == .reencoded)
                try await Work.run {
                    try Self.check(clip.bytes, start, length, in: whole, format, "\(source.name) as \(format)")
                }
            }
        }
    }

    /// - Parameters:
    ///   - whole: the source at 48 kHz in one channel.
    ///   - late: samples at 48 kHz that the clip may begin too early or too late.
    private static func check(
        _ clip: [UInt8], _ start: Int, _ length: Int, in whole: [UInt8], _ format: ClipFormat, _ name: String,
        late: Int = 2
    ) throws {
        let got = try Decoder.monoAt48k(clip)
        let extra = got.count / 2 - length * 48
        // AAC comes in frames of 1,024 samples, and not every player cuts the last one.
        let most = format == .m4a ? 1_200 : 2
        #expect(extra >= -2 && extra <= most, "\(name): \(extra) samples too many")
        let from = start > 20 ? 0 : 480
        let at = start * 48 + from
        guard at >= Shift.reach else { return }
        let shift = Shift.best(
            Array(got[from * 2..<(from + 96_000) * 2]),
            in: Array(whole[(at - Shift.reach) * 2..<(at + 96_000 + Shift.reach) * 2]))
        #expect(abs(shift) <= late, "\(name): \(shift) samples late")
    }

    private static func made(_ name: String, _ encoder: [String], _ suffix: String) -> Source {
        Source(name) {
            let out = Files.unique("making") + suffix
            defer { Files.remove(out) }
            try Program.run(
                ["ffmpeg", "-v", "error", "-nostdin", "-i", try Sound.wave(seconds: 30, seed: 1)] + encoder + [
                    "-fflags", "+bitexact", "-y", out,
                ])
            return try Files.read(out)
        }
    }

    private static let others: [Source] = [
        made("other-30s-flac", ["-c:a", "flac"], ".flac"), made("other-30s-wav", [], ".wav"),
        made("other-30s-m4a", ["-c:a", "aac", "-movflags", "+faststart"], ".m4a"),
        made("other-30s-opus", ["-c:a", "libopus"], ".opus"), made("other-30s-ogg", ["-c:a", "libvorbis"], ".ogg"),
    ]

    @Test("9 · of what is not cut by the frame begins where it should", arguments: others)
    func byDecoding(source: Source) async throws {
        let whole = try await Work.value { try Decoder.monoAt48k(try source.bytes()) }
        let isVorbis = source.name == "other-30s-ogg"
        try await CuttingRoom.each(of: [ClipFormat.mp3, .wav]) { format in
            for (start, length) in [(7, 15_000), (10_025, 15_000), (26_500, 3_000)] {
                let clip = try await CuttingRoom.clip(of: source.path, start, length, as: format)
                #expect(clip.exact == .reencoded)
                try await Work.run {
                    try Self.check(
                        clip.bytes, start, length, in: whole, format, "\(source.name) at \(start) as \(format)",
                        late: isVorbis ? 144 : 2)
                }
            }
        }
    }

    /// ffmpeg 7.1 reads free format, and decodes none of it.
    @Test("9 · of free format is refused by name, as ffmpeg can't decode it")
    func freeFormat() async throws {
        _ = try Nasty.freeFormat.bytes()
        do {
            _ = try await CuttingRoom.clip(of: Nasty.freeFormat.path, 10_000, 15_000)
            Issue.record("a clip of free format")
        } catch let fault as ClipFault {
            #expect(fault.reason == .unplayableSource, "\(fault)")
        }
    }
}
