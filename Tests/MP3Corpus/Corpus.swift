import Glibc
import MP3
import Synchronization

/// A source file that the tests make themselves, once, and keep.
package struct Source: Sendable, CustomStringConvertible {
    package let name: String
    private let make: @Sendable () throws -> [UInt8]

    package init(_ name: String, _ make: @escaping @Sendable () throws -> [UInt8]) {
        self.name = name
        self.make = make
    }

    package var description: String { name }
    package var path: String { "\(Files.cache)/\(name).mp3" }

    package func bytes() throws -> [UInt8] {
        if !Files.exists(path) { try Files.write(make(), to: path) }
        return try Files.read(path)
    }

    /// The format of its first frame.
    package var format: FrameFormat { get throws { try Reading.layout(try bytes()).parts[0].format } }

    /// A file as LAME makes it.
    package static func lame(_ name: String, seconds: Int = 60, seed: UInt64 = 1, _ options: String...) -> Source {
        Source(name) {
            let out = Files.unique("making") + ".mp3"
            defer { unlink(out) }
            try Program.run(
                ["lame", "--quiet"] + options + [try Sound.wave(seconds: seconds, seed: seed), out])
            return try Files.read(out)
        }
    }

    /// A file as ffmpeg makes it.
    package static func ffmpeg(_ name: String, seconds: Int = 60, _ options: String...) -> Source {
        Source(name) {
            let out = Files.unique("making") + ".mp3"
            defer { unlink(out) }
            let wave = try Sound.wave(seconds: seconds, seed: 1)
            try Program.run(["ffmpeg", "-v", "error", "-nostdin", "-i", wave] + options + ["-y", out])
            return try Files.read(out)
        }
    }
}

/// The kinds of files that must be cut exactly.
package enum Corpus {
    package static let cbr128 = Source.lame("cbr128", "-b", "128")
    package static let v2 = Source.lame("v2", "-V", "2")
    package static let v5 = Source.lame("v5", "-V", "5")
    package static let v0 = Source.lame("v0", "-V", "0")
    package static let untagged = Source.lame("v5-untagged", "-V", "5", "-t")

    package static let nores = Source.lame("cbr128-nores", "-b", "128", "--nores")

    /// As encoders make them.
    package static let plain: [Source] = [
        cbr128, v2, v5, untagged,
        .lame("cbr64-mono", "-b", "64", "-m", "m"),
        .lame("cbr32-mono", "-b", "32", "-m", "m", "--resample", "32"),
        .lame("cbr320", "-b", "320"),
        .lame("cbr128-48k", "-b", "128", "--resample", "48"),
        .lame("cbr96-32k", "-b", "96", "--resample", "32"),
        nores,
        .lame("cbr128-untagged", "-b", "128", "-t"),
        v0,
        .lame("v9-mono", "-V", "9", "-m", "m"),
        .lame("v1", seconds: 30, "-V", "1"),
        .lame("v3", seconds: 30, "-V", "3"),
        .lame("v4", seconds: 30, "-V", "4"),
        .lame("v6", seconds: 30, "-V", "6"),
        .lame("v7", seconds: 30, "-V", "7"),
        .lame("v8", seconds: 30, "-V", "8"),
        .lame("v9", seconds: 30, "-V", "9"),
        .lame("abr130", "--abr", "130"),
        .lame("mpeg2-22k", "-b", "48", "--resample", "22.05"),
        .lame("mpeg2-24k-v5", "-V", "5", "--resample", "24"),
        .lame("mpeg2-16k-mono", "-b", "24", "-m", "m", "--resample", "16"),
        .lame("mpeg25-8k", "-b", "16", "--resample", "8"),
        .lame("mpeg25-11k-v6", "-V", "6", "--resample", "11.025"),
        .lame("mpeg25-12k-8kbit", "-b", "8", "-m", "m", "--resample", "12"),
        .lame("cbr128-crc", "-b", "128", "-p"),
        .lame("v2-crc", "-V", "2", "-p"),
        .lame("plain-stereo", "-b", "160", "-m", "s"),
        .ffmpeg("lavf-128", "-b:a", "128k"),
        .ffmpeg("lavf-q4", "-q:a", "4"),
        .ffmpeg("shine-128", seconds: 30, "-c:a", "libshine", "-b:a", "128k"),
    ]
}
