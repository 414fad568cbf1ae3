/// What libmicrohttpd refuses before a handler sees it, said in a sentence.
struct LibraryRefusal {
    let status: Int
    let detail: String

    /// - Parameters:
    ///   - status: that libmicrohttpd chose.
    ///   - framing: of the fields that were read until then.
    ///   - headIsWhole: whether all fields were read.
    init(status: Int, framing: Framing, headIsWhole: Bool, settings: ServerSettings) {
        // libmicrohttpd redirects where it could mend the target; a client that sends such bytes is told instead.
        self.status = status < 400 ? 400 : status
        detail =
            switch status {
            case ..<400: "The request target holds characters that must be percent-encoded (RFC 3986, 2)."
            case 400 where headIsWhole: Self.fault(of: framing)
            case 400: "The request line or a header field is not valid HTTP (RFC 9112, 3 and 5)."
            case 413: "The body, or a chunk's size, is larger than \(settings.maxBodyBytes) bytes."
            case 414: "The request target does not fit into \(settings.maxHeaderBytes) bytes."
            case 431: "Request line and header fields are larger than \(settings.maxHeaderBytes) bytes."
            case 501: "Of transfer codings only chunked is known (RFC 9112, 7.1)."
            case 505: "This server speaks HTTP 1.1 and 1.0 only."
            case 500...: "The server has no memory left for this request."
            default: "The request is not valid HTTP (RFC 9112)."
            }
    }

    private static func fault(of framing: Framing) -> String {
        if framing.hosts == 0 { return "The Host field is missing (RFC 9112, 3.2)." }
        if framing.isAmbiguous { return Framing.ambiguity }
        if framing.isChunked { return "Transfer-Encoding or a chunk of the body is malformed (RFC 9112, 7.1)." }
        if framing.hasLength { return "Content-Length must be a whole number of bytes, in digits (RFC 9112, 6.2)." }
        return "The request is not valid HTTP (RFC 9112)."
    }
}
