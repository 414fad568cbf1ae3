import HTTPClient

extension ObjectStoreFault {
    init(_ fault: HTTPClientFault) {
        self =
            switch fault {
            case .malformedURL, .malformedHeader: .invalidKey(reason: "no request can be made of it")
            case .unresolved: .unreachable(reason: "the endpoint's name has no address")
            case .unreachable(let reason): .unreachable(reason: reason)
            case .reset: .unreachable(reason: "the connection ended before the answer")
            case .timedOut(.queue): .timedOut(.queue)
            case .timedOut(.connect): .timedOut(.connect)
            case .timedOut(.answer): .timedOut(.answer)
            case .timedOut(.body): .timedOut(.body)
            case .truncated(let got, let expected): .truncated(gotBytes: got, expectedBytes: expected)
            case .tls(let reason): .untrusted(reason: reason)
            case .tooLarge(let limit, _): .tooLarge(limitBytes: limit)
            case .malformedAnswer(let reason): .malformedAnswer(what: reason)
            case .cancelled, .closed: .cancelled
            case .busy: .busy
            }
    }
}
