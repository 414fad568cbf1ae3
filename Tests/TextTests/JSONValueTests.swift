import FoundationEssentials
import Testing

@testable import Text

@Suite("JSON that others wrote")
struct JSONValueTests {
    @Test("what every parser must take is taken, and what none may is refused")
    func suite() {
        #expect(JSONSuite.right.count > 90)
        #expect(JSONSuite.wrong.count > 180)
        for document in JSONSuite.right {
            #expect(throws: Never.self, "\(document.name)") { try JSONValue(parsing: document.bytes) }
        }
        for document in JSONSuite.wrong {
            #expect(throws: JSONValue.Fault.self, "\(document.name)") { try JSONValue(parsing: document.bytes) }
        }
    }

    /// `JSONDecoder` is the judge.
    @Test("strings and numbers have the value that another parser finds")
    func values() throws {
        let texts = [
            #""""#, #""a""#, #""\u0041\/\"\\\b\f\n\r\t""#, #""\ud83d\ude00 \u20ac""#, "\"\u{1F600} \u{7f} \u{2028}\"",
            #""tail\\""#, #""\uFFFF\uE000\u0000""#,
        ]
        for text in texts {
            let expected = try JSONDecoder().decode(String.self, from: Data(text.utf8))
            #expect(try JSONValue(parsing: Array(text.utf8)) == .string(expected))
        }
        for text in [
            "0", "-0", "1", "-1", "9223372036854775807", "-9223372036854775808", "1e3", "1.0", "12.50e1", "-2E+2",
        ] {
            let expected = try JSONDecoder().decode(Double.self, from: Data(text.utf8))
            guard case .integer(let number) = try JSONValue(parsing: Array(text.utf8)) else {
                Issue.record("\(text) is a whole number")
                continue
            }
            #expect(Double(number) == expected)
        }
        for text in [
            "0.5", "9223372036854775808", "1e-1", "-12.340000000000002", "0.\(String(repeating: "3", count: 40))",
        ] {
            let expected = try JSONDecoder().decode(Double.self, from: Data(text.utf8))
            #expect(try JSONValue(parsing: Array(text.utf8)) == .number(expected))
        }
        for text in ["1e400", String(repeating: "9", count: 60_000)] {
            #expect(try JSONValue(parsing: Array(text.utf8)) == .number(.infinity))
        }
    }

    @Test("values stand where they were put, and of a name given twice the last counts")
    func places() throws {
        let text = #" { "a" : [ 1 , null , true , { } , [ ] ] , "b" : "x" , "b" : false } "#
        let expected = JSONValue.object([
            "a": .array([.integer(1), .null, .flag(true), .object([:]), .array([])]), "b": .flag(false),
        ])
        #expect(try JSONValue(parsing: Array(text.utf8)) == expected)
    }

    /// Shapes of which 64 KiB cost an HTTP thread seconds, when they were read without a bound.
    @Test(
        "a body is refused at the first value beyond the bound, however long it is",
        arguments: [
            (String(repeating: "[", count: 60_000), JSONValue.Fault.tooDeep(limit: 8)),
            (String(repeating: #"{"":"#, count: 10_000), .tooDeep(limit: 8)),
            (String(repeating: "[", count: 50) + String(repeating: "{},", count: 20_000), .tooDeep(limit: 8)),
            ("[" + String(repeating: "{},", count: 20_000), .tooMany(limit: 2_048)),
            ("[" + String(repeating: "0,", count: 30_000), .tooMany(limit: 2_048)),
            ("{" + String(repeating: #""":0,"#, count: 13_000), .tooMany(limit: 2_048)),
        ])
    func bounds(text: String, fault: JSONValue.Fault) {
        // None of these is whole: whoever read on to the end would find another fault.
        #expect(throws: fault) { try JSONValue(parsing: Array(text.utf8)) }
    }

    @Test("the place of what is no JSON is told")
    func faultPlaces() {
        for (text, place) in [
            ("", 0), ("{\"a\":1,}", 7), ("[1 2]", 3), ("\u{FEFF}{}", 0), ("\"\\ud800\"", 7), ("01", 1),
        ] {
            #expect(throws: JSONValue.Fault.malformed(at: place), "\(text)") {
                try JSONValue(parsing: Array(text.utf8))
            }
        }
        #expect(throws: JSONValue.Fault.malformed(at: 1)) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
    }
}
