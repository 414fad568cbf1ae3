/// Who we are to an object store. The secret parts are never printed.
public struct Credentials: Equatable, Sendable {
    public let accessKey: String
    let secretKey: String
    let sessionToken: String?
    /// nil: good until someone revokes them.
    public let expiresAtUnixSeconds: Int64?

    /// Whether they end some day, be it known when or not.
    public var isTemporary: Bool { sessionToken != nil }

    /// - Parameter sessionToken: only temporary credentials have one.
    public init(
        accessKey: String, secretKey: String, sessionToken: String? = nil, expiresAtUnixSeconds: Int64? = nil
    ) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
        self.expiresAtUnixSeconds = expiresAtUnixSeconds
    }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "credentials of \(accessKey), ‹secret›" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["accessKey": accessKey]) }
}

/// Where a store and a signer get their credentials from. Asked for every single URL, so it answers from memory.
public protocol CredentialsSource: Sendable {
    /// - Throws: `.noCredentials` while there are none that are still good.
    func current() throws(ObjectStoreFault) -> Credentials
}

extension CredentialsSource {
    /// Why there are none at present, for people; nil while there are.
    public var problem: String? {
        do throws(ObjectStoreFault) {
            _ = try current()
            return nil
        } catch {
            if case .noCredentials(let reason) = error { return "\(error.slug): \(reason)" }
            return error.slug
        }
    }
}

/// Credentials that never change.
public struct StaticCredentials: CredentialsSource {
    private let credentials: Credentials

    public init(_ credentials: Credentials) { self.credentials = credentials }

    public func current() throws(ObjectStoreFault) -> Credentials { credentials }
}
