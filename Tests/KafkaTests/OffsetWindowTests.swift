import Testing

@testable import Kafka

@Suite("Offset window")
struct OffsetWindowTests {
    @Test("the position stays below the lowest record that is not settled")
    func lowestUnsettled() {
        var window = OffsetWindow(limit: 10)
        for offset in Int64(5)...9 { expect(window.take(offset), true) }
        #expect(window.position == nil)
        expect(window.settle(7), false)
        expect(window.settle(6), false)
        #expect(window.position == nil)
        expect(window.settle(5), true)
        #expect(window.position == 8)
        #expect(window.lowestUnsettled == 8)
        expect(window.settle(8), true)
        expect(window.settle(9), true)
        #expect(window.position == 10)
        #expect(window.isEmpty)
    }

    @Test("gaps between offsets don't hold the position up")
    func gaps() {
        var window = OffsetWindow(limit: 10)
        for offset in [Int64(3), 17, 40] { expect(window.take(offset), true) }
        expect(window.settle(3), true)
        #expect(window.position == 4)
        expect(window.settle(17), true)
        #expect(window.position == 18)
    }

    @Test("there is no room while the bound lies between lowest unsettled and newest, however many are settled")
    func bound() {
        var window = OffsetWindow(limit: 3)
        for offset in Int64(0)..<3 { expect(window.take(offset), true) }
        #expect(!window.hasRoom)
        _ = window.settle(1)
        _ = window.settle(2)
        #expect(!window.hasRoom)
        _ = window.settle(0)
        #expect(window.hasRoom)
    }

    @Test("an offset that is not above the newest is refused, also when all were settled")
    func goingBack() {
        var window = OffsetWindow(limit: 3)
        expect(window.take(5), true)
        expect(window.take(5), false)
        expect(window.take(4), false)
        _ = window.settle(5)
        expect(window.take(5), false)
        expect(window.take(6), true)
    }

    /// The model is a plain set: the position is the first taken offset that is not in it.
    @Test("the same as a model over random orders", arguments: 0..<5)
    func model(seed: UInt64) {
        var random = SplitMix(state: seed)
        var window = OffsetWindow(limit: 64)
        var taken: [Int64] = []
        var settled: Set<Int64> = []
        var next: Int64 = 0
        for _ in 0..<400 {
            if window.hasRoom, Bool.random(using: &random) {
                next += Int64.random(in: 1...3, using: &random)
                expect(window.take(next), true)
                taken.append(next)
            } else if let offset = taken.filter({ !settled.contains($0) }).randomElement(using: &random) {
                settled.insert(offset)
                _ = window.settle(offset)
            }
            let done = taken.prefix { settled.contains($0) }
            #expect(window.position == done.last.map { $0 + 1 })
            #expect(window.hasRoom == (taken.count - done.count < 64))
        }
    }
}

/// `#expect` takes no mutating call.
private func expect(_ value: Bool, _ expected: Bool, at place: SourceLocation = #_sourceLocation) {
    #expect(value == expected, sourceLocation: place)
}

/// Steele, Lea & Flood, "Fast splittable pseudorandom number generators", 2014.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
