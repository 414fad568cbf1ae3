import Glibc
import TestStack
import Testing

@testable import CutterService

@Suite("The links of an Ogg file")
struct OggLinksTests {
    private func links(_ bytes: [UInt8], pieces: Int) -> [OggLink] {
        var walk = OggLinks()
        var at = 0
        while at < bytes.count {
            let end = min(bytes.count, at + pieces)
            walk.feed(Array(bytes[at..<end]))
            at = end
        }
        return walk.finish(size: UInt64(bytes.count))
    }

    @Test("are as long as what ffmpeg decodes of each, however the bytes come", arguments: [1_000_000, 4_096, 7])
    func durations(pieces: Int) async throws {
        let sound = FFmpegSamples.glide(rate: 44_100, seconds: 3)
        let files = [
            try await FFmpegSamples.encode(sound, rate: 44_100, channels: 2, ["-c:a", "libopus", "-f", "opus"]),
            try await FFmpegSamples.encode(sound, rate: 44_100, channels: 2, ["-c:a", "libvorbis", "-f", "ogg"]),
            try await FFmpegSamples.encode(sound, rate: 44_100, channels: 2, ["-c:a", "flac", "-f", "ogg"]),
        ]
        let found = links(files.flatMap { $0 }, pieces: pieces)
        #expect(found.count == 3)
        var begin: UInt64 = 0
        for (link, file) in zip(found, files) {
            #expect(link.bytes == begin..<begin + UInt64(file.count))
            begin = link.bytes.upperBound
            #expect(link.beginsAtZero)
            let rate = link.codec?.granulesPerSecond ?? 0
            let heard = try await FFmpegSamples.decode(file, rate: rate).count / 2
            #expect(link.duration.samples(at: rate) == Int64(heard))
        }
    }

    @Test("of bytes that are none, or broken off anywhere, end nothing")
    func damaged() async throws {
        let file = try await FFmpegSamples.source(.opus)
        #expect(links([], pieces: 10).isEmpty)
        #expect(links([UInt8](repeating: 7, count: 3_000), pieces: 100).isEmpty)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var bent = Array(file.prefix(Int.random(in: 0...9_000, using: &random)))
            for _ in 0..<20 where !bent.isEmpty {
                bent[Int.random(in: 0..<bent.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            for link in links(bent, pieces: 1_000) {
                #expect(link.duration >= .zero && link.bytes.upperBound <= UInt64(bent.count))
            }
        }
        // A position as large as its field, in the page of the first sound.
        var huge = file
        for place in huge.indices.dropLast(14) where huge[place..<place + 4].elementsEqual("OggS".utf8) {
            if huge[place + 6..<place + 14].contains(where: { $0 != 0 }) {
                huge.replaceSubrange(place + 6..<place + 14, with: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
            }
        }
        #expect(links(huge, pieces: 5_000).first?.duration == .zero)
    }
}
