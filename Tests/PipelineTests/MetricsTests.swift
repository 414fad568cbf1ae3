import TestStack
import Testing

/// What the three services tell of one clip, on real brokers, a real store and a real database.
@Suite("metrics of a pipeline", .timeLimit(.minutes(3)))
struct MetricsTests {
    /// A scrape: each series, with its labels, and its number.
    private struct Scrape {
        let numbers: [String: Double]

        init(_ text: String) {
            var numbers: [String: Double] = [:]
            for line in text.split(separator: "\n") where !line.hasPrefix("#") {
                guard let space = line.lastIndex(of: " ") else { continue }
                numbers[String(line[..<space])] = Double(line[line.index(after: space)...])
            }
            self.numbers = numbers
        }

        subscript(_ series: String) -> Double? { numbers[series] }

        func sum(_ prefix: String) -> Double {
            numbers.filter { $0.key.hasPrefix(prefix) }.reduce(0) { $0 + $1.value }
        }
    }

    private static func scrape(_ port: Int) async throws -> Scrape {
        let reply = try await HTTPFetch.get("http://127.0.0.1:\(port)/metrics")
        try #require(reply.status == 200)
        try await Tool.run("promtool", ["check", "metrics"], input: reply.body)
        return Scrape(reply.text)
    }

    @Test("a clip that is made, one that is there and one that can't be made leave their trace in all three services")
    func threeServices() async throws {
        let pipeline = try await Pipeline.make()
        let ports = (gateway: TestStack.freePort(), resolver: TestStack.freePort(), cutter: TestStack.freePort())
        func operations(_ service: String, _ port: Int) -> [String: String] {
            ["\(service)_HEALTH_PORT": String(port), "\(service)_HEALTH_ADDRESS": "127.0.0.1"]
        }
        let gateway = try await pipeline.gateway(operations("GATEWAY", ports.gateway))
        let resolver = try await pipeline.resolver(operations("RESOLVER", ports.resolver))
        let cutter = try await pipeline.cutter(operations("CUTTER", ports.cutter))
        for port in [ports.gateway, ports.resolver, ports.cutter] {
            _ = try await eventually("a service to be ready") {
                try await HTTPFetch.get("http://127.0.0.1:\(port)/readyz").status == 200 ? true : nil
            }
        }
        let made = try await gateway.clip(start: 10_000)
        #expect(made.status == 200)
        #expect(try await gateway.clip(start: 10_000).status == 200)
        #expect(try await gateway.clip("507f1f77bcf86cd799439013", start: 0).status == 422)
        let size = try await HTTPFetch.get(made.json(ClipAnswer.self).clipUrl).body.count

        let edge = try await Self.scrape(ports.gateway)
        for (outcome, status) in [("made", "2xx"), ("hit", "2xx"), ("failed", "4xx")] {
            let labels = #"route="clip",status="\#(status)",outcome="\#(outcome)""#
            #expect(edge["cutroom_clip_requests_total{\(labels)}"] == 1, "\(outcome)")
        }
        #expect(edge[#"cutroom_stage_duration_seconds_count{stage="answer"}"#] == 1)
        #expect(edge[#"cutroom_clips_asked_total{cause="miss"}"#] == 2)
        #expect(edge["cutroom_clip_table_entries"] == 1 && edge["cutroom_clip_table_loaded"] == 1)
        #expect(edge[#"cutroom_ready{service="gateway"}"#] == 1)
        #expect(edge[#"cutroom_dependency_up{service="gateway",dependency="kafka"}"#] == 1)

        let found = try await Self.scrape(ports.resolver)
        #expect(found[#"cutroom_records_total{step="requests",outcome="done"}"#] == 1)
        #expect(found[#"cutroom_records_total{step="requests",outcome="failed"}"#] == 1)
        #expect(found[#"cutroom_record_failures_total{step="requests",reason="no-transcript"}"#] == 1)
        #expect(found[#"cutroom_mongodb_requests_total{operation="episode",result="ok"}"#] == 1)
        #expect(found[#"cutroom_mongodb_requests_total{operation="episode",result="missing"}"#] == 1)
        #expect(found[#"cutroom_stage_duration_seconds_count{stage="resolve"}"#] == 2)
        #expect(found[#"cutroom_circuit_open{service="resolver",circuit="mongodb"}"#] == 0)

        // The audit comes after the answer, and what is committed after that.
        let cut = try await eventually("the audit, and no lag") { () -> Scrape? in
            let cut = try await Self.scrape(ports.cutter)
            let lag = cut.numbers.filter { $0.key.hasPrefix("cutroom_kafka_lag_records{") }
            // Three partitions of each lane.
            guard lag.count == 6, lag.allSatisfy({ $0.value == 0 }) else { return nil }
            return cut[#"cutroom_audits_total{result="right"}"#] == 1 ? cut : nil
        }
        for stage in ["locate", "look", "wait", "layout", "fetch", "cut", "store"] {
            #expect(cut["cutroom_stage_duration_seconds_count{stage=\"\(stage)\"}"] == 1, "\(stage)")
        }
        #expect(cut[#"cutroom_clips_total{result="cut"}"#] == 1)
        #expect(cut["cutroom_clip_bytes_total"] == Double(size))
        #expect(try #require(cut["cutroom_source_bytes_total"]) >= Double(size))
        #expect(try #require(cut[#"cutroom_ffmpeg_runs_total{result="ok"}"#]) >= 1)
        #expect(try #require(cut["cutroom_ffmpeg_cpu_seconds_total"]) > 0)
        #expect(cut[#"cutroom_store_requests_total{bucket="clips",operation="put",result="ok"}"#] == 1)
        #expect(try #require(cut[#"cutroom_store_requests_total{bucket="source",operation="list",result="ok"}"#]) >= 1)
        #expect(cut.sum("cutroom_kafka_round_trip_seconds{") > 0)
        try await scraped([ports.gateway, ports.resolver, ports.cutter])
        for process in [gateway.process, resolver, cutter] { #expect(try await process.stop() == .code(0)) }
    }

    /// Prometheus asks for OpenMetrics, and refuses a scrape with a series that comes twice or a line that it can't read.
    private func scraped(_ ports: [Int]) async throws {
        try await TemporaryFolder.use { folder in
            let prometheus = try await Prometheus.start(in: folder, scraping: ports)
            _ = try await eventually("three targets that are up") {
                try await prometheus.number("sum(up)") == 3 ? true : nil
            }
            #expect(
                try await prometheus.number("sum(scrape_samples_scraped - scrape_samples_post_metric_relabeling)") == 0)
            #expect(try await prometheus.number(#"sum(cutroom_clip_requests_total{outcome=~"made|hit"})"#) == 2)
            #expect(try await prometheus.numbers("cutroom_build_info")?.count == 3)
            let median = try await prometheus.number(
                #"histogram_quantile(0.5, cutroom_clip_request_duration_seconds_bucket{outcome="made"})"#)
            #expect(try #require(median) > 0 && (median ?? 0) < 60)
            #expect(try await prometheus.number("sum(cutroom_kafka_lag_records)") == 0)
            #expect(try await prometheus.number("time() - max(process_start_time_seconds) < 600") != nil)
            #expect(!prometheus.process.lines.contains { $0.contains("duplicate") || $0.contains("append failed") })
            #expect(try await prometheus.process.stop() == .code(0))
        }
    }
}
