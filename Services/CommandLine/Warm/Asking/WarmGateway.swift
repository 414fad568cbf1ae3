import HTTPClient
import Settings
import Text

/// The gateway that has the clips made, asked by batches.
struct WarmGateway: Sendable {
    /// Why there is no answer to a batch.
    enum Fault: Error, Equatable {
        /// Nothing was lost: the same may be asked again, after so long if that was said.
        case later(Duration?, why: String)
        /// The same would be refused again.
        case never(why: String)
        case cancelled
    }

    static let mostClips = 50
    private static let longestAnswer = 1 << 20

    let url: Endpoint
    let key: Secret?
    let http: HTTPClient

    /// - Parameter makes: what is not ready is to be made, by the bulk lane.
    func ask(_ clips: [WarmClip], makes: Bool) async throws(Fault) -> [BatchAnswer] {
        let entries = clips.map(\.entry).joined(separator: ",")
        let making = makes ? #""make":true,"lane":"bulk""# : #""make":false"#
        var headers = [(name: "Content-Type", value: "application/json"), (name: "Accept", value: "application/json")]
        if let key { headers.append(("X-Api-Key", key.reveal())) }
        let request = HTTPClientRequest(
            .post, "\(url)/api/v1/audio_clips/batch", headers: headers,
            body: Array(#"{"clips":[\#(entries)],\#(making)}"#.utf8))
        let response: HTTPClientResponse
        do throws(HTTPClientFault) {
            response = try await http.send(request, bodyLimitBytes: Self.longestAnswer)
        } catch {
            switch error {
            case .cancelled: throw .cancelled
            case .malformedURL, .malformedHeader:
                throw .never(why: "the gateway's URL, or the key, can't be sent in a request")
            default: throw .later(nil, why: "the gateway did not answer: \(error)")
            }
        }
        guard response.status == 200 else { throw Self.fault(response) }
        guard let answers = BatchAnswer.read(response.body, of: clips.count) else {
            throw .never(why: "what answers there is no gateway: its answer is none to a batch of clips")
        }
        return answers
    }

    private static func fault(_ response: HTTPClientResponse) -> Fault {
        let said = detail(response.body).map { ": \($0)" } ?? ""
        switch response.status {
        case 401: return .never(why: "the gateway wants a valid key (--key-file, CUTROOM_KEY)\(said)")
        case 408, 425, 429, 500, 502, 503, 504:
            let pause = response.headers.retryAfter(now: WallTime.now()).map { min($0, BatchAnswer.longestPause) }
            return .later(pause, why: "the gateway answered \(response.status)\(said)")
        default: return .never(why: "the gateway answered \(response.status)\(said)")
        }
    }

    private static func detail(_ body: [UInt8]) -> String? {
        guard case .object(let fields)? = try? JSONValue(parsing: body), case .string(let text)? = fields["detail"]
        else {
            return nil
        }
        return SafeText.line(text, limit: 500)
    }
}
