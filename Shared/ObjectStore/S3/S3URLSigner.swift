/// Signs GET URLs for clients: any number of threads at once, without I/O, some microseconds each.
public struct S3URLSigner: URLSigner {
    private let signer: QuerySigner
    private let life: SignedURLLife

    public init(
        _ location: S3Location, credentials: any CredentialsSource, life: SignedURLLife = .standard
    ) {
        signer = QuerySigner(location, credentials: credentials)
        self.life = life
    }

    public func signedURL(key: String, atUnixSeconds now: Int64) throws(ObjectStoreFault) -> SignedURL {
        try ObjectKeyRules.check(key)
        let moment = try signer.moment(
            unixSeconds: life.signedAt(unixSeconds: now), expirySeconds: life.expirySeconds)
        if moment.key.credentials.isOver(at: now) { throw .noCredentials(reason: "they have ended") }
        let urlEnds = moment.unixSeconds + moment.expirySeconds
        let credentialsEnd = moment.key.credentials.expiresAtUnixSeconds ?? urlEnds
        return SignedURL(
            url: signer.url("GET", key: key, at: moment), expiresAtUnixSeconds: min(urlEnds, credentialsEnd))
    }
}
