import Domain
import HTTPServer

/// How far a clip is, for those who ask by its id: at once, and without causing any work.
struct RequestStatus: Sendable {
    let clipState: ClipState
    let responses: Responses

    /// `GET …/requests/{clip id}`.
    func answer(_ id: ClipID, now: Int64, context: RequestContext) throws(ClipFault) -> HTTPResponse {
        guard let told = json(of: id, now: now, context: context) else { throw Self.unknown }
        return HTTPResponse(
            status: 200,
            headers: Responses.headers(mediaType: "application/json", cacheControl: "no-store", context: context),
            body: .bytes(told.bytes))
    }

    static var unknown: ClipFault {
        ClipFault(.notFound, "nothing is known of this request here; ask again by GET, which is always safe")
    }

    /// - Returns: nil if nothing is known of the clip. `isFinal`: it is ready, or has failed.
    func json(
        of id: ClipID, now: Int64, context: RequestContext
    ) -> (status: String, bytes: [UInt8], isFinal: Bool)? {
        guard let known = clipState.progress(id, now: now) else { return nil }
        let (status, isFinal) =
            switch known {
            case .ready: ("ready", true)
            case .failed: (Stage.failed.rawValue, true)
            case .under(let stage): (stage.rawValue, false)
            }
        var json = JSONText()
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
