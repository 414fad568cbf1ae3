import TestStack

/// Prometheus's own tool, and its client library for Python, as judges of what we write.
enum PromTool {
    /// `promtool check metrics`, of Debian's package `prometheus`: the text format, and the rules for names and units.
    ///
    /// - Returns: what it complains of; empty if nothing.
    static func complaints(of text: [UInt8]) async throws -> String {
        do {
            _ = try await Tool.run("promtool", ["check", "metrics"], input: text)
            return ""
        } catch let failed as Tool.Failed {
            return failed.standardError.joined(separator: "\n")
        }
    }

    /// The reference parser of OpenMetrics, of Debian's package `python3-prometheus-client`.
    ///
    /// - Returns: the names of all samples, each with its labels.
    static func openMetrics(_ text: [UInt8]) async throws -> [String] {
        let program = """
            import sys
            from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
            for family in parse(sys.stdin.buffer.read().decode()):
                for sample in family.samples:
                    print(family.type, family.unit or "-", sample.name, sorted(sample.labels.items()))
            """
        return try await python(program, text)
    }

    /// The same for exemplars: metric, bound, trace and value.
    static func exemplars(_ text: [UInt8]) async throws -> [String] {
        let program = """
            import sys
            from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
            for family in parse(sys.stdin.buffer.read().decode()):
                for sample in family.samples:
                    if sample.exemplar:
                        print(sample.name, sample.labels["le"], sample.exemplar.labels["trace_id"], sample.exemplar.value)
            """
        return try await python(program, text)
    }

    private static func python(_ program: String, _ text: [UInt8]) async throws -> [String] {
        let output = try await Tool.run("/usr/bin/python3", ["-c", program], input: text)
        return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
