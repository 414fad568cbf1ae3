import Testing
import Text

@Suite("base 16 and base 64")
struct HexTests {
    /// Vectors: RFC 4648, 10.
    @Test(
        "bytes become RFC 4648's base 64",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func encoded(plain: String, expected: String) { #expect(Base64.encode(Array(plain.utf8)) == expected) }

    @Test("the last two digits of base 64 are plus and slash")
    func alphabet() { #expect(Base64.encode([0xFB, 0xEF, 0xFF]) == "++//") }

    @Test("every byte becomes its two hex digits")
    func everyByte() {
        #expect(Hex.encode([0x00, 0x0F, 0xF0, 0xA5, 0xFF]) == "000ff0a5ff")
        #expect((0...255).allSatisfy { UInt8(Hex.encode([UInt8($0)]), radix: 16) == UInt8($0) })
    }

    /// `printf %016x` of each.
    @Test(
        "a number has sixteen digits",
        arguments: [(0, "0000000000000000"), (0xFEED_0001, "00000000feed0001"), (.max, "ffffffffffffffff")]
            as [(UInt64, String)])
    func numbers(number: UInt64, expected: String) { #expect(Hex.encode(number) == expected) }

    @Test("digits of both cases are read, and nothing else")
    func digits() {
        let digits = (0...255).compactMap { (byte: UInt8) in Hex.value(of: byte).map { (byte, $0) } }
        #expect(String(decoding: digits.map(\.0), as: UTF8.self) == "0123456789ABCDEFabcdef")
        #expect(digits.map { Int($0.1) } == Array(0...15) + Array(10...15))
    }
}
