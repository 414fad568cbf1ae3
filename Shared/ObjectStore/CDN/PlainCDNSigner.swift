import Text

/// URLs of a CDN that gives every clip to everybody: nothing is signed, and they end with the object. For every use they are
/// the same, since nobody would do what an unsigned URL says about the answer.
public struct PlainCDNSigner: URLSigner {
    private let base: String
    private let life: SignedURLLife

    /// - Parameter base: where the clips bucket's keys begin, without a slash at its end.
    public init(base: String, life: SignedURLLife) {
        self.base = base
        self.life = life
    }

    public func edition(atUnixSeconds now: Int64) -> SigningEdition? { SigningEdition(life, atUnixSeconds: now) }

    public func signedURL(
        key: String, for use: SignedURLUse, atUnixSeconds now: Int64
    ) throws(ObjectStoreFault) -> SignedURL {
        try ObjectKeyRules.check(key)
        return SignedURL(
            url: "\(base)/\(Percent.encode(key, keeping: .path))",
            // The object lives longer, by what gateways hold back of its life.
            expiresAtUnixSeconds: life.signedAt(unixSeconds: now) + life.expirySeconds)
    }
}
