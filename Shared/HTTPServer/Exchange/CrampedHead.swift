import CMicrohttpd
import Glibc
import Text

/// A request whose head fills the memory of its connection.
///
/// libmicrohttpd writes the head of an answer into the memory in which it keeps the request's. Where too little is left of it, it
/// closes the connection without an answer (1.0.1, `connection.c`, build_header_response). So such a request is refused before
/// it is handled, by an answer that goes to the socket past libmicrohttpd.
struct CrampedHead {
    /// What the head of an answer may take: ours stay below 1 KiB.
    private static let answerBytes = 1_280
    /// For a field, a cookie or a query argument, beside its text (`struct MHD_HTTP_Req_Header`, as its pool aligns it).
    private static let entryBytes = 64

    let detail: String

    /// - Returns: nil where an answer has room.
    init?(_ connection: Connection, _ fields: HeaderFields, _ settings: ServerSettings) {
        // Of nearly all requests the head's size alone tells: no entry has less than two bytes of text.
        let mostBytes = connection.headSize * (2 + Self.entryBytes / 2)
        guard mostBytes + Self.answerBytes > settings.connectionBytes else { return nil }
        // Cookies are taken apart in a copy.
        let cookies = fields.values(of: "cookie").reduce(0) { $0 + $1.utf8.count }
        let taken = connection.headSize + cookies + Self.entryBytes * connection.entries
        guard taken + Self.answerBytes > settings.connectionBytes else { return nil }
        detail =
            connection.headSize > settings.maxHeaderBytes
            ? "Request line and header fields are larger than \(settings.maxHeaderBytes) bytes."
            : "Request line and header fields have more than \(connection.entries - 1) fields, cookies and parameters in "
                + "\(connection.headSize) bytes."
    }
}

extension CrampedHead {
    /// Whether an answer has room for sure, by a count that no field has to be copied for.
    static func hasRoom(_ connection: Connection, _ settings: ServerSettings) -> Bool {
        let size = connection.headSize
        if size > settings.maxHeaderBytes { return false }
        if size * (2 + entryBytes / 2) + answerBytes <= settings.connectionBytes { return true }
        // The copy of the cookies is not larger than the head.
        return 2 * size + entryBytes * connection.entries + answerBytes <= settings.connectionBytes
    }
}

extension Connection {
    /// Header fields, cookies and query arguments.
    fileprivate var entries: Int { Int(cmhd_entries(raw)) }

    /// Writes a whole answer to the socket, after which the connection has to be closed. All of it fits into what the kernel
    /// holds for a connection; to a client that has left so much unread that it does not, there is nothing to say.
    ///
    /// - Parameter response: its body is bytes.
    func sendPast(_ response: HTTPResponse, isHead: Bool) {
        let body: [UInt8]
        if case .bytes(let bytes) = response.body { body = bytes } else { body = [] }
        var head = "HTTP/1.1 \(response.status) \(Self.phrase(response.status))\r\nDate: \(WallTime.now().httpText)\r\n"
        for (name, value) in response.headers where Self.isSendable(name, value) { head += "\(name): \(value)\r\n" }
        head += "Content-Length: \(body.count)\r\nConnection: close\r\n\r\n"
        let bytes = Array(head.utf8) + (isHead ? [] : body)
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        _ = Glibc.send(socket, bytes, bytes.count, flags)
        drop()
    }

    /// Takes what has come besides: a connection closed with bytes unread would take the answer with it.
    private func drop() {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        for _ in 0..<4 {
            guard recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT)) > 0 else { return }
        }
    }

    private static func phrase(_ status: Int) -> String {
        MHD_get_reason_phrase_for(UInt32(status)).map { String(cString: $0) } ?? ""
    }
}
