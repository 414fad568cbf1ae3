import FoundationEssentials
import TestStack
import Testing
import Text

@testable import YAML

/// What is right is what PyYAML and Python's json make of the same text.
@Suite("the part of YAML that descriptions are written in", .timeLimit(.minutes(1)))
struct YAMLTests {
    private static func compare(_ page: String) async throws {
        var json = JSONWriter()
        try YAMLValue(parsing: page).write(to: &json)
        let compare = """
            import json, sys, yaml
            page, ours = sys.stdin.read().split(chr(0))
            assert json.loads(ours) == yaml.safe_load(page), (ours, yaml.safe_load(page))
            """
        let input = Array(page.utf8) + [0] + json.bytes
        try await Tool.run("/usr/bin/python3", ["-c", compare], input: input)
    }

    @Test("both descriptions say what PyYAML reads in them", arguments: ["docs/openapi.yaml", "docs/asyncapi.yaml"])
    func descriptions(path: String) async throws {
        let page = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        guard case .object(let fields) = try YAMLValue(parsing: page) else {
            Issue.record("\(path) is no mapping")
            return
        }
        #expect(fields.count > 5)
        try await Self.compare(page)
    }

    @Test(
        "each construct is read as PyYAML reads it",
        arguments: [
            "a: 1\nb: -2\nc: 3.50\nd: true\ne: null\nf: ~\ng:\nh: ''\n",
            "- a\n- b: 1\n  c: 2\n-\n  - x\n  - w\n- - z\n",
            "a:\n- 1\n- 2\nb:\n  - c: [x, 'y, z', [1, null], {}]\n", "a: 'it''s'\n'b: c': \"d # e\"\n'200': x # y\n",
            "a: >-\n  one\n  two\n\n  three\n\n\n  four\n\nb: |\n  x\n    y\n\n  z  \nc: >\n  one\nd: |-\n  e\n",
            "/a/{b}: c:d\ne f: 0.1.0\ng: 507f1f77bcf86cd799439011\nh: a#b\n",
            "# c\n\na: b\n  # d\nc:\n\n  d: |\n    # no comment\n\n  e: 'ü \u{1F600}'\n",
            "a:\n  [x, w]\nb: []\nc: {}\n", "x\n", "",
        ])
    func constructs(page: String) async throws { try await Self.compare(page) }

    @Test(
        "what is not read is refused by its line, and never guessed",
        arguments: [
            ("a: &b 1", 1), ("a: *b", 1), ("a: !!str 1", 1), ("a: {b: c}", 1), ("a: b: c", 1), ("a: yes", 1),
            ("a: 007", 1), ("a: 12:30", 1), ("a: 2024-12-31", 1), ("a: 0x1F", 1), ("a: 1e5", 1), ("a: .5", 1),
            ("a: 1_000", 1), ("a: .inf", 1), ("a: \"b\\n\"", 1), ("a: 'b", 1), ("a: [b, c", 1), ("a: [b] c", 1),
            ("a: one\n  two", 2), ("a: 1\nb: 2\na: 3", 3), ("200: x", 1), ("a: |2\n  b", 1), ("a: |+\n  b", 1),
            ("a: >-\n  b\n    c", 3), ("a: |\n    b\n  c", 3), ("a:\n  - b\n c: d", 3), ("a: b\n  - c", 2),
            ("a: b\n- c", 2), ("a: @b", 1), ("a: Null", 1), ("? a\n: b", 1), ("<<: b", 1), ("a: ]", 1),
            ("a:\n\t- b", 2),
        ])
    func refused(page: String, line: Int) {
        do throws(YAMLFault) {
            let value = try YAMLValue(parsing: page)
            Issue.record("it is read as \(value)")
        } catch { #expect(error.line == line, "\(error.problem)") }
    }
}
