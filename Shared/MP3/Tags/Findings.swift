/// What was met in a file besides plain frames: for people, and for tests. No cut depends on it.
public struct Findings: Hashable, Sendable {
    /// ID3v2 tags in front, and their bytes.
    public internal(set) var headTags = 0
    public internal(set) var headTagBytes = 0
    /// Bytes before the first frame that belong to no tag.
    public internal(set) var junkBeforeAudio = 0
    /// Tags behind the audio, by name, and their bytes.
    public internal(set) var tailTags: [String] = []
    public internal(set) var tailTagBytes = 0
    /// Places between frames where other bytes stand, and how many those are; tags in the middle are counted apart.
    public internal(set) var gaps = 0
    public internal(set) var junkBytes = 0
    public internal(set) var tagsBetween = 0
    public internal(set) var tagBytesBetween = 0
    /// Xing or Info frames in the middle, left by joining: decoders play them as silence.
    public internal(set) var tagFramesBetween = 0
    /// The last frame ends behind the file's end; it is left out.
    public internal(set) var lastFrameCutOff = false
    /// Frames with a CRC.
    public internal(set) var protectedFrames = 0
    /// The lowest and highest bitrate met, in kbit/s, and the mean. For a proven constant rate, that rate.
    public internal(set) var slowest = 0
    public internal(set) var fastest = 0
    public internal(set) var mean = 0
}
