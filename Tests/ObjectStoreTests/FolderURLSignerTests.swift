import Glibc
import TestStack
import Testing

@testable import ObjectStore

struct FolderURLSignerTests {
    static let secret = FolderURLSecret(Array("0123456789abcdef0123456789abcdef".utf8))!
    static let signer = FolderURLSigner(base: "http://127.0.0.1:8080/", secret: secret)
    static let key = "audio_clips/507f1f77bcf86cd799439011/30000-60000_v2-1a2b3c4d.mp3"

    /// The signature by `printf '1700089200\naudio_clips/…' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef`.
    @Test("a URL is base, route, key, end of life and the HMAC of the last two")
    func form() throws {
        let signed = try Self.signer.signedURL(key: Self.key, atUnixSeconds: 1_700_000_000)
        #expect(signed.expiresAtUnixSeconds == 1_699_999_200 + 90_000)
        #expect(
            signed.url == "http://127.0.0.1:8080/clips/\(Self.key)?expires=1700089200&signature="
                + "6c1a10a09511ac4cb884bcc99036e53fd4c04d27a8e5ab54b4cd847e09f01845")
    }

    @Test("within a signing window equal requests get equal URLs, and each lives at least as long as promised")
    func window() throws {
        let start: Int64 = 1_700_002_800
        let urls = try [start, start + 1, start + 3_599].map {
            try Self.signer.signedURL(key: Self.key, atUnixSeconds: $0)
        }
        #expect(Set(urls).count == 1)
        #expect(urls[0].expiresAtUnixSeconds - (start + 3_599) >= 86_400)
        #expect(try Self.signer.signedURL(key: Self.key, atUnixSeconds: start + 3_600) != urls[0])
    }

    @Test(
        "what was signed is accepted until it ends, with any characters in its key",
        arguments: [
            key, "a b/ü%&=?#+.mp3", "x",
        ])
    func accepted(key: String) throws {
        let signed = try Self.signer.signedURL(key: key, atUnixSeconds: 1_700_000_000)
        let (path, query) = try parts(signed.url)
        #expect(try Self.signer.verify(path: path, query: query, atUnixSeconds: 1_700_000_000).key == key)
        #expect(try Self.signer.verify(path: path, query: query + "&x=1", atUnixSeconds: 1_700_000_000).key == key)
        let end = signed.expiresAtUnixSeconds
        #expect(try Self.signer.verify(path: path, query: query, atUnixSeconds: end - 1).key == key)
        #expect(throws: FolderURLSigner.Refusal.expired(atUnixSeconds: end)) {
            try Self.signer.verify(path: path, query: query, atUnixSeconds: end)
        }
    }

    @Test("a URL with any byte changed, or signed by another secret, opens nothing")
    func forged() throws {
        let (path, query) = try parts(try Self.signer.signedURL(key: Self.key, atUnixSeconds: 1_700_000_000).url)
        for (index, byte) in query.utf8.enumerated() {
            var changed = Array(query.utf8)
            changed[index] = byte == UInt8(ascii: "1") ? UInt8(ascii: "2") : UInt8(ascii: "1")
            let forged = String(decoding: changed, as: UTF8.self)
            #expect(throws: FolderURLSigner.Refusal.self) {
                try Self.signer.verify(path: path, query: forged, atUnixSeconds: 1_700_000_000)
            }
        }
        let other = FolderURLSigner(base: "http://x", secret: FolderURLSecret([UInt8](repeating: 7, count: 32))!)
        #expect(throws: FolderURLSigner.Refusal.badSignature) {
            try other.verify(path: path, query: query, atUnixSeconds: 1_700_000_000)
        }
        #expect(throws: FolderURLSigner.Refusal.badSignature) {
            try Self.signer.verify(path: path + "x", query: query, atUnixSeconds: 1_700_000_000)
        }
    }

    /// Its signature is over that too: nobody can have a clip shown as a file, or saved, that was not given to them so.
    @Test("a URL under which the object is saved says so, and another can't be made of it")
    func download() throws {
        let use = SignedURLUse(savedAs: "x.mp3")
        let signed = try Self.signer.signedURL(key: Self.key, for: use, atUnixSeconds: 1_700_000_000)
        let (path, query) = try parts(signed.url)
        #expect(try Self.signer.verify(path: path, query: query, atUnixSeconds: 1_700_000_000).isDownload)
        let (_, plain) = try parts(try Self.signer.signedURL(key: Self.key, atUnixSeconds: 1_700_000_000).url)
        #expect(try !Self.signer.verify(path: path, query: plain, atUnixSeconds: 1_700_000_000).isDownload)
        for forged in [query.replacing("&download=1", with: ""), plain + "&download=1"] {
            #expect(throws: FolderURLSigner.Refusal.badSignature) {
                try Self.signer.verify(path: path, query: forged, atUnixSeconds: 1_700_000_000)
            }
        }
        let head = SignedURLUse(method: .head)
        #expect(
            try Self.signer.signedURL(key: Self.key, for: head, atUnixSeconds: 1)
                == Self.signer.signedURL(key: Self.key, atUnixSeconds: 1))
    }

    @Test(
        "what is not of the form is malformed",
        arguments: [
            ("/clips/", ""), ("/other/a", "expires=1&signature=x"), ("/clips/../etc", "expires=1&signature=x"),
            ("/clips/%2e%2e/etc", "expires=1&signature=x"), ("/clips/a%zz", "expires=1&signature=x"),
            ("/clips/a", "expires=1"), ("/clips/a", "expires=x&signature=x"), ("/clips/a", "expires=+1&signature=x"),
            ("/clips/a", "expires=1&expires=1&signature=x"), ("/clips/a", "signature=x"),
        ])
    func malformed(path: String, query: String) {
        #expect(throws: FolderURLSigner.Refusal.malformed) {
            try Self.signer.verify(path: path, query: query, atUnixSeconds: 0)
        }
    }

    @Test("a folder's secret is made once, for its owner alone, and not shown")
    func secretFile() async throws {
        try await TemporaryFolder.use { folder in
            let first = try FolderURLSecret(keptIn: folder.path)
            let second = try FolderURLSecret(keptIn: folder.path)
            #expect(first.bytes == second.bytes)
            #expect(first.bytes.count == 32)
            var status = stat()
            #expect(stat("\(folder.path)/url-secret", &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
            #expect(folder.all() == ["url-secret"])
            #expect("\(first)" == "‹secret›")
            var dumped = ""
            dump(first, to: &dumped)
            #expect(!dumped.contains("\(first.bytes[0])"))
        }
    }

    @Test("a secret that others can read, or that is too short, is refused")
    func openSecret() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("url-secret", String(repeating: "x", count: 32), mode: 0o644)
            #expect(throws: FolderURLSecret.Fault.open(path: "\(folder.path)/url-secret")) {
                try FolderURLSecret(keptIn: folder.path)
            }
            try folder.write("url-secret", "short", mode: 0o600)
            #expect(throws: FolderURLSecret.Fault.self) { try FolderURLSecret(keptIn: folder.path) }
        }
    }

    private func parts(_ url: String) throws -> (path: String, query: String) {
        let rest = url.dropFirst("http://127.0.0.1:8080".count)
        let mark = try #require(rest.firstIndex(of: "?"))
        return (String(rest[..<mark]), String(rest[rest.index(after: mark)...]))
    }
}
