import Fakes
import HTTPClient
import HTTPServer
import Logging
import Settings
import Synchronization
import Telemetry
import TestStack
import Testing
import Text

@testable import Traces

@Suite("the export of spans")
struct ExportTests {
    private struct Read: ServiceSettings {
        static let prefixes: [String] = []
        let tracing: TracingSettings
        init(from read: inout SettingsReader) { tracing = TracingSettings(from: &read) }
    }

    private let lines = LineSink()

    private func tracing(_ endpoint: String, _ settings: [String: String] = [:]) throws -> Tracing {
        let environment = ["OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_BSP_SCHEDULE_DELAY": "600s"]
        return Tracing(
            try Read(environment: environment.merging(settings) { $1 }).tracing, service: "gateway", version: "1.2",
            log: Log(service: "gateway", version: "1.2", sink: lines))
    }

    private func make(_ count: Int, _ tracing: Tracing) {
        for number in 0..<count {
            tracing.tracer.receive("work \(number)", .server, from: nil, ["text": "a \"b\"\u{1}é"]).span?.end()
        }
    }

    @Test("what waits is sent at the end, in batches, with the headers that were set and by the standard's media type")
    func flush() async throws {
        let receiver = try TraceReceiver()
        let tracing = try tracing(
            receiver.endpoint, ["OTEL_EXPORTER_OTLP_HEADERS": "x-tenant=7", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "4"])
        make(10, tracing)
        await tracing.close(within: .seconds(30))
        let requests = receiver.requests
        #expect(requests.allSatisfy { $0.path == "/v1/traces" && $0.headers["content-type"] == "application/json" })
        #expect(requests.allSatisfy { $0.headers["x-tenant"] == "7" })
        #expect(try receiver.spans().map(\.name) == (0..<10).map { "work \($0)" })
        #expect(try requests.allSatisfy { try TraceReceiver.spans(in: $0.body).count <= 4 })
        #expect(tracing.figures == .init(exported: 10, failed: 0, dropped: 0))
        let span = try #require(try receiver.spans().first)
        #expect(span.service == "gateway")
        #expect(span.attributes == ["text": "a \"b\"\u{1}é"])
        await receiver.stop()
    }

    @Test("a whole batch does not wait for the end")
    func batch() async throws {
        let receiver = try TraceReceiver()
        let tracing = try tracing(receiver.endpoint, ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "3"])
        make(3, tracing)
        _ = try await eventually("a batch") { receiver.requests.count == 1 ? true : nil }
        await tracing.close(within: .seconds(30))
        await receiver.stop()
    }

    @Test("a few spans do not wait longer than the delay")
    func delay() async throws {
        let receiver = try TraceReceiver()
        let tracing = try tracing(receiver.endpoint, ["OTEL_BSP_SCHEDULE_DELAY": "20"])
        make(1, tracing)
        _ = try await eventually("the span") { receiver.requests.count == 1 ? true : nil }
        await tracing.close(within: .seconds(30))
        await receiver.stop()
    }

    /// OTLP/HTTP Response, "Retryable Response Codes", and "OTLP/HTTP Throttling".
    @Test("a receiver that asks for it gets the same spans again", arguments: [429, 502, 503, 504])
    func again(status: Int) async throws {
        let receiver = try TraceReceiver { count in
            count == 0 ? HTTPResponse(status: status, headers: [("Retry-After", "0")]) : nil
        }
        let tracing = try tracing(receiver.endpoint)
        make(2, tracing)
        await tracing.close(within: .seconds(30))
        let bodies = receiver.requests.map(\.body)
        #expect(bodies.count == 2)
        #expect(bodies.first == bodies.last)
        #expect(tracing.figures == .init(exported: 2, failed: 0, dropped: 0))
        await receiver.stop()
    }

    @Test("what a receiver refuses is dropped and counted, and the log says so", arguments: [400, 401, 413, 500])
    func refused(status: Int) async throws {
        let receiver = try TraceReceiver { _ in HTTPResponse(status: status) }
        let tracing = try tracing(receiver.endpoint, ["OTEL_EXPORTER_OTLP_HEADERS": "authorization=topsecret"])
        make(2, tracing)
        await tracing.close(within: .seconds(30))
        #expect(receiver.requests.count == 1)
        #expect(receiver.requests.first?.headers["authorization"] == "topsecret")
        #expect(tracing.figures == .init(exported: 0, failed: 2, dropped: 0))
        #expect(lines.holds("Spans could not be exported", "\(status)"))
        #expect(!lines.holds("topsecret"))
        await receiver.stop()
    }

    @Test("spans that a receiver takes only in part are counted as it says")
    func partly() async throws {
        let receiver = try TraceReceiver { _ in
            HTTPResponse(
                status: 200, text: #"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}"#)
        }
        let tracing = try tracing(receiver.endpoint)
        make(5, tracing)
        await tracing.close(within: .seconds(30))
        #expect(tracing.figures == .init(exported: 3, failed: 2, dropped: 0))
        #expect(lines.holds("did not take everything", "too old"))
        await receiver.stop()
    }

    @Test("what finds no room is dropped at once and counted, and nothing waits for a receiver that is away")
    func full() async throws {
        let tracing = try tracing(
            "http://127.0.0.1:1", ["OTEL_BSP_MAX_QUEUE_SIZE": "8", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "8"])
        // Taken by nobody before the queue is full: the batch is sent when it is whole, and then tried again for seconds.
        make(8, tracing)
        _ = try await eventually("the batch to be taken") { () -> Bool? in
            make(1, tracing)
            return tracing.figures.dropped > 0 ? true : nil
        }
        let began = ContinuousClock.now
        await tracing.close(within: .milliseconds(50))
        #expect(began.duration(to: .now) < .seconds(10))
        #expect(tracing.figures.exported == 0)
        #expect(lines.holds("Traces are no longer exported"))
        // Later ones are only counted.
        let before = tracing.figures.dropped
        make(1, tracing)
        #expect(tracing.figures.dropped == before + 1)
    }

    @Test("metrics tell what became of spans, and of each request to the receiver")
    func metrics() async throws {
        let statuses = [200, 503, 200, 400]
        let receiver = try TraceReceiver { count in
            HTTPResponse(status: statuses[count], headers: [("Retry-After", "0")])
        }
        let tracing = try tracing(receiver.endpoint, ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "1"])
        let metrics = Metrics()
        tracing.tell(metrics)
        func told() -> Set<Substring> {
            let text = String(decoding: MetricsText.prometheus.write(metrics), as: UTF8.self)
            return Set(text.split(separator: "\n").filter { !$0.hasPrefix("#") })
        }
        #expect(told().count == 7 && told().allSatisfy { $0.hasSuffix("} 0") })
        make(3, tracing)
        await tracing.close(within: .seconds(30))
        make(1, tracing)
        #expect(
            told() == [
                #"cutroom_spans_total{result="exported"} 2"#, #"cutroom_spans_total{result="failed"} 1"#,
                #"cutroom_spans_total{result="dropped"} 1"#, #"cutroom_span_exports_total{result="taken"} 2"#,
                #"cutroom_span_exports_total{result="postponed"} 1"#,
                #"cutroom_span_exports_total{result="refused"} 1"#,
                #"cutroom_span_exports_total{result="unanswered"} 0"#,
            ])
        await receiver.stop()
    }

    @Test(
        "a pause is a number of seconds or a date",
        arguments: [("7", 7), ("Fri, 24 May 2013 00:00:09 GMT", 9), ("0", 0)])
    func pauses(text: String, seconds: Int) {
        let now = WallTime(httpDate: "Fri, 24 May 2013 00:00:00 GMT") ?? .now()
        let headers = HTTPHeaders([.init(name: "Retry-After", value: text)])
        #expect(ExportAnswer(status: 503, headers: headers, body: [], now: now) == .later(after: .seconds(seconds)))
    }

    @Test("what is sent is what the official definition of the protocol takes")
    func official() async throws {
        let sink = KeptSpans()
        let tracer = Tracer(Sampler(ratio: 1, followsParent: true), into: sink, scope: "gateway")
        let parent = try #require(
            TraceContext(parsing: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", tracestate: "a=1,b=2"))
        let span = try #require(tracer.receive("outer", .server, from: parent).span)
        span.set(["text": "é\u{1}\"", "int": .int(.max), "flag": .bool(true), "double": .double(0.5)])
        for _ in 0..<40 { span.event("event", ["n": .int(-1)]) }
        span.link(to: .new())
        span.fail("slug", "in words")
        span.child("inner", .client).end()
        span.end()
        let body = ExportRequest.json(sink.all, resource: ["service.name": "gateway"], version: "1")
        let told = try await OTLPCheck.run([body])
        #expect(
            told == [
                "inner client 4bf92f3577b34da6a3ce929d0e0e4736 \(sink.all[0].context.spanID) \(span.context.spanID) flags=0x101 state=a=1,b=2",
                "outer server 4bf92f3577b34da6a3ce929d0e0e4736 \(span.context.spanID) 00f067aa0ba902b7 flags=0x301 "
                    + "state=a=1,b=2 attributes=5 events=32 dropped_events=8 links=1 error=in words",
            ])
    }
}
