import Domain
import Fakes
import Logging
import Testing

@testable import GatewayService

@Suite("admission of new work")
struct AdmissionTests {
    private let start = ContinuousClock.now

    private func admission(busyFrom: Int = 4, unmeasured: Int = 1000) -> Admission {
        Admission(
            .init(busyFrom: busyFrom, unmeasured: unmeasured), patience: .seconds(30), workDeadline: .seconds(120),
            limit: 10_000, at: start)
    }

    /// A backlog of `left` clips, after `done` were made, one a second.
    private func loaded(done: Int, left: Int) -> (admission: Admission, now: ContinuousClock.Instant) {
        var admission = admission()
        for number in 0..<(done + left) { admission.backlog.begin(ClipStateBench.id(number), at: start) }
        var now = start
        for number in 0..<done {
            now += .seconds(1)
            admission.backlog.end(ClipStateBench.id(number), at: now)
        }
        return (admission, now)
    }

    @Test("a short backlog admits everything, a long one of unknown pace so many")
    func unmeasured() {
        var admission = admission(busyFrom: 2, unmeasured: 3)
        for number in 0..<3 {
            #expect(admission.decide(wait: .seconds(1), at: start) == .admitted(expected: nil))
            admission.backlog.begin(ClipStateBench.id(number), at: start)
        }
        #expect(admission.decide(wait: .seconds(1), at: start) == .unmeasured)
        #expect(admission.refused == 1)
        admission.backlog.drop(ClipStateBench.id(0))
        #expect(admission.decide(wait: .seconds(1), at: start) == .admitted(expected: nil))
    }

    @Test("a clip that would be late is refused, against the longer of one's own patience and everybody's")
    func late() throws {
        // The 27th at one a second, a rate that is known to a tenth; times 1.5 that is beyond 30 s and within 60 s.
        var (admission, now) = loaded(done: 30, left: 26)
        guard case .late(let expected) = admission.decide(wait: .seconds(30), at: now) else {
            Issue.record("it was admitted")
            return
        }
        #expect((.seconds(24)...(.seconds(30))).contains(expected), "\(expected)")
        #expect(admission.decide(wait: .zero, at: now) == .late(expected: expected))
        #expect(admission.decide(wait: .seconds(60), at: now) == .admitted(expected: expected))
        #expect(admission.refused == 2)
    }

    @Test("where clips took longer than was expected of them, less is admitted")
    func overrun() {
        // 15 ahead at one a second: some 16 s.
        var (admission, now) = loaded(done: 30, left: 15)
        func isAdmitted() -> Bool {
            if case .admitted = admission.decide(wait: .seconds(30), at: now) { true } else { false }
        }
        #expect(isAdmitted())
        // Below a second the network decides.
        admission.record(took: .seconds(10), expected: .milliseconds(900))
        #expect(isAdmitted())
        admission.record(took: .seconds(25), expected: .seconds(10))
        #expect(!isAdmitted())
    }

    @Test("a ready clip is looked at so often for one clip, and so often for all together")
    func rechecks() {
        let clock = HandClock()
        var rechecks = Rechecks(.init(interval: .seconds(10)), limit: 100)
        let bound = RateBound(perMinute: 2, now: { clock.now })
        func admit(_ number: Int) -> Bool { rechecks.admit(ClipStateBench.id(number), at: clock.now, bound: bound) }
        #expect(admit(1))
        #expect(!admit(1))
        clock.advance(by: .seconds(10))
        #expect(admit(1))
        #expect(!admit(2), "two in a minute")
    }
}
