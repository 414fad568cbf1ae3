import Glibc
import TestStack
import Testing

@testable import CutterService

/// Sound whose every moment can be told from every other, and what ffmpeg and lame make of it.
enum FFmpegSamples {
    static let rate = 44_100
    static let seconds = 12

    /// Stereo, 16 bits, interleaved: a tone that glides for as long as the sound lasts, with a slow throb.
    static let sound: [Int16] = glide(rate: rate, seconds: seconds)

    static func glide(rate: Int, seconds: Int) -> [Int16] {
        var samples: [Int16] = []
        samples.reserveCapacity(rate * seconds * 2)
        for place in 0..<rate * seconds {
            let time = Double(place) / Double(rate)
            let phase = 2 * Double.pi * (200 * time + 60 * time * time)
            let loud = 9000 + 3000 * sin(2 * Double.pi * 1.7 * time)
            samples.append(Int16(loud * sin(phase)))
            samples.append(Int16(loud * sin(phase * 1.5)))
        }
        return samples
    }

    enum Kind: String, CaseIterable, Sendable {
        case mp3, vbr, m4a, opus, vorbis, flac, wav

        var encoder: [String] {
            switch self {
            case .mp3: ["-c:a", "libmp3lame", "-b:a", "128k", "-f", "mp3"]
            case .vbr: ["-c:a", "libmp3lame", "-q:a", "5", "-f", "mp3"]
            case .m4a: ["-c:a", "aac", "-f", "ipod"]
            case .opus: ["-c:a", "libopus", "-f", "opus"]
            case .vorbis: ["-c:a", "libvorbis", "-f", "ogg"]
            case .flac: ["-c:a", "flac", "-f", "flac"]
            case .wav: ["-c:a", "pcm_s16le", "-f", "wav"]
            }
        }
    }

    private static let made = Made()

    /// Each kind is encoded once per run of the tests.
    static func source(_ kind: Kind) async throws -> [UInt8] {
        try await made.bytes(kind.rawValue) {
            try await encode(sound, rate: rate, channels: 2, kind.encoder)
        }
    }

    /// Two ends of different formats, one behind the other, as inserted advertisements make them.
    static func joined() async throws -> [UInt8] {
        try await made.bytes("joined") {
            let first = try await encode(
                glide(rate: 44_100, seconds: 4), rate: 44_100, channels: 2, ["-b:a", "128k", "-f", "mp3"])
            let second = try await encode(
                glide(rate: 48_000, seconds: 4), rate: 48_000, channels: 2,
                // Of a tag in the middle ffmpeg's decoder loses a frame.
                ["-ac", "1", "-b:a", "64k", "-id3v2_version", "0", "-f", "mp3"])
            return first + second
        }
    }

    static func encode(_ samples: [Int16], rate: Int, channels: Int, _ arguments: [String]) async throws -> [UInt8] {
        let input = try TemporaryFile(holding: samples.withUnsafeBytes(Array.init), suffix: ".raw")
        let output = try TemporaryFile()
        try await Tool.run(
            "ffmpeg",
            ["-v", "error", "-nostdin", "-y", "-f", "s16le", "-ar", "\(rate)", "-ac", "\(channels)", "-i", input.path]
                + arguments + [output.path])
        return try contents(of: output.path)
    }

    static func contents(of path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 8 << 20)
        bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
        return bytes
    }

    /// The source of one kind, decoded whole once per rate.
    static func truth(_ kind: Kind, rate: Int = rate) async throws -> [Int16] {
        let bytes = try await made.bytes("\(kind) at \(rate)") {
            try await decode(source(kind), rate: rate).withUnsafeBytes(Array.init)
        }
        return samples(bytes)
    }

    private static func samples(_ bytes: [UInt8]) -> [Int16] {
        [Int16](unsafeUninitializedCapacity: bytes.count / 2) { buffer, count in
            bytes.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(buffer).copyMemory(from: .init(rebasing: $0[..<(bytes.count / 2 * 2)]))
            }
            count = bytes.count / 2
        }
    }

    /// What a decoder plays of it, in stereo at `rate`; its complaints fail.
    static func decode(_ bytes: [UInt8], rate: Int = rate) async throws -> [Int16] {
        try await decode(bytes, rate: rate, ["-xerror"])
    }

    /// The same of what is damaged, and may be complained of.
    static func decode(lenient bytes: [UInt8], rate: Int = rate) async throws -> [Int16] {
        try await decode(bytes, rate: rate, [])
    }

    private static func decode(_ bytes: [UInt8], rate: Int, _ strictness: [String]) async throws -> [Int16] {
        let file = try TemporaryFile(holding: bytes)
        let output = try await Tool.run(
            "ffmpeg",
            ["-v", "error", "-nostdin"] + strictness + [
                "-i", file.path, "-map", "0:a:0", "-f", "s16le", "-ar", "\(rate)", "-ac", "2", "pipe:1",
            ])
        return samples(output)
    }

    /// By how many samples `heard` is later than it should be, found by laying its beginning over `truth` at `start`.
    ///
    /// - Parameters: interleaved stereo; `start` in samples per channel.
    static func lateness(of heard: [Int16], in truth: [Int16], at start: Int, from: Int = 8000, reach: Int = 60) -> Int
    {
        let count = min(6000, heard.count / 2 - reach)
        var best = (lag: Int.max, error: Int.max)
        // From the middle of what is heard: an encoder's first samples are its worst.
        let from = min(from, heard.count / 2 - count - reach)
        for lag in -reach...reach where start + from - lag >= 0 {
            var error = 0
            for place in 0..<count {
                let other = 2 * (start + from + place - lag)
                guard other < truth.count else { break }
                error += abs(Int(heard[2 * (from + place)]) - Int(truth[other]))
            }
            if error < best.error { best = (lag, error) }
        }
        return best.lag
    }
}

private actor Made {
    private var tasks: [String: Task<[UInt8], any Error>] = [:]

    func bytes(_ name: String, _ make: @escaping @Sendable () async throws -> [UInt8]) async throws -> [UInt8] {
        let task = tasks[name] ?? Task { try await make() }
        tasks[name] = task
        return try await task.value
    }
}
