/// The kinds of file that are taken for episodes. No other list of them exists.
public enum AudioKind: String, Hashable, Sendable, CaseIterable {
    /// MPEG audio of layers I to III, as bare frames with or without tags.
    case mpeg
    /// AAC frames with ADTS headers.
    case adts
    /// ISO base media and QuickTime.
    case mp4
    case ogg
    case flac
    /// RIFF/WAVE, RF64 and Sony's Wave64.
    case wav
    /// AIFF and AIFF-C.
    case aiff
    /// Apple's Core Audio Format.
    case caf
    /// Matroska and WebM.
    case matroska

    /// As a person would call it.
    public var name: String {
        switch self {
        case .mpeg: "MP3"
        case .adts: "AAC"
        case .mp4: "MP4"
        case .ogg: "Ogg"
        case .flac: "FLAC"
        case .wav: "WAV"
        case .aiff: "AIFF"
        case .caf: "CAF"
        case .matroska: "Matroska or WebM"
        }
    }

    /// What files of this kind are usually called, in lower case; the first is the most usual. A hint only.
    public var endings: [String] {
        switch self {
        case .mpeg: ["mp3", "mp2", "mp1", "mpga", "mpa"]
        case .adts: ["aac"]
        case .mp4: ["m4a", "m4b", "mp4", "m4v", "mov", "3gp"]
        case .ogg: ["ogg", "oga", "opus", "spx", "ogx"]
        case .flac: ["flac"]
        case .wav: ["wav", "wave", "bwf", "rf64", "w64"]
        case .aiff: ["aiff", "aif", "aifc"]
        case .caf: ["caf"]
        case .matroska: ["webm", "mka", "mkv"]
        }
    }

    /// Of the sound alone, whatever else the file holds.
    public var mediaType: String {
        switch self {
        case .mpeg: "audio/mpeg"
        case .adts: "audio/aac"
        case .mp4: "audio/mp4"
        case .ogg: "audio/ogg"
        case .flac: "audio/flac"
        case .wav: "audio/wav"
        case .aiff: "audio/aiff"
        case .caf: "audio/x-caf"
        case .matroska: "audio/webm"
        }
    }

    /// - Parameter ending: of a file's name, without the dot, in either case.
    public init?(ending: String) {
        let ending = ending.lowercased()
        guard let kind = Self.allCases.first(where: { $0.endings.contains(ending) }) else { return nil }
        self = kind
    }

    /// The ending of a file's name, as it stands there; nil if it has none or is nothing but an ending.
    public static func ending(of fileName: some StringProtocol) -> String? {
        guard let dot = fileName.lastIndex(of: "."), dot > fileName.startIndex else { return nil }
        let ending = fileName[fileName.index(after: dot)...]
        return ending.isEmpty ? nil : String(ending)
    }
}
