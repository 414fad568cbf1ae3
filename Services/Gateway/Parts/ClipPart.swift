import Domain

/// What is told beside a clip in its answer, if it was asked for by `with`: a clip of the same span in another format.
enum ClipPart: Hashable, Sendable {
    case waveform(PeaksVariant)
    case transcript

    /// As clients name them.
    static let words = ["waveform", "transcript"]

    var format: ClipFormat {
        switch self {
        case .waveform(let variant): .peaks(variant)
        case .transcript: .transcript(.podcast)
        }
    }

    func id(beside id: ClipID) -> ClipID { ClipID(episode: id.episode, span: id.span, snap: id.snap, format: format) }

    /// Whether a part that is ready is of what is heard in the clip: of the same window and, what is made of sound, of the same
    /// version of the source in the same way.
    static func isOf(_ clip: ReadyClip, _ part: ReadyClip) -> Bool {
        guard part.key.window == clip.key.window else { return false }
        guard clip.key.format.transcriptForm == nil, part.key.format.transcriptForm == nil else { return true }
        return part.key.sourceVersion == clip.key.sourceVersion && part.key.cutVersion == clip.key.cutVersion
    }

    var urlField: StaticString {
        switch self {
        case .waveform: "waveform_url"
        case .transcript: "transcript_url"
        }
    }

    var field: StaticString {
        switch self {
        case .waveform: "waveform"
        case .transcript: "transcript"
        }
    }
}
