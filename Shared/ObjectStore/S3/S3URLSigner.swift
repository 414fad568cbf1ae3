/// Signs GET and HEAD URLs for clients: any number of threads at once, without I/O, some microseconds each.
public struct S3URLSigner: URLSigner {
    private let signer: QuerySigner
    private let life: SignedURLLife

    public init(
        _ location: S3Location, credentials: any CredentialsSource, life: SignedURLLife = .standard
    ) {
        signer = QuerySigner(location, credentials: credentials)
        self.life = life
    }

    public func signedURL(
        key: String, for use: SignedURLUse, atUnixSeconds now: Int64
    ) throws(ObjectStoreFault) -> SignedURL {
        try ObjectKeyRules.check(key)
        let moment = try moment(at: now)
        // Amazon S3 API Reference, GetObject, "Overriding response header values through the request".
        let parameters = use.savedAs.map {
            [(name: "response-content-disposition", value: ObjectAttributes.attachment(fileName: $0))]
        }
        return SignedURL(
            url: signer.url(use.method.rawValue, key: key, parameters: parameters ?? [], at: moment),
            expiresAtUnixSeconds: Self.end(of: moment))
    }

    /// A moment is made anew for other credentials.
    public func edition(atUnixSeconds now: Int64) -> SigningEdition? {
        do throws(ObjectStoreFault) {
            let moment = try moment(at: now)
            return SigningEdition(
                signedAtUnixSeconds: moment.unixSeconds, expiresAtUnixSeconds: Self.end(of: moment), moment: moment)
        } catch { return nil }
    }

    private func moment(at now: Int64) throws(ObjectStoreFault) -> SigningMoment {
        let moment = try signer.moment(
            unixSeconds: life.signedAt(unixSeconds: now), expirySeconds: life.expirySeconds)
        if moment.key.credentials.isOver(at: now) { throw .noCredentials(reason: "they have ended") }
        return moment
    }

    private static func end(of moment: SigningMoment) -> Int64 {
        let urlEnds = moment.unixSeconds + moment.expirySeconds
        return min(urlEnds, moment.key.credentials.expiresAtUnixSeconds ?? urlEnds)
    }
}
