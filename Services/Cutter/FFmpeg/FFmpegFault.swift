import ChildProcesses
import Domain
import MP3
import ObjectStore

/// Why ffmpeg made no clip.
enum FFmpegFault: Error, Equatable, Sendable {
    /// There is no audio at the asked place; the source's length where ffmpeg could tell it.
    case startPastEnd(sourceDuration: Duration?)
    /// ffmpeg read what it wanted of the source and found nothing to play. In its words.
    case unplayable(why: String)
    /// The source was replaced while it was read.
    case sourceChanged
    /// The store did not give what ffmpeg wanted to read.
    case sourceUnreadable(ObjectStoreFault)
    case timeLimit(Duration)
    case cpuLimit(Duration)
    /// It asked for more address space than it may have.
    case memoryLimit(bytes: Int)
    /// The clip would be longer than we hold.
    case clipTooLarge(limitBytes: Int)
    /// The kernel had no room for the clip's bytes.
    case noSpace
    /// It stumbled over the source, and would again.
    case crashed(signal: Int32)
    /// Somebody else ended it: the kernel for want of memory, or an operator.
    case killed(signal: Int32)
    /// It could not be started.
    case notStarted(ChildFault)
    /// An exit that says nothing that we know.
    case failed(exitCode: Int32, why: String)
    /// The work was cancelled, and the child with it.
    case cancelled

    /// What becomes of the record whose handling threw this. No `default`: a new case must decide.
    var verdict: Fate {
        switch self {
        case .startPastEnd, .unplayable, .clipTooLarge, .crashed: .permanent
        case .sourceChanged, .sourceUnreadable, .timeLimit, .cpuLimit, .memoryLimit, .noSpace, .killed, .notStarted,
            .failed, .cancelled:
            .transient
        }
    }

    /// One of a fixed, short list of names, for metrics and logs.
    var slug: String {
        switch self {
        case .startPastEnd: "start-past-end"
        case .unplayable: "unplayable-source"
        case .sourceChanged: "source-changed"
        case .sourceUnreadable: "source-unreadable"
        case .timeLimit: "ffmpeg-time-limit"
        case .cpuLimit: "ffmpeg-cpu-limit"
        case .memoryLimit: "ffmpeg-memory-limit"
        case .clipTooLarge: "clip-too-large"
        case .noSpace: "ffmpeg-no-space"
        case .crashed: "ffmpeg-crashed"
        case .killed: "ffmpeg-killed"
        case .notStarted: "ffmpeg-not-started"
        case .failed: "ffmpeg-failed"
        case .cancelled: "cut-cancelled"
        }
    }

    /// What the client and the other services see of it. ffmpeg's own words stay in the log.
    ///
    /// - Parameters:
    ///   - start: where the clip was to begin.
    ///   - retryAfter: when a source that reached a limit is tried again.
    ///   - refusal: why the source is not cut by the frame, if it was looked at for that.
    func clipFault(start: Duration, retryAfter: Duration? = nil, refusal: MP3Refusal? = nil) -> ClipFault {
        switch self {
        case .startPastEnd(let duration?) where duration <= start:
            .startPastEnd(start: start, episodeDuration: duration)
        // No length is told, or one that ffmpeg estimated and that the sound did not reach.
        case .startPastEnd:
            ClipFault(
                .startPastEnd, "the clip would start at \(start.wholeMilliseconds) ms; the episode ends before that")
        case .unplayable(let why):
            ClipFault(
                .unplayableSource,
                refusal.map { UnplayableSource.sentence($0, why) }
                    ?? "the episode's file can't be played: \(Self.reason(why))")
        case .crashed: ClipFault(.unplayableSource, "the episode's file can't be played: ffmpeg ends itself over it")
        case .clipTooLarge(let limitBytes):
            ClipFault(.unplayableSource, "the clip would be longer than \(limitBytes) bytes")
        case .sourceChanged: ClipFault(.sourceChanged, "the episode's audio was replaced while it was read")
        case .sourceUnreadable(let fault):
            fault.clipFault(about: "the source bucket")
        case .cancelled: ClipFault(.stopping, "the service is stopping")
        case .timeLimit, .cpuLimit, .memoryLimit:
            ClipFault(.cutFailed, "the clip could not be cut: \(slug)", retryAfter: retryAfter)
        case .noSpace, .killed, .notStarted, .failed:
            ClipFault(.cutFailed, "the clip could not be cut: \(slug)")
        }
    }

    /// In words that a person understands, and without ffmpeg's own, which hold addresses.
    private static func reason(_ why: String) -> String {
        func says(_ text: String) -> Bool { why.contains(text) }
        if says("moov atom not found") {
            return "it is an MP4 without its index (moov), as a recording or download leaves that was broken off"
        }
        if says("does not contain any stream") || says("matches no streams") { return "there is no sound in the file" }
        if !says("[") && !says("://") { return why }
        if says("End of file") { return "it ends before its sound begins" }
        return "nothing in it is sound of a kind that is decoded here, or it is damaged"
    }

    /// For the log: what no client needs to see.
    var detail: String {
        switch self {
        case .unplayable(let why), .failed(_, let why): why
        default: String(describing: self)
        }
    }
}
