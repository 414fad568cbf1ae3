/// The container and codec of a clip. The raw value is the word in queries, clip ids and object keys.
public enum ClipFormat: String, Hashable, Sendable, CaseIterable {
    case mp3
    /// Opus in Ogg (RFC 7845).
    case opus
    /// Opus in WebM.
    case webm
    /// AAC in MP4, its index in front ("fast start").
    case m4a
    /// 16-bit PCM in RIFF/WAVE.
    case wav

    public var mediaType: String {
        switch self {
        case .mp3: "audio/mpeg"
        case .opus: "audio/ogg"
        case .webm: "audio/webm"
        case .m4a: "audio/mp4"
        case .wav: "audio/wav"
        }
    }
}
