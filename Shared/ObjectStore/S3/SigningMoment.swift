import Hashing
import Text

/// The key that a day's signatures are made with: four HMACs away from the secret, so it is kept.
///
/// Source: AWS General Reference, "Create a signed AWS API request", step 4.
final class SigningKey: Sendable {
    let credentials: Credentials
    let day: Substring
    let code: HMACSHA256

    init(_ credentials: Credentials, day: Substring, region: String) {
        self.credentials = credentials
        self.day = day
        var key = Array("AWS4\(credentials.secretKey)".utf8)
        for part in [String(day), region, "s3", "aws4_request"] { key = HMACSHA256(key: key).code(for: part) }
        code = HMACSHA256(key: key)
    }
}

/// All that signatures made in the same second, with the same life and credentials, have in common.
final class SigningMoment: Sendable {
    let unixSeconds: Int64
    let expirySeconds: Int64
    let key: SigningKey
    /// The first three lines of what is signed.
    let preamble: String
    /// The query of a request whose only signed header is the host, in canonical order and without the signature.
    let plainQuery: String
    /// The same as pairs, encoded, but for the names of the signed headers.
    private let fields: [(name: String, value: String)]

    init(unixSeconds: Int64, expirySeconds: Int64, key: SigningKey, time: String, region: String) {
        self.unixSeconds = unixSeconds
        self.expirySeconds = expirySeconds
        self.key = key
        let scope = "\(key.day)/\(region)/s3/aws4_request"
        preamble = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n"
        var fields = [
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", Percent.encode("\(key.credentials.accessKey)/\(scope)")),
            ("X-Amz-Date", time), ("X-Amz-Expires", "\(expirySeconds)"),
        ]
        if let token = key.credentials.sessionToken {
            fields.append(("X-Amz-Security-Token", Percent.encode(token)))
        }
        self.fields = fields
        plainQuery = Self.joined(fields + [("X-Amz-SignedHeaders", "host")])
    }

    /// The canonical query of a request that has parameters or signed headers of its own.
    ///
    /// - Parameter signedHeaders: their names in lower case, sorted, with `;` between.
    func query(adding parameters: [(name: String, value: String)], signedHeaders: String) -> String {
        let own = parameters.map { (name: Percent.encode($0.name), value: Percent.encode($0.value)) }
        let all = fields + [("X-Amz-SignedHeaders", Percent.encode(signedHeaders))] + own
        return Self.joined(all.sorted { ($0.name, $0.value) < ($1.name, $1.value) })
    }

    private static func joined(_ fields: [(name: String, value: String)]) -> String {
        fields.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    }
}
