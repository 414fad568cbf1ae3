import Domain
import Testing

@testable import GatewayService

@Suite("what clients ask")
struct ClipQueryTests {
    private let query = ClipQuery(longestClip: .seconds(60), defaultDuration: .seconds(30))
    private let hex = "507f1f77bcf86cd799439011"

    @Test("the contract's example is read, with its default duration")
    func example() throws {
        let id = try query.clip(rawEpisode: hex[...], rawQuery: "start_time_ms=30000").id
        #expect(id.description == "\(hex)/30000-60000.mp3")
        let guid = try query.clip(
            rawEpisode: "https%3A%2F%2Fexample.com%2Fa", rawQuery: "start_time_ms=0&duration_ms=1&format=opus"
        ).id
        #expect(guid.description == "https://example.com/a/0-1.opus")
    }

    @Test(
        "everything that is wrong is named at once",
        arguments: [
            (
                "health", "start_time_ms=-1&duration_ms=70000&format=exe",
                ["episode_id", "format", "start_time_ms", "duration_ms"]
            ),
            ("507f", "", ["start_time_ms"]),
            ("507f", "start_time_ms=abc&duration_ms=1.5", ["start_time_ms", "duration_ms"]),
            ("507f", "start_time_ms=99999999999999999999999", ["start_time_ms"]),
            ("507f", "start_time_ms=1&start_time_ms=2", ["start_time_ms"]),
            ("507f", "start_time_ms=1&duration_ms=0", ["duration_ms"]),
            ("507f", "start_time_ms=+1", ["start_time_ms"]),
            ("%FF", "start_time_ms=1", ["episode_id"]),
            ("a%00b", "start_time_ms=1", ["episode_id"]),
            ("507f", "start_time_ms=%zz", ["query"]),
        ])
    func faults(episode: String, raw: String, names: [String]) {
        do {
            let id = try query.clip(rawEpisode: episode[...], rawQuery: raw).id
            Issue.record("taken as \(id)")
        } catch {
            #expect(Set(error.parameters.map(\.name)) == Set(names))
        }
    }

    @Test(
        "a parameter that is nearly ours is named with the one that is meant",
        arguments: [
            ("duration=5", "duration", "duration_ms"), ("duration_s=5", "duration_s", "duration_ms"),
            ("durationMs=5", "durationMs", "duration_ms"), ("duraton_ms=5", "duraton_ms", "duration_ms"),
            ("dur=5", "dur", "duration_ms"), ("start=5", "start", "start_time_ms"),
            ("start_time=5", "start_time", "start_time_ms"), ("startTimeMs=5", "startTimeMs", "start_time_ms"),
            ("start-ms=5", "start-ms", "start_time_ms"), ("Formta=opus", "Formta", "format"),
        ])
    func misspelt(raw: String, name: String, meant: String) {
        do {
            let id = try query.clip(rawEpisode: hex[...], rawQuery: "start_time_ms=0&" + raw).id
            Issue.record("taken as \(id)")
        } catch {
            #expect(error.parameters.map(\.name) == [name])
            #expect(error.detail.contains(meant))
        }
    }

    @Test(
        "parameters of others are ignored",
        arguments: [
            "utm_source=x", "_=1700000000", "v=3", "t=5", "token=abc", "callback=f", "episode_id=x", "end_time_ms=5",
            "sort=asc", "lang=en", "cache=no", "%C3%A4=1", "from=12", "query=start",
        ])
    func foreign(raw: String) throws {
        #expect(
            try query.clip(rawEpisode: hex[...], rawQuery: "start_time_ms=0&" + raw).id.description
                == "\(hex)/0-30000.mp3")
    }

    @Test("the words of the API's own paths are no episodes, wherever one is named", arguments: GatewayAPI.reserved)
    func reserved(word: String) throws {
        let body = try ClipQuery.json(Array(#"{"episode_id":"\#(word)","start_time_ms":0,"chunk_index":0}"#.utf8))
        let first = word.utf8.first.map { "%" + String($0, radix: 16) } ?? ""
        for ask in [
            { () throws(Problem) in try query.clip(rawEpisode: word[...], rawQuery: "start_time_ms=0").id },
            { () throws(Problem) in
                try query.clip(rawEpisode: first + word.dropFirst(), rawQuery: "start_time_ms=0").id
            },
            { () throws(Problem) in try query.clip(body) }, { () throws(Problem) in try query.chunk(body).id },
            { () throws(Problem) in try ClipQuery.clipID("\(word)%2F0-1.mp3") },
        ] {
            do throws(Problem) {
                let id = try ask()
                Issue.record("taken as \(id)")
            } catch { #expect(error.detail == "episode_id '\(word)' is a reserved name, not an episode") }
        }
    }

    @Test("an entry of a batch is held to the same names")
    func misspeltEntry() throws {
        let entry = try ClipQuery.json(Array(#"{"episode_id":"x","start_time_ms":0,"duration":5,"note":"a"}"#.utf8))
        do {
            _ = try query.clip(entry)
            Issue.record("taken")
        } catch { #expect(error.parameters.map(\.name) == ["duration"]) }
    }

    @Test("a body is read field by field, whatever JSON it holds")
    func bodies() throws {
        let good = try ClipQuery.json(Array(#"{"episode_id":"\#(hex)","start_time_ms":0,"duration_ms":15000}"#.utf8))
        #expect(try query.clip(good).description == "\(hex)/0-15000.mp3")
        let open = try ClipQuery.json(Array(#"{"episode_id":"x","start_time_ms":0,"duration_ms":null}"#.utf8))
        #expect(try query.clip(open).description == "x/0-30000.mp3")
        let chunk = try ClipQuery.json(Array(#"{"episode_id":"some-guid","chunk_index":123}"#.utf8))
        #expect(try query.chunk(chunk).id.description == "some-guid/chunk-123.mp3")
        for bad in [
            "[]", "null", "1", #"{"episode_id":1}"#, #"{"episode_id":"x","start_time_ms":"5"}"#,
            #"{"episode_id":"x","start_time_ms":1.5}"#, #"{"episode_id":"x","start_time_ms":1e400}"#,
            #"{"episode_id":"x","chunk_index":-1}"#, #"{"episode_id":"x","chunk_index":2147483648}"#,
        ] {
            let json = try ClipQuery.json(Array(bad.utf8))
            #expect(throws: Problem.self, "\(bad)") { try query.clip(json) }
            #expect(throws: Problem.self, "\(bad)") { try query.chunk(json) }
        }
        #expect(throws: Problem.self) { try ClipQuery.json(Array("{".utf8)) }
        #expect(throws: Problem.self) { try ClipQuery.json([0xFF, 0xFE]) }
        #expect(throws: Problem.self) { try ClipQuery.json(Array(repeating: UInt8(ascii: "["), count: 60_000)) }
    }
}
