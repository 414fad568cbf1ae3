import Glibc

/// The programs whose opinion counts.
enum Decoder: String, CaseIterable, Sendable {
    case ffmpeg
    case mpg123

    /// - Returns: what it said on standard error.
    @discardableResult
    func decode(_ path: String, to output: String) throws -> String {
        switch self {
        case .ffmpeg:
            try Program.run(
                ["ffmpeg", "-v", "warning", "-nostdin", "-i", path, "-map", "0:a:0", "-f", "s16le", "-"],
                output: output)
        case .mpg123:
            try Program.run(["mpg123", "-q", "-s", "-e", "s16", path], output: output)
        }
    }

    /// The decoded source, kept beside it.
    func whole(_ source: Source) throws -> String {
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
    func samples(_ clip: [UInt8]) throws -> [UInt8] {
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
struct Difference: CustomStringConvertible {
    let extraSamples: Int
    let largest: Int
    let firstAt: Int?

    /// - Parameters: 16-bit samples of `channels` channels.
    init(_ got: [UInt8], _ wanted: [UInt8], channels: Int) {
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

    var isNone: Bool { extraSamples == 0 && largest <= 1 }

    var description: String {
        "\(extraSamples) samples too many, difference up to \(largest), first at \(firstAt.map(String.init) ?? "-")"
    }
}
