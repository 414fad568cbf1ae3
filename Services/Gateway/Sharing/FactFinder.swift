import Domain
import HTTPServer

/// Finds what a page tells of a clip, and has looked up what is missing.
///
/// What is known is answered at once. Where something is missing and somebody may have work begun, the clip and its words are asked
/// for as an answer with parts would, and the page waits a little: by the same notices that status events come by, and no longer than
/// `wait`, after which it tells what there is.
struct FactFinder: Sendable {
    let clipState: ClipState
    let requests: BackgroundRequests
    let cues: CueCache
    let abouts: AboutCache
    let wait: Duration
    let clock: @Sendable () -> Int64

    /// - Parameter answer: called once.
    func find(
        _ id: ClipID, _ request: RoutedRequest, _ answer: @escaping @Sendable (ClipFacts) -> HTTPResponse
    ) -> Reply {
        let known = look(id)
        if case .gone = known.standing { return .now(answer(known)) }
        if case .playable = known.standing, known.isSettled { return .now(answer(known)) }
        begin(id, known, request.context)
        let begun = look(id)
        guard !begun.isSettled, wait > .zero, isUnderWay(id) else { return .now(answer(begun)) }
        let waiting = FactWait(clipState, request.answeredLater(), look: { look(id) }, answer: answer)
        guard waiting.follow([id, Self.words(of: id)]) else { return .now(answer(begun)) }
        waiting.begin(for: wait)
        return .later
    }

    private static func words(of id: ClipID) -> ClipID { ClipPart.transcript.id(beside: id) }

    private func look(_ id: ClipID) -> ClipFacts {
        var facts = ClipFacts()
        guard !clipState.isGone(id) else {
            facts.standing = .gone
            return facts
        }
        let now = clock()
        if case .failed(let problem) = clipState.status(id, now: now), problem.fate == .permanent {
            facts.standing = .failed(problem)
            return facts
        }
        facts.clip = clipState.servable(id, now: now)
        facts.about = abouts.about(id.episode)
        let words = Self.words(of: id)
        switch clipState.status(words, now: now) {
        case .ready(let transcript, _):
            guard facts.clip.map({ ClipPart.isOf($0, transcript) }) ?? true,
                let said = cues.cues(of: transcript.key, words)
            else { break }
            facts.knowsWords = true
            if case .json(let bytes) = said { facts.said = ClipFacts.Line.lines(ofPodcastJSON: bytes) }
        case .failed: facts.knowsWords = true
        case .under, nil: break
        }
        return facts
    }

    /// What has failed for good lately is not asked for again; what may not be begun is told without.
    private func begin(_ id: ClipID, _ facts: ClipFacts, _ context: RequestContext) {
        let now = clock()
        var permit = context.permit
        if facts.clip == nil || facts.about == nil {
            _ = requests.begin(id, now: now, permit: permit, recheck: true, context)
        }
        guard !facts.knowsWords else { return }
        permit.isForPart = true
        _ = requests.begin(Self.words(of: id), now: now, permit: permit, recheck: true, context)
    }

    private func isUnderWay(_ id: ClipID) -> Bool {
        let now = clock()
        return [id, Self.words(of: id)].contains { id in
            if case .under = clipState.status(id, now: now) { true } else { false }
        }
    }
}
