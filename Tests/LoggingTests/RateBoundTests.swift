import Fakes
import Logging
import Testing

@Suite("Rate bounds")
struct RateBoundTests {
    @Test("so many in a minute, and then the count of what was left out")
    func minute() {
        let clock = HandClock()
        let bound = RateBound(perMinute: 2, now: { clock.now })
        #expect((0..<5).map { _ in bound.admit() } == [0, 0, nil, nil, nil])
        clock.advance(by: .milliseconds(59_999))
        #expect(bound.admit() == nil)
        clock.advance(by: .milliseconds(1))
        #expect((0..<3).map { _ in bound.admit() } == [4, 0, nil])
    }
}
