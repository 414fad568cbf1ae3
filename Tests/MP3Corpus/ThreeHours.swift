import Glibc
import MP3

/// Three hours, joined from a few minutes' frames over and over, each time from a frame later on, so that no group of
/// frames comes again.
package enum ThreeHours {
    package static let seconds = 3 * 3600

    /// - Parameter part: of one format, without anything between its frames, and with LAME's tag in front.
    package static func joined(_ part: [UInt8]) throws -> [UInt8] {
        let frames = Surgery.frames(part)
        guard frames.count > 1, let header = FrameHeader(word: Surgery.number(part, at: 0)) else {
            throw MP3Refusal.noFrames
        }
        let wanted = seconds * header.format.sampleRate / header.format.samplesPerFrame
        var file: [UInt8] = []
        file.reserveCapacity(part.count * (wanted / frames.count + 2))
        file += part[..<frames[1]]
        var count = 0
        var number = 1
        while count < wanted {
            file += part[frames[number]...]
            count += frames.count - number
            number += 1
        }
        // The tag counts what is there, so that decoders leave out the padding at the end, and not at the first joint.
        Surgery.put(count, at: header.tagOffset + 8, &file)
        Surgery.put(file.count, at: header.tagOffset + 12, &file)
        return file
    }

    /// Mono, so that the whole decoded file stays below a gigabyte. At 48 kHz every frame of 64 kbit/s has 192 bytes, so
    /// that the joined file still has a constant bitrate that its tag proves.
    package static let files = [
        Source("three-hours-v5-mono") { try joined(Source.lame("minute-v5", seed: 11, "-V", "5", "-m", "m").bytes()) },
        Source("three-hours-64-mono") {
            try joined(Source.lame("minute-64", seed: 12, "-b", "64", "-m", "m", "--resample", "48").bytes())
        },
    ]

    /// The samples of a stretch of the decoded file. The file is decoded once per decoder, and of that the stretches are
    /// kept.
    ///
    /// - Parameter stretches: samples of one channel, in order, not overlapping.
    package static func samples(
        of source: Source, by decoder: Decoder, _ stretches: [Range<Int>]
    ) throws -> [[UInt8]] {
        let name = stretches.map { "\($0.lowerBound)" }.joined(separator: "-")
        let paths = stretches.indices.map { "\(Files.cache)/\(source.name).\(decoder.rawValue).\(name).\($0).s16" }
        if !paths.allSatisfy(Files.exists) {
            _ = try source.bytes()
            let making = paths.map { _ in Files.unique("stretch") }
            var script = ""
            var at = 0
            for (stretch, path) in zip(stretches, making) {
                script +=
                    "head -c \((stretch.lowerBound - at) * 2) >/dev/null; head -c \(stretch.count * 2) >'\(path)'; "
                at = stretch.upperBound
            }
            let words = decoder.command(source.path).map { "'\($0)'" }.joined(separator: " ")
            try Program.run(["sh", "-c", "\(words) | { \(script) cat >/dev/null; }"])
            for (from, to) in zip(making, paths) { rename(from, to) }
        }
        return try paths.map { try Files.read($0) }
    }
}
