import HTTPServer

/// The link of the chain that says who asks.
struct Authenticate: Sendable {
    let keys: KeyStore
    let neededFor: KeysNeededFor
    /// Nil: signatures in URLs say nothing.
    let signatures: URLSignatures?
    /// Seconds since 1970.
    let clock: @Sendable () -> Int64

    /// What a request shows of who sent it.
    enum Caller: Sendable {
        case key(APIKey)
        /// No key, but a URL that somebody with the secret has signed.
        case signedURL
        /// No key.
        case anyone
        /// No key that is valid, or none where one is needed.
        case refused(EdgeFault)

        var key: APIKey? { if case .key(let key) = self { key } else { nil } }
    }

    /// A key that is sent must be right wherever keys are known, also where none is needed: its holder should know.
    func caller(of request: HTTPRequest, for access: Access) -> Caller {
        guard access.takesKeys else { return .anyone }
        let sender = sender(of: request)
        switch signature(of: request) {
        case .unsigned:
            if case .anyone = sender, neededFor == .everything { return .refused(missing) }
            return sender
        case .wrong: return .refused(EdgeFault(.badURLSignature, "the URL's signature is not valid for it"))
        case .expired: return .refused(EdgeFault(.urlExpired, "the signed URL has expired"))
        case .valid:
            if case .anyone = sender { return .signedURL }
            return sender
        }
    }

    /// A signature is for one request that is safe to repeat.
    private func signature(of request: HTTPRequest) -> URLSignatures.Verdict {
        guard let signatures else { return .unsigned }
        let verdict = signatures.verdict(path: request.rawPath, query: request.rawQuery, now: clock())
        let isRead = request.method == "GET" || request.method == "HEAD"
        return verdict == .valid && !isRead ? .wrong : verdict
    }

    /// Who sends a request, whatever its URL says.
    func sender(of request: some RequestFields) -> Caller {
        guard keys.hasKeys else { return .anyone }
        let own = request.header("x-api-key")
        let bearer = request.header("authorization").flatMap(Self.bearer)
        switch (own, bearer) {
        case (nil, nil): return .anyone
        case (let one?, let other?) where one != other:
            return .refused(EdgeFault(.unauthorized, "X-Api-Key and Authorization hold two different keys"))
        case (let one?, _), (nil, let one?):
            return keys.key(for: one).map { .key($0) }
                ?? .refused(EdgeFault(.unauthorized, "the API key is not valid"))
        }
    }

    /// Why work may not begin for a caller.
    func refusalOfWork(for caller: Caller) -> EdgeFault? {
        switch caller {
        case .anyone: neededFor == .nothing ? nil : missing
        case .key, .signedURL: nil
        case .refused(let fault): fault
        }
    }

    private var missing: EdgeFault {
        let what =
            neededFor == .everything
            ? "an API key is needed" : "the clip has to be made, for which an API key is needed"
        return EdgeFault(.unauthorized, what + ", in X-Api-Key or as Authorization: Bearer")
    }

    /// The token of `Authorization: Bearer` (RFC 6750, 2.1); nil for another scheme.
    private static func bearer(_ value: String) -> String? {
        let scheme = value.utf8.prefix(7)
        guard scheme.count == 7, zip(scheme, "bearer ".utf8).allSatisfy({ $0 | 0x20 == $1 }) else { return nil }
        var token = Substring(value.utf8.dropFirst(7))
        while token.first == " " { token.removeFirst() }
        while token.last == " " { token.removeLast() }
        return String(token)
    }
}
