import Testing

@testable import Hashing

@Suite struct TextTests {
    /// Vectors: RFC 4648, 10.
    @Test(
        "bytes become RFC 4648's base 64",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func encoded(plain: String, expected: String) { #expect(base64(Array(plain.utf8)) == expected) }

    @Test("the last two digits of base 64 are plus and slash")
    func alphabet() { #expect(base64([0xFB, 0xEF, 0xFF]) == "++//") }

    @Test("every byte becomes its two hex digits")
    func everyByte() {
        #expect(hex([0x00, 0x0F, 0xF0, 0xA5, 0xFF]) == "000ff0a5ff")
        #expect((0...255).allSatisfy { UInt8(hex([UInt8($0)]), radix: 16) == UInt8($0) })
    }

    @Test(
        "bytes are equal only if all of them are",
        arguments: [
            ([], [], true), ([1, 2], [1, 2], true), ([1, 2], [1, 3], false), ([1], [1, 2], false), ([0], [], false),
        ] as [([UInt8], [UInt8], Bool)])
    func equality(left: [UInt8], right: [UInt8], same: Bool) { #expect(equalInConstantTime(left, right) == same) }
}
