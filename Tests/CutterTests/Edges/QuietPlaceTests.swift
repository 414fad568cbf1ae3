import Testing

@testable import CutterService

/// Sound whose pauses are known, since it is made of them.
@Suite("the quietest place of a stretch of sound")
struct QuietPlaceTests {
    /// Noise of a given loudness, one part behind the other.
    ///
    /// - Parameter parts: milliseconds, and the largest sample.
    static func sound(_ parts: [(ms: Int, peak: Double)], rate: Int = 44_100, channels: Int = 1) -> FFmpegSound {
        var random = SystemRandomNumberGenerator()
        var sound = FFmpegSound(rate: rate, channels: channels)
        var total = 0
        for (ms, peak) in parts {
            let count = ms * rate / 1000
            var bytes: [UInt8] = []
            for _ in 0..<count * channels {
                let sample = Float(Double.random(in: -1...1, using: &random) * peak)
                withUnsafeBytes(of: sample.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
            }
            total += count
            sound.append(FFmpegSound(interleaved: bytes, rate: rate, channels: channels), upTo: total)
        }
        return sound
    }

    private func place(
        _ parts: [(ms: Int, peak: Double)], from start: Int32 = 0, within range: ClosedRange<Int32>, near: Int32,
        rate: Int = 44_100, channels: Int = 1
    ) -> Int32? {
        QuietPlace.ms(
            in: Self.sound(parts, rate: rate, channels: channels), startingAt: start, within: range, near: near)
    }

    @Test(
        "is the middle of the pause, at any rate and with any number of channels",
        arguments: [8_000, 22_050, 44_100, 48_000], [1, 2])
    func pause(rate: Int, channels: Int) throws {
        let found = try #require(
            place(
                [(300, 0.5), (200, 0), (500, 0.5)], from: 10_000, within: 10_020...10_980, near: 10_500, rate: rate,
                channels: channels))
        #expect(abs(found - 10_400) <= 5)
    }

    @Test("in noise 40 dB down too, and not in a gap between two sounds, which is as quiet but shorter")
    func noise() throws {
        for _ in 0..<20 {
            let found = try #require(
                place(
                    [(200, 0.5), (60, 0.005), (240, 0.5), (250, 0.005), (250, 0.5)], within: 20...980, near: 230))
            #expect((515...735).contains(found), "\(found)")
        }
    }

    @Test("of two that are equally long, the one nearest to where it was to be")
    func nearest() throws {
        let parts = [(200, 0.5), (100, 0), (400, 0.5), (100, 0), (200, 0.5)]
        #expect(abs(try #require(place(parts, within: 20...980, near: 300)) - 250) <= 5)
        #expect(abs(try #require(place(parts, within: 20...980, near: 700)) - 750) <= 5)
    }

    @Test("lies within the bounds, and where there is no sound there is none")
    func bounds() throws {
        let parts = [(300, 0.5), (200, 0), (500, 0.5)]
        #expect((20...380).contains(try #require(place(parts, within: 20...380, near: 100))))
        #expect((420...900).contains(try #require(place(parts, within: 420...900, near: 800))))
        #expect(place([(29, 0)], within: 0...1_000, near: 10) == nil)
        #expect(place(parts, within: 2_000...3_000, near: 2_500) == nil)
        #expect(place([], within: 0...100, near: 50) == nil)
    }

    @Test("silence throughout leaves an edge in the middle of its bounds, and what is no number is no sound")
    func silence() throws {
        #expect(abs(try #require(place([(1_000, 0)], within: 200...800, near: 300)) - 500) <= 5)
        let bad = FFmpegSound(
            interleaved: (0..<8_000).flatMap { _ in [UInt8](repeating: 0xFF, count: 4) }, rate: 8_000, channels: 1)
        #expect(QuietPlace.ms(in: bad, startingAt: 0, within: 100...900, near: 500) != nil)
    }
}

extension FFmpegSound {
    init(interleaved bytes: [UInt8], rate: Int, channels: Int) {
        var empty = FFmpegSound(rate: rate, channels: channels).wave
        func put(_ value: Int, at place: Int) {
            for byte in 0..<4 { empty[place + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
        }
        put(36 + bytes.count, at: 4)
        put(bytes.count, at: 40)
        self = FFmpegSound(wave: empty + bytes) ?? FFmpegSound(rate: rate, channels: channels)
    }
}
