import HTTPServer
import Testing

@Suite("queries", .timeLimit(.minutes(1)))
struct QueryTests {
    /// WHATWG URL, 5.1, steps 1 to 3.
    @Test("a query is read as a form")
    func form() throws {
        let query = try Query(raw: "a=1&b=x+y%2B&&c&d=&=e&a=2&%61=3&f=g=h")
        #expect(query["a"] == "1")
        #expect(query.pairs.filter { $0.name == "a" }.map(\.value) == ["1", "2", "3"])
        #expect(query["b"] == "x y+")
        #expect(query["c"] == "")
        #expect(query["d"] == "")
        #expect(query[""] == "e")
        #expect(query["f"] == "g=h")
        #expect(query["none"] == nil)
        #expect(query.repeated == ["a"])
        #expect(try Query(raw: nil).pairs.isEmpty)
        #expect(try Query(raw: "").pairs.isEmpty)
    }

    @Test("a query that is malformed says where")
    func malformed() {
        #expect(throws: Query.Fault.malformedEscape(pair: "b=%zz")) { try Query(raw: "a=1&b=%zz") }
        #expect(throws: Query.Fault.malformedEscape(pair: "%=1")) { try Query(raw: "%=1") }
        #expect(throws: Query.Fault.notUTF8(pair: "b=%ff")) { try Query(raw: "b=%ff") }
    }
}

@Suite("Header fields with a grammar", .timeLimit(.minutes(1)))
struct FieldTests {
    /// RFC 9110, 14.1.2, with its own examples for a length of 10,000 bytes.
    @Test(
        "a Range header asks for what RFC 9110 says",
        arguments: [
            (nil, .whole), ("bytes=0-499", .part(0..<500)), ("bytes=500-999", .part(500..<1000)),
            ("bytes=-500", .part(9500..<10_000)), ("bytes=9500-", .part(9500..<10_000)),
            ("bytes=0-", .part(0..<10_000)),
            ("bytes=9999-", .part(9999..<10_000)), ("bytes=10000-", .unsatisfiable), ("bytes=-0", .unsatisfiable),
            ("bytes=-20000", .part(0..<10_000)), ("bytes=0-99999999999999999999999", .part(0..<10_000)),
            ("bytes=99999999999999999999999-", .unsatisfiable), ("bytes=5-4", .whole), ("bytes=0-0,-1", .whole),
            ("Bytes = 0-1 ,", .part(0..<2)), ("bytes=, 0-1", .part(0..<2)), ("bytes=", .whole), ("bytes=-", .whole),
            ("bytes=a-b", .whole), ("bytes=1", .whole), ("items=0-1", .whole), ("bytes 0-1", .whole), ("", .whole),
            ("bytes=--1", .whole), ("bytes=1-2-3", .whole), ("bytes=+1-2", .whole), ("bytes=\u{661}-", .whole),
            ("bytes=9223372036854775807-18446744073709551615", .unsatisfiable),
        ] as [(String?, ByteRange)])
    func range(header: String?, expected: ByteRange) { #expect(ByteRange(header, size: 10_000) == expected) }

    @Test("nothing can be asked of an empty file, and the largest has an end")
    func extremes() {
        #expect(ByteRange("bytes=0-", size: 0) == .unsatisfiable)
        #expect(ByteRange("bytes=-5", size: 0) == .whole)
        #expect(ByteRange("bytes=0-18446744073709551615", size: .max) == .part(0..<UInt64.max))
        #expect(ByteRange("bytes=-18446744073709551615", size: .max) == .part(0..<UInt64.max))
    }

    /// RFC 7240, 2 and 4, with its own examples.
    @Test(
        "preferences are read from lists, quotes and several headers",
        arguments: [
            ([], nil, false), (["respond-async, wait=10"], 10, true), (["respond-async", "wait=5"], 5, true),
            (["wait=10", "wait=20"], 10, false), (["wait=10, wait=20"], 10, false), (["WAIT=10;x=y"], 10, false),
            (["wait=\"10\""], 10, false), ([" wait = 10 "], 10, false),
            (["foo; some-parameter=\"a,wait=3\""], nil, false),
            (["priority=5, Respond-Async"], nil, true), (["wait"], nil, false), (["wait="], nil, false),
            (["wait=abc, wait=5"], nil, false), (["wait=-1"], nil, false), (["wait=0"], 0, false),
            (["wait=99999999999999999999"], nil, false), (["return=minimal; foo=\"some parameter\""], nil, false),
            (["x=\"\\\"\", wait=7"], 7, false), (["x=\"unclosed, wait=7"], nil, false), (["", ",,", ";"], nil, false),
            (["wait=1.5"], nil, false),
        ] as [([String], Int?, Bool)])
    func preferences(values: [String], wait: Int?, respondAsync: Bool) {
        let preferences = Preferences(values)
        #expect(preferences.wait == wait.map { .seconds($0) })
        #expect(preferences.respondAsync == respondAsync)
    }
}
