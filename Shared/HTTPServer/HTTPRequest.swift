/// A request, read whole. It may be kept and used on any thread.
public struct HTTPRequest: Sendable {
    /// As it came, in capitals for all methods that exist.
    public let method: String
    /// As it came, percent-encoding and all, up to the first `?`.
    public let rawPath: String
    /// As it came, after the first `?`; nil without one.
    public let rawQuery: String?
    public let body: [UInt8]
    /// The header fields, and the id that the answer carries as `X-Request-Id`.
    public let head: RequestHead
    /// The client's IP address; of a proxy, if there is one. Nil where there is none.
    public let peer: IPAddress?

    init(method: String, rawPath: String, rawQuery: String?, body: [UInt8], head: RequestHead, peer: IPAddress?) {
        self.method = method
        self.rawPath = rawPath
        self.rawQuery = rawQuery
        self.body = body
        self.head = head
        self.peer = peer
    }

    /// A request that no client sent, for trying a handler without a server.
    public init(
        method: String, target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        peer: IPAddress? = nil
    ) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.init(
            method: method, rawPath: String(parts[0]), rawQuery: parts.count > 1 ? String(parts[1]) : nil, body: body,
            head: RequestHead(HeaderFields(headers)), peer: peer)
    }

    /// The value of a header field, whatever the case of its name; nil without one.
    ///
    /// A field that came several times is joined by `", "` (RFC 9110, 5.2): a secret sent twice equals neither.
    /// Bytes that are not UTF-8 become U+FFFD.
    public func header(_ name: String) -> String? { head.fields.combined(name) }

    /// Each value of a header field in the order they came.
    public func headerValues(_ name: String) -> [String] { head.fields.values(of: name) }

    /// ``peer`` in figures.
    public var peerAddress: String? { peer?.description }
}
