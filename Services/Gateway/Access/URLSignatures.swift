import HTTPServer
import Hashing
import Settings
import Text

/// Signatures that stand in a URL in place of a key: for one path and one query, until a moment.
///
/// `signature` is the HMAC-SHA256, in hexadecimal digits, of three lines: `cutroom-url-1`, the path, and the query without
/// `signature` itself but with `expires`, in seconds since 1970. Path and query are written anew first, so that what means the
/// same has the same signature: each segment, name and value decoded and encoded again, parameters sorted by name.
package struct URLSignatures: Sendable {
    package enum Fault: Error {
        /// Percent-encoding that is none, or bytes that are not UTF-8.
        case malformed
        case signedAlready
    }

    enum Verdict: Equatable {
        case unsigned
        case valid
        case wrong
        case expired
    }

    /// Bytes of a secret, at least.
    package static let shortestSecret = 32
    private static let expiry = "expires"
    private static let name = "signature"

    private let secrets: [HMACSHA256]

    /// - Parameter secrets: the first one signs, all of them are accepted.
    package init(secrets: [Secret]) { self.secrets = secrets.map { HMACSHA256(key: Array($0.reveal().utf8)) } }

    /// - Parameter now: seconds since 1970.
    func verdict(path: String, query: String?, now: Int64) -> Verdict {
        guard let query, query.utf8.count > Self.name.utf8.count, query.contains(Self.name) else { return .unsigned }
        guard let parsed = try? Query(raw: query) else { return .wrong }
        let signatures = parsed.pairs.filter { $0.name == Self.name }
        guard let signature = signatures.first else { return .unsigned }
        let ends = parsed.pairs.filter { $0.name == Self.expiry }
        guard signatures.count == 1, ends.count == 1, let end = Self.seconds(ends[0].value),
            let code = Hex.decode(signature.value), let message = Self.message(path, parsed)
        else { return .wrong }
        var isValid = false
        for secret in secrets where secret.accepts(code, for: message) { isValid = true }
        guard isValid else { return .wrong }
        return now < end ? .valid : .expired
    }

    /// The URL with its end and its signature.
    ///
    /// - Parameters:
    ///   - url: absolute, or from its path on; without a fragment.
    ///   - end: in seconds since 1970.
    package func sign(_ url: String, until end: Int64) throws(Fault) -> String {
        let (path, query) = Self.parts(of: url)
        let whole = (query.map { $0.isEmpty ? "" : $0 + "&" } ?? "") + "\(Self.expiry)=\(end)"
        let parsed: Query
        do throws(Query.Fault) { parsed = try Query(raw: whole) } catch { throw .malformed }
        guard parsed.pairs.allSatisfy({ $0.name != Self.name }), parsed.repeated.allSatisfy({ $0 != Self.expiry })
        else { throw .signedAlready }
        guard let message = Self.message(path, parsed), let secret = secrets.first else { throw .malformed }
        let start = query == nil ? url[...] : url.prefix { $0 != "?" }
        return "\(start)?\(whole)&\(Self.name)=\(Hex.encode(secret.code(for: message)))"
    }

    private static func parts(of url: String) -> (path: String, query: String?) {
        let halves = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var path = halves[0]
        if let scheme = path.firstRange(of: "://") {
            let authority = path[scheme.upperBound...]
            path = authority.firstIndex(of: "/").map { authority[$0...] } ?? "/"
        }
        return (String(path), halves.count > 1 ? String(halves[1]) : nil)
    }

    private static func message(_ path: String, _ query: Query) -> [UInt8]? {
        var segments: [String] = []
        for segment in path.split(separator: "/", omittingEmptySubsequences: false) {
            guard let text = Percent.decode(segment) else { return nil }
            segments.append(Percent.encode(text))
        }
        // Those of one name stay in their order, which may mean something.
        let sorted = query.pairs.enumerated().filter { $0.element.name != name }.sorted { one, other in
            one.element.name == other.element.name
                ? one.offset < other.offset
                : one.element.name.utf8.lexicographicallyPrecedes(other.element.name.utf8)
        }
        let pairs = sorted.map { "\(Percent.encode($0.element.name))=\(Percent.encode($0.element.value))" }
        return Array("cutroom-url-1\n\(segments.joined(separator: "/"))\n\(pairs.joined(separator: "&"))".utf8)
    }

    private static func seconds(_ text: String) -> Int64? {
        guard (1...12).contains(text.utf8.count), text.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
        return Int64(text)
    }
}
