import Domain
import Text

/// By which lane a batch has made what is missing.
enum BatchLane {
    /// - Parameter fields: of the request's body. `lane` alone says that what is missing is to be made.
    /// - Returns: nil if nothing is to be made.
    static func making(_ fields: [String: JSONValue]) throws(Problem) -> Lane? {
        var faults: [ParameterFault] = []
        var make: Bool?
        switch fields["make"] {
        case nil, .null: break
        case .flag(let flag): make = flag
        default: faults.append(.init("make", "must be true or false"))
        }
        var lane: Lane?
        switch fields["lane"] {
        case nil, .null: break
        case .string(let word) where Lane(rawValue: word) != nil: lane = Lane(rawValue: word)
        default: faults.append(.init("lane", "must be live or bulk"))
        }
        guard faults.isEmpty else { throw .badParameters(faults) }
        return make ?? (lane != nil) ? lane ?? .live : nil
    }

    /// Has a clip made by the bulk lane.
    ///
    /// - Returns: why it is not being made.
    static func begin(
        _ id: ClipID, _ clipState: ClipState, _ publisher: RequestPublisher, now: Int64, _ context: RequestContext
    ) -> Problem? {
        switch clipState.askInBulk(id, now: now, permit: context.permit) {
        case .under(let event):
            if let event { publisher.publishInBulk(event, id: id, context: context) }
            return nil
        case .needless: return nil
        case .full: return full
        case .closed(let problem), .denied(let problem): return problem
        }
    }

    /// No sign of trouble, as 503 would be: whoever has many clips made is to ask at the rate at which they are made.
    private static var full: Problem {
        let seconds = Int.random(in: 2...4)
        return .edge(
            EdgeFault(
                .rateLimited,
                "as many clips of the bulk lane are under way at this gateway as may; ask again in \(seconds) s",
                retryAfterSeconds: seconds))
    }

    /// When to ask for this clip again, if it is refused for now: there is one `Retry-After` for an answer, and up to 50 clips.
    static func write(retryOf problem: Problem, into json: inout JSONWriter) {
        guard problem.fate == .transient else { return }
        json.field("retry_after_seconds", problem.retryAfterSeconds ?? 5)
    }
}
