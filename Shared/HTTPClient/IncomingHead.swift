/// The head of an answer while its lines arrive; interim answers (1xx) and trailers are passed over.
struct IncomingHead {
    enum Progress: Equatable {
        case more
        case complete(HTTPResponseHead)
        case malformed(reason: String)
    }

    private(set) var isComplete = false
    private(set) var contentLength: UInt64?
    private var status = 0
    private var headers = HTTPHeaders()
    private var byteCount = 0

    /// - Parameter line: one line with its line end, as libcurl splits them.
    mutating func took(_ line: UnsafeRawBufferPointer, limitBytes: Int) -> Progress {
        byteCount += line.count
        guard byteCount <= limitBytes else { return .malformed(reason: "header too long") }
        let text = trimmed(line[...])
        if isComplete { return .more }
        if text.isEmpty { return endOfLines() }
        if text.starts(with: "HTTP/".utf8) {
            headers = HTTPHeaders()
            guard let code = statusCode(text) else { return .malformed(reason: "status line") }
            status = code
            return .more
        }
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return .malformed(reason: "header line") }
        headers.append(
            HTTPHeaders.Field(
                name: String(decoding: text[..<colon], as: UTF8.self),
                value: String(decoding: trimmed(text[(colon + 1)...]), as: UTF8.self)))
        return .more
    }

    private mutating func endOfLines() -> Progress {
        guard status >= 200 else { return .more }
        isComplete = true
        contentLength = headers["content-length"].flatMap { UInt64($0) }
        return .complete(HTTPResponseHead(status: status, headers: headers))
    }

    private func statusCode(_ line: Slice<UnsafeRawBufferPointer>) -> Int? {
        let digits = line.drop { $0 != UInt8(ascii: " ") }.dropFirst().prefix(3)
        return Int(String(decoding: digits, as: UTF8.self)).flatMap { (100...999).contains($0) ? $0 : nil }
    }

    private func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
        var bytes = bytes.drop(while: isSpace)
        while let last = bytes.last, isSpace(last) { bytes.removeLast() }
        return bytes
    }
}
