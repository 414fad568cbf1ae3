import Glibc
import MP3Corpus

/// A source that is not cut by the frame, and what it sounds like from its presentation's beginning on.
struct OtherKind: Sendable, CustomStringConvertible {
    let source: Source
    /// Samples at 48 kHz that a clip may begin or end too early or too late, as docs/exact-cut.md states them.
    let tolerance: Int
    /// Whether the file says how long it is; else only decoding it all would tell.
    var tellsItsLength = true
    /// Samples at 48 kHz of the source of which nothing is said.
    var uncompared: [Range<Int>] = []
    /// The samples at 48 kHz in one channel.
    let truth: @Sendable () throws -> [UInt8]

    var description: String { source.name }

    private static let seconds = 60

    /// One file as ffmpeg makes it; it sounds like what ffmpeg decodes of it from its beginning to its end.
    ///
    /// - Parameter early: samples at 48 kHz that the file's own timestamps put before its beginning.
    private static func made(
        _ name: String, _ encoder: [String], within tolerance: Int = 2, tellsItsLength: Bool = true, early: Int = 0
    ) -> OtherKind {
        let source = Source("kind-\(name)") { try ffmpeg(encoder) }
        return OtherKind(source: source, tolerance: tolerance, tellsItsLength: tellsItsLength) {
            Array(try Decoder.monoAt48k(source.bytes()).dropFirst(early * 2))
        }
    }

    private static func ffmpeg(_ encoder: [String], seconds: Int = seconds, seed: UInt64 = 5) throws -> [UInt8] {
        let out = Files.unique("making")
        defer { Files.remove(out) }
        try Program.run(
            ["ffmpeg", "-v", "error", "-nostdin", "-i", try Sound.wave(seconds: seconds, seed: seed)] + encoder + [
                "-fflags", "+bitexact", "-y", out,
            ])
        return try Files.read(out)
    }

    /// Streams one behind the other, as a recording of a station holds them.
    private static func chained(_ name: String, _ links: [(seconds: Int, encoder: [String])]) -> OtherKind {
        let parts: @Sendable () throws -> [[UInt8]] = {
            try links.enumerated().map { try ffmpeg($1.encoder, seconds: $1.seconds, seed: UInt64(10 + $0)) }
        }
        let source = Source("kind-\(name)") { try parts().flatMap { $0 } }
        return OtherKind(source: source, tolerance: 4) { try parts().flatMap { try Decoder.monoAt48k($0) } }
    }

    /// Four seconds of the sound are missing, and timestamps say so: it is silent there.
    private static func gap(_ name: String, _ encoder: [String], within tolerance: Int) -> OtherKind {
        let source = Source("kind-\(name)") { try ffmpeg(["-af", "aselect=not(between(t\\,20\\,24))"] + encoder) }
        // The encoder's last frame before the gap begins up to its whole length before it and goes on with the sound that comes
        // behind, which is missing there: FLAC's have 4,608 samples at 44.1 kHz.
        let frame = 5_016
        var kind = OtherKind(source: source, tolerance: tolerance) {
            var whole = try Decoder.monoAt48k(Files.read(Sound.wave(seconds: seconds, seed: 5)))
            let silent = 20 * 48_000 * 2..<(24 * 48_000 + frame) * 2
            whole.replaceSubrange(silent, with: repeatElement(0, count: silent.count))
            return whole
        }
        kind.uncompared = [20, 24].map { $0 * 48_000..<$0 * 48_000 + frame }
        return kind
    }

    /// Pages of a recording were lost.
    private static let lostPages: OtherKind = {
        let whole: @Sendable () throws -> [UInt8] = { try ffmpeg(["-c:a", "libopus", "-f", "opus"]) }
        // Pages of about a second; the ones that end in 20…24 s.
        let source = Source("kind-ogg-lost-pages") {
            try pages(of: whole()).filter { !$0.isLost }.flatMap(\.bytes)
        }
        return OtherKind(source: source, tolerance: 2) {
            var sound = try Decoder.monoAt48k(whole())
            let lost = try pages(of: whole()).filter(\.isLost)
            guard let first = lost.first, let last = lost.last else { return [] }
            // The granule position counts the pre-skip of 312 samples, which is no sound.
            let silent = (first.begin - 312) * 2..<(last.end - 312) * 2
            sound.replaceSubrange(silent, with: repeatElement(0, count: silent.count))
            return sound
        }
    }()

    private struct Page {
        let bytes: [UInt8]
        let begin: Int
        let end: Int
        var isLost: Bool { end >= 20 * 48_000 && end < 24 * 48_000 }
    }

    private static func pages(of file: [UInt8]) -> [Page] {
        var pages: [Page] = []
        var at = 0
        var before = 0
        while at + 27 <= file.count {
            let segments = Int(file[at + 26])
            let length = 27 + segments + file[at + 27..<at + 27 + segments].reduce(0) { $0 + Int($1) }
            let granule = (0..<8).reduce(0) { $0 | Int(file[at + 6 + $1]) << (8 * $1) }
            pages.append(Page(bytes: Array(file[at..<at + length]), begin: before, end: granule))
            before = granule
            at += length
        }
        return pages
    }

    /// Sound that begins two seconds after the picture: players show two seconds of silence.
    private static let late: OtherKind = {
        let source = Source("kind-mp4-late") {
            let out = Files.unique("making") + ".mp4"
            defer { Files.remove(out) }
            try Program.run(
                [
                    "ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "color=c=red:s=64x64:r=10:d=62",
                    "-itsoffset", "2", "-i", try Sound.wave(seconds: seconds, seed: 5), "-map", "0:v", "-map", "1:a",
                    "-c:v", "mpeg4", "-c:a", "aac", "-b:a", "96k", "-y", out,
                ])
            return try Files.read(out)
        }
        return OtherKind(source: source, tolerance: 48) {
            [UInt8](repeating: 0, count: 2 * 48_000 * 2)
                + (try Decoder.monoAt48k(Files.read(Sound.wave(seconds: seconds, seed: 5))))
        }
    }()

    /// Two languages, of which the second is the default one.
    private static let tracks: OtherKind = {
        let source = Source("kind-mp4-tracks") {
            let out = Files.unique("making") + ".m4a"
            defer { Files.remove(out) }
            try Program.run(
                [
                    "ffmpeg", "-v", "error", "-nostdin", "-i", try Sound.wave(seconds: seconds, seed: 6),
                    "-i", try Sound.wave(seconds: seconds, seed: 5), "-map", "0:a", "-map", "1:a", "-c:a", "aac",
                    "-disposition:a:0", "0", "-disposition:a:1", "default", "-y", out,
                ])
            return try Files.read(out)
        }
        return OtherKind(source: source, tolerance: 2) {
            try Decoder.monoAt48k(source.bytes(), track: 1)
        }
    }()

    static let all: [OtherKind] =
        [
            made("m4a", ["-c:a", "aac", "-f", "ipod"]), made("alac", ["-c:a", "alac", "-f", "ipod"]),
            made("mp3-in-mp4", ["-c:a", "libmp3lame", "-f", "mp4"]),
            made(
                "fragmented",
                ["-c:a", "aac", "-movflags", "empty_moov+default_base_moof", "-frag_duration", "2000000", "-f", "mp4"]),
            made("adts", ["-c:a", "aac", "-f", "adts"], tellsItsLength: false),
            made("layer2", ["-c:a", "mp2", "-f", "mp2"]),
            made("opus", ["-c:a", "libopus", "-f", "opus"]), made("vorbis", ["-c:a", "libvorbis", "-f", "ogg"]),
            made("ogg-flac", ["-c:a", "flac", "-f", "ogg"]), made("flac", ["-c:a", "flac", "-f", "flac"]),
            made("wav", ["-f", "wav"]), made("wav-float", ["-c:a", "pcm_f32le", "-f", "wav"]),
            made("wav-mulaw", ["-c:a", "pcm_mulaw", "-f", "wav"]),
            made("wav-ima", ["-c:a", "adpcm_ima_wav", "-f", "wav"]),
            made("wav-ms", ["-c:a", "adpcm_ms", "-f", "wav"]), made("wav-mp3", ["-c:a", "libmp3lame", "-f", "wav"]),
            made("rf64", ["-rf64", "always", "-f", "wav"]), made("w64", ["-f", "w64"]),
            made("aiff", ["-f", "aiff"]), made("aifc-ima", ["-c:a", "adpcm_ima_qt", "-f", "aiff"]),
            made("caf", ["-c:a", "pcm_s16be", "-f", "caf"]), made("caf-alac", ["-c:a", "alac", "-f", "caf"]),
            made("caf-ima", ["-c:a", "adpcm_ima_qt", "-f", "caf"]),
            made("webm-opus", ["-c:a", "libopus", "-f", "webm"], within: 72),
            made("webm-live", ["-c:a", "libopus", "-live", "1", "-f", "webm"], within: 72, tellsItsLength: false),
            made("webm-vorbis", ["-c:a", "libvorbis", "-f", "webm"], within: 216),
            // The encoder's 1,024 samples at 44.1 kHz stand before zero there, and ffmpeg decodes them.
            made("mka-aac", ["-c:a", "aac", "-f", "matroska"], within: 72, early: 1_115),
            made("mka-flac", ["-c:a", "flac", "-f", "matroska"], within: 72),
            chained(
                "chained-opus",
                [25, 15, 20].map { (seconds: $0, encoder: ["-c:a", "libopus", "-f", "opus"]) }),
            chained(
                "chained-mixed",
                [
                    (20, ["-c:a", "libvorbis", "-f", "ogg"]), (15, ["-c:a", "libopus", "-f", "opus"]),
                    (15, ["-c:a", "libvorbis", "-ar", "32000", "-ac", "1", "-f", "ogg"]),
                    (10, ["-c:a", "flac", "-f", "ogg"]),
                ]),
            gap("mka-gap", ["-c:a", "flac", "-f", "matroska"], within: 72),
            gap("mp4-gap", ["-c:a", "alac", "-f", "mov"], within: 2),
        ] + [lostPages, late, tracks]
}
