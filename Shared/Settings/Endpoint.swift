/// Where a server listens: scheme, host, port and perhaps a path. Nothing else of a URL, and never a password.
public struct Endpoint: Hashable, Sendable {
    public enum Scheme: String, Sendable { case http, https }

    /// Why a text is not an endpoint; continues its name: "has a query".
    public struct Malformed: Error, Equatable {
        public let reason: String
    }

    public let scheme: Scheme
    /// A name or an address; IPv6 in its brackets. Letters are lower-case.
    public let host: String
    /// nil where the scheme's own port is meant.
    public let port: Int?
    /// Empty, or `/` and what follows; without a `/` at its end.
    public let path: String

    /// Source: RFC 3986, 3, of which it takes the scheme, the host, the port and the path.
    public init(parsing text: String) throws(Malformed) {
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://"),
            let scheme = Scheme(rawValue: text[..<colon].lowercased())
        else { throw Malformed(reason: "does not begin with http:// or https://") }
        let rest = text[colon...].dropFirst(3)
        guard !rest.contains("@") else { throw Malformed(reason: "has a user or password in it") }
        guard !rest.contains(where: { $0 == "?" || $0 == "#" }) else { throw Malformed(reason: "has a query") }
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Malformed(reason: "has blanks or characters beyond ASCII in it")
        }
        let authority = rest.prefix { $0 != "/" }
        let (host, port) = try Self.split(authority)
        self.scheme = scheme
        self.host = host.lowercased()
        self.port = port
        var path = rest.dropFirst(authority.count)
        while path.last == "/" { path.removeLast() }
        self.path = String(path)
    }

    private static func split(_ authority: Substring) throws(Malformed) -> (Substring, Int?) {
        let host: Substring
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { throw Malformed(reason: "has no ] in its host") }
            host = authority[...end]
            guard host.count > 2, host.dropFirst().dropLast().allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." })
            else { throw Malformed(reason: "has a malformed IPv6 address") }
        } else {
            host = authority.prefix { $0 != ":" }
            guard !host.isEmpty else { throw Malformed(reason: "has no host") }
            guard host.allSatisfy({ $0.isLetter || $0.isNumber || "-._".contains($0) }) else {
                throw Malformed(reason: "has a malformed host")
            }
        }
        let rest = authority.dropFirst(host.count)
        if rest.isEmpty { return (host, nil) }
        guard rest.first == ":", let port = wholeNumber(rest.dropFirst()), (1...65_535).contains(port) else {
            throw Malformed(reason: "has a malformed port")
        }
        return (host, port)
    }
}

extension Endpoint: CustomStringConvertible {
    public var description: String { "\(scheme)://\(host)\(port.map { ":\($0)" } ?? "")\(path)" }
}
