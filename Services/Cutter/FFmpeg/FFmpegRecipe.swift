import Domain

/// How ffmpeg makes and reads clips of one format: the one place that has to know a new one.
struct FFmpegRecipe: Sendable {
    let encoder: String
    let encoderOptions: [String]
    let muxer: String
    let muxerOptions: [String]
    /// What a finished clip is read by.
    let demuxer: String
    /// How much longer than it should a finished clip may play.
    let longestExcess: Duration

    static func of(_ format: ClipFormat) -> FFmpegRecipe {
        switch format {
        case .mp3:
            FFmpegRecipe(
                encoder: "libmp3lame", encoderOptions: ["-b:a", "128k"], muxer: "mp3",
                muxerOptions: ["-id3v2_version", "4", "-write_id3v1", "0"], demuxer: "mp3",
                longestExcess: .milliseconds(1))
        case .opus:
            FFmpegRecipe(
                encoder: "libopus", encoderOptions: ["-b:a", "64k"], muxer: "opus", muxerOptions: [], demuxer: "ogg",
                longestExcess: .milliseconds(1))
        case .webm:
            FFmpegRecipe(
                encoder: "libopus", encoderOptions: ["-b:a", "64k"], muxer: "webm", muxerOptions: [],
                demuxer: "matroska", longestExcess: .milliseconds(1))
        case .m4a:
            // AAC ends with a whole frame of 1,024 samples, which not every decoder cuts.
            FFmpegRecipe(
                encoder: "aac", encoderOptions: ["-b:a", "128k"], muxer: "ipod",
                muxerOptions: ["-movflags", "+faststart"], demuxer: "mov",
                longestExcess: .milliseconds(1024 * 1000 / 44_100 + 2))
        case .wav:
            FFmpegRecipe(
                encoder: "pcm_s16le", encoderOptions: [], muxer: "wav", muxerOptions: [], demuxer: "wav",
                longestExcess: .milliseconds(1))
        }
    }

    var encode: [String] { ["-c:a", encoder] + encoderOptions }

    /// The same input gives the same bytes: no dates, no random ids, no versions, one thread. They go to standard output,
    /// which is a file in memory: a muxer goes back to fill in its header.
    var write: [String] {
        ["-fflags", "+bitexact", "-flags:a", "+bitexact", "-threads", "1"] + muxerOptions
            + ["-f", muxer, "/dev/stdout"]
    }
}
