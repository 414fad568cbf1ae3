import Domain
import Logging
import Synchronization
import Testing

@testable import GatewayService

@Suite("the desk")
struct ClipDeskTests {
    private let id = try! ClipID(parsing: "507f1f77bcf86cd799439011/30000-60000.mp3")
    private let now: Int64 = 1_790_000_000

    private func desk(waiters: Int = 10, flights: Int = 10, deadline: Duration = .seconds(120)) -> ClipDesk {
        ClipDesk(
            limits: .init(
                tableBytes: 1 << 20, waiters: waiters, flights: flights, rememberedFailures: 10,
                failureLifetime: .seconds(60), workDeadline: deadline, signedSeconds: 90_000,
                revalidateAfterSeconds: 86_400))
    }

    private func clip(expiresIn seconds: Int64 = 2_592_000, checkedAgo: Int64 = 0) throws -> ReadyClip {
        let key = try #require(
            ObjectKey(parsing: "audio_clips/507f1f77bcf86cd799439011/30000-60000_v2-1a2b3c4d.mp3"))
        return try ReadyClip(
            ClipReady(
                clipID: id.description, objectKey: key, startMs: 30_000, durationMs: 30_000, sizeBytes: 480_000,
                storedAt: now,
                objectExpiresAt: now + seconds, sourceCheckedAt: now - checkedAgo, exact: .sample, cut: true))
    }

    /// What a waiter was told, in order.
    private final class Told: Sendable {
        private let all = Mutex<[String]>([])
        var list: [String] { all.withLock { $0 } }
        func callAsFunction(_ ending: Ending) {
            let word =
                switch ending {
                case .ready(_, let cut): cut ? "cut" : "found"
                case .failed(let fault): fault.reason.rawValue
                case .accepted: "accepted"
                }
            all.withLock { $0.append(word) }
        }
    }

    private func ask(
        _ desk: ClipDesk, _ told: Told, wait: Duration = .seconds(30), wantsAcceptance: Bool = false
    ) -> ClipDesk.Found {
        desk.ask(id, now: now, wait: wait, wantsAcceptance: wantsAcceptance) { told($0) }
    }

    @Test("the first to ask publishes, the others join, and all get the one clip")
    func singleFlight() throws {
        let desk = desk()
        let told = Told()
        guard case .waiting(_, let publish?) = ask(desk, told) else { return #expect(Bool(false), "not published") }
        #expect(publish.clipID == id.description)
        for _ in 0..<4 {
            guard case .waiting(_, nil) = ask(desk, told) else { return #expect(Bool(false), "published twice") }
        }
        desk.saw(ready: try clip(), cut: true, of: id, now: now)
        #expect(told.list == Array(repeating: "cut", count: 5))
        guard case .ready = ask(desk, told) else { return #expect(Bool(false), "not in the table") }
        #expect(desk.figures.waiters == 0)
        #expect(desk.figures.flights == 0)
    }

    @Test("a clip whose object would end before its URL is no hit, and does not end the waiting")
    func nearItsEnd() throws {
        let desk = desk()
        let told = Told()
        desk.saw(ready: try clip(expiresIn: 90_000 + 3599), cut: false, of: id, now: now)
        guard case .waiting = ask(desk, told) else { return #expect(Bool(false), "served a dying object") }
        desk.saw(ready: try clip(expiresIn: 90_000 + 3599), cut: false, of: id, now: now)
        #expect(told.list.isEmpty)
        desk.saw(ready: try clip(expiresIn: 90_000 + 3600), cut: true, of: id, now: now)
        #expect(told.list == ["cut"])
    }

    @Test("a permanent failure is remembered, a passing one is not")
    func failures() {
        let desk = desk()
        let told = Told()
        _ = ask(desk, told)
        #expect(desk.saw(failure: ClipFault(.noSuchEpisode, "…"), of: id) == nil)
        guard case .failed(let fault) = ask(desk, told) else { return #expect(Bool(false), "forgotten") }
        #expect(fault.reason == .noSuchEpisode)
        let other = self.desk()
        _ = ask(other, told)
        #expect(other.saw(failure: ClipFault(.storeUnavailable, "…"), of: id) == nil)
        guard case .waiting(_, .some) = ask(other, told) else { return #expect(Bool(false), "remembered") }
        #expect(told.list == ["no-such-episode", "store-unavailable"])
    }

    @Test("a waiter with more time than the work has left asks again")
    func longerWait() {
        let desk = desk(deadline: .seconds(20))
        let told = Told()
        _ = ask(desk, told, wait: .seconds(5))
        guard case .waiting(_, nil) = ask(desk, told, wait: .seconds(5)) else { return #expect(Bool(false)) }
        guard case .waiting(_, .some) = ask(desk, told, wait: .seconds(60)) else { return #expect(Bool(false)) }
    }

    @Test("expired work is asked for again while somebody here may wait, but not for ever")
    func expired() {
        let desk = desk()
        let told = Told()
        _ = ask(desk, told)
        let fault = ClipFault(.expired, "…")
        #expect(desk.saw(failure: fault, of: id) != nil)
        #expect(desk.saw(failure: fault, of: id) != nil)
        #expect(desk.saw(failure: fault, of: id) == nil)
        #expect(told.list == ["expired"])
    }

    @Test("one who wants to know of acceptance is told when the broker has the request")
    func acceptance() throws {
        let desk = desk()
        let (quick, patient) = (Told(), Told())
        _ = ask(desk, quick, wantsAcceptance: true)
        _ = ask(desk, patient)
        desk.settle(id, published: .success(()))
        #expect(quick.list == ["accepted"])
        #expect(patient.list.isEmpty)
        desk.saw(.cutting, of: id)
        #expect(desk.progress(id, now: now)?.stage == .cutting)
        desk.saw(ready: try clip(), cut: true, of: id, now: now)
        #expect(desk.progress(id, now: now)?.clip != nil)
        #expect(patient.list == ["cut"])
    }

    @Test("a request that could not be published ends all who wait for it")
    func unpublished() {
        let desk = desk()
        let told = Told()
        _ = ask(desk, told)
        desk.settle(id, published: .failure(ClipFault(.brokerUnavailable, "…")))
        #expect(told.list == ["broker-unavailable"])
    }

    @Test("one who gives up or leaves is told nothing more, and frees its place")
    func leaving() throws {
        let desk = desk(waiters: 2)
        let told = Told()
        guard case .waiting(let first, _) = ask(desk, told), case .waiting(let second, _) = ask(desk, told) else {
            return #expect(Bool(false))
        }
        guard case .full = ask(desk, told) else { return #expect(Bool(false), "over the bound") }
        #expect(desk.giveUp(id, waiter: first)?.accepted == false)
        #expect(desk.giveUp(id, waiter: first) == nil)
        desk.leave(id, waiter: second)
        #expect(desk.figures.waiters == 0)
        desk.saw(ready: try clip(), cut: true, of: id, now: now)
        #expect(told.list.isEmpty)
    }

    @Test("an old word on a clip does not displace a newer one; a tombstone takes it away")
    func order() throws {
        let desk = desk()
        desk.saw(ready: try clip(checkedAgo: 10), cut: true, of: id, now: now)
        desk.saw(ready: try clip(checkedAgo: 20), cut: true, of: id, now: now)
        #expect(desk.ready(id, now: now)?.clip.sourceCheckedAt == UInt32(now - 10))
        desk.sawRemoval(of: id)
        #expect(desk.ready(id, now: now) == nil)
    }

    @Test("a clip near its end is displaced by one stored anew, even by a cutter whose look at the source is older")
    func renewed() throws {
        let desk = desk()
        let told = Told()
        desk.saw(ready: try clip(expiresIn: 93_000, checkedAgo: 10), cut: true, of: id, now: now)
        guard case .waiting = ask(desk, told) else { return #expect(Bool(false), "it must be made anew") }
        desk.saw(ready: try clip(checkedAgo: 200), cut: true, of: id, now: now)
        #expect(told.list == ["cut"])
        #expect(desk.ready(id, now: now) != nil)
    }

    @Test(
        "a clip whose object was seen to be gone is asked for anew under every id, until a cutter says that it is there"
    )
    func gone() throws {
        let desk = HandDesk()
        let other = try ClipID(parsing: "some-guid/1-30001.mp3")
        try desk.ready(1)
        try desk.ready(1, as: other)
        try desk.ready(2)
        desk.desk.sawGone(try HandDesk.key(1))
        #expect(desk.desk.ready(HandDesk.id(1), now: HandDesk.now) == nil)
        #expect(desk.desk.ready(other, now: HandDesk.now) == nil)
        #expect(desk.desk.progress(other, now: HandDesk.now)?.clip == nil)
        #expect(desk.desk.ready(HandDesk.id(2), now: HandDesk.now) != nil)
        let told = Told()
        #expect(desk.ask(1) { told($0) }.isPublished)
        // The cutter that makes it again had looked at the source before the one that made it first.
        try desk.ready(1, checkedAgo: 100)
        #expect(told.list == ["cut"])
        #expect(desk.desk.ready(HandDesk.id(1), now: HandDesk.now) != nil)
    }

    @Test("a client may have a ready clip looked at: it alone waits, so often for one clip and no more")
    func recheck() throws {
        let desk = HandDesk()
        let told = Told()
        try desk.ready(1)
        #expect(desk.ask(1).isReady)
        #expect(desk.ask(1, recheck: true) { told($0) }.isPublished)
        #expect(desk.ask(1).isReady, "others are served meanwhile")
        #expect(desk.desk.progress(HandDesk.id(1), now: HandDesk.now)?.stage == .queued)
        guard case .waiting(_, nil) = desk.ask(1, recheck: true, told: { told($0) }) else {
            return #expect(Bool(false), "a second look beside the first")
        }
        try desk.ready(1, checkedAgo: 100, cut: false)
        #expect(told.list == ["found", "found"])
        #expect(desk.ask(1, recheck: true).isReady, "looked at a moment ago")
        #expect(desk.desk.progress(HandDesk.id(1), now: HandDesk.now)?.clip != nil)
        desk.clock.pass(.seconds(10))
        #expect(desk.ask(1, recheck: true).isPublished)
    }

    @Test("looks that clients ask for are bounded in all, and where there is no room the table's word stands")
    func recheckBounds() throws {
        let clock = HandClock()
        let limits = ClipDesk.Limits(
            tableBytes: 1 << 20, waiters: 2, flights: 10, rememberedFailures: 10, failureLifetime: .seconds(60),
            workDeadline: .seconds(120), signedSeconds: 90_000, revalidateAfterSeconds: 86_400)
        let desk = ClipDesk(limits: limits, looks: RateBound(perMinute: 1, now: { clock.now }), clock: { clock.now })
        desk.saw(ready: try clip(), cut: true, of: id, now: now)
        let other = try ClipID(parsing: "507f1f77bcf86cd799439011/30000-60000.opus")
        desk.saw(ready: try clip(), cut: true, of: other, now: now)
        func ask(_ id: ClipID) -> ClipDesk.Found {
            desk.ask(id, now: now, wait: .seconds(30), wantsAcceptance: false, recheck: true) { _ in }
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
        let desk = HandDesk()
        let told = Told()
        try desk.ready(1)
        _ = desk.ask(1, recheck: true) { told($0) }
        #expect(desk.desk.saw(failure: ClipFault(.storeUnavailable, "…"), of: HandDesk.id(1)) == nil)
        #expect(desk.ask(1).isReady)
        desk.clock.pass(.seconds(10))
        _ = desk.ask(1, recheck: true) { told($0) }
        #expect(desk.desk.saw(failure: ClipFault(.noAudio, "…"), of: HandDesk.id(1)) == nil)
        #expect(told.list == ["store-unavailable", "no-audio"])
        #expect(!desk.ask(1).isReady)
    }

    @Test("the progress of a clip whose object would end before its URL is not told as ready")
    func progressNearItsEnd() throws {
        let desk = HandDesk()
        try desk.ready(1, expiresIn: 90_000 + 3599)
        #expect(desk.desk.progress(HandDesk.id(1), now: HandDesk.now) == nil)
        try desk.ready(1, expiresIn: 90_000 + 3600)
        #expect(desk.desk.progress(HandDesk.id(1), now: HandDesk.now)?.clip != nil)
    }

    @Test("who joins work that the broker has already is told so at once")
    func accepted() throws {
        let desk = desk()
        let told = Told()
        _ = ask(desk, told)
        desk.settle(id, published: .success(()))
        guard case .accepted(.queued) = ask(desk, told, wantsAcceptance: true) else {
            return #expect(Bool(false), "it would wait for the clip")
        }
        #expect(desk.figures.waiters == 1)
    }

    @Test("what the work came to is remembered, whoever asked for it: whether the clip was cut, and how long it took")
    func outcome() throws {
        let desk = HandDesk()
        try desk.ready(3)
        #expect(desk.desk.progress(HandDesk.id(3), now: HandDesk.now)?.outcome == nil)
        desk.ask(1)
        desk.desk.saw(.resolving, of: HandDesk.id(2))
        desk.clock.pass(.seconds(2))
        try desk.ready(1)
        try desk.ready(2, cut: false)
        let (own, others) = (
            desk.desk.progress(HandDesk.id(1), now: HandDesk.now)?.outcome,
            desk.desk.progress(HandDesk.id(2), now: HandDesk.now)?.outcome
        )
        #expect(own?.cut == true)
        #expect(own?.took == .seconds(2))
        #expect(others?.cut == false)
    }

    @Test("a request that could not be published is known as failed by those who follow it")
    func unpublishedProgress() {
        let desk = desk()
        guard case .under = desk.askInBackground(id, now: now) else { return #expect(Bool(false)) }
        desk.settle(id, published: .failure(ClipFault(.brokerUnavailable, "…")))
        #expect(desk.progress(id, now: now)?.fault?.reason == .brokerUnavailable)
        // Who asks again asks anew.
        guard case .under(.some) = desk.askInBackground(id, now: now) else { return #expect(Bool(false)) }
        #expect(desk.progress(id, now: now)?.stage == .queued)
    }

    @Test("a hit whose source was last looked at long ago says so to one caller")
    func stale() throws {
        let desk = desk()
        desk.saw(ready: try clip(checkedAgo: 86_401), cut: true, of: id, now: now)
        #expect(desk.ready(id, now: now)?.stale == true)
        #expect(desk.ready(id, now: now)?.stale == false)
    }

    @Test("100,000 clips fit into the table's default memory")
    func capacity() throws {
        let desk = ClipDesk(
            limits: .init(
                tableBytes: 32 << 20, waiters: 10, flights: 10, rememberedFailures: 10, failureLifetime: .seconds(60),
                workDeadline: .seconds(120), signedSeconds: 90_000, revalidateAfterSeconds: 86_400))
        let clip = try clip()
        for number in 0..<100_000 {
            let window = try #require(ClipWindow(startMs: Int32(number), endMs: Int32(number + 30_000)))
            desk.saw(
                ready: clip, cut: true, of: ClipID(episode: id.episode, span: .window(window), format: .mp3), now: now)
        }
        #expect(desk.figures.entries == 100_000)
    }
}
