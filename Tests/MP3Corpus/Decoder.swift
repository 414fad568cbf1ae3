import Glibc

/// The programs whose opinion counts.
package enum Decoder: String, CaseIterable, Sendable {
    case ffmpeg
    case mpg123

    /// What writes a file's samples to standard output, 16 bits each.
    package func command(_ path: String) -> [String] {
        switch self {
        case .ffmpeg:
            ["ffmpeg", "-v", "warning", "-nostdin", "-threads", "1", "-i", path, "-map", "0:a:0", "-f", "s16le", "-"]
        case .mpg123: ["mpg123", "-q", "-s", "-e", "s16", path]
        }
    }

    /// - Returns: what it said on standard error.
    @discardableResult
    package func decode(_ path: String, to output: String) throws -> String {
        try Program.run(command(path), output: output)
    }

    /// The decoded source, kept beside it.
    package func whole(_ source: Source) throws -> String {
        let path = "\(Files.cache)/\(source.name).\(rawValue).s16"
        if !Files.exists(path) {
            _ = try source.bytes()
            let making = Files.unique("decoding")
            try decode(source.path, to: making)
            rename(making, path)
        }
        return path
    }

    /// The decoded clip.
    package func samples(_ clip: [UInt8]) throws -> [UInt8] {
        let path = Files.unique("clip")
        defer {
            unlink("\(path).mp3")
            unlink("\(path).s16")
        }
        try Files.write(clip, to: "\(path).mp3")
        try decode("\(path).mp3", to: "\(path).s16")
        return try Files.read("\(path).s16")
    }
}

/// How two decoded stretches differ.
package struct Difference: CustomStringConvertible {
    package let extraSamples: Int
    package let largest: Int
    package let firstAt: Int?

    /// - Parameters: 16-bit samples of `channels` channels.
    package init(_ got: [UInt8], _ wanted: [UInt8], channels: Int) {
        extraSamples = (got.count - wanted.count) / (2 * channels)
        var largest = 0
        var firstAt: Int?
        let shorter = min(got.count, wanted.count)
        got.withUnsafeBytes { got in
            wanted.withUnsafeBytes { wanted in
                guard shorter > 0, memcmp(got.baseAddress!, wanted.baseAddress!, shorter) != 0 else { return }
                let a = got.bindMemory(to: Int16.self)
                let b = wanted.bindMemory(to: Int16.self)
                for i in 0..<shorter / 2 {
                    let off = abs(Int(a[i]) - Int(b[i]))
                    if off > 1, firstAt == nil { firstAt = i / channels }
                    if off > largest { largest = off }
                }
            }
        }
        self.largest = largest
        self.firstAt = firstAt
    }

    package var isNone: Bool { extraSamples == 0 && largest <= 1 }

    package var description: String {
        "\(extraSamples) samples too many, difference up to \(largest), first at \(firstAt.map(String.init) ?? "-")"
    }
}

extension Decoder {
    /// Any sound as ffmpeg decodes it, at 48 kHz and in one channel.
    package static func monoAt48k(_ bytes: [UInt8], _ input: [String] = [], track: Int = 0) throws -> [UInt8] {
        let path = Files.unique("sound")
        defer {
            unlink(path)
            unlink("\(path).s16")
        }
        try Files.write(bytes, to: path)
        try Program.run(
            ["ffmpeg", "-v", "error", "-nostdin"] + input + [
                "-i", path, "-map", "0:a:\(track)", "-ar", "48000", "-ac", "1", "-f", "s16le", "-",
            ], output: "\(path).s16")
        return try Files.read("\(path).s16")
    }
}
