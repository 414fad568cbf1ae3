import Domain
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
