import Testing

@testable import MP3

/// Samples worked out by hand: t · rate, halves up.
@Suite("Time becomes samples exactly")
struct SampleClockTests {
    @Test(
        "in the first part",
        arguments: [
            (.zero, 44_100, 0), (.milliseconds(7), 44_100, 309),  // 308.7
            (.milliseconds(25), 44_100, 1103),  // 1102.5
            (.milliseconds(10_799_999), 44_100, 476_279_956),  // 476 279 955.9
            (.milliseconds(1), 8_000, 8), (.nanoseconds(62_499), 8_000, 0), (.nanoseconds(62_500), 8_000, 1),
            (.seconds(36_000), 48_000, 1_728_000_000),
        ] as [(Duration, Int, Int)])
    func plain(time: Duration, rate: Int, sample: Int) {
        #expect(SampleClock.sample(at: time, origin: 0, sampleRate: rate) == sample)
    }

    @Test("the encoder's delay counts in samples, not in rounded time")
    func delay() {
        let origin = -SampleClock.ticks(samples: 1105, sampleRate: 44_100)
        #expect(SampleClock.sample(at: .zero, origin: origin, sampleRate: 44_100) == 1105)
        #expect(SampleClock.sample(at: .milliseconds(25), origin: origin, sampleRate: 44_100) == 1103 + 1105)
    }

    @Test("a part at another rate begins where the one before it ends")
    func secondPart() {
        // 10,000 frames of 1152 samples at 44.1 kHz last 261.224 489… s.
        let origin = SampleClock.ticks(samples: 11_520_000, sampleRate: 44_100)
        #expect(SampleClock.sample(at: .seconds(262), origin: origin, sampleRate: 48_000) == 37_224)  // 37 224.49
        #expect(SampleClock.sample(at: .seconds(261), origin: origin, sampleRate: 48_000) == -10_776)  // -10 775.5
    }

    @Test("no time is too far", arguments: [Duration.seconds(Int64.max), .seconds(Int64.min), .seconds(10_000_000)])
    func far(time: Duration) {
        #expect(SampleClock.sample(at: time, origin: 0, sampleRate: 48_000) == nil)
    }

    @Test("a number of samples has its length")
    func duration() {
        #expect(SampleClock.duration(samples: 48_000 * 7 + 24_000, sampleRate: 48_000) == .milliseconds(7_500))
        #expect(SampleClock.duration(samples: 441, sampleRate: 44_100) == .milliseconds(10))
    }
}
