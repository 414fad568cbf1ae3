import Hashing
import Synchronization
import Text

/// Signs requests to one bucket in their query (SigV4), for ourselves and for clients alike.
///
/// Source: Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)".
final class QuerySigner: Sendable {
    let location: S3Location
    private let source: any CredentialsSource
    private let latest = Mutex<SigningMoment?>(nil)

    init(_ location: S3Location, credentials: any CredentialsSource) {
        self.location = location
        source = credentials
    }

    /// What every signature of that second has in common; made once and kept until another second is asked for.
    func moment(unixSeconds: Int64, expirySeconds: Int64) throws(ObjectStoreFault) -> SigningMoment {
        let credentials = try source.current()
        let known = latest.withLock { $0 }
        let isSame = known?.key.credentials == credentials
        if let known, isSame, known.unixSeconds == unixSeconds, known.expirySeconds == expirySeconds { return known }
        let time = WallTime(seconds: unixSeconds).basicText
        let day = time.prefix(8)
        let key: SigningKey
        if let known, isSame, known.key.day == day {
            key = known.key
        } else {
            key = SigningKey(credentials, day: day, region: location.region)
        }
        let moment = SigningMoment(
            unixSeconds: unixSeconds, expirySeconds: expirySeconds, key: key, time: time, region: location.region)
        latest.withLock { $0 = moment }
        return moment
    }

    /// The signed URL of a request.
    ///
    /// - Parameters:
    ///   - key: nil for the bucket itself. Must have passed `ObjectKeyRules`.
    ///   - parameters: of the query, not encoded.
    ///   - headers: those to be signed besides the host, names in lower case; they must be sent just so.
    func url(
        _ method: String, key: String?, parameters: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], at moment: SigningMoment
    ) -> String {
        let path = key.map { "\(location.basePath)/\(Percent.encode($0, keeping: .path))" } ?? bucketPath
        var signedHeaders = "host"
        var headerLines = "host:\(location.host)\n"
        if !headers.isEmpty {
            let all = (headers + [("host", location.host)]).sorted { $0.name < $1.name }
            signedHeaders = all.map(\.name).joined(separator: ";")
            headerLines = all.map { "\($0.name):\(canonicalValue($0.value))\n" }.joined()
        }
        let isPlain = parameters.isEmpty && headers.isEmpty
        let query = isPlain ? moment.plainQuery : moment.query(adding: parameters, signedHeaders: signedHeaders)
        let request = "\(method)\n\(path)\n\(query)\n\(headerLines)\n\(signedHeaders)\nUNSIGNED-PAYLOAD"
        let signature = moment.key.code.code(for: moment.preamble + Hex.encode(SHA256.digest(request)))
        return "\(location.origin)\(path)?\(query)&X-Amz-Signature=\(Hex.encode(signature))"
    }

    private var bucketPath: String { location.basePath.isEmpty ? "/" : location.basePath }
}

/// Without white space at the ends, and one space for several.
private func canonicalValue(_ value: String) -> String {
    guard value.utf8.contains(0x20) else { return value }
    return value.split(separator: " ").joined(separator: " ")
}
