/// The cues of an episode, or of the part of it that was asked for: in the order of their starts, each with an end.
public struct Transcript: Hashable, Sendable {
    public let cues: [Cue]

    /// Takes from a document what can be used, and makes up for what is missing:
    ///
    /// - A cue without an end ends where the next one begins, the last one with the episode, or when its text would be said.
    /// - A cue without a start, or with one that is no time, begins with its first word; without words it is left out, as is
    ///   one without text, and one that says the same at the same time as another.
    /// - Word times count if they are in order and lie within the cue; else the cue is as one without.
    /// - Documents that give every word a cue of its own get cues of several words.
    ///
    /// Cues that overlap stay as they are: people talk at the same time.
    ///
    /// - Parameters:
    ///   - spoken: in any order.
    ///   - nextStart: where the cue begins that follows the last one, in seconds, if it is known and not among them.
    ///   - episodeEnd: in milliseconds, if it is known: no cue goes beyond.
    public init(_ spoken: [SpokenCue], nextStart: Double? = nil, episodeEndMs: Int32? = nil) {
        // What begins together stays in the document's order.
        let drafts = spoken.compactMap { CueDraft($0, episodeEndMs: episodeEndMs) }.enumerated()
            .sorted { ($0.element.startMs, $0.offset) < ($1.element.startMs, $1.offset) }.map(\.element)
        var cues: [Cue] = []
        cues.reserveCapacity(drafts.count)
        var following = DocumentTime.milliseconds(nextStart)
        for (place, draft) in drafts.enumerated().reversed() {
            if place + 1 < drafts.count, drafts[place + 1].startMs > draft.startMs {
                following = drafts[place + 1].startMs
            }
            if place > 0, drafts[place - 1].saysTheSame(as: draft) { continue }
            let next = following.flatMap { $0 > draft.startMs ? $0 : nil }
            cues.append(draft.cue(endingBefore: next, episodeEndMs: episodeEndMs))
        }
        self.cues = CueMerging.merged(cues.reversed())
    }

    public init(cues: [Cue]) { self.cues = cues }

    /// What is said from `startMs` to `endMs`, with times from there on: none before 0, none after the clip's end.
    ///
    /// Of a cue that reaches over an edge those words are taken whose middle lies inside; where no word times are known, that
    /// is estimated by proportion.
    public func cut(from startMs: Int32, to endMs: Int32) -> [Cue] {
        let window = ClipRange(startMs: startMs, endMs: endMs)
        return CueMerging.merged(cues.compactMap { window.part(of: $0) })
    }
}
