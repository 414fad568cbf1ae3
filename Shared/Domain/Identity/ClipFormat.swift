import Text

/// What a clip is made as: its container and codec, in the order in which we would choose: MP3 alone is lossless, WAV is ten
/// times as large as the others. The raw value is the word in queries, clip ids and object keys.
///
/// It need not be sound (`isAudio`): whatever is made of one window of one source, and found again by its id, is a format.
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

    /// - Parameter word: UTF-8.
    init?(_ word: Slice<UnsafeBufferPointer<UInt8>>) {
        // Nearly all are this one, and making a text of it takes longer than reading the rest of an id.
        if word.spells("mp3") { self = .mp3 } else { self.init(rawValue: String(decoding: word, as: UTF8.self)) }
    }

    /// The registered media type, then other names that clients use for it.
    public var mediaTypes: [String] {
        switch self {
        case .mp3: ["audio/mpeg", "audio/mp3"]
        case .opus: ["audio/ogg", "application/ogg"]
        case .webm: ["audio/webm"]
        case .m4a: ["audio/mp4", "audio/x-m4a", "audio/m4a"]
        case .wav: ["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"]
        }
    }

    public var mediaType: String { mediaTypes[0] }

    /// Whether a player plays it. What is not is asked for by its name alone: no `Accept` chooses it.
    public var isAudio: Bool { mediaType.hasPrefix("audio/") }

    public static let audio = allCases.filter(\.isAudio)

    /// What the codec is called in a media type's `codecs` (RFC 6381; for WAVE RFC 2361).
    public var codec: String {
        switch self {
        case .mp3: "mp3"
        case .opus, .webm: "opus"
        case .m4a: "mp4a"
        case .wav: "1"
        }
    }

    /// What files of it may end in, in lower case, the usual one first (RFC 5334 for Ogg, RFC 4337 and Apple's own for
    /// MPEG-4).
    public var endings: [String] {
        switch self {
        case .mp3: ["mp3"]
        case .opus: ["opus", "ogg", "oga"]
        case .webm: ["webm", "weba"]
        case .m4a: ["m4a", "mp4", "m4b", "m4r"]
        case .wav: ["wav", "wave"]
        }
    }
}
