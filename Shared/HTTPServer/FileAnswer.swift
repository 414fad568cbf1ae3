extension HTTPResponse {
    /// A file as the request asks for it: whole (200), in part (206) or past its end (416).
    ///
    /// - Parameters:
    ///   - etag: with its quotes; a request whose `If-Range` names another gets the whole file.
    ///   - headers: for all three, `Content-Type` for instance.
    public static func file(
        _ file: OpenFile, for request: HTTPRequest, etag: String? = nil,
        headers: [(name: String, value: String)] = []
    ) -> HTTPResponse {
        var headers = headers + [("Accept-Ranges", "bytes")]
        if let etag { headers.append(("ETag", etag)) }
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
