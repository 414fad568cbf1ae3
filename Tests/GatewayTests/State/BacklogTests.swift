import Domain
import Testing

@testable import GatewayService

@Suite("the backlog")
struct BacklogTests {
    /// A slow stretch of 32 clips at one a second would make the last of 100 new ones wait 100 s.
    @Test("a slow stretch that has come to its end does not make the next burst look slow")
    func afterSlowness() throws {
        var now = ContinuousClock.now
        var work = Backlog(busyFrom: 8, lifetime: .seconds(120), limit: 1000, at: now)
        let ids = try (0..<132).map { try ClipID(parsing: "507f1f77bcf86cd799439011/\($0)-\($0 + 1000).mp3") }
        for id in ids[..<32] { work.begin(id, at: now) }
        for id in ids[..<31] {
            now += .seconds(1)
            work.end(id, at: now)
        }
        for id in ids[32..<64] { work.begin(id, at: now) }
        let expected = work.expected(at: now)
        let slow = try #require(expected)
        #expect(slow > .seconds(25), "33 more at one a second")
        for id in ids[31..<64] { work.end(id, at: now) }
        for id in ids[64...] { work.begin(id, at: now) }
        let fresh = work.expected(at: now)
        #expect(fresh == nil)
    }

    /// Six a second for half a minute, one after the other; then nothing for 9 s, and then only two a second of those that
    /// wait, as when one of three brokers has stopped. At 2/s the 62 would take 31 s and more, with the factor of 1.5 and as
    /// they grow beyond what anybody waits for; at half of the six they are done in 21 s.
    @Test("where a part of the work stands still, the rate counts for half of what was done before, at least")
    func partlyStill() throws {
        var now = ContinuousClock.now
        var work = Backlog(busyFrom: 8, lifetime: .seconds(120), limit: 1000, at: now)
        let ids = try (0..<300).map { try ClipID(parsing: "507f1f77bcf86cd799439011/\($0)-\($0 + 1000).mp3") }
        for id in ids[..<180] {
            work.begin(id, at: now)
            now += .milliseconds(167)
            work.end(id, at: now)
        }
        #expect(work.expected(at: now) == nil)
        for id in ids[180..<250] { work.begin(id, at: now) }
        now += .seconds(9)
        for id in ids[180..<188] {
            now += .milliseconds(500)
            work.end(id, at: now)
        }
        let told = work.expected(at: now)
        let expected = try #require(told)
        #expect(expected < .seconds(22))
        #expect(expected > .seconds(20), "and no more than that is taken for granted")
        // Two minutes later nobody knows any more what was possible.
        now += .seconds(121)
        for id in ids[250...] { work.begin(id, at: now) }
        for id in ids[250..<260] {
            now += .seconds(2)
            work.end(id, at: now)
        }
        let toldLater = work.expected(at: now)
        let later = try #require(toldLater)
        #expect(later > .seconds(60))
    }
}
