import Domain
import FoundationEssentials
import Glibc
import TestStack
import Testing
import Text

@testable import CommandLineService

@Suite("a list of clips", .timeLimit(.minutes(1)))
struct ClipListTests {
    private static let episode = "507f1f77bcf86cd799439011"

    /// What each line comes to: entries, or `column: problem`.
    private func read(_ lines: [String], _ defaults: ClipDraft.Defaults = .init()) -> [[String]] {
        var list = ClipList(defaults)
        return lines.map { line in
            do throws(ClipListFault) { return try list.read(Array(line.utf8)).map(\.entry) } catch {
                return ["\(error.column): \(error.problem)\(error.isFinal ? " (final)" : "")"]
            }
        }
    }

    @Test("of JSON is a clip for each format, with the fields of a batch's entry; what is not known goes on as it is")
    func json() {
        let read = read([
            #"{"episode_id":"507F1F77BCF86CD799439011","start_time_ms":30000,"duration_ms":20000}"#, "", "  \r",
            #"{"episode":"a/b \"c\"","start":"12:30.5","formats":["mp3","peaks","mp3"],"bits":16,"x":1.5,"y":true,"z":"é"}"#,
            #"{"episode_id":"g","start_time_ms":0,"length":15,"format":"vtt"}"#,
        ])
        #expect(
            read == [
                [
                    #"{"episode_id":"507f1f77bcf86cd799439011","start_time_ms":30000,"duration_ms":20000,"format":"mp3"}"#
                ], [], [],
                ["mp3", "peaks", "mp3"].map {
                    #"{"episode_id":"a/b \"c\"","start_time_ms":750500,"format":"\#($0)","bits":16,"x":1.5,"y":true,"z":"é"}"#
                },
                [#"{"episode_id":"g","start_time_ms":0,"length":15,"format":"vtt"}"#],
            ])
    }

    @Test("of comma-separated values has the names of its columns in its first line, in any order and case")
    func csv() {
        let read = read(
            [
                "\u{FEFF}Start,episode_id,duration_ms,formats\r", "90s,\(Self.episode),20000,mp3 opus\r",
                #"1:00,"a,""b""",,"wav,m4a""#, "0,x,,", "",
            ], .init(formats: [.webm], durationMs: 5000))
        func entry(_ episode: String, _ start: Int, _ duration: Int, _ format: String) -> String {
            #"{"episode_id":"\#(episode)","start_time_ms":\#(start),"duration_ms":\#(duration),"format":"\#(format)"}"#
        }
        #expect(
            read == [
                [], [entry(Self.episode, 90_000, 20_000, "mp3"), entry(Self.episode, 90_000, 20_000, "opus")],
                [entry(#"a,\"b\""#, 60_000, 5000, "wav"), entry(#"a,\"b\""#, 60_000, 5000, "m4a")],
                [entry("x", 0, 5000, "webm")], [],
            ])
    }

    @Test(
        "names what is wrong with a line of JSON, and the column in which it stands",
        arguments: [
            (#"{"episode_id":"x","start_time_ms":30,}"#, "38: the line is not JSON"),
            (#"{"episode_id":"é","start_time_ms":-1}"#, "19: start_time_ms must be whole milliseconds, 0 or more"),
            (#"{"start_time_ms":"30","episode_id":"x"}"#, "2: start_time_ms must be whole milliseconds"),
            (#"{"episode_id":"x","start":30}"#, "19: start must be a time such as"),
            (#"{"episode_id":"x","start":"1s","start_time_ms":3}"#, "32: start_time_ms says again"),
            (#"{"episode_id":"x","start":"1s","duration":"0"}"#, "32: duration must be a time such as 30s"),
            (#"{"episode_id":"x","start":"1s","formats":["mp3","mp4"]}"#, "32: formats must be of mp3, opus"),
            (#"{"episode_id":"x","start":"1s","formats":[]}"#, "32: formats must be 1 to 16"),
            (#"{"episode_id":"x","start":"1s","length":15,"duration":"3s"}"#, "1: length must not stand beside"),
            (#"{"episode_id":"x","start":"1s","y":{}}"#, "32: y must be a text, a number, true or false"),
            (#"{"episode_id":"","start":"1s"}"#, "2: episode_id must be 24 hex digits, or a guid"),
            (#"{"episode_id":"x"}"#, "1: start_time_ms is missing"),
            (#"{"start":"1s"}"#, "1: episode_id is missing"),
            (#"{"episode_id":"x","at":5}"#, #"{"episode_id":"x","format":"mp3","at":5}"#),
            ("[1]", "1: the line must be an object"), ("{} 5", "4: the line is not JSON"),
        ])
    func wrongJSON(line: String, told: String) {
        // The first line is right, so that the list is one of JSON.
        let read = read([#"{"episode_id":"x","start":"1s"}"#, line])
        #expect(read[0].count == 1)
        #expect(read[1].count == 1 && read[1][0].hasPrefix(told), "\(read[1])")
    }

    @Test(
        "names what is wrong with a line of comma-separated values, and goes on with the next one",
        arguments: [
            ("x,1s", "5: 3 fields are expected; the line has 2"),
            ("x,1s,,mp3", "7: 3 fields are expected; the line has 4"),
            ("é,soon,", "3: start must be a time"), (#""x,1s,"#, "1: a quoted field has no end"),
            (#""x"y,1s,"#, "4: behind a quoted field a comma"), (#"x"y",1s,"#, "2: a quote is expected only around"),
            (",1s,", "1: episode_id is missing"), ("x,1s,mp3 flac", "6: formats must be of"),
        ])
    func wrongCSV(line: String, told: String) {
        let read = read(["episode,start,formats", line, "x,1s,"])
        #expect(read[1].count == 1 && read[1][0].hasPrefix(told), "\(read[1])")
        #expect(read[2] == [#"{"episode_id":"x","start_time_ms":1000,"format":"mp3"}"#])
    }

    @Test(
        "whose first line names no columns that are known can't be read at all",
        arguments: [
            ("507f1f77bcf86cd799439011,30000,30000", 1), ("episode,starts", 9), ("episode,episode", 9), ("[{}]", 1),
        ])
    func columns(line: String, column: Int) {
        let read = read([line])
        #expect(read[0][0].hasPrefix("\(column): expected a line of JSON, or the names of columns"), "\(read[0])")
        #expect(read[0][0].hasSuffix("(final)"))
    }

    /// Python's reader of the same format is not ours.
    @Test("fields of comma-separated values are those that Python reads")
    func python() async throws {
        var numbers = SystemRandomNumberGenerator()
        let pieces = ["a", "\"", "\"\"", "é", " ", "x;y", "1"]
        let rows = (0..<300).map { _ in
            (0..<Int.random(in: 1...5, using: &numbers)).map { _ in
                (0..<Int.random(in: 0...4, using: &numbers)).map { _ in pieces.randomElement(using: &numbers)! }
                    .joined()
            }
        }
        let program = """
            import csv, json, sys
            rows = json.load(sys.stdin)
            out = csv.writer(sys.stdout, lineterminator="\\n", quoting=csv.QUOTE_ALL)
            plain = csv.writer(sys.stdout, lineterminator="\\n")
            for number, row in enumerate(rows): (out if number % 2 else plain).writerow(row)
            """
        let written = try await Tool.run("python3", ["-c", program], input: Array(try JSONEncoder().encode(rows)))
        let lines = written.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
        #expect(lines.count == rows.count)
        for (line, row) in zip(lines, rows) {
            #expect(try CSVLine(Array(line)).fields.map(\.text) == row)
        }
    }

    // MARK: - Lines

    private func lines(_ input: LineInput) async throws -> [LineInput.Line] {
        var (input, lines) = (input, [LineInput.Line]())
        while true {
            let line = try await input.next()
            lines.append(line)
            if line == .end || line == .nothingYet { return lines }
        }
    }

    @Test(
        "lines are read whole whatever blocks they come in, the last one without its end too; too long ones are passed over"
    )
    func blocks() async throws {
        let long = String(repeating: "x", count: LineInput.longestLine)
        let texts = ["a", "", long, long + "y", String(repeating: "é", count: 20_000), "z"]
        let file = try TemporaryFile(holding: Array(texts.joined(separator: "\n").utf8))
        let input = try await LineInput.open(file.path)
        #expect(input.fraction == 0)
        let read = try await lines(input)
        #expect(
            read == texts.map { $0.utf8.count > LineInput.longestLine ? .tooLong : .text(Array($0.utf8)) } + [.end])
        await #expect(throws: LineInput.Fault.self) { try await LineInput.open("/nowhere/list") }
    }

    @Test("a pipe on which nothing comes holds nobody")
    func pipe() async throws {
        var ends: [Int32] = [0, 0]
        try #require(Glibc.pipe(&ends) == 0)
        defer { for end in ends where end >= 0 { close(end) } }
        _ = write(ends[1], "one\ntw", 6)
        let input = LineInput(descriptor: ends[0], name: "pipe", sizeBytes: nil)
        #expect(try await lines(input) == [.text(Array("one".utf8)), .nothingYet])
        #expect(input.fraction == nil)
    }
}
