import Domain
import Testing

@testable import GatewayService

@Suite("failures that are remembered")
struct FailuresTests {
    private let id = ClipStateBench.id(1)
    private let now = ContinuousClock.now

    @Test("a permanent failure is answered for its time, a passing one only told to those who ask by the id")
    func lifetime() {
        var failures = Failures(.init(lifetime: .seconds(60)))
        let none = failures.current(id, at: now)
        #expect(none == nil && failures.last(id) == nil)
        failures.insert(.clip(.noAudio, "…"), for: id, at: now)
        #expect(failures.isCurrent(id, at: now + .seconds(59)))
        let current = failures.current(id, at: now + .seconds(59))
        #expect(current?.slug == "no-audio")
        #expect(!failures.isCurrent(id, at: now + .seconds(60)))
        #expect(failures.last(id)?.slug == "no-audio", "asking whether it is current forgets nothing")
        let over = failures.current(id, at: now + .seconds(60))
        #expect(over == nil)
        #expect(failures.last(id) == nil)
        failures.insert(.clip(.cutFailed, "…"), for: id, at: now)
        #expect(!failures.isCurrent(id, at: now))
        #expect(failures.last(id)?.slug == "cut-failed")
        failures.remove(id)
        #expect(failures.last(id) == nil)
    }

    @Test("so many are remembered and no more, the latest of them")
    func bound() {
        var failures = Failures(.init(count: 3))
        for number in 0..<10 { failures.insert(.clip(.noAudio, "…"), for: ClipStateBench.id(number), at: now) }
        #expect((0..<10).filter { failures.isCurrent(ClipStateBench.id($0), at: now) } == [7, 8, 9])
    }
}
