import FoundationEssentials
import Testing
import Text

@Suite("JSON that is written")
struct JSONWriterTests {
    private func text(_ escapes: JSONEscapes = .wire, _ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter(escapes: escapes)
        write(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test("fields, objects and arrays stand in the order of writing, with the commas between")
    func structure() {
        let written = text {
            $0.object {
                $0.field("text", "a")
                $0.field("number", Int32(-5))
                $0.field("largest", UInt64.max)
                $0.field("smallest", Int64.min)
                $0.field("flag", true)
                $0.field("time", WallTime(milliseconds: 1_369_353_600_500))
                $0.array("list") { json in
                    json.value("x")
                    json.value(1)
                    json.value(0.5)
                    json.value(Double.infinity)
                    json.null()
                    json.object { $0.field("in", false) }
                    json.array { _ in }
                }
                $0.object("empty") { _ in }
                $0.key(named: "a \"name\"")
                $0.value(2)
            }
            $0.endLine()
        }
        #expect(
            written == #"{"text":"a","number":-5,"largest":18446744073709551615,"smallest":-9223372036854775808,"#
                + #""flag":true,"time":"2013-05-24T00:00:00.500Z","list":["x",1,0.5,null,null,{"in":false},[]],"#
                + #""empty":{},"a \"name\"":2}"# + "\n")
    }

    @Test(
        "milliseconds are seconds without a loss",
        arguments: [
            (30_000, "30"), (29_500, "29.5"), (1, "0.001"), (1_020, "1.02"), (0, "0"), (Int32.max, "2147483.647"),
        ])
    func seconds(milliseconds: Int32, expected: String) {
        #expect(text { json in json.object { $0.field("s", secondsFromMs: milliseconds) } } == #"{"s":\#(expected)}"#)
    }

    /// RFC 8259, 7: `"`, `\` and U+0000 to U+001F must be escaped.
    @Test("for programs, quotes, controls and DEL are escaped, and nothing else")
    func wire() {
        let controls = (0..<0x20).map { "\\u00" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let all = String(String.UnicodeScalarView((0..<0x80).map { Unicode.Scalar(UInt8($0)) })) + "\u{85}\u{202E}é😀"
        let plain = String(decoding: (0x20..<0x7F).map { UInt8($0) }, as: UTF8.self)
            .replacing("\\", "\\\\").replacing("\"", "\\\"")
        #expect(text { $0.value(all) } == "\"\(controls)\(plain)\\u007f\u{85}\u{202E}é😀\"")
    }

    @Test("for terminals, exactly the characters that they obey are escaped too")
    func terminal() {
        let obeyed =
            Array(0...0x1F) + Array(0x7F...0x9F) + [0x61C, 0x200E, 0x200F] + Array(0x2028...0x202E)
            + Array(0x2066...0x2069) + [0x22, 0x5C]
        let escaped = (0...0x2FFFF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init).filter { scalar in
            text(.terminal) { $0.value(String(scalar)) } != "\"\(scalar)\""
        }
        #expect(escaped.map { Int($0.value) } == obeyed.sorted())
        #expect(text(.terminal) { $0.value("a\u{9B}\n\u{2069}z") } == #""a\u009b\u000a\u2069z""#)
    }

    @Test("in a line, line ends and tabs have their short form, and what is cut is cut between characters")
    func line() {
        #expect(text(.line(limit: 100)) { $0.value("\r\n\t\u{1}é") } == #""\r\n\t\u0001é""#)
        for (limit, shown) in [(1, "a…"), (2, "a…"), (3, "aé…"), (6, "aé…"), (7, "aé😀…"), (8, "aé😀b")] {
            #expect(text(.line(limit: limit)) { $0.value("aé😀b") } == "\"\(shown)\"", "\(limit)")
        }
    }

    @Test("another parser reads back what was written", arguments: [JSONEscapes.wire, .terminal, .line(limit: 9_999)])
    func readBack(escapes: JSONEscapes) throws {
        let texts = ["", "\"\\/", "\u{0}\u{1F}\u{7F}\u{9F}", "\u{2028}é\u{202E}😀e\u{301}", "x\ny\r\tz"]
        let written = text(escapes) { json in json.array { for text in texts { $0.value(text) } } }
        #expect(try JSONDecoder().decode([String].self, from: Data(written.utf8)) == texts)
    }
}

extension String {
    fileprivate func replacing(_ one: Character, _ other: String) -> String {
        map { $0 == one ? other : String($0) }.joined()
    }
}
