import Text

/// What is asked of a server.
public struct HTTPClientRequest: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case put = "PUT"
        case post = "POST"
        case delete = "DELETE"

        var hasBody: Bool { self == .put || self == .post }
    }

    public var method: Method
    /// `http` or `https`, percent-encoded already; sent as it stands.
    public var url: String
    public var headers: [(name: String, value: String)]
    /// Sent with `put` and `post`, with its length.
    public var body: [UInt8]
    /// nil: the client's own, but for a streamed body without its `whole`: how long that takes is its reader's choice.
    public var timeouts: HTTPTimeouts?

    public init(
        _ method: Method, _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        timeouts: HTTPTimeouts? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
    }

    /// Scheme, host and port as written: requests with the same one share connections.
    var origin: Substring {
        guard let slashes = url.utf8.firstIndex(of: UInt8(ascii: "/")) else { return url[...] }
        let authority = url.utf8[slashes...].drop { $0 == UInt8(ascii: "/") }
        let end = authority.firstIndex { [UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")].contains($0) }
        return url[..<(end ?? url.endIndex)]
    }

    /// - Throws: `.malformedURL` or `.malformedHeader` for what must not reach the wire.
    func check() throws(HTTPClientFault) {
        let start = url.utf8.prefix(8).map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        guard start.starts(with: "http://".utf8) || start.starts(with: "https://".utf8),
            url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw .malformedURL }
        for (name, value) in headers {
            guard !name.isEmpty, ByteSet.token.holds(name), value.utf8.allSatisfy(isFieldByte) else {
                throw .malformedHeader
            }
        }
    }
}

/// RFC 9110, 5.5: visible, or a space, a tab, or a byte beyond ASCII.
private func isFieldByte(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }
