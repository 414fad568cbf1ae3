import Testing
import Text

@testable import Hashing

/// Vectors: RFC 4231, 4.2–4.8.
@Suite struct HMACSHA256Tests {
    struct Vector: Sendable {
        let key: [UInt8]
        let message: [UInt8]
        let code: String
    }

    static let vectors = [
        Vector(
            key: [UInt8](repeating: 0x0B, count: 20), message: Array("Hi There".utf8),
            code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        Vector(
            key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
            code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        Vector(
            key: [UInt8](repeating: 0xAA, count: 20), message: [UInt8](repeating: 0xDD, count: 50),
            code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        Vector(
            key: Array(1...25), message: [UInt8](repeating: 0xCD, count: 50),
            code: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        Vector(
            key: [UInt8](repeating: 0xAA, count: 131),
            message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        Vector(
            key: [UInt8](repeating: 0xAA, count: 131),
            message: Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
            code: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]

    @Test("the code is RFC 4231's, the first time and again", arguments: vectors)
    func published(vector: Vector) {
        let keyed = HMACSHA256(key: vector.key)
        for _ in 0..<3 { #expect(Hex.encode(keyed.code(for: vector.message)) == vector.code) }
        #expect(keyed.accepts(keyed.code(for: vector.message), for: vector.message))
        #expect(!keyed.accepts(keyed.code(for: vector.message), for: vector.message + [0]))
        #expect(!keyed.accepts([], for: vector.message))
    }

    @Test("one key used from many tasks at once gives the same code in each")
    func concurrent() async {
        let vector = Self.vectors[1]
        let keyed = HMACSHA256(key: vector.key)
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<2_000).count { _ in Hex.encode(keyed.code(for: vector.message)) != vector.code } }
            }
            for await wrong in group { #expect(wrong == 0) }
        }
    }
}
