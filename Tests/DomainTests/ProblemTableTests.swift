import Domain
import FoundationEssentials
import Testing

/// The table of problems that clients read.
@Suite("docs/http.md")
struct ProblemTableTests {
    /// The words in backticks, and the numbers, of one cell.
    private static func parts(_ cell: Substring) -> (words: [String], numbers: [Int]) {
        let pieces = cell.split(separator: "`", omittingEmptySubsequences: false)
        let words = pieces.indices.filter { $0 % 2 == 1 }.map { String(pieces[$0]) }
        return (words, cell.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) })
    }

    @Test("has every reason with its status, and no reason that there is not")
    func reasons() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/http.md")
        let lines = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
        let head = try #require(lines.firstIndex { $0.hasPrefix("| status | reason |") })
        var told: [String: Set<Int>] = [:]
        for row in lines[(head + 2)...].prefix(while: { $0.hasPrefix("|") }) {
            let cells = row.split(separator: "|")
            for word in Self.parts(cells[1]).words { told[word, default: []].formUnion(Self.parts(cells[0]).numbers) }
        }
        for reason in FailureReason.allCases {
            #expect(told[reason.rawValue]?.contains(reason.status) == true, "\(reason.rawValue) \(reason.status)")
        }
        #expect(Set(told.keys) == Set(FailureReason.allCases.map(\.rawValue)))
    }
}
