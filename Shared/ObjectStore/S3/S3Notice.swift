import HTTPClient

/// What a store said that an operator should know, beside what its caller is thrown.
public enum S3Notice: Equatable, Sendable {
    case refused(S3Refusal)
    /// The store refuses something that every PUT had, and gets its PUTs without it from now on.
    case goesWithout(PutPart)

    public enum PutPart: String, Sendable {
        /// `If-None-Match: *`: two cutters that make the same clip at the same time then both store it.
        case condition
        /// `x-amz-checksum-sha256`: the bytes are guarded by `Content-MD5` instead.
        case checksumHeader = "checksum header"
    }
}

/// A call that a store answered and did not do, in the store's own words.
public struct S3Refusal: Equatable, Sendable {
    /// The right that the call needs, as policies name it: `s3:PutObject`.
    public let action: String
    public let status: Int
    /// S3's own word, such as `RequestTimeTooSkewed`; empty where the answer has none, as to a HEAD.
    public let code: String
    /// A sentence of the store's, on one line and cut off; empty where it sent none.
    public let message: String
    /// The object; nil for a listing.
    public var key: String?

    /// For people: `s3:PutObject: AccessDenied (403): Access Denied`.
    public var sentence: String {
        let word = code.isEmpty ? "status \(status)" : "\(code) (\(status))"
        return "\(action): \(word)" + (message.isEmpty ? "" : ": \(message)")
    }
}

extension HTTPClientRequest.Method {
    /// The right that a call for one object needs.
    var action: String {
        switch self {
        case .get, .head: "s3:GetObject"
        case .put, .post: "s3:PutObject"
        case .delete: "s3:DeleteObject"
        }
    }
}
