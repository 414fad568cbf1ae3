/// What ffmpeg may open and decode of a source, and where its seek is known to land where it says.
enum FFmpegKinds {
    /// Demuxers of the kinds in `AudioKind`. Playlists and lists of files are not among them: they would make ffmpeg open
    /// others.
    static let demuxers = ["mp3", "aac", "mov", "ogg", "flac", "wav", "w64", "aiff", "caf", "matroska"]

    /// Decoders of sound, and no other: a picture or a video in the file is not decoded, not even to look at it.
    static let decoders =
        [
            "mp3float", "mp3", "mp2float", "mp2", "mp1float", "mp1", "aac", "alac", "opus", "vorbis", "flac",
            "pcm_alaw", "pcm_mulaw", "pcm_u8", "pcm_s8", "adpcm_ms", "adpcm_ima_wav", "adpcm_ima_qt",
        ]
        + ["pcm_s16", "pcm_s24", "pcm_s32", "pcm_f32", "pcm_f64"].flatMap { ["\($0)le", "\($0)be"] }

    /// Names as ffmpeg tells them of streams; a decoder of the same codec may be called otherwise.
    static let codecs = Set(decoders).subtracting(["mp3float", "mp2float", "mp1float"])

    /// Whether ffmpeg, told to go to a time, decodes from there with the right times on what it decodes.
    ///
    /// Times come from tables (MP4, CAF), from the frames themselves (FLAC, Ogg, Matroska), from a constant size (PCM), or by
    /// counting all packets before (ADTS, MPEG layers I and II). Elsewhere ffmpeg works them out from a mean bitrate, or
    /// they are no place in the sound: ADPCM in WAV was 20 s off.
    static func seeksExactly(demuxer: String, codec: String) -> Bool {
        switch demuxer {
        case "mov", "ogg", "flac", "matroska", "aac": true
        case "wav", "w64", "aiff": codec.hasPrefix("pcm_")
        case "caf": codec.hasPrefix("pcm_") || codec == "alac" || codec == "aac"
        case "mp3": codec == "mp2" || codec == "mp1"
        default: false
        }
    }

    /// Whether ffmpeg finds a time by searching through the file, because no table tells its place.
    static func searches(demuxer: String) -> Bool { ["ogg", "flac"].contains(demuxer) }

    /// Whether the duration that ffmpeg tells of such a file is no estimate.
    static func tellsDuration(demuxer: String) -> Bool {
        ["mov", "ogg", "flac", "wav", "w64", "aiff", "caf", "matroska"].contains(demuxer)
    }
}
