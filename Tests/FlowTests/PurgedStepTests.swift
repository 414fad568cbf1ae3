import Bounded
import Domain
import Fakes
import FoundationEssentials
import Kafka
import Synchronization
import Testing

@testable import Flow

/// docs/decisions/0017: a purge voids what was written before it, by the brokers' clock.
@Suite("a step and purges", .timeLimit(.minutes(1)))
struct PurgedStepTests {
    private let hex = "507f1f77bcf86cd799439011"
    private let codec = EventCodec(source: "/test")
    private let sink = KeptRecords()
    private let purges = PurgeMarks(log: .silent)

    private func step(
        onFailure: Step<ClipRequested>.OnFailure = .tell(topic: "failed"), work: @escaping Handler<ClipRequested>
    ) -> Step<ClipRequested> {
        Step(
            StepSettings(
                service: "test", version: "1", backoff: Backoff(base: .milliseconds(1), cap: .milliseconds(2))),
            codec: codec, producer: sink, deadLetters: "dead", onFailure: onFailure, purges: purges, log: .silent,
            work: work)
    }

    private func requested(_ episode: String, writtenAtMs: Int64) -> Record {
        Record(
            topic: "in", partition: 0, offset: 0, key: nil,
            value: Array(#"{"clip_id":"\#(episode)/0-30000.mp3","budget_ms":60000}"#.utf8),
            timestamp: .appended(ms: writtenAtMs))
    }

    private func mark(atMs time: Int64) throws -> Record {
        let event = EpisodePurged(episode: try #require(ObjectID(hex: hex)))
        let sent = codec.encode(event, to: "purged", trace: .new())
        return Record(
            topic: "purged", partition: 0, offset: 0, key: sent.key, value: sent.value, headers: sent.headers,
            timestamp: .appended(ms: time))
    }

    private func resolved(_ incoming: Incoming<ClipRequested>) throws -> ClipResolved {
        try ClipResolved(
            clipID: incoming.event.clipID, budget: .seconds(60), episode: try #require(ObjectID(hex: hex)),
            guid: "a-guid",
            feedSlug: "feed", title: nil, window: try #require(ClipWindow(startMs: 0, endMs: 30_000)))
    }

    @Test("work of an episode that was purged after it was asked for is not begun, and who waits is told")
    func before() async throws {
        purges.note(try mark(atMs: 2_000))
        let begun = Atomic(0)
        let step = step { _ throws(ClipFault) in
            begun.add(1, ordering: .relaxed)
            return .nothing
        }
        #expect(await step.handle(requested(hex, writtenAtMs: 2_000)) == .settled)
        #expect(begun.load(ordering: .relaxed) == 0)
        #expect(sink.sent.map(\.topic) == ["failed"])
        #expect(String(decoding: sink.sent.first?.value ?? [], as: UTF8.self).contains(#""reason":"expired""#))
        // Asked for after it: whether the episode is still there, the work finds out.
        #expect(await step.handle(requested(hex, writtenAtMs: 2_001)) == .settled)
        #expect(begun.load(ordering: .relaxed) == 1)
    }

    @Test("what was asked for by a guid is void as soon as the work knows which episode that is")
    func guid() async throws {
        let mark = try mark(atMs: 2_000)
        let afterwards = Atomic(0)
        let takenBack = Atomic(0)
        let step = step { [purges] incoming throws(ClipFault) in
            purges.note(mark)
            guard let event = try? resolved(incoming) else { throw ClipFault(.internalError, "no event") }
            return Outcome.send(event, to: "out")
                .takenBack { () throws(ClipFault) in takenBack.add(1, ordering: .relaxed) }
                .afterwards { afterwards.add(1, ordering: .relaxed) }
        }
        #expect(await step.handle(requested("a-guid", writtenAtMs: 1_000)) == .settled)
        #expect(sink.sent.map(\.topic) == ["failed"])
        #expect(takenBack.load(ordering: .relaxed) == 1)
        #expect(afterwards.load(ordering: .relaxed) == 0)
        #expect(await step.handle(requested("a-guid", writtenAtMs: 3_000)) == .settled)
        #expect(sink.sent.map(\.topic) == ["failed", "out"])
        #expect(takenBack.load(ordering: .relaxed) == 1)
        #expect(afterwards.load(ordering: .relaxed) == 1)
    }

    @Test("where nobody waits, work of a purged episode is settled and not put aside")
    func nobodyWaits() async throws {
        purges.note(try mark(atMs: 2_000))
        let step = step(onFailure: .putAside) { _ throws(ClipFault) in
            Issue.record("begun")
            return .nothing
        }
        #expect(await step.handle(requested(hex, writtenAtMs: 1_000)) == .settled)
        #expect(sink.sent.isEmpty)
        #expect(step.metrics.failed == 0)
    }

    @Test("a purge of another episode, and a record whose time nobody knows, change nothing")
    func others() async throws {
        purges.note(try mark(atMs: 2_000))
        let step = step { incoming throws(ClipFault) in .send(incoming.event, to: "out") }
        #expect(await step.handle(requested("507f1f77bcf86cd799439012", writtenAtMs: 1_000)) == .settled)
        let timeless = Record(
            topic: "in", partition: 0, offset: 0, key: nil, value: requested(hex, writtenAtMs: 0).value)
        #expect(await step.handle(timeless) == .settled)
        #expect(sink.sent.map(\.topic) == ["out", "out"])
    }
}
