extension HTTPResponse {
    /// A file as the request asks for it: whole (200), in part (206) or past its end (416); not again to who has it already
    /// (304), and not at all to who wants another (412).
    ///
    /// - Parameters:
    ///   - etag: with its quotes; the request's conditions are judged by it (RFC 9110, 13.1). Without one the request has
    ///     none that hold or fail.
    ///   - headers: for all of these, `Content-Type` for instance.
    public static func file(
        _ file: OpenFile, for request: HTTPRequest, etag: String? = nil,
        headers: [(name: String, value: String)] = []
    ) -> HTTPResponse {
        var headers = headers + [("Accept-Ranges", "bytes")]
        if let etag { headers.append(("ETag", etag)) }
        if let status = etag.flatMap({ Self.status(for: request, etag: $0) }) {
            // What describes a body stays away, for there is none (RFC 9110, 15.4.5).
            headers.removeAll { $0.name.lowercased().hasPrefix("content-") }
            return HTTPResponse(status: status, headers: headers)
        }
        let range = range(for: request, etag: etag, size: file.size)
        if let contentRange = range.contentRange(size: file.size) {
            headers.append(("Content-Range", contentRange))
        }
        switch range {
        case .whole:
            return HTTPResponse(status: 200, headers: headers, body: .file(file, offset: 0, length: file.size))
        case .part(let part):
            return HTTPResponse(
                status: 206, headers: headers,
                body: .file(file, offset: part.lowerBound, length: part.upperBound - part.lowerBound))
        case .unsatisfiable:
            return HTTPResponse(status: 416, headers: headers)
        }
    }

    /// 412 or 304 where the request's conditions say so, in the order of RFC 9110, 13.2.2. Dates are not judged: an answer
    /// has no Last-Modified that they could have come from.
    private static func status(for request: HTTPRequest, etag: String) -> Int? {
        if let wanted = request.header("If-Match"), !names(wanted, etag, weakly: false) { return 412 }
        if let known = request.header("If-None-Match"), names(known, etag, weakly: true) { return 304 }
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

    /// `Range` is defined for GET alone; an `If-Range` that does not hold, or is a date, switches it off.
    private static func range(for request: HTTPRequest, etag: String?, size: UInt64) -> ByteRange {
        guard request.method == "GET" else { return .whole }
        if let condition = request.header("If-Range"), condition != etag { return .whole }
        return ByteRange(request.header("Range"), size: size)
    }
}
