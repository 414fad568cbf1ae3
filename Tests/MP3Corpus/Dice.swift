import Glibc

/// Repeatable chance: SplitMix64 (Steele, Lea and Flood, 2014).
package struct Dice: RandomNumberGenerator {
    private var state: UInt64
    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 24) }
    }

    /// The seed of this run: `CUTROOM_SEED`, or a fresh one.
    package static let seed: UInt64 = {
        let seed = number("CUTROOM_SEED").map { UInt64(truncatingIfNeeded: $0) } ?? UInt64.random(in: 0..<1_000_000_000)
        print("CUTROOM_SEED=\(seed) repeats this run of the MP3 tests")
        return seed
    }()

    package static func number(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }
}
