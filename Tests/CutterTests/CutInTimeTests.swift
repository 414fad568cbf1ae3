import Bounded
import Domain
import Fakes
import FoundationEssentials
import Glibc
import Kafka
import Logging
import ObjectStore
import Synchronization
import TestStack
import Testing
import Text

@testable import CutterService
@testable import Flow

@Suite("Work that waits for a slot", .timeLimit(.minutes(1)))
struct CutInTimeTests {
    /// Waits until it is let go, and counts how often it was asked.
    private final class Maker: ClipMaker {
        let made = Atomic(0)
        private let gate = AsyncStream<Void>.makeStream()
        func open() { gate.continuation.finish() }
        func make(_ order: CutJob) async throws(ClipFault) -> MadeClip {
            made.add(1, ordering: .relaxed)
            for await _ in gate.stream {}
            return MadeClip(
                bytes: [9], startMs: order.window.startMs, durationMs: order.window.durationMs, exact: .sample)
        }
    }

    private func incoming(_ guid: String, second: Int32, left: Duration) throws -> Incoming<ClipResolved> {
        let episode = MakerBench.episode
        let window = try #require(ClipWindow(startMs: second * 1000, endMs: second * 1000 + 5_000))
        let event = try ClipResolved(
            clipID: ClipID(episode: .objectID(episode), span: .window(window), format: .mp3), budget: left,
            episode: episode,
            guid: guid, feedSlug: "feed", title: nil, window: window)
        return Incoming(
            event: event, origin: EventOrigin(trace: .new()), deadline: .after(left), log: .silent, attempt: 1)
    }

    @Test("is not begun when its time has passed meanwhile", arguments: ["first-guid", "other-guid"])
    func expires(guid: String) async throws {
        let sources = MemoryStore(now: WallTime.now().seconds)
        for (number, guid) in ["first-guid", "other-guid"].enumerated() {
            sources.place("feed/\(guid)/audio/episode.mp3", [1, 2, 3], etag: "\"\(number)123456789\"")
        }
        let maker = Maker()
        let cut = CutClip(
            sources: SourceFinder(
                store: sources,
                limits: .init(entries: 10, lifetime: .seconds(300), absenceLifetime: .seconds(10), lookUps: 10)),
            clipStore: ClipStore(
                store: MemoryStore(now: WallTime.now().seconds), lifetimeSeconds: 2_592_000, neededSeconds: 93_600),
            maker: maker, slots: WorkSlots(count: 1, queueLimit: 10), flightLimit: 10, topics: Topics())
        let slow = try incoming("first-guid", second: 0, left: .seconds(60))
        let late = try incoming(guid, second: 10, left: .milliseconds(20))
        let first = Task { try await cut.handle(slow) }
        try await eventually("the maker to begin") { maker.made.load(ordering: .relaxed) != 0 }
        let second = Task { try await cut.handle(late) }
        try await eventually("the deadline to pass") { late.deadline.hasPassed }
        maker.open()
        guard case .failure(let fault) = await second.result else {
            Issue.record("it was made")
            return
        }
        #expect((fault as? ClipFault)?.reason == .expired)
        _ = try await first.value
        #expect(maker.made.load(ordering: .relaxed) == 1)
    }
}
