import GatewayService
import Glibc
import HTTPServer

/// Keeps web pages of other sites away from a server on this machine.
///
/// A browser here reaches 127.0.0.1, so a page that it shows could use the server in its user's name: under the page's own
/// host name, which its owner points to 127.0.0.1 ("DNS rebinding"), or by plain requests whose answers it can't read but
/// which cost work. A browser says which host it means (RFC 9110, 7.2), and that it asks for another site (Fetch Metadata).
struct LocalAccess: Sendable {
    private let hosts: Set<String>
    private let origins: [String]

    /// - Parameters:
    ///   - address: that is listened on.
    ///   - publicURL: how clients reach it, if not by that.
    ///   - origins: pages that may use it, or `*`; none by default.
    /// - Returns: nil for an address that other machines reach: by what names is not known then.
    init?(listeningOn address: String, publicURL: String?, origins: [String]) {
        guard IPAddress(address)?.isLoopback == true else { return nil }
        var hosts: Set<String> = ["localhost", "127.0.0.1", "[::1]"]
        hosts.insert(address.contains(":") ? "[\(address)]" : address)
        if let publicURL, let host = Self.host(ofURL: publicURL) { hosts.insert(host) }
        self.hosts = hosts
        self.origins = origins
    }

    /// Why a request is not for this server; nil for one that is.
    func refusal(of request: HTTPRequest) -> EdgeFault? {
        // Without one it is HTTP/1.0, which no browser speaks.
        if let host = request.header("Host"), !hosts.contains(Self.name(host)) {
            return EdgeFault(.misdirectedRequest, "this server answers under its own names only")
        }
        if origins.isEmpty, request.header("Sec-Fetch-Site") == "cross-site",
            request.header("Sec-Fetch-Mode") != "navigate"
        {
            return EdgeFault(.crossSite, "pages of other sites may not use this server; see GATEWAY_CORS_ORIGINS")
        }
        return nil
    }

    /// A `Host` without its port and the root's dot, in lower case.
    private static func name(_ host: String) -> String {
        var name = host.lowercased()[...]
        if name.hasPrefix("["), let end = name.firstIndex(of: "]") {
            let port = name[name.index(after: end)...]
            if port.isEmpty || port.first == ":" { name = name[...end] }
        } else if let colon = name.lastIndex(of: ":") {
            name = name[..<colon]
        }
        return String(name.hasSuffix(".") ? name.dropLast() : name)
    }

    private static func host(ofURL url: String) -> String? {
        var parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count > 2, parts[1].isEmpty else { return nil }
        parts[2] = parts[2].split(separator: "@").last ?? parts[2]
        return name(String(parts[2]))
    }
}
