import Bounded
import Domain
import Fakes
import Kafka
import Logging
import Telemetry
import Testing
import Traces

@testable import Flow

@Suite("the trace of a record")
struct StepTraceTests {
    private let spans = KeptSpans()
    private let sink = KeptRecords()
    private let id = "507f1f77bcf86cd799439011/0-30000.mp3"
    private let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    private func step(
        _ tracer: Tracer? = nil, metrics: Metrics = Metrics(),
        work: @escaping @Sendable (Incoming<ClipRequested>) async throws(ClipFault) -> Outcome
    ) -> Step<ClipRequested> {
        Step(
            StepSettings(
                service: "test", version: "1", backoff: Backoff(base: .milliseconds(1), cap: .milliseconds(2)),
                tracer: tracer ?? Tracer(Sampler(ratio: 0, followsParent: true), into: spans, scope: "test")),
            codec: EventCodec(source: "/test"), producer: sink, deadLetters: "dead", onFailure: .tell(topic: "failed"),
            metrics: StepMetrics(metrics), log: .silent, work: work)
    }

    private func record(_ trace: String?, value: String? = nil) -> Record {
        let headers = trace.map {
            [
                RecordHeader(name: "traceparent", value: $0), RecordHeader(name: "tracestate", value: "a=1"),
                RecordHeader(name: "ce_requestid", value: "r-1"),
            ]
        }
        return Record(
            topic: "in", partition: 3, offset: 42, key: Array(id.utf8),
            value: Array((value ?? #"{"clip_id":"\#(id)","budget_ms":60000}"#).utf8), headers: headers ?? [])
    }

    private func header(_ name: String, of record: OutgoingRecord?) -> String? {
        record?.headers.last { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) }
    }

    @Test("goes on in what is sent, which names the span of its sending")
    func goesOn() async throws {
        let step = step { incoming throws(ClipFault) in
            await Span.part("inner") {}
            return .send(incoming.event, to: "out")
        }
        #expect(await step.handle(record(parent)) == .settled)
        #expect(spans.all.map(\.name) == ["inner", "send out", "process in"])
        let work = try #require(spans.first("process in"))
        let sending = try #require(spans.first("send out"))
        #expect(work.kind == .consumer)
        #expect(sending.kind == .producer)
        #expect(work.parent?.description == "00f067aa0ba902b7")
        #expect(spans.first("inner")?.parent == work.context.spanID)
        #expect(sending.parent == work.context.spanID)
        #expect(header("traceparent", of: sink.sent.first) == sending.context.traceparent)
        #expect(header("tracestate", of: sink.sent.first) == "a=1")
        #expect(work.attributes["messaging.kafka.offset"] == .int(42))
        #expect(work.attributes["messaging.destination.partition.id"] == "3")
        #expect(work.attributes["messaging.kafka.message.key"] == .string(id))
        #expect(work.attributes["cutroom.request_id"] == "r-1")
        #expect(work.status == .unset)
    }

    @Test("is not recorded where its sender does not, and goes on all the same")
    func unsampled() async throws {
        let step = step { incoming throws(ClipFault) in
            #expect(Span.current == nil)
            return .send(incoming.event, to: "out")
        }
        let unsampled = parent.dropLast() + "0"
        #expect(await step.handle(record(String(unsampled))) == .settled)
        #expect(spans.all.isEmpty)
        let sent = header("traceparent", of: sink.sent.first) ?? ""
        #expect(sent.hasPrefix("00-4bf92f3577b34da6a3ce929d0e0e4736-") && sent.hasSuffix("-00"), "\(sent)")
        #expect(header("tracestate", of: sink.sent.first) == "a=1")
    }

    @Test("is the example of the bucket that the record's time falls in, if it is recorded")
    func exemplars() async throws {
        let metrics = Metrics()
        let step = step(metrics: metrics) { _ throws(ClipFault) in .nothing }
        func examples() -> [Substring] {
            String(decoding: MetricsText.openMetrics.write(metrics), as: UTF8.self).split(separator: "\n")
                .filter { $0.contains(" # {") }
        }
        #expect(await step.handle(record(String(parent.dropLast() + "0"))) == .settled)
        #expect(examples().isEmpty)
        #expect(await step.handle(record(parent)) == .settled)
        #expect(
            examples().count {
                $0.hasPrefix("cutroom_record_duration_seconds_bucket{")
                    && $0.contains(#"# {trace_id="4bf92f3577b34da6a3ce929d0e0e4736"} "#)
            } == 1, "\(examples())")
    }

    @Test("is handed on as it came where traces are off")
    func off() async {
        let step = step(.off) { incoming throws(ClipFault) in .send(incoming.event, to: "out") }
        #expect(await step.handle(record(parent)) == .settled)
        #expect(header("traceparent", of: sink.sent.first) == parent)
    }

    @Test("has an event for each try that failed, and is no failure if the last one did not")
    func retries() async throws {
        let step = step { incoming throws(ClipFault) in
            guard incoming.attempt == 3 else { throw ClipFault(.storeUnavailable, "away") }
            return .nothing
        }
        #expect(await step.handle(record(parent)) == .settled)
        #expect(spans.all.map(\.name) == ["process in"])
        let work = try #require(spans.all.first)
        #expect(work.status == .unset)
        #expect(work.events.map { $0.attributes["cutroom.attempt"] } == [1, 2])
        #expect(work.events.allSatisfy { $0.attributes["error.type"] == "store-unavailable" })
    }

    @Test("says by what it failed, and leads to who is told")
    func failure() async throws {
        let step = step { _ throws(ClipFault) in throw ClipFault(.noSuchEpisode, "not there") }
        #expect(await step.handle(record(parent)) == .settled)
        let work = try #require(spans.first("process in"))
        #expect(work.status == .error("not there"))
        #expect(work.attributes["error.type"] == "no-such-episode")
        #expect(spans.first("send failed")?.parent == work.context.spanID)
        #expect(header("traceparent", of: sink.sent.first) == spans.first("send failed")?.context.traceparent)
    }

    @Test("says of a record that can't be read why")
    func unreadable() async throws {
        let step = step { _ throws(ClipFault) in .nothing }
        #expect(await step.handle(record(parent, value: "{")) == .settled)
        #expect(spans.first("process in")?.attributes["error.type"] == "malformed-json")
    }
}
