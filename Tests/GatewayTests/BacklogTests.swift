import Domain
import Testing

@testable import GatewayService

@Suite("the work ahead")
struct WorkloadTests {
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
}
