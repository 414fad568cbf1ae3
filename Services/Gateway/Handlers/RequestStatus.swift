import Domain
import HTTPServer
import Text

/// How far a clip is, for those who ask by its id: at once, and without causing any work.
struct RequestStatus: Sendable {
    let clipState: ClipState
    let responses: Responses
    let clock: @Sendable () -> Int64

    /// `GET …/requests/{clip id}`.
    func handle(_ request: RoutedRequest) throws(Problem) -> Reply {
        let id = try ClipQuery.clipID(request.segment)
        guard let document = json(of: id, context: request.context) else { throw Self.unknown }
        return .now(
            HTTPResponse(
                status: 200,
                headers: Responses.headers(
                    mediaType: "application/json", cacheControl: "no-store", context: request.context),
                body: .bytes(document.bytes)))
    }

    static var unknown: Problem {
        .edge(.notFound, "nothing is known of this request here; ask again by GET, which is always safe")
    }

    /// - Returns: nil if nothing is known of the clip. `isFinal`: it is ready, or has failed.
    func json(
        of id: ClipID, context: RequestContext
    ) -> (status: String, bytes: [UInt8], isFinal: Bool)? {
        let now = clock()
        guard let known = clipState.status(id, now: now) else { return nil }
        let (status, isFinal) =
            switch known {
            case .ready: ("ready", true)
            case .failed: (Stage.failed.rawValue, true)
            case .under(let stage): (stage.rawValue, false)
            }
        var json = JSONWriter()
        json.object {
            $0.field("status", status)
            $0.field("clip_id", id.description)
            switch known {
            case .ready(let clip, let outcome):
                $0.key("clip")
                responses.write(clip, outcome: outcome, now: now, context: context, into: &$0)
            case .failed(let fault):
                $0.object("problem") { Responses.write(fault, context: context, into: &$0) }
            case .under: break
            }
        }
        return (status, json.bytes, isFinal)
    }
}
