import Hashing
import TestStack
import Testing

@testable import ObjectStore

@Suite("URLs of a CDN")
struct CDNSignersTests {
    /// 2024-02-29T23:00:00Z: the window is an hour.
    private static let windowStart: Int64 = 1_709_247_600

    private func signer(keptBytes: Int = 1 << 20) throws -> CloudFrontSigner {
        CloudFrontSigner(
            base: CloudFrontKeys.base, life: .standard,
            key: .init(id: "K2JCJMDEHXQW5F", key: try RSAPrivateKey(pem: CloudFrontKeys.now)),
            next: (
                .init(id: "KNEXT0000000A", key: try RSAPrivateKey(pem: CloudFrontKeys.next)),
                fromUnixSeconds: Self.windowStart + 1
            ), keptBytes: keptBytes)
    }

    @Test("CloudFront's are those that botocore makes, for rounded times, and the next key takes over with a window")
    func cloudFront() throws {
        // Once with room for what is kept, and once with none.
        for keptBytes in [1 << 20, 0] {
            let signer = try signer(keptBytes: keptBytes)
            for offset: Int64 in [0, 1, 3_599] {
                let signed = try signer.signedURL(
                    key: CloudFrontKeys.object, atUnixSeconds: Self.windowStart + offset)
                #expect(
                    signed == SignedURL(url: CloudFrontKeys.url, expiresAtUnixSeconds: Self.windowStart + 90_000))
            }
            let next = try signer.signedURL(key: CloudFrontKeys.object, atUnixSeconds: Self.windowStart + 3_600)
            #expect(
                next == SignedURL(url: CloudFrontKeys.nextURL, expiresAtUnixSeconds: Self.windowStart + 93_600))
        }
    }

    /// CloudFront Developer Guide, "Create a signed URL using a canned policy": the resource is the URL with its own query.
    @Test("one under which the object is saved is another, over its query too, and plain ones stay as they are")
    func saved() async throws {
        let signer = try signer()
        let use = SignedURLUse(savedAs: "x.mp3")
        let signed = try signer.signedURL(key: "a b.mp3", for: use, atUnixSeconds: Self.windowStart)
        let resource =
            "\(CloudFrontKeys.base)/a%20b.mp3?response-content-disposition=attachment%3B%20filename%3D%22x.mp3%22"
        #expect(signed.url.hasPrefix("\(resource)&Expires=\(Self.windowStart + 90_000)&Signature="))
        let plain = try signer.signedURL(key: "a b.mp3", atUnixSeconds: Self.windowStart)
        #expect(plain.url.hasPrefix("\(CloudFrontKeys.base)/a%20b.mp3?Expires="))
        #expect(try signer.signedURL(key: "a b.mp3", for: use, atUnixSeconds: Self.windowStart + 1) == signed)
        #expect(
            try signer.signedURL(key: "a b.mp3", for: .init(method: .head), atUnixSeconds: Self.windowStart) == plain)
        let policy =
            #"{"Statement":[{"Resource":"\#(resource)","Condition":{"DateLessThan":{"AWS:EpochTime":\#(Self.windowStart + 90_000)}}}]}"#
        let letters = signed.url.split(separator: "Signature=")[1].prefix { $0 != "&" }
        let base64 = letters.replacing("-", with: "+").replacing("_", with: "=").replacing("~", with: "/")
        let signature = try TemporaryFile(
            holding: try await Tool.run("base64", ["-d"], input: Array(base64.utf8)))
        let key = try TemporaryFile(holding: Array(CloudFrontKeys.now.utf8))
        let told = try await Tool.run(
            "openssl", ["dgst", "-sha1", "-prverify", key.path, "-signature", signature.path], input: Array(policy.utf8)
        )
        #expect(String(decoding: told, as: UTF8.self) == "Verified OK\n")
        let cdn = PlainCDNSigner(base: "https://cdn.example.org", life: .standard)
        #expect(
            try cdn.signedURL(key: "k.mp3", for: use, atUnixSeconds: 0)
                == cdn.signedURL(key: "k.mp3", atUnixSeconds: 0))
    }

    @Test("openssl itself verifies a signature with the public key, and none over other words")
    func openSSL() async throws {
        let message = #"{"Statement":[{"Resource":"https://example.org/ö"}]}"#
        let signature = try #require(try RSAPrivateKey(pem: CloudFrontKeys.now).sha1Signature(of: message))
        let key = try TemporaryFile(holding: Array(CloudFrontKeys.now.utf8))
        let signed = try TemporaryFile(holding: signature)
        let publicKey = try TemporaryFile(
            holding: try await Tool.run("openssl", ["pkey", "-in", key.path, "-pubout"]))
        let words = ["dgst", "-sha1", "-verify", publicKey.path, "-signature", signed.path]
        let told = try await Tool.run("openssl", words, input: Array(message.utf8))
        #expect(String(decoding: told, as: UTF8.self) == "Verified OK\n")
        await #expect(throws: Tool.Failed.self) { try await Tool.run("openssl", words, input: [0]) }
    }

    @Test("plain ones have no signature, and name the same end for a whole window")
    func plain() throws {
        let signer = PlainCDNSigner(base: "https://cdn.example.org", life: .standard)
        let end = Self.windowStart + 90_000
        for offset: Int64 in [0, 3_599] {
            #expect(
                try signer.signedURL(key: "audio_clips/a b/c.mp3", atUnixSeconds: Self.windowStart + offset)
                    == SignedURL(url: "https://cdn.example.org/audio_clips/a%20b/c.mp3", expiresAtUnixSeconds: end))
        }
        #expect(throws: ObjectStoreFault.self) { try signer.signedURL(key: "a/../b", atUnixSeconds: 0) }
        #expect(throws: ObjectStoreFault.self) {
            try self.signer().signedURL(key: "a/../b", atUnixSeconds: Self.windowStart)
        }
    }

    @Test("what is no RSA key without a password is refused")
    func malformed() async throws {
        let encrypted = String(
            decoding: try await Tool.run(
                "openssl", ["pkey", "-aes256", "-passout", "pass:p"], input: Array(CloudFrontKeys.now.utf8)),
            as: UTF8.self)
        let elliptic = String(
            decoding: try await Tool.run(
                "openssl", ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]), as: UTF8.self)
        for pem in ["", "hush", encrypted, elliptic, String(CloudFrontKeys.now.prefix(400))] {
            #expect(throws: RSAPrivateKey.Malformed.self) { try RSAPrivateKey(pem: pem) }
        }
    }
}
