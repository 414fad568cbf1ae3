import Testing
import Text

@Suite("text cursor")
struct TextCursorTests {
    private func number<Number: FixedWidthInteger>(_ text: String, _: Number.Type) -> Number? {
        var text = text
        return text.withUTF8 {
            var cursor = TextCursor($0)
            return cursor.number(Number.self)
        }
    }

    @Test("a number has one way to write it, and fits its type")
    func numbers() {
        #expect(
            number("0", Int32.self) == 0 && number("2147483647", Int32.self) == .max && number("12a", UInt8.self) == 12)
        #expect(number("65535-", UInt16.self) == .max)
        for text in ["", "-1", "+1", "00", "01", "x", "2147483648", "99999999999"] {
            #expect(number(text, Int32.self) == nil)
        }
        #expect(number("256", UInt8.self) == nil)
    }

    @Test("what is taken is gone, and what is refused is still there")
    func taking() {
        var text = "ab12"
        text.withUTF8 {
            var cursor = TextCursor($0)
            #expect(!cursor.take("abc") && !cursor.take("ab123") && cursor.take("ab"))
            #expect(cursor.take(bytes: 3) == nil)
            #expect(cursor.take(bytes: 2).map { String(decoding: $0, as: UTF8.self) } == "12" && cursor.isAtEnd)
            #expect(!cursor.take("x") && cursor.take(""))
        }
    }
}
