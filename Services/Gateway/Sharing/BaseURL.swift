import HTTPServer
import Text

/// Scheme, host and perhaps port, under which clients reach the gateway; what stands behind that is a path of ours.
struct BaseURL: Hashable, Sendable, CustomStringConvertible {
    /// Without a slash at its end.
    let description: String

    /// - Parameter text: nil unless it is `http://` or `https://`, a host, perhaps a port, and perhaps one slash.
    init?(_ text: String) {
        guard case (let scheme, var host)? = WebScheme.split(text) else { return nil }
        if host.last == "/" { host.removeLast() }
        guard Self.isHost(host) else { return nil }
        description = scheme.rawValue + host.lowercased()
    }

    /// - Parameter host: a `Host` field as it came, which is untrusted.
    init?(host: String) { self.init("http://" + host) }

    /// RFC 9110, 7.2: a name or an address, and perhaps a port.
    private static func isHost(_ text: Substring) -> Bool {
        guard (1...255).contains(text.utf8.count) else { return false }
        var name = text
        if text.first == "[" {
            guard let end = text.lastIndex(of: "]") else { return false }
            let address = text[text.index(after: text.startIndex)..<end]
            guard !address.isEmpty,
                addressCharacters.holds(address)
            else { return false }
            name = text[text.index(after: end)...]
            return name.isEmpty || isPort(name)
        }
        if let colon = text.firstIndex(of: ":") {
            guard isPort(text[colon...]) else { return false }
            name = text[..<colon]
        }
        return !name.isEmpty && nameCharacters.holds(name)
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.first == ":" && (2...6).contains(text.utf8.count)
            && text.dropFirst().utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static let addressCharacters = ByteSet("0123456789abcdefABCDEF:.")
    private static let nameCharacters = ByteSet.alphanumeric.adding("-._")

    /// How the sender of a request reaches this gateway: what the operator says, else the request's `Host`, if that is one.
    static func reaching(_ publicURL: BaseURL?, _ request: HTTPRequest) -> BaseURL? {
        publicURL ?? request.header("host").flatMap { BaseURL(host: $0) }
    }
}
