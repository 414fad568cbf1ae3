import Domain
import Episodes
import Synchronization
import Testing

@testable import ResolverService

@Suite("what the register's last write came to")
struct WatchedRegisterTests {
    /// Refuses as told; its clock is set by hand.
    private final class Moody: ClipRegister {
        private let fault = Mutex<CatalogFault?>(nil)
        private let time = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { time.withLock { $0 } }
        func pass(_ duration: Duration) { time.withLock { $0 += duration } }
        func fail(with fault: CatalogFault?) { self.fault.withLock { $0 = fault } }

        func record(_ clip: RegisteredClip) async throws(CatalogFault) {
            if let fault = fault.withLock({ $0 }) { throw fault }
        }
        func removeAll(episode: ObjectID) async throws(CatalogFault) {}
    }

    private let moody = Moody()
    private let clip: RegisteredClip

    init() throws {
        let key = try #require(
            ObjectKey(parsing: "audio_clips/507f1f77bcf86cd799439011/0-30000_v3-01234567.mp3"))
        clip = RegisteredClip(key: key, sizeBytes: 1, storedAtUnixSeconds: 1)
    }

    @Test(
        "a refusal is told until a write is taken, or it is older than any retry",
        arguments: [
            CatalogFault.refused("not authorized (code 13)"), .unavailable("no primary"), .timedOut("5 s"),
        ])
    func told(fault: CatalogFault) async throws {
        let register = WatchedRegister(moody, now: { [moody] in moody.now })
        #expect(register.lastFault == nil)
        moody.fail(with: fault)
        await #expect(throws: fault) { try await register.record(clip) }
        moody.pass(WatchedRegister.memory - .nanoseconds(1))
        #expect(register.lastFault == fault)
        moody.pass(.nanoseconds(1))
        #expect(register.lastFault == nil)
        await #expect(throws: fault) { try await register.record(clip) }
        #expect(register.lastFault == fault)
        moody.fail(with: nil)
        try await register.record(clip)
        #expect(register.lastFault == nil)
    }

    @Test(
        "what says nothing of the database is not told",
        arguments: [CatalogFault.tooManyWaiting, .resting(.seconds(1)), .closed, .badEpisodeData("…")])
    func notTold(fault: CatalogFault) async {
        let register = WatchedRegister(moody, now: { [moody] in moody.now })
        moody.fail(with: fault)
        await #expect(throws: fault) { try await register.record(clip) }
        #expect(register.lastFault == nil)
    }
}
