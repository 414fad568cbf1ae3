import Testing
import Text

@Suite("untrusted bytes on a terminal")
struct SafeTextTests {
    @Test("no control character, escape sequence or change of writing direction gets through")
    func controls() {
        #expect(SafeText.line("a\u{1B}[2Jb\u{0}c\u{202E}d\u{9B}e\n") == #"a\u{1b}[2Jb\u{0}c\u{202e}d\u{9b}e\u{a}"#)
        #expect(SafeText.line("gewöhnlich, 普通") == "gewöhnlich, 普通")
        #expect(SafeText.line(String(repeating: "x", count: 3000), limit: 5) == "xxxxx…")
    }

    @Test("a value is text where it is UTF-8, else hexadecimal, and never longer than asked")
    func values() {
        #expect(SafeText.value(Array("{\n\"a\":\u{7}}".utf8)) == "{\n\"a\":\\u{7}}")
        #expect(SafeText.value([0xFF, 0x00, 0x0A]) == "ff 00 0a")
        #expect(SafeText.value([UInt8](repeating: 0xFF, count: 100), limit: 64).hasSuffix("… 36 bytes more"))
        #expect(SafeText.value([]) == "")
    }
}
