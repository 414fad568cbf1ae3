import Bounded
import Domain
import Fakes
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

@Suite("cuts of two lanes", .timeLimit(.minutes(1)))
final class BulkCutTests: Sendable {
    /// Keeps each cut until it is let go, by the second at which its clip begins.
    private final class Maker: ClipMaker {
        private let state = Mutex((begun: [Cut](), waits: [Int32: CheckedContinuation<Void, Never>]()))

        struct Cut: Equatable {
            let second: Int32
            let lane: Lane
        }

        var begun: [Cut] { state.withLock { $0.begun } }

        func make(_ order: CutJob) async throws(ClipFault) -> MadeClip {
            let second = order.window.startMs / 1000
            await withCheckedContinuation { continuation in
                state.withLock { state in
                    state.begun.append(Cut(second: second, lane: order.lane))
                    state.waits[second] = continuation
                }
            }
            return MadeClip(
                bytes: [9], startMs: order.window.startMs, durationMs: order.window.durationMs, exact: .sample)
        }

        func end(_ second: Int32) async throws {
            try await eventually("the cut at \(second) s to run") {
                state.withLock { $0.waits.removeValue(forKey: second) }
            }.resume()
        }
    }

    private let maker = Maker()
    private let slots: WorkSlots
    private let cut: CutClip
    private let clips = MemoryStore(now: WallTime.now().seconds)

    init() {
        let sources = MemoryStore(now: WallTime.now().seconds)
        for number in 0..<10 {
            sources.place("feed/guid-\(number)/audio/episode.mp3", [1, 2, 3], etag: "\"\(number)123456789\"")
        }
        slots = WorkSlots(count: 1, queueLimit: 10)
        cut = CutClip(
            sources: SourceFinder(
                store: sources,
                limits: .init(entries: 10, lifetime: .seconds(300), absenceLifetime: .seconds(10), lookUps: 10)),
            clipStore: ClipStore(store: clips, lifetimeSeconds: 2_592_000, neededSeconds: 93_600),
            maker: maker, slots: slots, flightLimit: 20, topics: Topics())
    }

    /// The clip at a second of the source of that number.
    private func begin(
        _ second: Int32, of source: Int32? = nil, _ lane: Lane, left: Duration = .seconds(60), waits: Int? = nil
    ) async throws -> Task<Outcome, any Error> {
        let episode = MakerBench.episode
        let window = try #require(ClipWindow(startMs: second * 1000, endMs: second * 1000 + 5_000))
        let event = try ClipResolved(
            clipID: ClipID(episode: .objectID(episode), span: .window(window), format: .mp3), budget: left,
            episode: episode, guid: "guid-\(source ?? second)", feedSlug: "feed", title: nil, window: window)
        let incoming = Incoming(
            event: event, origin: EventOrigin(trace: .new()), deadline: .after(left), log: .silent, attempt: 1,
            lane: lane)
        let task = Task { [cut] in try await cut.handle(incoming) }
        if let waits {
            _ = try await eventually("\(waits) to wait for a slot") { slots.waiting == waits ? true : nil }
        }
        return task
    }

    @Test("a live clip is cut before bulk clips that wait, and so is one of these that somebody live asks for, once")
    func order() async throws {
        var tasks = [try await begin(0, .bulk)]
        _ = try await eventually("the first to be cut") { maker.begun.count == 1 ? true : nil }
        tasks.append(try await begin(1, .bulk, waits: 1))
        tasks.append(try await begin(2, .bulk, waits: 2))
        tasks.append(try await begin(3, .live, waits: 3))
        #expect(slots.waitingInBackground == 2)
        tasks.append(try await begin(2, .live))
        _ = try await eventually("the clip to be moved up") { slots.waitingInBackground == 1 ? true : nil }
        for second: Int32 in [0, 3, 2, 1] { try await maker.end(second) }
        for task in tasks { _ = try await task.value }
        // Niceness and the processes that wait are chosen by the lane in which the cut begins.
        #expect(
            maker.begun == [
                .init(second: 0, lane: .bulk), .init(second: 3, lane: .live), .init(second: 2, lane: .live),
                .init(second: 1, lane: .bulk),
            ])
        #expect(clips.calls("put") == 4)
    }

    @Test("a bulk clip whose source live work waits for is moved up with it")
    func sameSource() async throws {
        var tasks = [try await begin(0, .live)]
        _ = try await eventually("the first to be cut") { maker.begun.count == 1 ? true : nil }
        tasks.append(try await begin(1, .bulk, waits: 1))
        // It has the turn at source 2, which nobody knows to be quick, and waits for a slot.
        tasks.append(try await begin(2, .bulk, waits: 2))
        tasks.append(try await begin(3, of: 2, .live))
        _ = try await eventually("the holder of the turn to be moved up") {
            slots.waitingInBackground == 1 ? true : nil
        }
        // Until the turn has passed on, nobody live waits for the slot.
        for second: Int32 in [0, 2, 1, 3] { try await maker.end(second) }
        for task in tasks { _ = try await task.value }
        #expect(maker.begun.map(\.second) == [0, 2, 1, 3])
        #expect(maker.begun.map(\.lane) == [.live, .live, .bulk, .live])
    }

    @Test("a live request that joins bulk work with less time left is not ended with it")
    func shorterTime() async throws {
        let first = try await begin(0, .live)
        _ = try await eventually("the first to be cut") { maker.begun.count == 1 ? true : nil }
        let deadline = ContinuousClock.now + .milliseconds(50)
        let bulk = try await begin(1, .bulk, left: .milliseconds(50), waits: 1)
        let live = try await begin(1, .live)
        _ = try await eventually("it to be joined") { slots.waitingInBackground == 0 ? true : nil }
        while ContinuousClock.now <= deadline { await Task.yield() }
        try await maker.end(0)
        try await maker.end(1)
        _ = try await (first.value, live.value)
        guard case .failure(let fault) = await bulk.result else {
            Issue.record("it was made in time")
            return
        }
        #expect((fault as? ClipFault)?.reason == .expired)
        #expect(maker.begun.map(\.second) == [0, 1])
    }
}
