import Episodes
import FoundationEssentials
import Logging
import ObjectStore
import Telemetry
import TestStack
import Testing
import Wiring

@Suite("metrics of all services", .timeLimit(.minutes(1)))
struct MetricsTests {
    /// One line of docs/metrics.md.
    private struct Documented: Hashable {
        let name: String
        let type: String
        let labels: Set<String>
    }

    private static func documented() throws -> [Documented] {
        let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: top.appendingPathComponent("docs/metrics.md"), encoding: .utf8)
        return page.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmed }
            guard cells.count == 4, cells[0].hasPrefix("`") else { return nil }
            let labels = cells[2].split(separator: ",").map { $0.trimmed.filter { $0 != "`" } }
            return Documented(
                name: cells[0].filter { $0 != "`" }, type: cells[1], labels: Set(labels.filter { !$0.isEmpty }))
        }
    }

    @Test("docs/metrics.md names what the services tell, with type and labels, and promtool and OpenMetrics agree")
    func table() async throws {
        let documented = try Self.documented()
        #expect(documented.count > 50)
        try await TemporaryFolder.use { folder in
            try folder.write("audio/keep", "")
            try await Sample.make("\(folder.path)/audio/one.mp3")
            let port = TestStack.freePort()
            let cutroom = try await ServedFolder.start(
                "\(folder.path)/audio", data: "\(folder.path)/data", environment: ["OPERATIONS_PORT": "\(port)"])
            for _ in 0..<2 {
                let url = cutroom.url + cutroom.clipPath(startMs: 1_000, durationMs: 2_000)
                #expect(try await HTTPFetch.get(url).status == 200)
            }
            let base = "http://127.0.0.1:\(port)"
            try await cutroom.process.ready(port: port)
            let text = try await HTTPFetch.get("\(base)/metrics").text
            let open = try await HTTPFetch.get("\(base)/metrics", headers: ["Accept": "application/openmetrics-text"])
            #expect(try await cutroom.process.stop() == .code(0))

            // What `cutroom serve` does without.
            let told = Self.types(in: text).merging(Self.types(in: Self.ofServers())) { $1 }
            #expect(told == Dictionary(uniqueKeysWithValues: documented.map { ($0.name, $0.type) }))
            let series = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
                .map { String($0[..<($0.lastIndex(of: " ") ?? $0.endIndex)]) }
            #expect(Set(series).count == series.count, "no series is told twice")
            for one in series { Self.check(one, documented) }
            #expect(series.contains(#"cutroom_clip_requests_total{route="clip",status="2xx",outcome="made"}"#))
            #expect(series.contains(#"cutroom_clip_requests_total{route="clip",status="2xx",outcome="hit"}"#))
            try await Tool.run("promtool", ["check", "metrics"], input: Array(text.utf8))
            let program =
                "import sys; from prometheus_client.openmetrics.parser import text_string_to_metric_families as p; "
                + "print(len(list(p(sys.stdin.buffer.read().decode()))))"
            let families = try await Tool.run("/usr/bin/python3", ["-c", program], input: Array(open.text.utf8))
            #expect(Int(String(decoding: families, as: UTF8.self).trimmed) == Self.types(in: text).count)
        }
    }

    /// What only MongoDB and S3 have.
    private static func ofServers() -> String {
        let metrics = Metrics()
        _ = MongoCalls(metrics)
        StaticCredentials(Credentials(accessKey: "a", secretKey: "s")).tell(metrics, of: "cutter")
        let lifecycle = LifecycleWatch(lifetime: .seconds(1), log: .silent) { () async throws(ObjectStoreFault) in .none
        }
        lifecycle.tell(metrics)
        return String(decoding: MetricsText.prometheus.write(metrics), as: UTF8.self)
    }

    private static func types(in text: String) -> [String: String] {
        var types: [String: String] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("# TYPE ") {
            let words = line.split(separator: " ")
            types[String(words[2])] = String(words[3])
        }
        return types
    }

    /// That a series has the labels of its line in the table, and no other.
    private static func check(_ series: String, _ documented: [Documented]) {
        var name = String(series.prefix { $0 != "{" })
        if !documented.contains(where: { $0.name == name }) {
            for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix(suffix) { name.removeLast(suffix.count) }
        }
        let labels = series.dropFirst(series.prefix { $0 != "{" }.count).split(separator: "\",")
            .map { String($0.prefix { $0 != "=" }.filter { $0 != "{" }) }
        let expected = documented.first { $0.name == name }?.labels
        #expect(Set(labels).subtracting(["le", ""]) == expected, "\(series)")
    }

    /// Prometheus's own reader of OpenMetrics says what is an exemplar. Nobody takes the spans, and the metrics say that too.
    @Test("a scrape as OpenMetrics leads from the histograms to the trace of a request just made, and to no other")
    func exemplars() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/keep", "")
            try await Sample.make("\(folder.path)/audio/one.mp3")
            let port = TestStack.freePort()
            let cutroom = try await ServedFolder.start(
                "\(folder.path)/audio", data: "\(folder.path)/data",
                environment: [
                    "OPERATIONS_PORT": "\(port)", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1",
                    "OTEL_BSP_SCHEDULE_DELAY": "10", "OTEL_BSP_EXPORT_TIMEOUT": "10",
                ])
            let ids = ["4bf92f3577b34da6a3ce929d0e0e4736", "0af7651916cd43dd8448eb211c80319c"]
            for (index, id) in ids.enumerated() {
                let url = cutroom.url + cutroom.clipPath(startMs: 1_000 * index, durationMs: 2_000)
                let headers = ["traceparent": "00-\(id)-00f067aa0ba902b7-0\(1 - index)"]
                #expect(try await HTTPFetch.get(url, headers: headers).status == 200)
            }
            let base = "http://127.0.0.1:\(port)/metrics"
            let text = try await eventually("the records to be settled, and the spans to be given up") {
                () -> String? in
                let text = try await HTTPFetch.get(base, headers: ["Accept": "application/openmetrics-text"]).text
                let isSettled = text.contains("cutroom_record_duration_seconds_count{step=\"cuts\"} 2")
                return isSettled && !text.contains("result=\"unanswered\"} 0") ? text : nil
            }
            let program =
                "import sys; from prometheus_client.openmetrics.parser import text_string_to_metric_families as p; "
                + "[print(s.name, s.exemplar.labels['trace_id']) for f in p(sys.stdin.buffer.read().decode()) "
                + "for s in f.samples if s.exemplar]"
            let told = try await Tool.run("/usr/bin/python3", ["-c", program], input: Array(text.utf8))
            let lines = Set(String(decoding: told, as: UTF8.self).split(separator: "\n").map(String.init))
            // The embedded broker does not say when a record was written, so there is no age.
            let expected = ["http_request", "clip_request", "record", "stage", "store_request"].map {
                "cutroom_\($0)_duration_seconds_bucket \(ids[0])"
            }
            #expect(lines == Set(expected))
            #expect(text.contains("cutroom_spans_total{result=\"exported\"} 0"))
            #expect(try await cutroom.process.stop() == .code(0))
        }
    }

    @Test("cutroom serve has no operations port unless it is told to")
    func off() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/keep", "")
            let cutroom = try await ServedFolder.start("\(folder.path)/audio", data: "\(folder.path)/data")
            #expect(!cutroom.process.lines.contains { $0.contains("Health and metrics are answered") })
            #expect(try await HTTPFetch.get("\(cutroom.url)/metrics").status == 404)
            #expect(try await cutroom.process.stop() == .code(0))
        }
    }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
