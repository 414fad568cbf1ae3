import Bounded
import Hashing
import Synchronization
import Text

/// URLs that CloudFront itself checks, signed with a canned policy.
///
/// A signature with a key of 2048 bits costs some 0.2 ms (`openssl speed rsa2048`), so the URLs of a window are kept, as many as fit; all gateways make the same ones.
///
/// Source: Amazon CloudFront Developer Guide, "Create a signed URL using a canned policy".
public final class CloudFrontSigner: URLSigner {
    public struct Key: Sendable {
        /// CloudFront's id of the public key.
        let id: String
        let key: RSAPrivateKey

        public init(id: String, key: RSAPrivateKey) {
            self.id = id
            self.key = key
        }
    }

    private let base: String
    private let life: SignedURLLife
    private let key: Key
    private let next: (key: Key, fromUnixSeconds: Int64)?
    private let known: Mutex<RecentlyUsed<String, SignedURL>>

    /// - Parameters:
    ///   - base: where the clips bucket's keys begin, without a slash at its end.
    ///   - next: takes over in the first window that begins at this time or later, at all gateways alike.
    ///   - keptBytes: what kept URLs may take.
    public init(
        base: String, life: SignedURLLife, key: Key, next: (key: Key, fromUnixSeconds: Int64)? = nil, keptBytes: Int
    ) {
        self.base = base
        self.life = life
        self.key = key
        self.next = next
        known = Mutex(RecentlyUsed(limitBytes: keptBytes))
    }

    /// The key follows from the window.
    public func edition(atUnixSeconds now: Int64) -> SigningEdition? { SigningEdition(life, atUnixSeconds: now) }

    /// CloudFront takes every method. Under which name an object is saved is S3's to say, which has to be handed the query.
    public func signedURL(
        key object: String, for use: SignedURLUse, atUnixSeconds now: Int64
    ) throws(ObjectStoreFault) -> SignedURL {
        let signedAt = life.signedAt(unixSeconds: now)
        let end = signedAt + life.expirySeconds
        let disposition = use.savedAs.map {
            "response-content-disposition=" + Percent.encode(ObjectAttributes.attachment(fileName: $0))
        }
        let name = disposition.map { "\(object)?\($0)" } ?? object
        // The key follows from the window, and the window from the end.
        if let kept = known.withLock({ $0.get(name) }), kept.expiresAtUnixSeconds == end { return kept }
        try ObjectKeyRules.check(object)
        let path = "\(base)/\(Percent.encode(object, keeping: .path))"
        let url = disposition.map { "\(path)?\($0)" } ?? path
        let policy = #"{"Statement":[{"Resource":"\#(url)","Condition":{"DateLessThan":{"AWS:EpochTime":\#(end)}}}]}"#
        let key = next.flatMap { signedAt >= $0.fromUnixSeconds ? $0.key : nil } ?? self.key
        guard let signature = key.key.sha1Signature(of: policy) else {
            throw .noCredentials(reason: "this machine's OpenSSL makes no RSA signature over SHA-1")
        }
        let signed = SignedURL(
            url:
                "\(url)\(disposition == nil ? "?" : "&")Expires=\(end)&Signature=\(Self.encode(signature))&Key-Pair-Id=\(key.id)",
            expiresAtUnixSeconds: end)
        known.withLock { known in
            _ = known.insert(
                signed, for: name, heapBytes: Bounded.heapBytes(of: name) + Bounded.heapBytes(of: signed.url))
        }
        return signed
    }

    /// Base 64 with CloudFront's own letters for those that a query gives a meaning.
    private static func encode(_ bytes: [UInt8]) -> String {
        String(
            Base64.encode(bytes).map { letter -> Character in
                switch letter {
                case "+": "-"
                case "=": "_"
                case "/": "~"
                default: letter
                }
            })
    }
}
