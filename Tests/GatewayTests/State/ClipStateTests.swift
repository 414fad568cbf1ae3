import Domain
import Fakes
import Logging
import Synchronization
import Testing

@testable import GatewayService

@Suite("the state of clips")
struct ClipStateTests {
    private let id = try! ClipID(parsing: "507f1f77bcf86cd799439011/30000-60000.mp3")
    private let now: Int64 = 1_790_000_000

    private func clipState(waiters: Int = 10, flights: Int = 10, deadline: Duration = .seconds(120)) -> ClipState {
        ClipState(
            .init(
                signedSeconds: 90_000, standardWait: .seconds(30), table: .init(bytes: 1 << 20),
                failures: .init(count: 10),
                flights: .init(limit: flights, waiters: waiters, workDeadline: deadline)))
    }

    private func clip(expiresIn seconds: Int64 = 2_592_000, checkedAgo: Int64 = 0) throws -> ReadyClip {
        let key = try #require(
            ObjectKey(parsing: "audio_clips/507f1f77bcf86cd799439011/30000-60000_v2-1a2b3c4d.mp3"))
        return ReadyClip(
            ClipReady(
                clipID: id, objectKey: key, startMs: 30_000, durationMs: 30_000, sizeBytes: 480_000,
                storedAt: now,
                objectExpiresAt: now + seconds, sourceCheckedAt: now - checkedAgo, exact: .sample, cut: true))
    }

    /// What a waiter was told, in order.
    private final class Told: Sendable {
        private let all = Mutex<[String]>([])
        var list: [String] { all.withLock { $0 } }
        func callAsFunction(_ result: WaitResult) {
            let word =
                switch result {
                case .ready(_, let cut): cut ? "cut" : "found"
                case .failed(let problem): problem.slug
                case .accepted: "accepted"
                }
            all.withLock { $0.append(word) }
        }
    }

    private func ask(
        _ clipState: ClipState, _ told: Told, wait: Duration = .seconds(30), wantsAcceptance: Bool = false
    ) -> ClipState.Found {
        clipState.ask(.init(id: id, now: now, wait: wait, wantsAcceptance: wantsAcceptance)) { told($0) }
    }

    @Test("the first to ask publishes, the others join, and all get the one clip")
    func singleFlight() throws {
        let clipState = clipState()
        let told = Told()
        guard case .waiting(_, let publish?) = ask(clipState, told) else {
            Issue.record("not published")
            return
        }
        #expect(publish.clipID == id)
        for _ in 0..<4 {
            guard case .waiting(_, nil) = ask(clipState, told) else {
                Issue.record("published twice")
                return
            }
        }
        clipState.saw(ready: try clip(), cut: true, of: id, now: now)
        #expect(told.list == Array(repeating: "cut", count: 5))
        guard case .ready = ask(clipState, told) else {
            Issue.record("not in the table")
            return
        }
        #expect(clipState.figures.waiters == 0)
        #expect(clipState.figures.flights == 0)
    }

    @Test("a clip whose object would end before its URL is no hit, and does not end the waiting")
    func nearItsEnd() throws {
        let clipState = clipState()
        let told = Told()
        clipState.saw(ready: try clip(expiresIn: 90_000 + 3599), cut: false, of: id, now: now)
        guard case .waiting = ask(clipState, told) else {
            Issue.record("served a dying object")
            return
        }
        clipState.saw(ready: try clip(expiresIn: 90_000 + 3599), cut: false, of: id, now: now)
        #expect(told.list.isEmpty)
        clipState.saw(ready: try clip(expiresIn: 90_000 + 3600), cut: true, of: id, now: now)
        #expect(told.list == ["cut"])
    }

    @Test("a permanent failure is remembered, a passing one is not")
    func failures() {
        let clipState = clipState()
        let told = Told()
        _ = ask(clipState, told)
        #expect(clipState.saw(failure: ClipFault(.noSuchEpisode, "…"), of: id) == nil)
        guard case .failed(let problem) = ask(clipState, told) else {
            Issue.record("forgotten")
            return
        }
        #expect(problem.slug == "no-such-episode")
        let other = self.clipState()
        _ = ask(other, told)
        #expect(other.saw(failure: ClipFault(.storeUnavailable, "…"), of: id) == nil)
        guard case .waiting(_, .some) = ask(other, told) else {
            Issue.record("remembered")
            return
        }
        #expect(told.list == ["no-such-episode", "store-unavailable"])
    }

    @Test("a waiter with more time than the work has left asks again")
    func longerWait() {
        let clipState = clipState(deadline: .seconds(20))
        let told = Told()
        _ = ask(clipState, told, wait: .seconds(5))
        guard case .waiting(_, nil) = ask(clipState, told, wait: .seconds(5)) else {
            Issue.record("asked for a second time")
            return
        }
        guard case .waiting(_, .some) = ask(clipState, told, wait: .seconds(60)) else {
            Issue.record("the longer wait asks for nothing")
            return
        }
    }

    @Test("expired work is asked for again while somebody here may wait, but not for ever")
    func expired() {
        let clipState = clipState()
        let told = Told()
        _ = ask(clipState, told)
        let fault = ClipFault(.expired, "…")
        #expect(clipState.saw(failure: fault, of: id) != nil)
        #expect(clipState.saw(failure: fault, of: id) != nil)
        #expect(clipState.saw(failure: fault, of: id) == nil)
        #expect(told.list == ["expired"])
    }

    @Test("one who wants to know of acceptance is told when the broker has the request")
    func acceptance() throws {
        let clipState = clipState()
        let (quick, patient) = (Told(), Told())
        _ = ask(clipState, quick, wantsAcceptance: true)
        _ = ask(clipState, patient)
        clipState.settle(id, published: .success(()))
        #expect(quick.list == ["accepted"])
        #expect(patient.list.isEmpty)
        clipState.saw(.cutting, of: id)
        #expect(clipState.status(id, now: now)?.stage == .cutting)
        clipState.saw(ready: try clip(), cut: true, of: id, now: now)
        #expect(clipState.status(id, now: now)?.clip != nil)
        #expect(patient.list == ["cut"])
    }

    @Test("a request that could not be published ends all who wait for it")
    func unpublished() {
        let clipState = clipState()
        let told = Told()
        _ = ask(clipState, told)
        clipState.settle(id, published: .failure(.edge(.brokerUnavailable, "…")))
        #expect(told.list == ["broker-unavailable"])
    }

    @Test("one who gives up or leaves is told nothing more, and frees its place")
    func leaving() throws {
        let clipState = clipState(waiters: 2)
        let told = Told()
        guard case .waiting(let first, _) = ask(clipState, told), case .waiting(let second, _) = ask(clipState, told)
        else {
            Issue.record("the two are not held")
            return
        }
        guard case .full = ask(clipState, told) else {
            Issue.record("over the bound")
            return
        }
        #expect(clipState.giveUp(id, waiter: first)?.accepted == false)
        #expect(clipState.giveUp(id, waiter: first) == nil)
        clipState.leave(id, waiter: second)
        #expect(clipState.figures.waiters == 0)
        clipState.saw(ready: try clip(), cut: true, of: id, now: now)
        #expect(told.list.isEmpty)
    }

    @Test("an old word on a clip does not displace a newer one; a tombstone takes it away")
    func order() throws {
        let clipState = clipState()
        clipState.saw(ready: try clip(checkedAgo: 10), cut: true, of: id, now: now)
        clipState.saw(ready: try clip(checkedAgo: 20), cut: true, of: id, now: now)
        #expect(clipState.ready(id, now: now)?.clip.sourceCheckedAt == UInt32(now - 10))
        clipState.sawRemoval(of: id)
        #expect(clipState.ready(id, now: now) == nil)
    }

    @Test("a clip near its end is displaced by one stored anew, even by a cutter whose look at the source is older")
    func renewed() throws {
        let clipState = clipState()
        let told = Told()
        clipState.saw(ready: try clip(expiresIn: 93_000, checkedAgo: 10), cut: true, of: id, now: now)
        guard case .waiting = ask(clipState, told) else {
            Issue.record("it must be made anew")
            return
        }
        clipState.saw(ready: try clip(checkedAgo: 200), cut: true, of: id, now: now)
        #expect(told.list == ["cut"])
        #expect(clipState.ready(id, now: now) != nil)
    }

    @Test(
        "a clip whose object was seen to be gone is asked for anew under every id, until a cutter says that it is there"
    )
    func gone() throws {
        let clipState = ClipStateBench()
        let other = try ClipID(parsing: "some-guid/1-30001.mp3")
        try clipState.ready(1)
        try clipState.ready(1, as: other)
        try clipState.ready(2)
        clipState.clipState.sawGone(try ClipStateBench.key(1))
        #expect(clipState.clipState.ready(ClipStateBench.id(1), now: ClipStateBench.now) == nil)
        #expect(clipState.clipState.ready(other, now: ClipStateBench.now) == nil)
        #expect(clipState.clipState.status(other, now: ClipStateBench.now)?.clip == nil)
        #expect(clipState.clipState.ready(ClipStateBench.id(2), now: ClipStateBench.now) != nil)
        let told = Told()
        #expect(clipState.ask(1) { told($0) }.isPublished)
        // The cutter that makes it again had looked at the source before the one that made it first.
        try clipState.ready(1, checkedAgo: 100)
        #expect(told.list == ["cut"])
        #expect(clipState.clipState.ready(ClipStateBench.id(1), now: ClipStateBench.now) != nil)
    }

    @Test("a client may have a ready clip looked at: it alone waits, so often for one clip and no more")
    func recheck() throws {
        let clipState = ClipStateBench()
        let told = Told()
        try clipState.ready(1)
        #expect(clipState.ask(1).isReady)
        #expect(clipState.ask(1, recheck: true) { told($0) }.isPublished)
        #expect(clipState.ask(1).isReady, "others are served meanwhile")
        #expect(clipState.clipState.status(ClipStateBench.id(1), now: ClipStateBench.now)?.stage == .queued)
        guard case .waiting(_, nil) = clipState.ask(1, recheck: true, told: { told($0) }) else {
            Issue.record("a second look beside the first")
            return
        }
        try clipState.ready(1, checkedAgo: 100, cut: false)
        #expect(told.list == ["found", "found"])
        #expect(clipState.ask(1, recheck: true).isReady, "looked at a moment ago")
        #expect(clipState.clipState.status(ClipStateBench.id(1), now: ClipStateBench.now)?.clip != nil)
        clipState.clock.advance(by: .seconds(10))
        #expect(clipState.ask(1, recheck: true).isPublished)
    }

    @Test("looks that clients ask for are bounded in all, and where there is no room the table's word stands")
    func recheckBounds() throws {
        let clock = HandClock()
        let settings = ClipState.Settings(
            signedSeconds: 90_000, standardWait: .seconds(30), table: .init(bytes: 1 << 20),
            flights: .init(limit: 10, waiters: 2))
        let clipState = ClipState(
            settings, checks: RateBound(perMinute: 1, now: { clock.now }), clock: { clock.now })
        clipState.saw(ready: try clip(), cut: true, of: id, now: now)
        let other = try ClipID(parsing: "507f1f77bcf86cd799439011/30000-60000.opus")
        clipState.saw(ready: try clip(), cut: true, of: other, now: now)
        func ask(_ id: ClipID) -> ClipState.Found {
            clipState.ask(.init(id: id, now: now, wait: .seconds(30), recheck: true)) { _ in }
        }
        #expect(ask(id).isPublished)
        #expect(ask(other).isReady, "beyond the bound")
        #expect(ask(id).isWaiting)
        #expect(ask(id).isReady, "beyond the waiters")
    }

    @Test(
        "a look that finds neither clip nor episode takes the clip out of the table; one that fails in passing does not"
    )
    func recheckFailed() throws {
        let clipState = ClipStateBench()
        let told = Told()
        try clipState.ready(1)
        _ = clipState.ask(1, recheck: true) { told($0) }
        #expect(clipState.clipState.saw(failure: ClipFault(.storeUnavailable, "…"), of: ClipStateBench.id(1)) == nil)
        #expect(clipState.ask(1).isReady)
        clipState.clock.advance(by: .seconds(10))
        _ = clipState.ask(1, recheck: true) { told($0) }
        #expect(clipState.clipState.saw(failure: ClipFault(.noAudio, "…"), of: ClipStateBench.id(1)) == nil)
        #expect(told.list == ["store-unavailable", "no-audio"])
        #expect(!clipState.ask(1).isReady)
    }

    @Test("the progress of a clip whose object would end before its URL is not told as ready")
    func progressNearItsEnd() throws {
        let clipState = ClipStateBench()
        try clipState.ready(1, expiresIn: 90_000 + 3599)
        #expect(clipState.clipState.status(ClipStateBench.id(1), now: ClipStateBench.now) == nil)
        try clipState.ready(1, expiresIn: 90_000 + 3600)
        #expect(clipState.clipState.status(ClipStateBench.id(1), now: ClipStateBench.now)?.clip != nil)
    }

    @Test("who joins work that the broker has already is told so at once")
    func accepted() throws {
        let clipState = clipState()
        let told = Told()
        _ = ask(clipState, told)
        clipState.settle(id, published: .success(()))
        guard case .accepted(.queued) = ask(clipState, told, wantsAcceptance: true) else {
            Issue.record("it would wait for the clip")
            return
        }
        #expect(clipState.figures.waiters == 1)
    }

    @Test("what the work came to is remembered, whoever asked for it: whether the clip was cut, and how long it took")
    func outcome() throws {
        let clipState = ClipStateBench()
        try clipState.ready(3)
        #expect(clipState.clipState.status(ClipStateBench.id(3), now: ClipStateBench.now)?.outcome == nil)
        clipState.ask(1)
        clipState.clipState.saw(.resolving, of: ClipStateBench.id(2))
        clipState.clock.advance(by: .seconds(2))
        try clipState.ready(1)
        try clipState.ready(2, cut: false)
        let (own, others) = (
            clipState.clipState.status(ClipStateBench.id(1), now: ClipStateBench.now)?.outcome,
            clipState.clipState.status(ClipStateBench.id(2), now: ClipStateBench.now)?.outcome
        )
        #expect(own?.cut == true)
        #expect(own?.took == .seconds(2))
        #expect(others?.cut == false)
    }

    @Test("a request that could not be published is known as failed by those who follow it")
    func unpublishedProgress() {
        let clipState = clipState()
        guard case .under = clipState.askInBackground(id, now: now) else {
            Issue.record("not taken")
            return
        }
        clipState.settle(id, published: .failure(.edge(.brokerUnavailable, "…")))
        #expect(clipState.status(id, now: now)?.fault?.slug == "broker-unavailable")
        // Who asks again asks anew.
        guard case .under(.some) = clipState.askInBackground(id, now: now) else {
            Issue.record("not asked anew")
            return
        }
        #expect(clipState.status(id, now: now)?.stage == .queued)
    }

    @Test("a hit whose source was last looked at long ago says so to one caller")
    func stale() throws {
        let clipState = clipState()
        clipState.saw(ready: try clip(checkedAgo: 86_401), cut: true, of: id, now: now)
        #expect(clipState.ready(id, now: now)?.stale == true)
        #expect(clipState.ready(id, now: now)?.stale == false)
    }

    @Test("100,000 clips fit into the table's default memory")
    func capacity() throws {
        let clipState = ClipState(.init(signedSeconds: 90_000, standardWait: .seconds(30)))
        let clip = try clip()
        for number in 0..<100_000 {
            let window = try #require(ClipWindow(startMs: Int32(number), endMs: Int32(number + 30_000)))
            clipState.saw(
                ready: clip, cut: true, of: ClipID(episode: id.episode, span: .window(window), format: .mp3), now: now)
        }
        #expect(clipState.figures.entries == 100_000)
    }
}
