import Domain
import Episodes
import Fakes
import Synchronization
import Testing

@testable import ResolverService

@Suite("what the register's last write came to")
struct WatchedRegisterTests {
    private let moody = MemoryRegister()
    private let clock = HandClock()
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
        let register = WatchedRegister(moody, now: { [clock] in clock.now })
        #expect(register.lastFault == nil)
        moody.fail(with: fault)
        await #expect(throws: fault) { try await register.record(clip) }
        clock.advance(by: WatchedRegister.memory - .nanoseconds(1))
        #expect(register.lastFault == fault)
        clock.advance(by: .nanoseconds(1))
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
        let register = WatchedRegister(moody, now: { [clock] in clock.now })
        moody.fail(with: fault)
        await #expect(throws: fault) { try await register.record(clip) }
        #expect(register.lastFault == nil)
    }
}
