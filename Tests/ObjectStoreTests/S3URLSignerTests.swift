import Testing

@testable import ObjectStore

@Suite struct S3URLSignerTests {
    private func signer(_ source: any CredentialsSource, life: SignedURLLife = .standard) throws -> S3URLSigner {
        S3URLSigner(
            try S3Location(bucket: "clips", region: "us-east-1", endpoint: "http://127.0.0.1:7070"),
            credentials: source, life: life)
    }

    private static let lasting = StaticCredentials(Credentials(accessKey: "a", secretKey: "s"))

    /// 2024-02-29T23:00:00Z: the window is an hour.
    private static let windowStart: Int64 = 1_709_247_600

    @Test("within one hour the URL is the same, byte for byte, and lives 24 hours from its last second on")
    func window() throws {
        let signer = try signer(Self.lasting)
        let first = try signer.signedURL(key: "a/b.mp3", atUnixSeconds: Self.windowStart)
        #expect(first.url.contains("&X-Amz-Date=20240229T230000Z&X-Amz-Expires=90000&"))
        #expect(first.expiresAtUnixSeconds == Self.windowStart + 90_000)
        for offset: Int64 in [1, 1_800, 3_599] {
            #expect(try signer.signedURL(key: "a/b.mp3", atUnixSeconds: Self.windowStart + offset) == first)
        }
        let next = try signer.signedURL(key: "a/b.mp3", atUnixSeconds: Self.windowStart + 3_600)
        #expect(next.url != first.url)
        #expect(next.expiresAtUnixSeconds == first.expiresAtUnixSeconds + 3_600)
    }

    @Test("a URL ends with the credentials that it was signed with")
    func temporary() throws {
        let end = Self.windowStart + 7_200
        let credentials = Credentials(
            accessKey: "a", secretKey: "s", sessionToken: "t", expiresAtUnixSeconds: end)
        let signed = try signer(StaticCredentials(credentials)).signedURL(
            key: "k", atUnixSeconds: Self.windowStart + 5)
        #expect(signed.expiresAtUnixSeconds == end)
        // With credentials that have ended no URL works, not even for a moment.
        #expect(throws: ObjectStoreFault.noCredentials(reason: "they have ended")) {
            try signer(StaticCredentials(credentials)).signedURL(key: "k", atUnixSeconds: end)
        }
    }

    @Test("new credentials are used at once, and without any there is no URL")
    func changing() throws {
        let source = Changing(Credentials(accessKey: "first", secretKey: "s"))
        let signer = try signer(source)
        #expect(try signer.signedURL(key: "k", atUnixSeconds: Self.windowStart).url.contains("=first%2F"))
        source.change(to: Credentials(accessKey: "second", secretKey: "s"))
        #expect(try signer.signedURL(key: "k", atUnixSeconds: Self.windowStart).url.contains("=second%2F"))
        source.change(to: nil)
        #expect(throws: ObjectStoreFault.noCredentials(reason: "taken away")) {
            try signer.signedURL(key: "k", atUnixSeconds: Self.windowStart)
        }
    }

    @Test("a URL's life is whole seconds, and at most the seven days that S3 accepts")
    func lives() {
        #expect(SignedURLLife(lifetime: .seconds(6 * 86_400), window: .seconds(86_400)) != nil)
        #expect(SignedURLLife(lifetime: .seconds(7 * 86_400), window: .seconds(1)) == nil)
        #expect(SignedURLLife(lifetime: .milliseconds(1_500), window: .seconds(1)) == nil)
        #expect(SignedURLLife(lifetime: .seconds(60), window: .zero) == nil)
    }

    @Test("credentials don't show their secrets, however they are printed")
    func unprintable() {
        let credentials = Credentials(accessKey: "known", secretKey: "hush", sessionToken: "quiet")
        var dumped = ""
        dump(credentials, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped, "\([credentials])"] {
            #expect(!text.contains("hush") && !text.contains("quiet"))
        }
        #expect("\(credentials)".contains("known"))
    }
}
