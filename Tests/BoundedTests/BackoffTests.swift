import Bounded
import Testing

@Suite("Backoff")
struct BackoffTests {
    @Test(
        "the longest wait doubles up to the cap, and stays there",
        arguments: [
            (0, 100), (1, 200), (2, 400), (5, 3200), (6, 5000), (7, 5000), (64, 5000), (Int.max, 5000), (-1, 100),
        ])
    func doubling(attempt: Int, milliseconds: Int) {
        let backoff = Backoff(base: .milliseconds(100), cap: .seconds(5))
        #expect(backoff.longest(attempt: attempt) == .milliseconds(milliseconds))
    }

    @Test("the jitter is full: from nothing to the longest wait, evenly")
    func jitter() {
        let backoff = Backoff(base: .milliseconds(100), cap: .seconds(5))
        var random = Splitmix(state: 7)
        let delays = (0..<10_000).map { _ in backoff.delay(attempt: 3, using: &random) / .milliseconds(800) }
        #expect(delays.allSatisfy { (0...1).contains($0) })
        for quarter in 0..<4 {
            let count = delays.filter { $0 >= Double(quarter) / 4 && $0 < Double(quarter + 1) / 4 }.count
            #expect((2300...2700).contains(count))
        }
    }

    @Test("absurd limits do no harm")
    func absurd() {
        let backoff = Backoff(base: .zero, cap: .seconds(Int64.max))
        #expect(backoff.delay(attempt: .max) >= .zero)
        #expect(Backoff(base: .seconds(-1), cap: .seconds(-2)).delay(attempt: 9) <= .nanoseconds(1))
    }
}
