import Domain
import FoundationEssentials
import Testing

@testable import GatewayService

/// What the pages tell clients about problems.
@Suite("the table of problems")
struct ProblemTableTests {
    /// The words in backticks, and the numbers, of one cell.
    private static func parts(_ cell: Substring) -> (words: [String], numbers: [Int]) {
        let pieces = cell.split(separator: "`", omittingEmptySubsequences: false)
        let words = pieces.indices.filter { $0 % 2 == 1 }.map { String(pieces[$0]) }
        return (words, cell.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) })
    }

    private static let status: [String: Int] = Dictionary(
        EdgeReason.allCases.map { ($0.rawValue, $0.status) } + FailureReason.allCases.map { ($0.rawValue, $0.status) },
        uniquingKeysWith: { _, _ in 0 })

    private static func lines(_ page: String) throws -> [Substring] {
        let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: top.appendingPathComponent(page), encoding: .utf8).split(separator: "\n")
    }

    @Test("docs/http.md has every reason with its status, and no reason that there is not")
    func reasons() throws {
        let lines = try Self.lines("docs/http.md")
        let head = try #require(lines.firstIndex { $0.hasPrefix("| status | reason |") })
        var told: [String: Set<Int>] = [:]
        for row in lines[(head + 2)...].prefix(while: { $0.hasPrefix("|") }) {
            let cells = row.split(separator: "|")
            for word in Self.parts(cells[1]).words { told[word, default: []].formUnion(Self.parts(cells[0]).numbers) }
        }
        for (reason, status) in Self.status {
            #expect(told[reason]?.contains(status) == true, "\(reason) \(status)")
        }
        #expect(Set(told.keys) == Set(Self.status.keys))
    }

    @Test("only a problem that may pass has a status that invites another try, and no slug stands for two reasons")
    func fates() {
        for reason in FailureReason.allCases {
            #expect((reason.fate == .transient) == [503, 504].contains(reason.status), "\(reason)")
        }
        for reason in EdgeReason.allCases {
            #expect((reason.fate == .transient) == [429, 503, 504].contains(reason.status), "\(reason)")
        }
        #expect(Self.status.count == FailureReason.allCases.count + EdgeReason.allCases.count)
    }

    @Test("docs/openapi.yaml lists every reason, and none that there is not")
    func described() throws {
        let lines = try Self.lines("docs/openapi.yaml")
        let head = try #require(lines.firstIndex(of: "    Reason:"))
        let words = lines[(head + 2)...].prefix { $0.hasPrefix("        - ") }.map { String($0.dropFirst(10)) }
        #expect(Set(words) == Set(Self.status.keys))
        #expect(words.count == Self.status.count)
    }
}
