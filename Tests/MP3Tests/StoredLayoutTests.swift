import MP3Corpus
import Testing

@testable import MP3

@Suite("A layout as stored bytes")
struct StoredLayoutTests {
    @Test("numbers come back, in as few bytes as they need")
    func varints() throws {
        var writer = VarintWriter()
        let numbers = [0, 1, 127, 128, 16_383, 16_384, 1 << 40, (1 << 62) - 1]
        let signed = [0, -1, 1, -64, 63, 64, -(1 << 40)]
        for number in numbers { writer.write(number) }
        for number in signed { writer.writeSigned(number) }
        writer.write("häuser")
        #expect(writer.bytes.prefix(5) == [0, 1, 127, 0x80, 1])
        var reader = VarintReader(writer.bytes)
        for number in numbers { #expect(try reader.read() == number) }
        for number in signed { #expect(try reader.readSigned() == number) }
        #expect(try reader.readText(atMost: 10) == "häuser")
        #expect(reader.isAtEnd)
    }

    @Test(
        "numbers cut off, too long or too large are refused",
        arguments: [
            [], [0x80], [UInt8](repeating: 0x80, count: 20) + [1], [UInt8](repeating: 0xFF, count: 8) + [0x7F],
        ] as [[UInt8]])
    func badVarints(bytes: [UInt8]) {
        var reader = VarintReader(bytes)
        #expect(throws: StoredLayoutFault.malformed) { try reader.read() }
    }

    @Test("comes back as it was", arguments: [Corpus.cbr128, Corpus.v5, Corpus.untagged])
    func roundTrip(source: Source) async throws {
        try await Work.run {
            let layout = try Reading.layout(try source.bytes(), ranges: 3, shortest: 100_000)
            let stored = layout.encoded()
            #expect(try Layout(decoding: stored) == layout)
            #expect(stored.count < 3000)
        }
    }

    @Test("any other bytes are refused by name")
    func refused() async throws {
        try await Work.run {
            let stored = try Reading.layout(try Corpus.v5.bytes()).encoded()
            #expect(throws: StoredLayoutFault.notALayout) { try Layout(decoding: []) }
            #expect(throws: StoredLayoutFault.notALayout) { try Layout(decoding: Array("CutL".utf8)) }
            var other = stored
            other[4] = 2
            #expect(throws: StoredLayoutFault.otherVersion(2)) { try Layout(decoding: other) }
            #expect(throws: StoredLayoutFault.damaged) { try Layout(decoding: stored.dropLast()) }
            var dice = Dice(seed: Dice.seed)
            for _ in 0..<300 {
                var bent = stored
                bent[12 + Int(dice.next() % UInt64(stored.count - 12))] ^= 1 << UInt8(dice.next() % 8)
                #expect(throws: StoredLayoutFault.damaged) { try Layout(decoding: bent) }
            }
        }
    }

    /// The checksum made right again, so that what lies behind it is tried too.
    @Test("numbers that contradict one another are refused, and never trap")
    func contradictions() async throws {
        try await Work.run {
            let payload = try StoredLayout.unwrap(try Reading.layout(try Corpus.v5.bytes()).encoded())
            var dice = Dice(seed: Dice.seed ^ 1)
            var refused = 0
            for _ in 0..<1000 {
                var bent = payload
                for _ in 0...dice.next() % 3 {
                    bent[Int(dice.next() % UInt64(min(200, bent.count)))] = UInt8(truncatingIfNeeded: dice.next())
                }
                if dice.next() % 4 == 0 { bent.removeLast(Int(dice.next() % UInt64(bent.count))) }
                do {
                    let layout = try Layout(decoding: StoredLayout.wrap(bent))
                    // What is let through must be fit for use.
                    _ = CutPlan.make(layout, start: .seconds(20), length: .seconds(3))
                    _ = layout.description
                } catch StoredLayoutFault.malformed {
                    refused += 1
                }
            }
            #expect(refused > 300)
        }
    }
}
