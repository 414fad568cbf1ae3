import HTTPClient

/// What S3 says when it does not do what was asked.
struct S3ErrorAnswer {
    let status: Int
    /// S3's own word, such as `NoSuchKey`; empty where the body has none, as after HEAD.
    let code: String
    /// S3's own sentence, on one line and bounded: it goes into logs.
    let message: String
    private let retryAfter: Duration?
    private let contentRange: ContentRange?

    init(_ head: HTTPResponseHead, body: [UInt8]) {
        status = head.status
        (code, message) = Self.words(in: body)
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

    /// Whether a PUT may have been refused for its condition or its checksum's header, which some stores don't know and say
    /// so with one of these statuses and words of their own.
    var mayBeAboutForm: Bool {
        guard [400, 405, 501].contains(status), case .refused = fault else { return false }
        return !Self.aboutOtherThings.contains(code)
    }

    /// Amazon S3 API Reference, "Error responses": what a request without condition and checksum would be told as well.
    private static let aboutOtherThings: Set<String> = [
        "AuthorizationHeaderMalformed", "AuthorizationQueryParametersError", "BadDigest", "EntityTooLarge",
        "EntityTooSmall", "IllegalLocationConstraintException", "IncompleteBody", "InvalidBucketName",
        "InvalidLocationConstraint", "InvalidStorageClass", "KeyTooLongError", "MetadataTooLarge",
        "XAmzContentChecksumMismatch",
    ]

    private static let longestMessage = 200
    /// Of a request that a store repeats: such words are not told, for whoever reads them could send it too.
    private static let signed = ["signature", "security-token"].flatMap { ["x-amz-\($0)=", "x-amz-\($0)%3d"] }

    /// Only what looks like one of S3's codes, and of the sentence what a line of a log may hold.
    private static func words(in body: [UInt8]) -> (code: String, message: String) {
        guard !body.isEmpty, let root = try? XMLReader.read(body, limits: XMLLimits(bytes: 65_536, elements: 100)),
            root.name == "Error"
        else { return ("", "") }
        let code = root["Code"].flatMap { code in
            code.utf8.count <= 64
                && code.utf8.allSatisfy { ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z") }
                ? code : nil
        }
        let said = root["Message"] ?? ""
        let lower = said.lowercased()
        if signed.contains(where: { lower.contains($0) }) { return (code ?? "", "") }
        let sentence = said.unicodeScalars.prefix(longestMessage + 1).map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: " "
            default: String(scalar)
            }
        }
        let message = sentence.prefix(longestMessage).joined() + (sentence.count > longestMessage ? "…" : "")
        return (code ?? "", message)
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
        sizeBytes = StoreNumber.bytes(halves[1])
        if halves[0] == "*" {
            range = nil
            return
        }
        let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false).map { StoreNumber.bytes($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last, last < StoreNumber.largest
        else { return nil }
        range = first..<last + 1
    }
}

/// Lengths as stores and web servers write them.
enum StoreNumber {
    /// So that lengths, and the lengths of ranges, fit an `Int`: 8 EiB, and no store keeps objects that long.
    static let largest = UInt64(Int64.max)

    /// - Returns: nil for anything but decimal digits, and for more than `largest`.
    static func bytes(_ text: some StringProtocol) -> UInt64? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return UInt64(text).flatMap { $0 <= largest ? $0 : nil }
    }
}
