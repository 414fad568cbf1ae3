/// Makes URLs that let anyone who holds them fetch one object for a while. Does no I/O.
public protocol URLSigner: Sendable {
    /// - Parameter atUnixSeconds: the time now. Equal keys asked for within one signing window get equal URLs for the same
    ///   use, byte for byte, as long as the credentials stay the same.
    /// - Throws: `.invalidKey`; `.noCredentials`.
    func signedURL(key: String, for use: SignedURLUse, atUnixSeconds now: Int64) throws(ObjectStoreFault) -> SignedURL
    /// What all URLs signed now have in common: as long as it is the same, a key has the same URL. Nil if none can be signed,
    /// or nobody can say.
    func edition(atUnixSeconds now: Int64) -> SigningEdition?
}

extension URLSigner {
    public func edition(atUnixSeconds now: Int64) -> SigningEdition? { nil }
}

/// By what URLs are signed at one time: of two that are equal, neither changes any URL.
public struct SigningEdition: Equatable, Sendable {
    let signedAtUnixSeconds: Int64
    /// When all URLs of this edition stop working.
    public let expiresAtUnixSeconds: Int64
    /// By whom; nil where a signer knows one way only.
    let moment: SigningMoment?

    init(signedAtUnixSeconds: Int64, expiresAtUnixSeconds: Int64, moment: SigningMoment? = nil) {
        self.signedAtUnixSeconds = signedAtUnixSeconds
        self.expiresAtUnixSeconds = expiresAtUnixSeconds
        self.moment = moment
    }

    /// That of a signer whose URLs all end with their window's life.
    init(_ life: SignedURLLife, atUnixSeconds now: Int64) {
        let signedAt = life.signedAt(unixSeconds: now)
        self.init(signedAtUnixSeconds: signedAt, expiresAtUnixSeconds: signedAt + life.expirySeconds)
    }

    public static func == (one: SigningEdition, other: SigningEdition) -> Bool {
        one.signedAtUnixSeconds == other.signedAtUnixSeconds && one.expiresAtUnixSeconds == other.expiresAtUnixSeconds
            && one.moment === other.moment
    }
}

extension URLSigner {
    /// For reading the object as it is.
    public func signedURL(key: String, atUnixSeconds now: Int64) throws(ObjectStoreFault) -> SignedURL {
        try signedURL(key: key, for: .reading, atUnixSeconds: now)
    }
}

/// What a URL is signed for.
public struct SignedURLUse: Hashable, Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
    }

    /// Stores that sign requests take the URL for this one alone.
    public var method: Method
    /// A browser is to save the object under this name (RFC 6266, `attachment`), whatever the object says; nil: it is not.
    public var savedAs: String?

    public init(method: Method = .get, savedAs: String? = nil) {
        self.method = method
        self.savedAs = savedAs
    }

    public static let reading = SignedURLUse()
}

public struct SignedURL: Hashable, Sendable {
    public let url: String
    /// When it stops working: the end of its own life, or of the credentials that it was signed with if they end earlier.
    public let expiresAtUnixSeconds: Int64

    public init(url: String, expiresAtUnixSeconds: Int64) {
        self.url = url
        self.expiresAtUnixSeconds = expiresAtUnixSeconds
    }
}

/// How long signed URLs live.
public struct SignedURLLife: Hashable, Sendable {
    /// The least time that a URL works after it was handed out.
    public let lifetime: Duration
    /// Signing times are rounded down to a multiple of this, so that equal requests get equal URLs and caches hit.
    public let window: Duration

    /// 24 hours, in windows of one hour.
    public static let standard = SignedURLLife(checkedLifetimeSeconds: 86_400, windowSeconds: 3_600)

    /// - Returns: nil unless both are whole seconds, 1 s or more, and together at most 7 days, the most that S3 accepts.
    public init?(lifetime: Duration, window: Duration) {
        let whole = [lifetime, window].allSatisfy { $0.components.attoseconds == 0 && $0 >= .seconds(1) }
        guard whole, lifetime + window <= .seconds(7 * 86_400) else { return nil }
        self.lifetime = lifetime
        self.window = window
    }

    private init(checkedLifetimeSeconds: Int64, windowSeconds: Int64) {
        lifetime = .seconds(checkedLifetimeSeconds)
        window = .seconds(windowSeconds)
    }

    /// The signing time for `now`.
    public func signedAt(unixSeconds now: Int64) -> Int64 {
        let seconds = window.components.seconds
        return now - (now % seconds + seconds) % seconds
    }

    /// What the URL says about its life, counted from the signing time.
    public var expirySeconds: Int64 { lifetime.components.seconds + window.components.seconds }
}
