/// The two schemes of addresses that web browsers follow.
public enum WebScheme: String, Sendable, CaseIterable {
    case https = "https://"
    case http = "http://"

    /// The scheme that an address begins with, in whatever case (RFC 3986, 3.1), and what stands behind its slashes.
    ///
    /// - Returns: nil for any other address.
    public static func split(_ address: String) -> (scheme: WebScheme, rest: Substring)? {
        let start = address.utf8.prefix(https.rawValue.utf8.count)
        let lowered = String(decoding: start.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
        guard let scheme = allCases.first(where: { lowered.hasPrefix($0.rawValue) }) else { return nil }
        return (scheme, address.dropFirst(scheme.rawValue.count))
    }
}
