import Bounded
import Domain
import Fakes
import Kafka
import Logging
import Synchronization
import TestStack
import Testing

@testable import Flow

/// What becomes of a record when the broker does not take what came of it.
@Suite("a step whose results are not taken", .timeLimit(.minutes(1)))
struct StepRefusalTests {
    private let codec = EventCodec(source: "/test")
    private let id = "507f1f77bcf86cd799439011/0-30000.mp3"

    private func step(
        _ sink: KeptRecords, onFailure: Step<ClipRequested>.OnFailure = .tell(topic: "failed"), log: Log = .silent,
        pause: (@Sendable (ClipFault, Int, Duration, Backoff) -> Duration?)? = nil,
        work: @escaping @Sendable (Incoming<ClipRequested>) async throws(ClipFault) -> Outcome
    ) -> Step<ClipRequested> {
        var settings = StepSettings(
            service: "test", version: "1", backoff: Backoff(base: .milliseconds(1), cap: .milliseconds(2)))
        if let pause { settings.pause = pause }
        return Step(
            settings, codec: codec, producer: sink, deadLetters: "dead", onFailure: onFailure, log: log, work: work)
    }

    private func record(_ value: String? = nil) -> Record {
        let value = value ?? #"{"clip_id":"\#(id)","budget_ms":60000}"#
        return Record(topic: "in", partition: 3, offset: 42, key: nil, value: Array(value.utf8))
    }

    private func text(_ record: OutgoingRecord?) -> String { String(decoding: record?.value ?? [], as: UTF8.self) }

    private func reason(of letter: OutgoingRecord?) -> String? {
        letter?.headers.last { $0.name == "dead_letter_reason" }.map { String(decoding: $0.value, as: UTF8.self) }
    }

    @Test("a result too large for its topic is logged, told to who waits, and its record put aside")
    func tooLarge() async {
        let sink = KeptRecords(faults: ["out": .recordTooLarge])
        let lines = LineSink()
        let step = step(sink, log: Log(service: "test", version: "1", level: .info, sink: lines)) {
            incoming throws(ClipFault) in .send(incoming.event, to: "out")
        }
        #expect(await step.handle(record()) == .settled)
        #expect(sink.sent.map(\.topic) == ["failed", "dead"])
        #expect(text(sink.sent.first).contains(#""reason":"internal-error""#))
        #expect(text(sink.sent.first).replacing("\\/", with: "/").contains(id))
        #expect(reason(of: sink.sent.last) == "kafka-record-too-large")
        #expect(lines.holds("refused by the broker", #""out""#, "too large", "warn"))
        #expect(step.metrics.failed == 1 && step.metrics.putAside == 1)
        #expect(step.metrics.records.total(.putAside) == 1 && step.metrics.records.total(.done) == 0)
        #expect(step.metrics.failures.total(FailureLabel(.internalError)) == 1)
    }

    @Test("where nobody waits, a result too large is logged and its record put aside")
    func tooLargeForNobody() async {
        let sink = KeptRecords(faults: ["out": .recordTooLarge])
        let step = step(sink, onFailure: .putAside) { incoming throws(ClipFault) in .send(incoming.event, to: "out") }
        #expect(await step.handle(record()) == .settled)
        #expect(sink.sent.map(\.topic) == ["dead"])
        #expect(reason(of: sink.sent.last) == "kafka-record-too-large")
    }

    @Test("a failure that can't be told is logged and its record put aside")
    func failureTooLarge() async {
        let sink = KeptRecords(faults: ["failed": .recordTooLarge])
        let lines = LineSink()
        let step = step(sink, log: Log(service: "test", version: "1", level: .info, sink: lines)) {
            _ throws(ClipFault) in throw ClipFault(.noSuchEpisode, "…")
        }
        #expect(await step.handle(record()) == .settled)
        #expect(sink.sent.map(\.topic) == ["dead"])
        #expect(reason(of: sink.sent.last) == "no-such-episode")
        #expect(lines.holds("A failure can't be told", #""failed""#))
    }

    /// The record was read, and what came of it lies nowhere: to settle it would lose it.
    @Test("cancelled before its result, its failure or its dead letter is acknowledged, a record is abandoned")
    func cancelledWhilePublishing() async throws {
        for (topic, value, fault) in [
            ("out", nil, nil), ("failed", nil, FailureReason.noSuchEpisode), ("dead", "nonsense", nil),
            ("dead", nil, FailureReason.internalError),
        ] {
            let sink = KeptRecords(faults: [topic: .unavailable(code: "_ALL_BROKERS_DOWN")])
            let step = step(sink) { incoming throws(ClipFault) in
                if let fault { throw ClipFault(fault, "…") }
                return .send(incoming.event, to: "out")
            }
            let task = Task { await step.handle(record(value)) }
            try await eventually("a record to be sent again") { step.metrics.resent != 0 }
            task.cancel()
            #expect(await task.value == .abandoned, "\(topic)")
            #expect(step.metrics.handled == 0 && step.metrics.putAside == 0)
        }
    }

    @Test("a dependency that rests was not asked, and does not lengthen the pause after a failure")
    func restingIsNoFailure() async {
        let asked = Mutex<[Int]>([])
        let step = step(
            KeptRecords(faults: [:]),
            pause: { _, failures, _, _ in
                asked.withLock { $0.append(failures) }
                return .zero
            },
            work: { incoming throws(ClipFault) in
                switch incoming.attempt {
                case ...10: throw ClipFault(.storeUnavailable, "…", retryAfter: .zero)
                case 11, 12: throw ClipFault(.storeUnavailable, "…")
                default: return .nothing
                }
            })
        #expect(await step.handle(record()) == .settled)
        #expect(asked.withLock { $0 } == Array(repeating: 0, count: 11) + [1])
    }
}
