/// Why a file is not cut frame by frame. But for `emptyFile` and `unsupported`, ffmpeg may still decode it.
public enum MP3Refusal: Error, Hashable, Sendable {
    case emptyFile
    /// Something else by its first bytes; the text names it.
    case otherFormat(String)
    /// Something by its first bytes that is no source at all; the text names it.
    case unsupported(String)
    case layerI
    case layerII
    /// Bitrate index 0: a frame's length is not in its header. Source: ISO/IEC 11172-3, 2.4.2.3.
    case freeFormat
    /// No three frames in a row in the first 5 MiB behind the tags.
    case noFrames
    /// More tags one after the other than any program writes.
    case tooManyTags
    /// So many breaks between frames that an index would be larger than it is worth.
    case tooDamaged
    /// More frames than an index may hold (about 50 hours), or more bytes than its numbers.
    case tooLong

    /// A short, fixed name for metrics, logs and answers.
    public var slug: String {
        switch self {
        case .emptyFile: "empty-file"
        case .otherFormat: "other-format"
        case .unsupported: "unsupported-format"
        case .layerI: "layer-1"
        case .layerII: "layer-2"
        case .freeFormat: "free-format"
        case .noFrames: "no-frames"
        case .tooManyTags: "too-many-tags"
        case .tooDamaged: "too-damaged"
        case .tooLong: "too-long"
        }
    }
}

extension MP3Refusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .emptyFile: "the file is empty"
        case .otherFormat(let name): "the file is \(name), not MP3"
        case .unsupported(let name): "the file is \(name), which is no kind of audio that clips are cut from"
        case .layerI: "the audio is MPEG Layer I, not Layer III"
        case .layerII: "the audio is MPEG Layer II, not Layer III"
        case .freeFormat: "the audio is in free format, whose frames do not state their length"
        case .noFrames: "no three MP3 frames follow one another at the beginning of the file"
        case .tooManyTags: "more tags follow one another than any program writes"
        case .tooDamaged: "the audio is broken off too many times to index"
        case .tooLong: "the audio has more frames than an index may hold"
        }
    }
}
