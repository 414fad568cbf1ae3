import Domain
import MP3

/// A clip's bytes as they will lie in the bucket.
struct MadeClip: Sendable {
    let bytes: [UInt8]
    /// What is really in it, in milliseconds.
    let startMs: Int32
    let durationMs: Int32
    let exact: Exactness
}

/// What is to be cut out of which audio.
struct CutJob: Sendable {
    let source: SourceAudio
    let episode: ObjectID
    let window: ClipWindow
    let format: ClipFormat
    /// For the clip's tag; cleaned and capped.
    let title: String?
    /// For the clip's tag: where its moment in the episode can be heard.
    var link: String?
    var deadline: Deadline
    /// As it is when the cut begins.
    var lane = Lane.live
    /// What was read of the source before.
    var held: HeldBytes?
    /// Why the source is not cut by the frame, once that is known.
    var refusal: MP3Refusal?

    var tags: ClipTags { ClipTags(title: title, link: link) }
}

/// A way to make clips.
protocol ClipMaker: Sendable {
    func make(_ order: CutJob) async throws(ClipFault) -> MadeClip

    /// What is heard in stretches of the source, the first to the last in their order.
    ///
    /// - Parameter keepingBytes: what lies between them will be asked for as a clip.
    func sounds(of stretches: [ClipWindow], _ order: CutJob, keepingBytes: Bool) async throws(ClipFault) -> EdgeSounds
}
