import Testing

@testable import Telemetry

enum Fruit: Int, MetricLabel {
    case apple, pear, redCurrant
    static let label = "fruit"
}

enum Size: Int, MetricLabel {
    case small, large
    static let label = "size"
}

@Suite("Metrics")
struct MetricsTests {
    private let metrics = Metrics()

    private func text(_ format: MetricsText = .prometheus) -> [String] {
        String(decoding: format.write(metrics), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test("every combination of labels is there from the start, and each count goes to its own")
    func labels() {
        let counter = metrics.counter(
            Metric("fruits_total", "Fruits.", fixed: [("shop", "a \"b\"\\\n")]), by: Fruit.self, Size.self)
        let shop = #"shop="a \"b\"\\\n""#
        #expect(text().filter { $0.hasPrefix("fruits_total{") }.count == 6)
        counter.add(.redCurrant, .large)
        counter.add(.redCurrant, .large)
        counter.add(.apple, .small)
        #expect(counter.total(.redCurrant, .large) == 2)
        #expect(
            text() == [
                "# HELP fruits_total Fruits.", "# TYPE fruits_total counter",
                "fruits_total{\(shop),fruit=\"apple\",size=\"small\"} 1",
                "fruits_total{\(shop),fruit=\"apple\",size=\"large\"} 0",
                "fruits_total{\(shop),fruit=\"pear\",size=\"small\"} 0",
                "fruits_total{\(shop),fruit=\"pear\",size=\"large\"} 0",
                "fruits_total{\(shop),fruit=\"red_currant\",size=\"small\"} 0",
                "fruits_total{\(shop),fruit=\"red_currant\",size=\"large\"} 2",
            ])
    }

    @Test("three labels have as many series as their values multiply to, and sparse ones only those that were counted")
    func threeLabels() {
        let counter = metrics.counter(
            Metric("things_total", "Things.", isSparse: true), by: Size.self, Fruit.self, Size.self)
        for size in Size.allCases {
            for fruit in Fruit.allCases { counter.add(size, fruit, .large) }
        }
        counter.add(.large, .pear, .small)
        let series = text().filter { $0.hasPrefix("things_total{") }
        #expect(series.count == 7 && series.allSatisfy { $0.hasSuffix(" 1") })
        #expect(series.contains(#"things_total{size="large",fruit="pear",size="small"} 1"#))
        #expect(counter.total(.large, .pear, .small) == 1 && counter.total(.small, .pear, .small) == 0)
    }

    /// Prometheus, "Histograms and summaries": a bucket counts what is less than or equal to its bound.
    @Test("a value on a bound belongs to its bucket, one above it to the next, and all of them to +Inf")
    func bounds() {
        let histogram = metrics.histogram(
            Metric("wait_seconds", "Waits.", unit: .seconds), Buckets([.milliseconds(100), .seconds(1)]))
        for time in [.zero, .milliseconds(100), .nanoseconds(100_000_001), .seconds(1), .seconds(2)] as [Duration] {
            histogram.observe(time)
        }
        #expect(
            text().dropFirst(2) == [
                #"wait_seconds_bucket{le="0.1"} 2"#, #"wait_seconds_bucket{le="1.0"} 4"#,
                #"wait_seconds_bucket{le="+Inf"} 5"#, "wait_seconds_sum 3.200000001", "wait_seconds_count 5",
            ])
    }

    @Test("counts of many threads add up", arguments: [1, 8])
    func threads(stripes: Int) async {
        let counter = metrics.counter(Metric("calls_total", "Calls."), by: Size.self, stripes: stripes)
        let histogram = metrics.histogram(
            Metric("call_bytes", "Sizes.", unit: .bytes), Buckets(bytes: [10, 100]), by: Size.self, stripes: stripes)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for number in 0..<20_000 {
                        counter.add(number.isMultiple(of: 4) ? .small : .large)
                        histogram.observe(nanoseconds: UInt64(number % 200), .large)
                    }
                }
            }
        }
        #expect(counter.total(.small) == 40_000 && counter.total(.large) == 120_000)
        let (buckets, sum) = histogram.spread(at: Size.large.rawValue)
        // 0…10 and 11…100 and 101…199, each 800 times.
        #expect(buckets == [8_800, 72_000, 79_200] && sum == 800 * 199 * 100)
    }

    @Test("what is read at a scrape is asked then, and no more than the limit of it is told")
    func gauges() {
        metrics.gauge(Metric("answer", "The answer.")) { 42 }
        metrics.gauge(Metric("silence", "Nothing.")) { nil }
        metrics.gauges(Metric("lag", "Lag."), by: "topic", "partition") {
            (0..<2000).map { (["t", String($0)], Double($0)) }
        }
        let text = text()
        #expect(text.contains("answer 42.0") && text.contains("# TYPE silence gauge"))
        #expect(!text.contains { $0.hasPrefix("silence ") })
        #expect(text.filter { $0.hasPrefix("lag{") }.count == 1000)
        #expect(text.contains(#"lag{topic="t",partition="7"} 7.0"#))
    }

    @Test("series of one metric that were registered apart stand together, under one head")
    func together() {
        let first = metrics.counter(Metric("steps_total", "Steps.", fixed: [("step", "a")]))
        metrics.gauge(Metric("between", "Between.")) { 0 }
        _ = metrics.counter(Metric("steps_total", "Steps.", fixed: [("step", "b")]))
        first.add()
        #expect(
            text().prefix(4) == [
                "# HELP steps_total Steps.", "# TYPE steps_total counter", #"steps_total{step="a"} 1"#,
                #"steps_total{step="b"} 0"#,
            ])
        #expect(metrics.names == ["between", "steps_total"])
    }

    /// OpenMetrics 1.0: a counter's family has no suffix, a unit is told and ends the name, and "# EOF" is the last line.
    @Test("OpenMetrics names families without suffix, tells units and ends with EOF")
    func openMetrics() {
        let time = metrics.counter(Metric("cpu_seconds_total", "A \"b\" \\ c.", unit: .seconds))
        metrics.info(Metric("build_info", "Build.", fixed: [("version", "1")]))
        time.add(.milliseconds(1500))
        #expect(
            text(.openMetrics) == [
                #"# HELP cpu_seconds A \"b\" \\ c."#, "# TYPE cpu_seconds counter", "# UNIT cpu_seconds seconds",
                "cpu_seconds_total 1.5", "# HELP build Build.", "# TYPE build info", #"build_info{version="1"} 1"#,
                "# EOF",
            ])
        #expect(text().contains("# TYPE build_info gauge") && text().contains(#"# HELP cpu_seconds_total A "b" \\ c."#))
    }
}
