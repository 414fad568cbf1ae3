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
        if let status = etag.flatMap({ request.statusInstead(ofSending: $0) }) {
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

    /// `Range` is defined for GET alone; an `If-Range` that does not hold, or is a date, switches it off.
    private static func range(for request: HTTPRequest, etag: String?, size: UInt64) -> ByteRange {
        guard request.method == "GET" else { return .whole }
        if let condition = request.header("If-Range"), condition != etag { return .whole }
        return ByteRange(request.header("Range"), size: size)
    }
}
