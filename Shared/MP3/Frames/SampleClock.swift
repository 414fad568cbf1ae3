/// Time and samples, exactly: no floating point, no time that is a little off after three hours.
enum SampleClock {
    /// The least common multiple of all nine sampling frequencies: a unit in which the length of any sample is whole.
    static let ticksPerSecond = 14_112_000

    /// No file is as long.
    static let longest = Duration.seconds(10_000_000)

    static func ticks(samples: Int, sampleRate: Int) -> Int { samples &* (ticksPerSecond / sampleRate) }

    /// The sample of a part that sounds at `time`, halves rounded up.
    ///
    /// - Parameters:
    ///   - origin: when the part's sample 0 sounds, in ticks; negative where the encoder's delay comes first.
    /// - Returns: `nil` at 10,000,000 seconds and beyond, which no file reaches.
    static func sample(at time: Duration, origin: Int, sampleRate: Int) -> Int? {
        let (seconds, attoseconds) = time.components
        guard abs(Double(seconds)) < 1e7, (1...48_000).contains(sampleRate) else { return nil }
        let second: Int128 = 1_000_000_000_000_000_000
        let sinceZero = Int128(seconds) * second + Int128(attoseconds)
        let sincePart = sinceZero * Int128(ticksPerSecond) - Int128(origin) * second
        let unit = second * Int128(ticksPerSecond)
        let doubled = 2 * sincePart * Int128(sampleRate) + unit
        let (quotient, remainder) = doubled.quotientAndRemainder(dividingBy: 2 * unit)
        return Int(exactly: remainder < 0 ? quotient - 1 : quotient)
    }

    /// - Returns: the length of `ticks`, to the attosecond below.
    static func duration(ticks: Int) -> Duration {
        let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: ticksPerSecond)
        let attoseconds = Int128(rest) * 1_000_000_000_000_000_000 / Int128(ticksPerSecond)
        return Duration(secondsComponent: Int64(seconds), attosecondsComponent: Int64(attoseconds))
    }

    static func duration(samples: Int, sampleRate: Int) -> Duration {
        duration(ticks: ticks(samples: samples, sampleRate: sampleRate))
    }
}
