/// What goes back to the client.
///
/// `Content-Length`, `Transfer-Encoding`, `Connection` and `Date` are the server's own: given here they are left out.
/// A name that is no token (RFC 9110, 5.1) or a value with a control character is never sent: the client gets a 500.
public struct HTTPResponse: Sendable {
    /// 200 to 599.
    public var status: Int
    public var headers: [(name: String, value: String)]
    public var body: HTTPBody

    public init(status: Int, headers: [(name: String, value: String)] = [], body: HTTPBody = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Whether it has a field of this name, whatever its case.
    public func has(_ name: String) -> Bool {
        headers.contains { header in
            header.name.utf8.count == name.utf8.count
                && zip(header.name.utf8, name.utf8).allSatisfy { $0 == $1 || ($0 ^ $1 == 0x20 && Self.isLetter($0)) }
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    public init(status: Int, headers: [(name: String, value: String)] = [], text: String) {
        self.init(status: status, headers: headers, body: .bytes(Array(text.utf8)))
    }
}

/// The bytes of an answer, and how they come. A HEAD request, 204 and 304 get none of them.
public enum HTTPBody: Sendable {
    case bytes([UInt8])
    /// `length` bytes from `offset`, sent by the kernel; a 500 if the file has them not. Should the file shrink while it
    /// is sent, the connection ends only with the idle time-out: serve files that do not change.
    case file(OpenFile, offset: UInt64, length: UInt64)
    /// As they are written. With `length` exactly so many (fewer break the connection, more are refused); without, in
    /// chunks.
    case stream(ByteStream, length: UInt64?)
}

/// A handler's answer.
public enum Reply: Sendable {
    case now(HTTPResponse)
    /// `Exchange.complete(_:)` will bring it, or has. No thread waits for it.
    case later
}
