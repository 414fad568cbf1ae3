import Domain

/// Finds the parts of clips, and asks for those that are missing. A clip never waits for its parts.
struct ClipParts: Sendable {
    let clipState: ClipState
    let requests: BackgroundRequests
    let cues: CueCache

    /// Has what is not there made. To be called when the clip itself has been asked for, since it comes first.
    func begin(_ parts: [ClipPart], of id: ClipID, now: Int64, context: RequestContext) {
        for part in parts {
            let id = part.id(beside: id)
            // If that is refused, the answer tells so: it asks once more.
            if clipState.servable(id, now: now) == nil { _ = ask(id, now: now, context) }
        }
    }

    /// What there is of each part now.
    ///
    /// - Parameter make: whether what is missing is asked for.
    func find(
        _ parts: [ClipPart], of id: ClipID, _ clip: ReadyClip, make: Bool = true, now: Int64, context: RequestContext
    ) -> PartAnswers {
        if parts.isEmpty { return .none }
        return PartAnswers(
            parts: parts.map { part in
                let own = part.id(beside: id)
                return .init(
                    part: part, id: own,
                    state: state(of: part, own, beside: id, clip, make: make, now: now, context: context))
            })
    }

    private func state(
        of part: ClipPart, _ id: ClipID, beside clipID: ClipID, _ clip: ReadyClip, make: Bool, now: Int64,
        context: RequestContext
    ) -> PartAnswers.State {
        if let hit = clipState.ready(id, now: now) {
            guard ClipPart.isOf(clip, hit.clip) else {
                // The source was replaced, or the transcript by which edges were moved, and one of the two does not know it yet.
                if hit.clip.sourceCheckedAt > clip.sourceCheckedAt {
                    requests.publisher.revalidate(clipID, context: context)
                } else if make, let problem = ask(id, recheck: true, now: now, context) {
                    return .failed(problem)
                }
                return .pending
            }
            if hit.stale { requests.publisher.revalidate(id, context: context) }
            return .ready(
                hit.clip, said: part == .transcript ? said(id, hit.clip, make: make, now: now, context) : nil)
        }
        if case .failed(let problem) = clipState.status(id, now: now), problem.fate == .permanent {
            return .failed(problem)
        }
        if make, let problem = ask(id, now: now, context) { return .failed(problem) }
        return .pending
    }

    /// What is not known here comes by the event that has the transcript made once more.
    private func said(
        _ id: ClipID, _ clip: ReadyClip, make: Bool, now: Int64, _ context: RequestContext
    ) -> PartAnswers.Said {
        if let cues = cues.cues(of: clip.key, id) { return .cues(cues) }
        if make, let problem = ask(id, recheck: true, now: now, context) { return .failed(problem) }
        return .pending
    }

    /// - Returns: why it is not being made.
    private func ask(
        _ id: ClipID, recheck: Bool = false, now: Int64, _ context: RequestContext
    ) -> Problem? {
        var permit = context.permit
        permit.isForPart = true
        return requests.begin(id, now: now, permit: permit, recheck: recheck, context)
    }
}
