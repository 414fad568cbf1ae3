import Domain
import Text

/// What a page can tell of a clip at a moment.
struct ClipFacts: Sendable {
    enum Standing: Sendable {
        /// It is there, or will be made when it is played.
        case playable
        /// It was there, and was taken down.
        case gone
        /// It can't be made.
        case failed(Problem)
    }

    struct Line: Equatable, Sendable {
        let speaker: String?
        let text: String
    }

    var standing = Standing.playable
    /// Nil if it is not ready.
    var clip: ReadyClip?
    /// Nil if no event told of the episode here.
    var about: EpisodeAbout?
    var said: [Line] = []
    /// Whether the words are known, or are known not to be.
    var knowsWords = false

    /// Whether waiting would tell more.
    var isSettled: Bool {
        switch standing {
        case .gone, .failed: true
        case .playable: about != nil && knowsWords
        }
    }

    /// Where the clip begins and ends in the episode, as far as that is known.
    func edges(of shared: SharedClip) -> (startMs: Int32, endMs: Int32) {
        guard let clip else { return (shared.window.startMs, shared.window.endMs) }
        return (clip.startMs, clip.startMs + clip.durationMs)
    }
}

extension ClipFacts.Line {
    /// The segments of the podcast namespace's JSON, as they lie in `CueCache`.
    static func lines(ofPodcastJSON bytes: [UInt8]) -> [ClipFacts.Line] {
        let limits = JSONValue.Limits(depth: 8, values: 20_000)
        guard case .object(let file)? = try? JSONValue(parsing: bytes, limits: limits),
            case .array(let segments) = file["segments"]
        else { return [] }
        return segments.compactMap { segment in
            guard case .object(let fields) = segment, case .string(let text) = fields["body"] else { return nil }
            let speaker: String? = if case .string(let name) = fields["speaker"] { name } else { nil }
            return ClipFacts.Line(speaker: speaker, text: text)
        }
    }
}
