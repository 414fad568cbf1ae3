import Bounded
import Domain
import Fakes
import Kafka
import Logging
import Synchronization
import Testing
import Text

@testable import Flow

@Suite("a step", .timeLimit(.minutes(1)))
struct StepTests {
    private let codec = EventCodec(source: "/test")
    private let id = "507f1f77bcf86cd799439011/0-30000.mp3"

    private func step(
        _ sink: KeptRecords, onFailure: Step<ClipRequested>.OnFailure = .tell(topic: "failed"),
        work: @escaping @Sendable (Incoming<ClipRequested>) async throws(ClipFault) -> Outcome
    ) -> Step<ClipRequested> {
        Step(
            StepSettings(
                service: "test", version: "1", backoff: Backoff(base: .milliseconds(1), cap: .milliseconds(2))),
            codec: codec, producer: sink, deadLetters: "dead", onFailure: onFailure, log: .silent, work: work)
    }

    private func record(_ value: String, headers: [RecordHeader] = []) -> Record {
        Record(topic: "in", partition: 3, offset: 42, key: Array("k".utf8), value: Array(value.utf8), headers: headers)
    }

    private func requested(budgetMs: Int = 60_000) -> Record {
        record(#"{"clip_id":"\#(id)","budget_ms":\#(budgetMs)}"#)
    }

    private func header(_ name: String, of record: OutgoingRecord?) -> String? {
        record?.headers.last { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) }
    }

    @Test("what the work comes to is published before the record is settled")
    func publishes() async {
        let sink = KeptRecords(refusing: 2)
        let step = step(sink) { incoming throws(ClipFault) in
            .send(ClipFailed(clipID: incoming.event.clipID, fault: ClipFault(.noAudio, "…")), to: "out")
        }
        #expect(await step.handle(requested()) == .settled)
        #expect(sink.sent.map(\.topic) == ["out"])
        #expect(header("ce_type", of: sink.sent.first) == "cutroom.clip.failed.v1")
        #expect(header("ce_subject", of: sink.sent.first) == id)
    }

    @Test("the trace goes on from record to record")
    func trace() async {
        let sink = KeptRecords()
        let traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
        let step = step(sink) { incoming throws(ClipFault) in .send(incoming.event, to: "out") }
        let incoming = Record(
            topic: "in", partition: 0, offset: 0, key: nil, value: requested().value,
            headers: [RecordHeader(name: "traceparent", value: "00-\(traceID)-00f067aa0ba902b7-01")])
        #expect(await step.handle(incoming) == .settled)
        #expect(header("traceparent", of: sink.sent.first)?.contains(traceID) == true)
    }

    @Test("the request's id goes on from record to record, into every line, and to those who are told of a failure")
    func requestID() async {
        let sink = KeptRecords()
        let lines = LineSink()
        let log = Log(service: "test", version: "1", sink: lines)
        func step(_ work: @escaping @Sendable (Incoming<ClipRequested>) async throws(ClipFault) -> Outcome) -> Step<
            ClipRequested
        > {
            Step(
                StepSettings(service: "test", version: "1"), codec: codec, producer: sink, deadLetters: "dead",
                onFailure: .tell(topic: "failed"), log: log, work: work)
        }
        func incoming(_ id: String) -> Record {
            Record(
                topic: "in", partition: 0, offset: 0, key: nil, value: requested().value,
                headers: [RecordHeader(name: "ce_requestid", value: id)])
        }
        let passing = step { incoming throws(ClipFault) in
            // By a log that knows nothing of the record.
            log.info("Deep inside")
            incoming.log.info("With its own log")
            return .send(incoming.event, to: "out")
        }
        #expect(await passing.handle(incoming("r-1")) == .settled)
        let failing = step { _ throws(ClipFault) in throw ClipFault(.noAudio, "…") }
        #expect(await failing.handle(incoming("r-2")) == .settled)
        // What is not fit for a line is as if it were not there.
        #expect(await passing.handle(incoming("r 3")) == .settled)
        #expect(sink.sent.map { header("ce_requestid", of: $0) } == ["r-1", "r-2", nil])
        let told = lines.all.map { line in ["r-1", "r-2", "r 3"].filter { line.contains("\"request_id\":\"\($0)\"") } }
        #expect(told == [["r-1"], ["r-1"], ["r-2"], [], []])
    }

    @Test("a passing failure is tried again, a permanent one is told at once")
    func retries() async {
        let sink = KeptRecords()
        let tries = Atomic(0)
        let passing = step(sink) { incoming throws(ClipFault) in
            tries.add(1, ordering: .relaxed)
            guard incoming.attempt == 3 else { throw ClipFault(.storeUnavailable, "…") }
            return .nothing
        }
        #expect(await passing.handle(requested()) == .settled)
        #expect(tries.load(ordering: .relaxed) == 3)
        #expect(sink.sent.isEmpty)
        let permanent = step(sink) { _ throws(ClipFault) in throw ClipFault(.noSuchEpisode, "…") }
        #expect(await permanent.handle(requested()) == .settled)
        #expect(sink.sent.map(\.topic) == ["failed"])
    }

    @Test("work past its deadline is not begun, and said so")
    func expired() async {
        let sink = KeptRecords()
        let step = step(sink) { _ throws(ClipFault) in
            Issue.record("begun")
            return .nothing
        }
        #expect(await step.handle(requested(budgetMs: -1)) == .settled)
        let value = sink.sent.first?.value.map { String(decoding: $0, as: UTF8.self) } ?? ""
        #expect(value.contains(#""reason":"expired""#))
    }

    @Test("work that fails until its deadline ends in a failure that may be retried")
    func budget() async {
        let sink = KeptRecords()
        let step = step(sink) { _ throws(ClipFault) in throw ClipFault(.storeUnavailable, "…") }
        #expect(await step.handle(requested(budgetMs: 30)) == .settled)
        let value = sink.sent.first?.value.map { String(decoding: $0, as: UTF8.self) } ?? ""
        #expect(value.contains(#""retryable":true"#))
    }

    @Test(
        "what can't be read is put aside with its story",
        arguments: [
            ("nonsense", "malformed-json"), ("{}", "malformed-json"),
            (#"{"clip_id":7,"budget_ms":1}"#, "malformed-json"),
            (#"{"clip_id":"x","budget_ms":1}"#, "bad-field"),
        ])
    func deadLetters(value: String, reason: String) async {
        let sink = KeptRecords()
        let step = step(sink) { _ throws(ClipFault) in .nothing }
        #expect(await step.handle(record(value, headers: [RecordHeader(name: "own", value: "kept")])) == .settled)
        let letter = sink.sent.first
        #expect(letter?.topic == "dead")
        #expect(letter?.key == Array("k".utf8))
        #expect(letter?.value == Array(value.utf8))
        #expect(header("own", of: letter) == "kept")
        #expect(header("dead_letter_reason", of: letter) == reason)
        #expect(header("dead_letter_topic", of: letter) == "in")
        #expect(header("dead_letter_partition", of: letter) == "3")
        #expect(header("dead_letter_offset", of: letter) == "42")
    }

    @Test("a newer major version, a foreign type, a tombstone and a huge value are put aside")
    func refusedRecords() async {
        let sink = KeptRecords()
        let step = step(sink) { _ throws(ClipFault) in .nothing }
        let value = requested().value
        func typed(_ type: String) -> Record {
            Record(
                topic: "in", partition: 0, offset: 0, key: nil, value: value,
                headers: [RecordHeader(name: "ce_type", value: type)])
        }
        _ = await step.handle(typed("cutroom.clip.requested.v1"))
        _ = await step.handle(typed("cutroom.clip.requested.v2"))
        _ = await step.handle(typed("something.else"))
        _ = await step.handle(Record(topic: "in", partition: 0, offset: 0, key: nil, value: nil))
        _ = await step.handle(record(String(repeating: " ", count: 1_000_000) + "{}"))
        #expect(
            sink.sent.map { header("dead_letter_reason", of: $0) }
                == ["newer-version", "unknown-type", "missing-value", "too-large"])
        #expect((sink.sent.last?.value?.count ?? 0) <= 900_000)
    }

    @Test("a dependency that rests is not counted as a failure of its own, and is waited for within the deadline")
    func resting() async {
        let sink = KeptRecords()
        let tries = Mutex(0)
        let step = step(sink) { incoming throws(ClipFault) in
            if tries.withLock({ count in
                count += 1
                return count
            }) < 3 {
                throw ClipFault(.storeUnavailable, "…", retryAfter: .milliseconds(30))
            }
            return .send(incoming.event, to: "out")
        }
        let began = ContinuousClock.now
        #expect(await step.handle(requested()) == .settled)
        #expect(began.duration(to: .now) >= .milliseconds(60))
        #expect(sink.sent.map(\.topic) == ["out"])
        #expect(step.metrics.retried == 2 && step.metrics.failed == 0 && step.metrics.handled == 1)
    }

    @Test("a dependency that rests beyond the deadline fails the work at once, with its own reason")
    func restingTooLong() async {
        let sink = KeptRecords()
        let step = step(sink) { _ throws(ClipFault) in
            throw ClipFault(.storeUnavailable, "the clips bucket does not answer", retryAfter: .seconds(90))
        }
        let began = ContinuousClock.now
        #expect(await step.handle(requested()) == .settled)
        #expect(began.duration(to: .now) < .seconds(10))
        #expect(String(decoding: sink.sent.first?.value ?? [], as: UTF8.self).contains("store-unavailable"))
    }

    @Test("a record as large as a broker takes fits into its dead letter, and says what was left out")
    func hugeLetters() async {
        let sink = KeptRecords()
        let step = step(sink) { _ throws(ClipFault) in .nothing }
        let huge = Record(
            topic: "in", partition: 0, offset: 0, key: [UInt8](repeating: 0, count: 300_000),
            value: [UInt8](repeating: 0xFF, count: 1_000_000),
            headers: (0..<2000).map { RecordHeader(name: "h\($0)", value: [UInt8](repeating: 0, count: 500)) })
        #expect(await step.handle(huge) == .settled)
        let letter = sink.sent[0]
        let bytes = letter.headers.reduce((letter.key?.count ?? 0) + (letter.value?.count ?? 0)) {
            $0 + $1.name.utf8.count + $1.value.count
        }
        #expect(bytes < 900_000)
        #expect(header("dead_letter_headers_left_out", of: letter) == "2000")
        #expect(header("dead_letter_key_cut_from_bytes", of: letter) == "300000")
        #expect(header("dead_letter_cut_from_bytes", of: letter) == "1000000")
    }

    @Test("a record that the dead letters' topic refuses as too large is put aside by its story alone")
    func refusedLetters() async {
        let sink = KeptRecords(limitBytes: 1000)
        let step = step(sink) { _ throws(ClipFault) in .nothing }
        #expect(await step.handle(record(String(repeating: "x", count: 5000))) == .settled)
        #expect(sink.sent.count == 1)
        #expect(header("dead_letter_reason", of: sink.sent.first) == "malformed-json")
        #expect(header("dead_letter_content_left_out", of: sink.sent.first) == "true")
    }

    /// Each must end in a dead letter, and none may trap.
    @Test(
        "hostile values are put aside",
        arguments: [
            [UInt8](repeating: 0, count: 64), [0xFF, 0xFE, 0x80, 0xC0], Array("\u{FEFF}".utf8),
            Array(String(repeating: "[", count: 60_000).utf8),
            Array(String(repeating: #"{"a":"#, count: 12_000).utf8),
            Array(#"{"clip_id":"507f1f77bcf86cd799439011/0-30000.mp3","budget_ms":1e400}"#.utf8),
            Array(#"{"clip_id":"507f1f77bcf86cd799439011/0-30000.mp3","budget_ms":9223372036854775807}"#.utf8),
            Array(#"{"clip_id":"507f1f77bcf86cd799439011/0-30000.mp3","budget_ms":-9223372036854775808}"#.utf8),
            Array(#"{"clip_id":"507f1f77bcf86cd799439011/0-30000.mp3","budget_ms":99999999999999999999}"#.utf8),
            Array(#"{"clip_id":"507f1f77bcf86cd799439011/0-99999999999.mp3","budget_ms":1}"#.utf8),
            Array(#"{"clip_id":"\u0000/0-30000.mp3","budget_ms":1}"#.utf8),
            Array(#"{"clip_id":"\ud800/0-30000.mp3","budget_ms":1}"#.utf8),
        ])
    func hostile(value: [UInt8]) async {
        let sink = KeptRecords()
        let step = step(sink) { _ throws(ClipFault) in .nothing }
        let record = Record(
            topic: "in", partition: 0, offset: 0, key: [0], value: value,
            headers: [
                RecordHeader(name: "ce_type", value: [0xFF, 0]), RecordHeader(name: "traceparent", value: [0xC0]),
                RecordHeader(name: "", value: []),
            ], timestamp: .appended(ms: .min))
        #expect(await step.handle(record) == .settled)
        #expect(sink.sent.map(\.topic) == ["dead"])
        #expect(sink.sent.first?.value == value)
        #expect(step.metrics.putAside == 1)
    }

    @Test(
        "a broker's clock that is an hour off, either way, costs the work at most the tolerance",
        arguments: [-3_600_000, 3_600_000])
    func skewedClock(aheadMs: Int64) async {
        let sink = KeptRecords()
        let left = Mutex(Duration.zero)
        let step = step(sink) { incoming throws(ClipFault) in
            left.withLock { $0 = incoming.deadline.left }
            return .nothing
        }
        let now = Int64(WallTime.now().milliseconds)
        let record = Record(
            topic: "in", partition: 0, offset: 0, key: nil, value: requested(budgetMs: 60_000).value,
            timestamp: .appended(ms: now + aheadMs))
        #expect(await step.handle(record) == .settled)
        #expect(left.withLock { $0 > .seconds(53) && $0 <= .seconds(60) })
    }

    @Test("a cancelled step leaves its record to the next owner")
    func cancelled() async {
        let sink = KeptRecords()
        let step = step(sink) { _ throws(ClipFault) in throw ClipFault(.storeUnavailable, "…") }
        let task = Task { await step.handle(requested()) }
        task.cancel()
        #expect(await task.value == .abandoned)
        #expect(sink.sent.isEmpty)
    }

    @Test("an unknown failure is told, and its record kept")
    func internalErrors() async {
        let sink = KeptRecords()
        let step = step(sink) { _ throws(ClipFault) in throw ClipFault(.internalError, "…") }
        #expect(await step.handle(requested()) == .settled)
        #expect(sink.sent.map(\.topic) == ["failed", "dead"])
    }

    @Test("what becomes of a record is counted once, with how long it took")
    func counted() async {
        let sink = KeptRecords()
        let step = step(sink) { incoming throws(ClipFault) in
            if incoming.attempt == 1 { throw ClipFault(.storeUnavailable, "…") }
            guard incoming.event.budget != .milliseconds(7_000) else { throw ClipFault(.noAudio, "…") }
            return .send(incoming.event, to: "out")
        }
        #expect(await step.handle(requested()) == .settled)
        #expect(await step.handle(requested(budgetMs: 7_000)) == .settled)
        #expect(await step.handle(record("{")) == .settled)
        let records = step.metrics.records
        #expect(records.total(.done) == 1 && records.total(.failed) == 1 && records.total(.putAside) == 1)
        #expect(step.metrics.handled == 3 && step.metrics.retried == 2 && step.metrics.putAside == 1)
        #expect(step.metrics.failures.total(FailureLabel(.noAudio)) == 1 && step.metrics.failed == 1)
        #expect(step.metrics.durations.count == 3)
        #expect(FailureLabel.allCases.map(\.word) == FailureReason.allCases.map(\.rawValue))
    }
}
