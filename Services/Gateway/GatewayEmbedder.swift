import HTTPServer

/// What whoever embeds the gateway adds to the way of its requests.
public struct GatewayEmbedder: Sendable {
    /// Asked first, for each request; a fault refuses it. Nil: it refuses none.
    let refusal: (@Sendable (HTTPRequest) -> EdgeFault?)?
    /// Answers paths that are not the API's; nil for what is not its own either.
    let answer: @Sendable (HTTPRequest, any Responder) -> Reply?
    /// Which of its paths belong to the API: GET and HEAD alone reach it there, and keys, limits and CORS are as for the API's
    /// own routes. Its other paths carry their own permission.
    let isOfAPI: @Sendable (_ rawPath: String) -> Bool

    /// Both are called on a thread of the server and must not block.
    public init(
        refusal: (@Sendable (HTTPRequest) -> EdgeFault?)? = nil,
        answer: @escaping @Sendable (HTTPRequest, any Responder) -> Reply? = { _, _ in nil },
        isOfAPI: @escaping @Sendable (_ rawPath: String) -> Bool = { _ in false }
    ) {
        self.isOfAPI = isOfAPI
        self.refusal = refusal
        self.answer = answer
    }
}
