import MP3

/// A stretch of a file that chance chose: often at its very beginning or end, often very short.
package struct RandomCut: Sendable, CustomStringConvertible {
    package let start: Duration
    package let length: Duration

    package init(_ dice: inout Dice, in duration: Duration, number: Int) {
        let whole = Int(duration / .milliseconds(1))
        let length =
            switch dice.next() % 4 {
            case 0: 1 + Int(dice.next() % 100)
            case 1: 15_000
            default: 1 + Int(dice.next() % 30_000)
            }
        let start =
            switch number % 4 {
            case 0: [0, 7, 25, 1_000][Int(dice.next() % 4)]
            case 1: max(0, whole - 1 - Int(dice.next() % 20_000))
            default: Int(dice.next() % UInt64(max(1, whole)))
            }
        self.start = .milliseconds(start)
        self.length = .milliseconds(length)
    }

    /// ⌊t · rate + 1/2⌋ for whole milliseconds, worked out apart from the code under test.
    package func sample(_ time: Duration, _ rate: Int) -> Int {
        let milliseconds = Int(time / .milliseconds(1))
        return (milliseconds * rate * 2 + 1_000) / 2_000
    }

    package var description: String { "[\(start) + \(length)]" }
}
