import Bounded
import Testing

@Suite("Rate estimate")
struct RateEstimateTests {
    let start = ContinuousClock.now

    private func near(_ value: Double, _ expected: Double, within share: Double) -> Bool {
        abs(value - expected) <= expected * share
    }

    @Test("a steady rate is told to a tenth of the window")
    func steady() {
        var rate = RateEstimate(window: .seconds(10), start: start)
        for step in 0..<6000 { rate.record(at: start + .milliseconds(step * 10)) }
        #expect(near(rate.perSecond(at: start + .seconds(60)), 100, within: 0.11))
        #expect(near(rate.perSecond(at: start + .milliseconds(59_995)), 100, within: 0.02))
    }

    @Test("it looks no further back than its window, and not before its start")
    func window() {
        var rate = RateEstimate(window: .seconds(10), start: start)
        rate.record(50, at: start + .seconds(2))
        #expect(near(rate.perSecond(at: start + .seconds(5)), 10, within: 0.001))
        #expect(rate.perSecond(at: start + .seconds(9)) > 0)
        #expect(rate.perSecond(at: start + .seconds(13)) == 0)
        rate.record(1, at: start + .seconds(100_000))
        #expect(near(rate.perSecond(at: start + .seconds(100_000)), 0.1, within: 0.12))
    }

    @Test("a time for what is ahead, or nil while nothing ends")
    func ahead() throws {
        var rate = RateEstimate(window: .seconds(10), start: start)
        #expect(rate.time(for: 5, at: start) == nil)
        rate.record(20, at: start + .seconds(4))
        let answer = rate.time(for: 10, at: start + .seconds(5))
        let time = try #require(answer)
        #expect(time >= .milliseconds(2499) && time <= .milliseconds(2501))
        #expect(rate.time(for: -1, at: start + .seconds(5)) == .zero)
    }

    @Test("a clock that seems to go back does no harm")
    func back() {
        var rate = RateEstimate(window: .seconds(10), start: start)
        rate.record(10, at: start + .seconds(5))
        rate.record(10, at: start - .seconds(5))
        #expect(rate.perSecond(at: start) > 0)
        #expect(rate.perSecond(at: start + .seconds(5)) == 4)
    }
}
