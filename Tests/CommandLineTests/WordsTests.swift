import EmbeddedService
import Testing

@testable import CommandLineService

private let spokenTimes: [(String, Int)] = [
    ("12:30.5", 750_500), ("1:02:03", 3_723_000), ("750", 750_000), ("0", 0), ("30s", 30_000), ("2m", 120_000),
    ("1.5h", 5_400_000), ("500ms", 500), ("0.001", 1), ("90:00", 5_400_000),
    ("1h2m3s", 3_723_000), ("1H2M3S", 3_723_000), ("0h0m12s", 12_000), ("1m500ms", 60_500), ("2m30.5s", 150_500),
    ("12,5", 12_500), ("0:12,5", 12_500), ("0:00:12.500000", 12_500), ("12.", 12_000), (".5", 500), ("0.2m", 12_000),
    ("1.2345", 1235), ("1.0004999", 1000), ("86400000ms", 86_400_000), ("1:59:59.999", 7_199_999),
]

@Suite("the command line")
struct WordsTests {
    @Test(
        "a time is read as people write it",
        arguments: spokenTimes)
    func times(text: String, milliseconds: Int) {
        #expect(SpokenTime.parse(text) == .milliseconds(milliseconds))
    }

    @Test(
        "anything else is no time",
        arguments: [
            "", "x", "-1", "1:60", "1:2:3:4", ":", "9999999999h", "9999999999s",
            "1e3", "+1", "12:", "∞", ".", "1.2,3", "1:75:00", "0:75", "3s1h", "1h1h", "1.5h3s", "h", "ms", "1 s",
            "12..5",
            "nan", "0x10", "1h2", "1.0000000001",
        ])
    func noTimes(text: String) {
        #expect(SpokenTime.parse(text) == nil)
    }

    @Test(
        "serve's help tells the address that it listens on if nothing else is said, and the gateway's word changes it")
    func address() throws {
        let row = EmbeddedSettings.help().split(separator: "\n").first { $0.contains("GATEWAY_ADDRESS") }
        #expect(row?.split(separator: " ").dropFirst().first == "127.0.0.1", "\(row ?? "no such row")")
        #expect(try EmbeddedSettings(environment: [:]).gateway.address == "127.0.0.1")
        #expect(try EmbeddedSettings(environment: ["GATEWAY_ADDRESS": "::1"]).gateway.address == "::1")
    }

    @Test("one record is not asked about as if it were many")
    func question() {
        #expect(DeadLetterCommands.question(about: 1) == "Put 1 record back?")
        #expect(DeadLetterCommands.question(about: 2) == "Put 2 records back?")
    }

    @Test("options may stand anywhere, with a space or an equals sign")
    func options() throws {
        let words = try CommandLineWords(
            ["a.mp3", "--start=1", "-o", "out.mp3", "--flag", "--", "--b"], valued: ["--start", "--output"],
            flags: ["--flag"], short: ["-o": "--output"])
        #expect(words.rest == ["a.mp3", "--b"])
        #expect(words["--start"] == "1")
        #expect(words["--output"] == "out.mp3")
        #expect(words.has("--flag"))
    }

    @Test("an option that is unknown, given twice or without its value is refused by name")
    func refused() {
        for words in [["--nothing"], ["--start", "1", "--start", "2"], ["--start"], ["--flag=1"]] {
            #expect(throws: CommandLineWords.Fault.self, "\(words)") {
                try CommandLineWords(words, valued: ["--start"], flags: ["--flag"])
            }
        }
    }
}
