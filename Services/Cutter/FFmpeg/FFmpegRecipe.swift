import Domain
import MP3

/// How clips of one format are made and read: the one place in the cutter that has to know a new one.
///
/// ffmpeg writes a file, and `finish` makes the clip of it. So a format may be one that no muxer writes: its recipe has ffmpeg
/// write plain sound, and makes of that what it wants.
struct FFmpegRecipe: Sendable {
    let encoder: String
    var encoderOptions: [String] = []
    let muxer: String
    var muxerOptions: [String] = []
    /// What a finished clip is read by.
    let demuxer: String
    /// How much longer than it should a finished clip may play.
    var longestExcess = Duration.milliseconds(1)
    /// Whether frames of MP3 are taken over as they are, where a source is cut by the frame.
    var copiesFrames = false
    /// Makes the clip of the file that ffmpeg wrote, with the number of samples that it says to have encoded.
    var finish: @Sendable (_ file: [UInt8], _ samples: Int?) throws(FFmpegFault) -> [UInt8] = { file, _ in file }

    static func of(_ format: ClipFormat) -> FFmpegRecipe {
        switch format {
        case .mp3:
            FFmpegRecipe(
                encoder: "libmp3lame", encoderOptions: ["-b:a", "128k"], muxer: "mp3",
                muxerOptions: [
                    "-id3v2_version", "4", "-write_id3v1", "0", "-metadata:s:a:0", "encoder=\(InfoTag.clipEncoder)",
                ], demuxer: "mp3", copiesFrames: true,
                finish: { FinishedFile.make(of: $0, samples: $1) })
        case .opus:
            FFmpegRecipe(encoder: "libopus", encoderOptions: ["-b:a", "64k"], muxer: "opus", demuxer: "ogg")
        case .webm:
            FFmpegRecipe(encoder: "libopus", encoderOptions: ["-b:a", "64k"], muxer: "webm", demuxer: "matroska")
        case .m4a:
            // AAC ends with a whole frame of 1,024 samples, which not every decoder cuts.
            FFmpegRecipe(
                encoder: "aac", encoderOptions: ["-b:a", "128k"], muxer: "ipod",
                muxerOptions: ["-movflags", "+faststart"], demuxer: "mov",
                longestExcess: .milliseconds(1024 * 1000 / 44_100 + 2))
        case .wav: FFmpegRecipe(encoder: "pcm_s16le", muxer: "wav", demuxer: "wav")
        case .peaks(let variant): made { Peaks($0, variant).json }
        case .dat(let variant): made { Peaks($0, variant).binary }
        case .svg(let variant): made { WaveformPicture($0, variant).svg }
        case .png(let variant): made { WaveformPicture($0, variant).png }
        // Nothing that ffmpeg has, so that no ffmpeg is one that can make it.
        case .transcript: FFmpegRecipe(encoder: "none", muxer: "none", demuxer: "none")
        }
    }

    /// What is made of plain sound, which is just what the WAV clip holds.
    ///
    /// - Parameter make: nil if there is no memory for it.
    private static func made(of make: @escaping @Sendable (PlainSound) -> [UInt8]?) -> FFmpegRecipe {
        FFmpegRecipe(
            encoder: "pcm_s16le", muxer: "wav", demuxer: "wav",
            finish: { (file, _) throws(FFmpegFault) in
                guard let sound = PlainSound(wave: file) else {
                    throw .unplayable(why: "ffmpeg made no plain sound of it")
                }
                guard let bytes = make(sound) else { throw .noSpace }
                return bytes
            })
    }

    var encode: [String] { ["-c:a", encoder] + encoderOptions }

    /// The same input gives the same bytes: no dates, no random ids, no versions, one thread. They go to standard output,
    /// which is a file in memory: a muxer goes back to fill in its header.
    var write: [String] {
        ["-fflags", "+bitexact", "-flags:a", "+bitexact", "-threads", "1"] + muxerOptions
            + ["-f", muxer, "/dev/stdout"]
    }
}
