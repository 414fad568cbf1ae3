import HTTPClient

/// What S3 says when it does not do what was asked.
struct S3ErrorAnswer {
    let status: Int
    /// S3's own word, such as `NoSuchKey`; empty where the body has none, as after HEAD.
    let code: String
    private let retryAfter: Duration?
    private let contentRange: ContentRange?

    init(_ head: HTTPResponseHead, body: [UInt8]) {
        status = head.status
        code = Self.code(in: body)
        retryAfter = head.headers["retry-after"].flatMap { UInt16($0) }.map { .seconds($0) }
        contentRange = head.headers["content-range"].flatMap { ContentRange($0) }
    }

    var fault: ObjectStoreFault {
        switch (status, code) {
        case (_, "NoSuchBucket"): .missingBucket
        case (404, "NoSuchKey"), (404, ""), (404, "NotFound"), (404, "NoSuchVersion"): .missingObject
        case (401, _), (403, _), (400, "ExpiredToken"), (400, "InvalidToken"), (400, "TokenRefreshRequired"):
            .denied(code: code)
        case (412, _): .sourceChanged
        case (416, _): .rangeNotSatisfiable(sizeBytes: contentRange?.sizeBytes)
        case (429, _), (503, "SlowDown"), (503, "SlowDownRead"), (503, "SlowDownWrite"), (503, ""):
            .slowDown(retryAfter: retryAfter)
        case (503, _) where retryAfter != nil: .slowDown(retryAfter: retryAfter)
        // A collision with another request for the same key, and a connection that S3 gave up.
        case (409, "ConditionalRequestConflict"), (409, "OperationAborted"), (400, "RequestTimeout"), (408, _):
            .unavailable(status: status)
        case (501, _): .refused(status: status, code: code)
        case (500..., _): .unavailable(status: status)
        case (200..<300, _): .malformedAnswer(what: "status \(status)")
        default: .refused(status: status, code: code)
        }
    }

    /// The store knows nothing of the condition that a PUT had.
    var isNotImplemented: Bool { status == 501 || status == 400 && code == "NotImplemented" }

    /// Only what looks like one of S3's codes: it goes into logs and answers.
    private static func code(in body: [UInt8]) -> String {
        guard !body.isEmpty, let root = try? XMLReader.read(body, limits: XMLLimits(bytes: 65_536, elements: 100)),
            root.name == "Error", let code = root["Code"], code.utf8.count <= 64,
            code.utf8.allSatisfy({ ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z") })
        else { return "" }
        return code
    }
}

/// `bytes 0-99/1234`, `bytes 0-99/*` or `bytes */1234` (RFC 9110, 14.4).
struct ContentRange: Equatable {
    let range: Range<UInt64>?
    let sizeBytes: UInt64?

    init?(_ text: String) {
        guard text.hasPrefix("bytes ") else { return nil }
        let halves = text.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2 else { return nil }
        sizeBytes = UInt64(halves[1])
        if halves[0] == "*" {
            range = nil
            return
        }
        let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last, last < .max else { return nil }
        range = first..<last + 1
    }
}
