import MP3Corpus
import Testing

@testable import MP3

/// Sizes and numbers in sources and in stored layouts may be anything that their type holds. A trap ends the test's process.
@Suite("Numbers without end")
struct ExtremesTests {
    /// What a store says of an object that it doesn't have in full.
    @Test(
        "a source as large as a number can say is planned for, or refused",
        arguments: [
            0, 1, 511, 512, 16_384, 1 << 31, 1 << 32, 1 << 46, (1 << 46) + 1, .max - 1, .max,
        ] as [Int])
    func sizes(size: Int) throws {
        var planner = LayoutPlanner(source: SourceVersion(etag: "e", size: size))
        var dice = Dice(seed: 4)
        let frame: [UInt8] = [0xFF, 0xFB, 0x94, 0xC4] + [UInt8](repeating: 0, count: 380)
        for _ in 0..<50 {
            let step: LayoutPlanner.Step
            do { step = try planner.next() } catch {
                #expect(size < 2_000 || size > 1 << 46)
                return
            }
            switch step {
            case .read(let ranges):
                for range in ranges {
                    #expect(range.lowerBound >= 0 && range.upperBound <= size && !range.isEmpty)
                    let count = min(range.count, 1 << 23)
                    let bytes = range.lowerBound == 0 ? (0..<count).map { frame[$0 % 384] } : dice.bytes(count)
                    planner.take(bytes, at: range.lowerBound)
                }
            case .scan(let scan):
                for range in scan.ranges(atMost: 1_000) {
                    #expect(range.bytes.upperBound <= size)
                }
                return
            case .done: return
            }
        }
        Issue.record("no end")
    }

    /// The tag's counters, delay and padding at the ends of what their fields hold, one after the other and together.
    @Test("a tag may say anything")
    func tags() async throws {
        try await Work.run {
            let good = try Corpus.cbr128.bytes()
            let tag = 36
            for value in [0, 0x7FFF_FFFF, 0xFFFF_FFFF] {
                for places in [[8, 12], [141]] {
                    // Proven by its tag, or scanned.
                    var file = places == [141] ? good : Array(good.prefix(100_000))
                    for place in places { Surgery.put(value, at: tag + place, &file) }
                    let layout = try Reading.layout(file)
                    _ = (layout.report, layout.description, layout.encoded())
                    #expect(try Layout(decoding: layout.encoded()) == layout)
                    for start in [Duration.zero, .seconds(30), .seconds(Int64.max), layout.duration - .milliseconds(1)]
                    {
                        for length in [Duration.zero, .milliseconds(10), .seconds(Int64.max)] {
                            guard case .lossless(let plan) = CutPlan.make(layout, start: start, length: length) else {
                                continue
                            }
                            #expect(plan.range.lowerBound >= 0 && plan.range.upperBound <= file.count)
                            _ = plan.widened().widened().widened().widened()
                            if length < .seconds(1) { _ = try Reading.cut(plan, file) }
                        }
                    }
                }
            }
        }
    }

    @Test("a tag in front or behind may say any size")
    func tagSizes() async throws {
        try await Work.run {
            let good = Array(try Corpus.v5.bytes().prefix(60_000))
            for byte in [0x00, 0x7F, 0x80, 0xFF] as [UInt8] {
                let sizes: [UInt8] = [byte, byte, byte, byte]
                var id3 = Array("ID3".utf8)
                id3 += [4, 0, 0xFF]
                id3 += sizes
                var ape = Array("APETAGEX".utf8)
                ape += [0xD0, 7, 0, 0]
                ape += sizes
                ape += [1, 0, 0, 0]
                ape += sizes
                ape += [UInt8](repeating: 0, count: 8)
                var lyrics = Array("999999LYRICS200".utf8)
                lyrics += Surgery.id3v1()
                var end = Array("3DI".utf8)
                end += [4, 0, 0]
                end += sizes
                let files: [[[UInt8]]] = [
                    [id3, good], [good, id3, good], [good, ape], [good, ape, good], [good, lyrics], [good, end],
                ]
                for pieces in files {
                    let file = pieces.flatMap { $0 }
                    for ranges in [1, 5] { _ = try? Reading.layout(file, ranges: ranges, shortest: 1) }
                }
            }
        }
    }

    /// Every number of a stored layout in its turn at the ends of what a varint holds, the checksum made right again.
    @Test("a stored layout may say anything", arguments: [Corpus.cbr128, Corpus.v5, Nasty.joined])
    func stored(source: Source) async throws {
        try await Work.run {
            let payload = try StoredLayout.unwrap(try Reading.layout(try source.bytes()).encoded())
            var numbers: [Range<Int>] = []
            var at = 0
            while at < payload.count, numbers.count < 36 {
                let end = payload[at...].firstIndex { $0 < 0x80 } ?? payload.count - 1
                numbers.append(at..<end + 1)
                at = end + 1
            }
            var used = 0
            for number in numbers {
                for value in [0, 1, 1 << 31, 1 << 46, (1 << 62) - 1] as [Int] {
                    var writer = VarintWriter()
                    writer.write(value)
                    var bent = payload
                    bent.replaceSubrange(number, with: writer.bytes)
                    guard let layout = try? Layout(decoding: StoredLayout.wrap(bent)) else { continue }
                    used += 1
                    _ = (layout.report, layout.description, layout.encoded(), layout.footprint)
                    for start in [Duration.zero, .seconds(20), layout.duration - .milliseconds(20)] {
                        if case .lossless(let plan) = CutPlan.make(layout, start: start, length: .seconds(1)) {
                            _ = try? plan.cut([UInt8](repeating: 0xFF, count: min(plan.range.count, 1 << 22)))
                        }
                    }
                }
            }
            #expect(used > 10)
        }
    }
}
