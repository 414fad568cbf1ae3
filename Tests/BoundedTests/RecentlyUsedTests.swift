import Bounded
import Testing

/// What `RecentlyUsed` is to do, told as simply as can be: an array, newest last.
private struct Model {
    var entries: [(key: Int, value: Int, cost: Int)] = []

    mutating func get(_ key: Int) -> Int? {
        guard let index = entries.firstIndex(where: { $0.key == key }) else { return nil }
        entries.append(entries.remove(at: index))
        return entries.last?.value
    }

    mutating func insert(_ value: Int, for key: Int, cost: Int, limitBytes: Int, limitCount: Int) -> [Int] {
        entries.removeAll { $0.key == key }
        guard cost <= limitBytes else { return [key] }
        var evicted: [Int] = []
        while entries.count >= limitCount || entries.map(\.cost).reduce(cost, +) > limitBytes {
            evicted.append(entries.removeFirst().key)
        }
        entries.append((key, value, cost))
        return evicted
    }
}

@Suite("Recently used")
struct RecentlyUsedTests {
    @Test("what was not used for longest goes first, and looking without using does not count")
    func order() {
        var cache = RecentlyUsed<String, Int>(limitCount: 3)
        for (index, key) in ["a", "b", "c"].enumerated() { cache.insert(index, for: key) }
        #expect(cache.get("a") == 0)
        #expect(cache.peek("b") == 1)
        #expect(cache.insert(3, for: "d").map(\.key) == ["b"])
        #expect(cache.insert(4, for: "c").isEmpty)
        #expect(cache.insert(5, for: "e").map(\.key) == ["a"])
        #expect(cache.get("a") == nil && cache.get("c") == 4 && cache.count == 3)
    }

    @Test("many small entries go for a large one, and one beyond the limit is not kept")
    func bytes() {
        let overhead = RecentlyUsed<Int, Int>.overhead
        var cache = RecentlyUsed<Int, Int>(limitBytes: 10 * (overhead + 100))
        for number in 0..<10 { #expect(cache.insert(number, for: number, heapBytes: 100).isEmpty) }
        #expect(cache.bytes == cache.limitBytes)
        #expect(cache.insert(10, for: 10, heapBytes: 101).map(\.key) == [0, 1])
        #expect(cache.insert(11, for: 11, heapBytes: cache.limitBytes).map(\.key) == [11])
        #expect(cache.count == 9 && cache.peek(11) == nil)
        cache.insert(12, for: 5, heapBytes: cache.limitBytes)
        #expect(cache.peek(5) == nil, "the value that was replaced is gone even if the new one finds no room")
    }

    @Test("what is taken out gives its place and bytes back")
    func removal() {
        var cache = RecentlyUsed<Int, String>(limitCount: 100)
        for round in 0..<50 {
            for number in 0..<100 { cache.insert("\(round)", for: number) }
            #expect(cache.removeAll { key, _ in key.isMultiple(of: 2) } == 50)
            #expect(cache.remove(1) == "\(round)" && cache.remove(1) == nil)
            #expect(cache.count == 49 && cache.bytes == 49 * RecentlyUsed<Int, String>.overhead)
        }
        var visited: [Int] = []
        cache.removeAll { key, _ in
            visited.append(key)
            return false
        }
        #expect(visited == Array(stride(from: 3, to: 100, by: 2)))
        cache.removeAll()
        #expect(cache.count == 0 && cache.bytes == 0 && cache.peek(3) == nil)
    }

    @Test("it does what a plain array does, over many random steps", arguments: [(7, 2000), (40, 1500), (1000, 3000)])
    func model(limitCount: Int, limitBytes: Int) {
        var random = Splitmix(state: 42)
        var model = Model()
        var cache = RecentlyUsed<Int, Int>(limitBytes: limitBytes, limitCount: limitCount)
        for step in 0..<20_000 {
            let key = Int.random(in: 0..<60, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let heap = Int.random(in: 0..<200, using: &random)
                let evicted = cache.insert(step, for: key, heapBytes: heap)
                #expect(
                    evicted.map(\.key)
                        == model.insert(
                            step, for: key, cost: heap + RecentlyUsed<Int, Int>.overhead, limitBytes: limitBytes,
                            limitCount: limitCount))
            case 5..<9:
                #expect(cache.get(key) == model.get(key))
            default:
                let expected = model.entries.first { $0.key == key }?.value
                model.entries.removeAll { $0.key == key }
                #expect(cache.remove(key) == expected)
            }
            #expect(cache.count == model.entries.count && cache.bytes == model.entries.map(\.cost).reduce(0, +))
        }
        var visited: [Int] = []
        cache.removeAll { key, _ in
            visited.append(key)
            return false
        }
        #expect(visited == model.entries.map(\.key))
    }

    @Test("values that go are let go of")
    func release() {
        final class Thing {}
        var cache = RecentlyUsed<Int, Thing>(limitCount: 2)
        weak var first: Thing?
        do {
            let thing = Thing()
            first = thing
            cache.insert(thing, for: 1)
        }
        #expect(first != nil)
        cache.insert(Thing(), for: 2)
        cache.insert(Thing(), for: 3)
        #expect(first == nil)
    }

    @Test("32 MiB hold 100,000 entries of a 40-byte key and an object key of 90 bytes")
    func table() {
        struct Ready: Sendable {
            let objectKey: String
            let title: String
            let storedAt: Int
            let expiresAt: Int
        }
        var cache = RecentlyUsed<String, Ready>(limitBytes: 32 << 20)
        let key = String(repeating: "k", count: 40)
        let text = String(repeating: "v", count: 90)
        let heap = heapBytes(of: key) + heapBytes(of: text)
        for number in 0..<100_000 {
            let key = "\(key.dropLast(6))\(100_000 + number)"
            let ready = Ready(objectKey: text, title: "", storedAt: number, expiresAt: number)
            #expect(cache.insert(ready, for: key, heapBytes: heap).isEmpty)
        }
        #expect(cache.count == 100_000)
    }
}

/// Sebastiano Vigna's splitmix64, so that a failure comes again.
struct Splitmix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
