import CMongoc
import Glibc
import Text

/// Where the database is, and as whom to go there; checked without touching the network.
///
/// Printing it shows the hosts, never the credentials.
public struct MongoAddress: Sendable {
    /// What is wrong with an address. Nothing in it repeats the user's name or password.
    public enum Fault: Error, Hashable, Sendable {
        case empty
        case notMongoDB
        /// `@`, `/`, `:`, `?` or `%` in a name or password, not percent-encoded.
        case credentialsNotEncoded
        case malformed(String)
        case unreadableFile(option: String, reason: String)
        case badDatabaseName

        public var problem: String {
            switch self {
            case .empty: "is empty"
            case .notMongoDB: "must start with mongodb:// or mongodb+srv://"
            case .credentialsNotEncoded: "has a user name or password with characters that must be percent-encoded"
            case .malformed(let why): "can't be used: \(why)"
            case .unreadableFile(let option, let reason): "names a file in \(option) that can't be read: \(reason)"
            case .badDatabaseName: "must be 1 to 63 bytes without any of /\\. \"$*<>:|? or control characters"
            }
        }
    }

    /// With the credentials: for libmongoc and nobody else.
    let uri: String
    public let database: String

    /// - Parameters:
    ///   - uri: a connection string with credentials, TLS, read preference and time-outs as MongoDB documents them.
    ///   - database: the database that holds the episodes and the register.
    public init(uri: String, database: String) throws(Fault) {
        guard !uri.isEmpty else { throw .empty }
        guard let authority = Self.authority(of: uri) else { throw .notMongoDB }
        try Self.checkCredentials(authority: authority)
        guard Self.isDatabaseName(database) else { throw .badDatabaseName }
        self.uri = uri
        self.database = database

        let parsed: MongoURI
        do throws(MongoURI.Unusable) {
            parsed = try MongoURI(uri)
        } catch {
            throw .malformed(Self.hideSecrets(of: authority, in: error.reason))
        }
        for option in ["tlscafile", "tlscertificatekeyfile"] {
            guard let path = parsed.text(option), access(path, R_OK) != 0 else { continue }
            throw .unreadableFile(option: option, reason: String(cString: strerror(errno)))
        }
    }

    /// The hosts, for logs.
    public var hosts: String {
        let authority = Self.authority(of: uri) ?? ""
        let afterCredentials = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        return String(afterCredentials.prefix { $0 != "/" && $0 != "?" })
    }

    /// What follows the scheme; nil for another scheme.
    private static func authority(of uri: String) -> Substring? {
        for scheme in ["mongodb://", "mongodb+srv://"] where uri.hasPrefix(scheme) {
            return uri.dropFirst(scheme.count)
        }
        return nil
    }

    /// libmongoc finds the hosts up to the first `/` or `?`. A password with such a character in it would be read, and
    /// reported, as a host or an option: so it must not get that far.
    private static func checkCredentials(authority: Substring) throws(Fault) {
        let hosts = authority.prefix { $0 != "/" && $0 != "?" }
        switch hosts.count(where: { $0 == "@" }) {
        case 0:
            let rest = authority.dropFirst(hosts.count)
            if rest.contains("@"), !hosts.split(separator: ",").allSatisfy(isPlainHost) { throw .credentialsNotEncoded }
        case 1:
            let credentials = hosts.prefix { $0 != "@" }
            if credentials.count(where: { $0 == ":" }) > 1 { throw .credentialsNotEncoded }
            if Percent.decodeBytes(credentials) == nil { throw .credentialsNotEncoded }
        default: throw .credentialsNotEncoded
        }
    }

    private static func isPlainHost(_ host: Substring) -> Bool {
        if host.hasPrefix("[") || host.hasPrefix("%2F") || host.hasPrefix("%2f") { return true }
        let parts = host.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 1 || parts.count == 2 && UInt16(parts[1]) != nil
    }

    private static func hideSecrets(of authority: Substring, in message: String) -> String {
        guard let at = authority.lastIndex(of: "@") else { return message }
        var shown = message
        let credentials = authority[..<at]
        for secret in [credentials] + credentials.split(separator: ":").suffix(1) where !secret.isEmpty {
            shown = shown.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "‹secret›")
        }
        return shown
    }

    private static func isDatabaseName(_ name: String) -> Bool {
        (1...63).contains(name.utf8.count)
            && name.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !Array("/\\.\"$*<>:|?".utf8).contains($0) }
    }
}

extension MongoAddress: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String { "\(hosts)/\(database)" }
    public var debugDescription: String { description }
}
