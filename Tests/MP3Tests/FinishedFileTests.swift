import MP3Corpus
import Testing

@testable import MP3

@Suite("An MP3 that ffmpeg wrote is finished")
struct FinishedFileTests {
    /// - Parameter samples: as many as are encoded.
    private static func encoded(_ samples: Int, _ options: String...) throws -> [UInt8] {
        let out = Files.unique("finished") + ".mp3"
        defer { Files.remove(out) }
        let wave = try Sound.wave(seconds: 60, seed: 1)
        try Program.run(
            ["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", wave, "-af", "atrim=end_sample=\(samples)"] + options + [
                out
            ])
        return try Files.read(out)
    }

    /// 1,152 · n + 1 to 46 samples are those of which ffmpeg's own tag tells too little. Fewer than 47 end in the frame in which
    /// they begin, which ffmpeg can't play.
    @Test(
        "and plays as many samples as were encoded, by both decoders",
        arguments: [1, 44, 47, 48, 1_152, 1_153, 1_198, 1_199, 5_000, 11_540, 11_566, 115_205])
    func exactEnd(samples: Int) async throws {
        try await Work.run {
            let file = try Self.encoded(samples, "-b:a", "128k")
            let finished = FinishedFile.make(of: file, samples: samples)
            #expect(
                Surgery.frames(finished, from: try #require(ID3v2.size(in: Window(finished, at: 0), at: 0))).count >= 8)
            for decoder in Decoder.allCases {
                #expect(try decoder.samples(finished).count == max(samples, 47) * 4, "\(decoder)")
            }
        }
    }

    @Test("and sounds as before")
    func sameSound() async throws {
        try await Work.run {
            for options in [
                ["-b:a", "128k"], ["-q:a", "2"], ["-ar", "22050", "-b:a", "32k"], ["-ac", "1", "-b:a", "64k"],
            ] {
                let file = try Self.encoded(
                    3_000, options[0], options[1], options.dropFirst(2).first ?? "-ar",
                    options.dropFirst(3).first ?? "44100")
                let finished = FinishedFile.make(of: file)
                #expect(finished.count > file.count)
                for decoder in Decoder.allCases {
                    let channels = options.contains("-ac") ? 1 : 2
                    let difference = Difference(
                        try decoder.samples(finished), try decoder.samples(file), channels: channels)
                    #expect(difference.isNone, "\(options) by \(decoder): \(difference)")
                }
            }
        }
    }

    @Test("and its checksums are those that LAME's own tag has")
    func checksums() async throws {
        try await Work.run {
            for samples in [44, 11_540] {
                let finished = FinishedFile.make(of: try Self.encoded(samples, "-b:a", "128k"), samples: samples)
                let window = Window(finished, at: 0)
                let start = try #require(ID3v2.size(in: window, at: 0))
                let header = try #require(window.bigEndian32(at: start).flatMap(FrameHeader.init(word:)))
                let tag = start + header.tagOffset
                var own = TagCRC()
                own.add(Array(finished[start..<tag + 154]))
                #expect(window.bigEndian16(at: tag + 154) == Int(own.value))
                var music = TagCRC()
                music.add(Array(finished[(start + header.length)...]))
                #expect(window.bigEndian16(at: tag + 152) == Int(music.value))
            }
        }
    }

    @Test("what is none, or needs nothing, stays as it is")
    func untouched() async throws {
        try await Work.run {
            let long = try Corpus.cbr128.bytes()
            let untagged = Array(try Corpus.untagged.bytes().prefix(900))
            let cutOff = Array(long.prefix(2_000))
            for file in [[], [0xFF], long, untagged, cutOff, Array("RIFF".utf8), Surgery.id3v2([1, 2, 3])] {
                #expect(FinishedFile.make(of: file) == file)
                #expect(FinishedFile.make(of: file, samples: .max) == file)
                #expect(FinishedFile.make(of: file, samples: .min) == file)
            }
        }
    }
}
