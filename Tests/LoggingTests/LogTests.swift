import Fakes
import FoundationEssentials
import Testing
import Text

@testable import Logging

/// One moment that `date -u -d @1735646400.5 +%FT%T.%3NZ` prints as 2024-12-31T12:00:00.500Z.
private let noon = WallTime(milliseconds: 1_735_646_400_500)

private struct Line: Decodable {
    let time: String
    let level: String
    let service: String
    let version: String
    let message: String
    let traceID: String?
    let clipID: String?
    let requestID: String?
    let fields: [String: Value]?

    enum CodingKeys: String, CodingKey {
        case time, level, service, version, message, fields
        case traceID = "trace_id"
        case clipID = "clip_id"
        case requestID = "request_id"
    }

    enum Value: Decodable, Equatable {
        case text(String)
        case number(Double)
        case truth(Bool)
        case null

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if value.decodeNil() {
                self = .null
            } else if let truth = try? value.decode(Bool.self) {
                self = .truth(truth)
            } else if let number = try? value.decode(Double.self) {
                self = .number(number)
            } else {
                self = .text(try value.decode(String.self))
            }
        }
    }
}

@Suite("Log lines")
struct LogTests {
    let sink = LineSink()
    var log: Log { Log(service: "cutter", version: "0.1.0", sink: sink, now: { noon }) }

    private func only() throws -> Line {
        #expect(sink.all.count == 1)
        let line = try #require(sink.all.first)
        #expect(line.hasSuffix("\n") && line.dropLast().allSatisfy { $0 != "\n" })
        return try JSONDecoder().decode(Line.self, from: Data(line.utf8))
    }

    @Test("a line is one JSON object in a fixed order")
    func order() {
        log.info(
            "Clip stored",
            ["key": "a/b.mp3", "bytes": 480_000, "took": .duration(.microseconds(12_345)), "again": false])
        #expect(
            sink.all == [
                #"{"time":"2024-12-31T12:00:00.500Z","level":"info","service":"cutter","version":"0.1.0","#
                    + #""message":"Clip stored","#
                    + #""fields":{"key":"a/b.mp3","bytes":480000,"took_ms":12.345,"again":false}}"# + "\n"
            ])
    }

    @Test(
        "another JSON parser reads back what strangers sent",
        arguments: [
            "plain", "", "\"quoted\" \\ back", "line\nfeed\r\ttab", "\u{0}\u{1}\u{1B}[31mred\u{7F}", "C1 \u{9B}31m",
            "é ü 😀 e\u{301}",
            "\u{2028}\u{2029}\u{202E}evil\u{200F}", String(repeating: "\u{1}", count: 4096),
        ])
    func strangers(text: String) throws {
        log.with(clipID: text).warning("Refused", ["text": .string(text)])
        let line = try only()
        #expect(line.clipID == text)
        #expect(line.fields == ["text": .text(text)])
        #expect(
            sink.all[0].unicodeScalars.dropLast().allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
        )
    }

    @Test("a long text is cut between characters")
    func long() throws {
        log.info("Refused", ["text": .string("x" + String(repeating: "ä", count: 3000))])
        #expect(try only().fields == ["text": .text("x" + String(repeating: "ä", count: 2047) + "…")])
    }

    @Test("numbers that JSON lacks become null, others stay")
    func numbers() throws {
        log.info(
            "Numbers",
            [
                "nan": .double(.nan), "inf": .double(-.infinity), "tiny": 1e-7, "big": 1e300, "min": .int(.min),
                "half_ms": .duration(.microseconds(500)),
            ])
        #expect(
            try only().fields == [
                "nan": .null, "inf": .null, "tiny": .number(1e-7), "big": .number(1e300),
                "min": .number(Double(Int.min)),
                "half_ms": .number(0.5),
            ])
    }

    @Test("a derived log adds trace, clip and fields, and the later field of two stays")
    func derived() throws {
        let trace = "0af7651916cd43dd8448eb211c80319c"
        let derived = log.with(traceID: trace, ["try": 1, "host": "a"]).with(clipID: "e/0-1.mp3", ["try": 2])
        derived.error("Failed", ["host": "b"])
        let line = try only()
        #expect(line.traceID == "0af7651916cd43dd8448eb211c80319c")
        #expect(line.clipID == "e/0-1.mp3")
        #expect(line.level == "error")
        #expect(line.fields == ["try": .number(2), "host": .text("b")])
    }

    @Test("lines that name no request speak of that of the work during which they are written, in child tasks too")
    func context() async throws {
        let trace = "0af7651916cd43dd8448eb211c80319c"
        let plain = log
        await plain.with(traceID: trace, clipID: "e/0-1.mp3", requestID: "r-1").speaking {
            await Task { plain.info("Deep inside") }.value
            plain.with(clipID: "other/2-3.mp3").info("Its own")
            await LogContext.none { plain.info("For others") }
        }
        plain.info("Afterwards")
        let lines = try sink.all.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        #expect(lines.map(\.requestID) == ["r-1", "r-1", nil, nil])
        #expect(lines.map(\.clipID) == ["e/0-1.mp3", "other/2-3.mp3", nil, nil])
        #expect(lines.map(\.traceID) == [trace, trace, nil, nil])
    }

    @Test("an id that is not fit for a line and a header is none")
    func requestIDs() {
        for fit in ["a", "A-z.9_~", String(repeating: "x", count: 128)] { #expect(RequestID.fit(fit) == fit) }
        for unfit in ["", " ", "a b", "a\"", "ä", "a\n", "a/b", "%41", String(repeating: "x", count: 129)] {
            #expect(RequestID.fit(unfit) == nil, "\(unfit)")
        }
    }

    @Test("what matters less than the level is not even put together")
    func level() {
        let quiet = Log(service: "", version: "", level: .warning, sink: sink)
        var built = 0
        func fields() -> LogFields {
            built += 1
            return [:]
        }
        quiet.debug("No", fields())
        quiet.info("No", fields())
        #expect(built == 0 && sink.all.isEmpty)
        quiet.warning("Yes", fields())
        quiet.error("Yes", fields())
        #expect(built == 2 && sink.all.count == 2)
    }

    @Test("lines without room are dropped, and the next line that finds room says how many")
    func dropped() throws {
        let log = self.log
        sink.setFull(true)
        for _ in 0..<5 { log.info("Lost") }
        sink.setFull(false)
        log.info("Back")
        #expect(sink.all.count == 2)
        #expect(sink.all[0].contains(#""fields":{"lines":5}"#))
        #expect(sink.all[1].contains("Back"))
    }

    @Test("a bounded line says what was left out before it")
    func bounded() throws {
        let clock = HandClock()
        let bound = RateBound(perMinute: 1, now: { clock.now })
        for _ in 0..<3 { log.warning("Broker is away", bound: bound) }
        clock.advance(by: .seconds(60))
        log.warning("Broker is away", ["host": "a"], bound: bound)
        #expect(sink.all.count == 2)
        #expect(sink.all[1].contains(#""fields":{"host":"a","left_out":2}"#))
    }

    @Test("text for a terminal has short time, level, service, sentence and fields")
    func text() {
        let entry = LogEntry(
            time: noon, level: .warning, service: "gateway", version: "0.1.0", message: "Slow", traceID: "abc",
            clipID: "e/0-1.mp3", requestID: "r-1",
            fields: ["why": "two words", "took": .duration(.milliseconds(1500)), "evil": "\u{1B}[2J", "none": ""])
        #expect(
            String(decoding: textLine(entry, offsetSeconds: 3600, colors: false), as: UTF8.self)
                == #"13:00:00.500 warning gateway: Slow  why="two words"  took=1.5s  evil=\u001b[2J  none=""  clip=e/0-1.mp3  trace=abc  request=r-1"#
                + "\n")
        let colored = String(decoding: textLine(entry, offsetSeconds: 0, colors: true), as: UTF8.self)
        #expect(colored.hasPrefix("12:00:00.500 \u{1B}[33mwarning\u{1B}[0m gateway"))
    }
}
