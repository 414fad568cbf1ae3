import Episodes
import FoundationEssentials
import ObjectStore
import Telemetry
import TestStack
import Testing

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
            #expect(try await HTTPFetch.get("\(base)/readyz").status == 200)
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
