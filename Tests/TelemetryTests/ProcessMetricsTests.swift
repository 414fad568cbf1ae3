import Glibc
import TestStack
import Testing

@testable import Telemetry

@Suite("Process metrics")
struct ProcessMetricsTests {
    /// The line of proc_pid_stat(5), with a program's name that looks like fields.
    @Test("fields are counted from behind the program's name, whatever that holds")
    func status() throws {
        let line =
            "4242 (a) 9 9 (b) S 1 4242 4242 0 -1 4194560 1000 0 0 0 5 6 0 0 20 0 17 0 987654 123456789 321 184467 1 1\n"
        let status = try #require(ProcessStatus(parsing: line))
        #expect(
            status.threads == 17 && status.startTicks == 987_654 && status.virtualBytes == 123_456_789
                && status.residentPages == 321)
        #expect(ProcessStatus(parsing: "4242 (a) S 1") == nil && ProcessStatus(parsing: "") == nil)
    }

    @Test("a process tells what the system tells of it")
    func figures() throws {
        let metrics = Metrics()
        ProcessMetrics.register(in: metrics, build: [("version", "1.2.3")])
        var values: [String: Double] = [:]
        for line in String(decoding: MetricsText.prometheus.write(metrics), as: UTF8.self).split(separator: "\n")
        where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            values[String(parts[0])] = Double(parts[1])
        }
        let now = Double(time(nil))
        #expect(values[#"cutroom_build_info{version="1.2.3"}"#] == 1)
        #expect(try #require(values["process_cpu_seconds_total"]) > 0)
        #expect(try #require(values["process_resident_memory_bytes"]) > 1_000_000)
        #expect(
            values["process_virtual_memory_bytes", default: 0] > values["process_resident_memory_bytes", default: 0])
        #expect(try #require(values["process_open_fds"]) >= 3)
        #expect(try #require(values["process_max_fds"]) >= 3)
        #expect(try #require(values["process_threads"]) >= 1)
        #expect(abs(try #require(values["process_start_time_seconds"]) - now) < 3600)
    }

    private var judged: Metrics {
        let metrics = Metrics()
        ProcessMetrics.register(in: metrics, build: [("version", "1")])
        _ = metrics.counter(Metric("cutroom_fruits_total", "Fruits \\ of \"all\"\nsorts."), by: Fruit.self, Size.self)
        _ = metrics.histogram(Metric("cutroom_wait_seconds", "Waits.", unit: .seconds), .answers, by: Fruit.self)
        metrics.gauges(Metric("cutroom_open", "Open.", fixed: [("service", "a\\b\"c\nd")]), by: "circuit") {
            [(["clips bucket"], .infinity), (["mongodb"], .nan), (["none"], -0.5)]
        }
        return metrics
    }

    private static func observed() -> (Histogram<Fruit>, Metrics) {
        let metrics = Metrics()
        let histogram = metrics.histogram(
            Metric("cutroom_wait_seconds", "Waits.", unit: .seconds), .answers, by: Fruit.self)
        histogram.observe(nanoseconds: 1, .apple)
        histogram.observe(nanoseconds: 40_000_000, .pear, traceID: "00000000000000000000000000000001")
        return (histogram, metrics)
    }

    @Test("promtool finds nothing to complain of in names, units and format")
    func promtool() async throws {
        #expect(try await PromTool.complaints(of: MetricsText.prometheus.write(judged)) == "")
        // It does find what is wrong.
        #expect(try await PromTool.complaints(of: Array("# TYPE a counter\na 1\n".utf8)).contains("_total"))
    }

    @Test(
        "the reference parser of OpenMetrics reads every sample, with type and unit, and the newest example of a bucket"
    )
    func openMetrics() async throws {
        let samples = try await PromTool.openMetrics(MetricsText.openMetrics.write(judged))
        #expect(samples.contains("counter - cutroom_fruits_total [('fruit', 'pear'), ('size', 'large')]"))
        #expect(samples.contains("histogram seconds cutroom_wait_seconds_bucket [('fruit', 'pear'), ('le', '0.001')]"))
        #expect(samples.contains("info - cutroom_build_info [('version', '1')]"))
        #expect(samples.contains(#"gauge - cutroom_open [('circuit', 'mongodb'), ('service', 'a\\b"c\nd')]"#))
        #expect(samples.contains("counter seconds process_cpu_seconds_total []"))
        let (histogram, metrics) = Self.observed()
        histogram.observe(nanoseconds: 30_000_000, .pear, traceID: "4bf92f3577b34da6a3ce929d0e0e4736")
        let examples = try await PromTool.exemplars(MetricsText.openMetrics.write(metrics))
        #expect(examples == ["cutroom_wait_seconds_bucket 0.05 4bf92f3577b34da6a3ce929d0e0e4736 0.03"])
        #expect(!String(decoding: MetricsText.prometheus.write(metrics), as: UTF8.self).contains("trace_id"))
        await #expect(throws: Tool.Failed.self) {
            try await PromTool.openMetrics(Array("# TYPE a counter\na 1\n# EOF\n".utf8))
        }
    }
}
