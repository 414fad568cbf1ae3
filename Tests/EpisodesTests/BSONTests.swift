import Testing

@testable import Episodes

struct BSONTests {
    /// The examples of bsonspec.org, and one document of each type from the drivers' BSON corpus.
    static let published: [(hex: String, document: BSONDocument)] = [
        ("160000000268656c6c6f0006000000776f726c640000", ["hello": .string("world")]),
        (
            "310000000442534f4e002600000002300008000000617765736f6d65000131003333333333331440103200c20700000000",
            ["BSON": .array([.string("awesome"), .double(5.05), .int32(1986)])]
        ),
        ("10000000016400000000000000f03f00", ["d": .double(1)]),
        ("0c0000001069000000008000", ["i": .int32(Int32.min)]),
        ("10000000126100ffffffffffffff7f00", ["a": .int64(.max)]),
        ("090000000862000100", ["b": .bool(true)]),
        ("10000000096100c5d8d6cc3b01000000", ["a": .date(1_356_351_330_501)]),
        ("080000000a610000", ["a": .null]),
        ("1400000007610056e1fc72e0c917e9c471416100", ["a": .objectID(.init(hex: "56e1fc72e0c917e9c4714161")!)]),
        ("0500000000", [:]),
    ]

    @Test("a published document is read as what it says, and written back byte for byte", arguments: published)
    func published(hex: String, document: BSONDocument) throws {
        #expect(try BSONReader.document(bytes(hex)) == document)
        #expect(document.encoded == bytes(hex))
    }

    /// Written by libbson 1.30.4 from these texts.
    @Test(
        "a decimal is read as the number it is",
        arguments: [
            ("1800000013640001000000000000000000000000003e3000", 0.1),
            ("18000000136400e803000000000000000000000000403000", 1000),
            ("180000001364000c000000000000000000000000003eb000", -1.2),
            ("180000001364000100000000000000000000000000463000", 1000),
            ("180000001364000000000000000000000000000000403000", 0),
            ("1800000013640065ae0500000000000000000000003c3000", 3723.25),
            ("18000000136400396c362f819f4eb10600000000003e3000", 12345678901234567890.5),
            ("180000001364000000000000000000000000000000007800", Double.infinity),
            ("18000000136400000000000000000000000000000000f800", -Double.infinity),
            ("18000000136400ffffffff638e8d37c087adbe09edff5f00", Double.infinity),
            ("180000001364000100000000000000000000000000000000", 0),
        ] as [(String, Double)])
    func decimals(hex: String, number: Double) throws {
        let read = try #require(try BSONReader.document(bytes(hex))["d"]?.number)
        #expect(read == number || abs(read - number) <= read.ulp)
    }

    @Test("a decimal that is no number is read as one that isn't")
    func notANumber() throws {
        let document = try BSONReader.document(bytes("180000001364000000000000000000000000000000007c00"))
        #expect(document["d"]?.number?.isNaN == true)
    }

    /// Written by libbson 1.30.4: regex, binary, timestamp, both keys, undefined, code, symbol, code with scope, pointer.
    static let everyOtherType = """
        850000000b7200612e63006900056e0003000000000102031174000200000001000000ff6d007f78000675000d6300040000006628\
        29000e73000400000073796d000f77001800000004000000672829000c00000010760001000000000c70000500000064622e630056\
        e1fc72e0c917e9c4714161026c6173740005000000686572650000
        """

    @Test("types that no field of ours has are stepped over, and the field behind them is found")
    func otherTypes() throws {
        let document = try BSONReader.document(bytes(Self.everyOtherType))
        #expect(document.fields.count == 11)
        #expect(document["n"] == .other(type: 0x05))
        #expect(document.string("last") == "here")
    }

    @Test("text may hold zero bytes, and text that is not UTF-8 is not text")
    func texts() throws {
        #expect(try BSONReader.document(bytes("10000000027300040000006100620000")).string("s") == "a\0b")
        #expect(try BSONReader.document(bytes("0e00000002730002000000ff0000"))["s"] == .other(type: 0x02))
    }

    @Test("a document cut off anywhere, or with any byte changed, is refused or read, and never traps")
    func mutilated() {
        for hex in Self.published.map(\.hex) + [Self.everyOtherType] {
            let whole = bytes(hex)
            for end in whole.indices {
                #expect(throws: BSONReader.Fault.self) { try BSONReader.document(Array(whole[..<end])) }
            }
            for position in whole.indices {
                for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
                    var changed = whole
                    changed[position] = value
                    _ = try? BSONReader.document(changed)
                }
            }
        }
    }

    @Test("documents inside each other are read to the depth that MongoDB allows")
    func deep() throws {
        func nested(_ depth: Int) -> BSONDocument {
            (1..<depth).reduce([:]) { inner, _ in ["a": .document(inner)] }
        }
        _ = try BSONReader.document(nested(100).encoded)
        #expect(throws: BSONReader.Fault.tooDeep) { try BSONReader.document(nested(101).encoded) }
    }

    private func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0 }
    }
}
