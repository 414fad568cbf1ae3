import Text
import Transcripts

/// What a clip is made as: its container and codec, in the order in which we would choose: MP3 alone is lossless, WAV is ten
/// times as large as the others. The raw value is the word in clip ids and object keys.
///
/// It need not be sound (`isAudio`): whatever is made of one window of one source, and found again by its id, is a format.
/// Some formats come in variants, which clients choose by parameters of closed lists. The variant is part of the raw value,
/// `peaks-512-16-split`, unless it is the standard one, `peaks`: one variant has one word.
public enum ClipFormat: Hashable, Sendable {
    case mp3
    /// Opus in Ogg (RFC 7845).
    case opus
    /// Opus in WebM.
    case webm
    /// AAC in MP4, its index in front ("fast start").
    case m4a
    /// 16-bit PCM in RIFF/WAVE.
    case wav
    /// Minima and maxima of the sound as JSON: audiowaveform's data format, version 2.
    case peaks(PeaksVariant = .standard)
    /// The same in its binary form.
    case dat(PeaksVariant = .standard)
    /// A picture of the waveform (SVG 1.1).
    case svg(PictureVariant = .standard)
    /// The same picture as PNG (ISO/IEC 15948).
    case png(PictureVariant = .standard)
    /// What is said in it, as text.
    case transcript(TranscriptForm)

    /// Each format once, in its standard variant.
    public static let each: [ClipFormat] =
        ofSound + [.transcript(.webVTT), .transcript(.subRip), .transcript(.podcast)]

    /// Those that are made of an episode's sound; the others are made of what its transcript says.
    public static let ofSound: [ClipFormat] = [.mp3, .opus, .webm, .m4a, .wav, .peaks(), .dat(), .svg(), .png()]

    /// Each format in each variant.
    public static let variants: [ClipFormat] = each.flatMap { format -> [ClipFormat] in
        switch format {
        case .mp3, .opus, .webm, .m4a, .wav, .transcript: [format]
        case .peaks: PeaksVariant.allCases.map { .peaks($0) }
        case .dat: PeaksVariant.allCases.map { .dat($0) }
        case .svg: PictureVariant.allCases.map { .svg($0) }
        case .png: PictureVariant.allCases.map { .png($0) }
        }
    }

    /// The formats that play.
    public static let audio = each.filter(\.isAudio)

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
        case .peaks: ["application/json"]
        case .dat: ["application/octet-stream"]
        case .svg: ["image/svg+xml"]
        case .png: ["image/png"]
        case .transcript(.webVTT): ["text/vtt"]
        case .transcript(.subRip): ["application/x-subrip"]
        case .transcript(.podcast): ["application/json"]
        }
    }

    public var mediaType: String { mediaTypes[0] }

    /// Whether a player plays it. What is not is asked for by its name alone: no `Accept` chooses it.
    public var isAudio: Bool { mediaType.hasPrefix("audio/") }

    /// What the codec is called in a media type's `codecs` (RFC 6381; for WAVE RFC 2361); empty for what is no sound.
    public var codec: String {
        switch self {
        case .mp3: "mp3"
        case .opus, .webm: "opus"
        case .m4a: "mp4a"
        case .wav: "1"
        case .peaks, .dat, .svg, .png, .transcript: ""
        }
    }

    /// What files of it may end in, in lower case, the usual one first (RFC 5334 for Ogg, RFC 4337 and Apple's own for
    /// MPEG-4, audiowaveform's manual for the waveform's data).
    public var endings: [String] {
        switch self {
        case .mp3: ["mp3"]
        case .opus: ["opus", "ogg", "oga"]
        case .webm: ["webm", "weba"]
        case .m4a: ["m4a", "mp4", "m4b", "m4r"]
        case .wav: ["wav", "wave"]
        case .peaks: ["peaks.json"]
        case .dat: ["dat"]
        case .svg: ["svg"]
        case .png: ["png"]
        case .transcript(.webVTT): ["vtt"]
        case .transcript(.subRip): ["srt"]
        case .transcript(.podcast): ["transcript.json"]
        }
    }
}

extension ClipFormat {
    /// What clients call it, whatever the variant.
    public var name: String {
        switch self {
        case .mp3: "mp3"
        case .opus: "opus"
        case .webm: "webm"
        case .m4a: "m4a"
        case .wav: "wav"
        case .peaks: "peaks"
        case .dat: "dat"
        case .svg: "svg"
        case .png: "png"
        case .transcript(.webVTT): "vtt"
        case .transcript(.subRip): "srt"
        case .transcript(.podcast): "transcript"
        }
    }

    /// In clip ids and object keys: the name, and the variant behind it unless that is the standard one.
    public var rawValue: String {
        switch self {
        case .mp3, .opus, .webm, .m4a, .wav, .transcript: name
        case .peaks(let variant), .dat(let variant): variant == .standard ? name : "\(name)-\(variant)"
        case .svg(let variant), .png(let variant): variant == .standard ? name : "\(name)-\(variant)"
        }
    }

    /// Nil for what `rawValue` never is.
    public init?(rawValue: String) {
        guard let format = Self.byRawValue[rawValue] else { return nil }
        self = format
    }

    /// - Parameter name: as clients write it; the variant is the standard one.
    public init?(named name: String) {
        guard let format = Self.each.first(where: { $0.name == name }) else { return nil }
        self = format
    }

    /// The form in which it says what is said; nil for what is made of sound.
    public var transcriptForm: TranscriptForm? { if case .transcript(let form) = self { form } else { nil } }

    /// The same format in its standard variant.
    public var standard: ClipFormat {
        switch self {
        case .mp3, .opus, .webm, .m4a, .wav, .transcript: self
        case .peaks: .peaks()
        case .dat: .dat()
        case .svg: .svg()
        case .png: .png()
        }
    }

    private static let byRawValue = Dictionary(uniqueKeysWithValues: variants.map { ($0.rawValue, $0) })
}
