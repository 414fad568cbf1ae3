import Domain

/// Asks for clips that nobody's connection waits for.
struct BackgroundRequests: Sendable {
    let clipState: ClipState
    let publisher: RequestPublisher

    /// - Parameters:
    ///   - permit: of the request that causes it.
    ///   - recheck: whether it is asked for although it is ready.
    ///   - then: called when the broker has the clip's request, at once where that is somebody else's; not for a clip that
    ///     others overtake.
    /// - Returns: why the clip is not being made.
    func begin(
        _ id: ClipID, now: Int64, permit: Permit, recheck: Bool = false, _ context: RequestContext,
        then: @escaping @Sendable () -> Void = {}
    ) -> Problem? {
        let found = clipState.askInBackground(id, now: now, permit: permit, trace: context.trace, recheck: recheck)
        switch found {
        case .under(let event?): publisher.publish(event, id: id, context: context, then: then)
        case .under(nil): then()
        case .deferred(let event): publisher.publish(event, id: id, by: .bulk, context: context)
        case .needless: break
        case .full: return Refusal.full.problem
        case .late(let expected): return Refusal.late(expected: expected).problem
        case .unmeasured: return Refusal.unmeasured.problem
        case .denied(let problem): return problem
        }
        return nil
    }
}
