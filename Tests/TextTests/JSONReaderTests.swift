import Testing

@testable import Text

@Suite("one pass over a JSON document")
struct JSONReaderTests {
    private func read(_ text: String, _ limits: JSONValue.Limits = .init()) throws(JSONValue.Fault) -> JSONValue {
        let bytes = Array(text.utf8)
        let result: Result<JSONValue, JSONValue.Fault> = bytes.withUnsafeBufferPointer { bytes in
            var reader = JSONReader(bytes, limits)
            return Result { () throws(JSONValue.Fault) in try reader.document() }
        }
        return try result.get()
    }

    @Test("both limits are the last number that is taken")
    func limits() throws {
        let (deep, many) = ("[[[]]]", "[0,[1],{\"a\":2}]")
        #expect(try read(deep, .init(depth: 3)) == .array([.array([.array([])])]))
        #expect(throws: JSONValue.Fault.tooDeep(limit: 2)) { try read(deep, .init(depth: 2)) }
        // The list, the list in it, the object and three numbers.
        #expect(
            try read(many, .init(values: 6))
                == .array([.integer(0), .array([.integer(1)]), .object(["a": .integer(2)])]))
        #expect(throws: JSONValue.Fault.tooMany(limit: 5)) { try read(many, .init(values: 5)) }
        #expect(throws: JSONValue.Fault.tooDeep(limit: 0)) { try read("{}", .init(depth: 0)) }
        #expect(try read("7", .init(depth: 0)) == .integer(7))
    }

    /// RFC 8259, 2: these four are white space, and nothing else is.
    @Test("white space is what the standard says", arguments: [" ", "\t", "\n", "\r"])
    func space(space: String) throws {
        #expect(
            try read("\(space){\(space)\"a\"\(space):\(space)[\(space)]\(space)}\(space)") == .object(["a": .array([])])
        )
    }

    @Test("other blanks are none", arguments: ["\u{A0}", "\u{0C}", "\u{2028}", "\u{FEFF}", "\u{0}"])
    func others(blank: String) {
        #expect(throws: JSONValue.Fault.malformed(at: 1)) { try read("[\(blank)]") }
    }

    /// RFC 8259, 7: what is not in the Basic Multilingual Plane is written as a pair of surrogates.
    @Test("a pair of escapes is one character, and half a pair is none")
    func surrogates() throws {
        #expect(try read(#""\uD834\uDD1E""#) == .string("\u{1D11E}"))
        for half in [#""\uD834""#, #""\uDD1E""#, #""\uD834\u0041""#, #""\uD834x""#, #""\uD834\n""#] {
            #expect(throws: JSONValue.Fault.self, "\(half)") { try read(half) }
        }
    }

    @Test(
        "a fault says where, and how much was allowed",
        arguments: [
            (JSONValue.Fault.malformed(at: 12), "from byte 12 on"), (.tooDeep(limit: 8), "more than 8 deep"),
            (.tooMany(limit: 2_048), "more than 2048 values"),
        ])
    func problems(fault: JSONValue.Fault, part: String) { #expect(fault.problem.contains(part)) }
}
