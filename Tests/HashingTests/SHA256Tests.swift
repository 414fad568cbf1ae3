import Testing
import Text

@testable import Hashing

/// Vectors: FIPS 180-2, appendix B (and the empty message, from NIST's CAVP byte tests).
@Suite struct SHA256Tests {
    static let vectors: [(String, String)] = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ]

    @Test("the digest is the standard's", arguments: vectors)
    func published(message: String, expected: String) {
        #expect(Hex.encode(SHA256.digest(message)) == expected)
        #expect(Hex.encode(SHA256.digest(Array(message.utf8))) == expected)
    }

    @Test("a million letters in uneven pieces give the standard's digest, twice from one value")
    func pieces() {
        var hash = SHA256()
        for _ in 0..<2 {
            var left = 1_000_000
            var piece = 1
            while left > 0 {
                let count = min(piece, left)
                hash.update([UInt8](repeating: UInt8(ascii: "a"), count: count))
                left -= count
                piece = piece * 3 % 4_099
            }
            #expect(Hex.encode(hash.finish()) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
        }
    }

    /// Vectors: RFC 1321, A.5.
    @Test(
        "MD5 is RFC 1321's",
        arguments: [
            ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ])
    func md5(message: String, expected: String) { #expect(Hex.encode(MD5.digest(Array(message.utf8))) == expected) }
}
