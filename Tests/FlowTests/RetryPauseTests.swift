import Bounded
import Domain
import Testing

@testable import Flow

@Suite("The pause between two tries")
struct RetryPauseTests {
    private let backoff = Backoff(base: .milliseconds(100), cap: .seconds(5))

    private func pause(_ fault: ClipFault, failures: Int = 20, left: Duration) -> Duration? {
        RetryPause.after(fault, failures: failures, left: left, backoff: backoff)
    }

    @Test("a permanent failure, and work whose time is up, are not tried again")
    func final() {
        for reason in [FailureReason.noSuchEpisode, .unplayableSource, .internalError, .expired] {
            #expect(pause(ClipFault(reason, "…"), left: .seconds(60)) == nil)
        }
    }

    @Test("no pause passes the deadline, and each leaves time for the try")
    func deadline() {
        for left in [300, 1000, 4000, 60_000] {
            for _ in 0..<200 {
                guard let pause = pause(ClipFault(.storeUnavailable, "…"), left: .milliseconds(left)) else {
                    Issue.record("given up with \(left) ms left")
                    continue
                }
                #expect(pause >= .zero && pause + .milliseconds(250) <= .milliseconds(left))
            }
        }
        #expect(pause(ClipFault(.storeUnavailable, "…"), left: .milliseconds(200)) == nil)
    }

    @Test("who is told to stay away stays away for so long and a little more, or gives up at once")
    func retryAfter() {
        let fault = ClipFault(.catalogUnavailable, "…", retryAfter: .seconds(3))
        let pauses = (0..<500).compactMap { _ in pause(fault, left: .seconds(60)) }
        #expect(pauses.count == 500)
        #expect(pauses.allSatisfy { $0 >= .seconds(3) && $0 <= .seconds(3) + .milliseconds(800) })
        // They don't come back together.
        #expect((pauses.max() ?? .zero) - (pauses.min() ?? .zero) > .milliseconds(400))
        #expect(pause(fault, left: .seconds(3)) == nil)
        #expect(pause(fault, left: .milliseconds(3400)).map { $0 < .milliseconds(3151) } == true)
    }
}
