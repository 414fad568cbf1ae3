extension HTTPRequest {
    /// 412 or 304 where the request's conditions say so, in the order of RFC 9110, 13.2.2. Dates are not judged: an answer
    /// has no Last-Modified that they could have come from.
    ///
    /// - Parameter etag: of what would be sent, with its quotes.
    public func statusInstead(ofSending etag: String) -> Int? {
        if let wanted = header("If-Match"), !Self.names(wanted, etag, weakly: false) { return 412 }
        if let known = header("If-None-Match"), Self.names(known, etag, weakly: true) { return 304 }
        return nil
    }

    /// Whether a list of entity tags has this one, or is `*`.
    ///
    /// - Parameter weakly: whether `W/"a"` and `"a"` are the same (RFC 9110, 8.8.3.2).
    private static func names(_ list: String, _ etag: String, weakly: Bool) -> Bool {
        let own = Array(etag.utf8)[...]
        let weak = Array("W/".utf8)
        return Array(list.utf8)[...].parts(at: UInt8(ascii: ",")).contains { part in
            let tag = part.trimmed
            if tag.elementsEqual([UInt8(ascii: "*")]) { return true }
            guard weakly else { return tag == own && !tag.starts(with: weak) }
            return (tag.starts(with: weak) ? tag.dropFirst(2) : tag)
                .elementsEqual(own.starts(with: weak) ? own.dropFirst(2) : own)
        }
    }
}
