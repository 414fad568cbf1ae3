import Testing

@testable import CutterService

@Suite("Where decoded frames lie")
struct FFmpegTimelineTests {
    private func frames(_ pts: [Int64], count: Int = 1000, rate: Int = 44_100) -> [FFmpegFrame] {
        pts.map { FFmpegFrame(pts: $0, rate: rate, count: count) }
    }

    /// Sound whose every sample is its own number.
    private func counting(_ count: Int, rate: Int = 44_100) -> FFmpegSound {
        var wave = FFmpegSound(silence: count, rate: rate, channels: 1).wave
        for place in 0..<count {
            let bits = Float(place + 1).bitPattern
            for byte in 0..<4 { wave[44 + place * 4 + byte] = UInt8(truncatingIfNeeded: bits >> (8 * UInt32(byte))) }
        }
        return FFmpegSound(wave: wave)!
    }

    private func numbers(_ sound: FFmpegSound?) -> [Int] {
        guard let bytes = sound?.samples else { return [] }
        return stride(from: 0, to: bytes.count, by: 4).map { place in
            Int(Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }))
        }
    }

    @Test("is one behind the other where a timestamp or two are wrong, as Vorbis has them")
    func jitter() throws {
        let timeline = try #require(FFmpegTimeline(frames([0, 1000, 2448, 3000, 4000, 5000, 6448, 7000])))
        #expect(timeline.isPlain(from: 500, to: 7_500))
        // The window would begin in the frame that is wrong.
        #expect(!timeline.isPlain(from: 2_100, to: 7_500))
        // It would begin in the next one, but the wrong one is said to reach there.
        #expect(!timeline.isPlain(from: 3_100, to: 7_500))
        #expect(timeline.isPlain(from: 3_500, to: 7_500))
        #expect((timeline.begin, timeline.end) == (0, 8_000))
        #expect(numbers(timeline.placed(counting(8_000), from: 2_100, to: 2_103)) == [2_101, 2_102, 2_103])
    }

    @Test("is where their timestamps say behind a gap, with silence before it")
    func gap() throws {
        let timeline = try #require(FFmpegTimeline(frames([0, 1000, 2000, 9000, 10_000, 11_000])))
        #expect(!timeline.isPlain(from: 500, to: 10_000))
        #expect(timeline.isPlain(from: 500, to: 2_500))
        #expect(!timeline.runsBackwards)
        let placed = numbers(timeline.placed(counting(6_000), from: 2_998, to: 9_002))
        #expect(placed.prefix(3) == [2_999, 3_000, 0])
        #expect(placed.suffix(3) == [0, 3_001, 3_002])
        #expect(placed.count == 6_004)
    }

    @Test("is not plain before the first of them, nor where the rate changes, and backwards is told")
    func odd() throws {
        let late = try #require(FFmpegTimeline(frames([5000, 6000, 7000])))
        #expect(!late.isPlain(from: 4_999, to: 6_000))
        #expect(numbers(late.placed(counting(3_000), from: 4_999, to: 5_001)) == [0, 1])
        #expect(FFmpegTimeline(frames([0]) + frames([1000], rate: 48_000)) == nil)
        #expect(FFmpegTimeline([]) == nil)
        #expect(try #require(FFmpegTimeline(frames([80_000, 81_000, 82_000, 0, 1000, 2000]))).runsBackwards)
        // Other sound than the frames told.
        #expect(late.placed(counting(2_000), from: 0, to: 10) == nil)
    }
}
