/// The kinds of audio file that count as episodes. The raw value is the file name's extension, in lower case.
public enum AudioFileKind: String, Hashable, Sendable, CaseIterable {
    case mp3, m4a, ogg, opus, flac, wav

    /// - Parameter fileName: its extension may be in either case; nil if it is none of these.
    public init?(fileName: String) {
        guard let dot = fileName.lastIndex(of: "."), dot > fileName.startIndex else { return nil }
        self.init(rawValue: fileName[fileName.index(after: dot)...].lowercased())
    }

    public var mediaType: String {
        switch self {
        case .mp3: "audio/mpeg"
        case .m4a: "audio/mp4"
        case .ogg, .opus: "audio/ogg"
        case .flac: "audio/flac"
        case .wav: "audio/wav"
        }
    }
}
