import Domain
import Flow
import HTTPServer
import Kafka
import TestStack
import Testing

@testable import GatewayService

@Suite("what players tell, and what was played most", .timeLimit(.minutes(1)))
struct PlayBeaconTests {
    private static let browser = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    private static let view = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"

    private func body(_ clip: ClipID, view: String = view, event: String = "started") -> String {
        #"{"clip_id":"\#(clip)","view":"\#(view)","event":"\#(event)"}"#
    }

    private func tell(
        _ gateway: GatewayUnderTest, _ body: String, type: String = "text/plain;charset=UTF-8",
        as agent: String? = browser
    ) async -> HTTPResponse {
        var headers = ["Content-Type": type, "Cookie": "who=me"]
        headers["User-Agent"] = agent
        return await gateway.ask(
            "POST", "/api/v1/audio_clips/plays", headers: headers, body: body, from: "203.0.113.7")
    }

    private func count(_ gateway: GatewayUnderTest, _ outcome: PlayOutcome) -> UInt64 {
        gateway.metrics.plays.total(outcome)
    }

    @Test("a play of a clip that is known is told, by its clip and without a word of who sent it")
    func told() async throws {
        let gateway = GatewayUnderTest()
        let clip = ClipStateBench.id(1)
        try gateway.hand.ready(1)
        for type in ["text/plain;charset=UTF-8", "application/json"] {
            let answer = await tell(gateway, body(clip, event: "three_quarters"), type: type)
            #expect(answer.status == 204 && answer.value("Set-Cookie") == nil)
        }
        let records = try await gateway.topic.sent(2)
        for record in records {
            #expect(record.topic == "clip.played" && record.key == Array(clip.description.utf8))
            let text = String(decoding: record.value ?? [], as: UTF8.self)
            #expect(text.contains(#""event":"three_quarters""#) && text.contains(Self.view))
            let headers = record.headers.map { String(decoding: $0.value, as: UTF8.self) }.joined()
            for word in ["203.0.113.7", "Firefox", "Mozilla", "who=me"] {
                #expect(!text.contains(word) && !headers.contains(word))
            }
        }
    }

    @Test(
        "programs with which nobody listens are not counted, nor is who says nothing",
        arguments: [
            nil, "", "curl/8.14.1", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Twitterbot/1.0", "facebookexternalhit/1.1", "python-requests/2.32", "Mozilla/5.0 HeadlessChrome/141.0",
        ])
    func bots(agent: String?) async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        #expect(await tell(gateway, body(ClipStateBench.id(1)), as: agent).status == 204)
        #expect(gateway.topic.sent.isEmpty && count(gateway, .bot) == 1)
    }

    @Test("a clip that nobody has heard of is not counted")
    func unknown() async throws {
        let gateway = GatewayUnderTest()
        #expect(await tell(gateway, body(ClipStateBench.id(1))).status == 204)
        #expect(gateway.topic.sent.isEmpty && count(gateway, .unknownClip) == 1)
    }

    @Test("while the brokers acknowledge nothing, as many wait as may, and the rest is dropped; no answer waits")
    func dropped() async throws {
        let gateway = GatewayUnderTest(FakeTopic(.holds))
        try gateway.hand.ready(1)
        for _ in 0..<10 { #expect(await tell(gateway, body(ClipStateBench.id(1))).status == 204) }
        #expect(count(gateway, .dropped) == 6)
        gateway.topic.release()
        _ = try await eventually("those to be told") { count(gateway, .told) == 4 ? true : nil }
    }

    @Test("what is no play is refused, with all that is wrong with it")
    func refused() async throws {
        let gateway = GatewayUnderTest()
        let clip = ClipStateBench.id(1)
        #expect(await tell(gateway, "no JSON").status == 400)
        #expect(await tell(gateway, "[]").status == 400)
        #expect(await tell(gateway, body(clip), type: "application/x-www-form-urlencoded").status == 415)
        #expect(await tell(gateway, body(clip) + String(repeating: " ", count: 1024)).status == 413)
        let wrong = await tell(gateway, #"{"clip_id":"x","view":"\#(Self.view)0","event":"paused"}"#)
        #expect(wrong.status == 400)
        for name in ["clip_id", "view", "event"] { #expect(wrong.text.contains(#""\#(name)""#), "\(wrong.text)") }
        #expect(await tell(gateway, body(clip).replacing(".mp3", with: ".peaks")).status == 400)
        #expect(await gateway.ask("/api/v1/audio_clips/plays").status == 405)
        #expect(gateway.topic.sent.isEmpty)
    }

    @Test("a list is told as it came last, as many entries as are asked for, and wrong questions are refused")
    func top() async throws {
        let gateway = GatewayUnderTest()
        let path = "/api/v1/audio_clips/stats/top"
        #expect(await gateway.ask(path).text == #"{"by":"clip","window":"7d","entries":[]}"#)
        let codec = EventCodec(source: "/resolver/test")
        func record(_ asOf: Int64, _ counts: [String: Int64]) -> Record {
            let entries = ["a", "b"].map { PlayTop.Entry(id: $0, counts: PlayCounts { counts[$0] }) }
            let list = PlayTop(.init(.feed, .day), asOf: asOf, entries: entries)
            return codec.encode(list, to: "play.statistics", trace: .new()).read()
        }
        gateway.lists.take(record(1_795_843_214_018, ["started": 5, "finished": 2, "hits": 9]))
        // An older one of another resolver changes nothing.
        gateway.lists.take(record(1_795_843_214_017, ["started": 1]))
        let answer = await gateway.ask(path + "?by=feed&window=24h&limit=1")
        #expect(
            answer.text == #"{"by":"feed","window":"24h","as_of":"2026-11-28T05:20:14.018Z","entries":[{"id":"a","#
                + #""started":5,"quarter":0,"half":0,"three_quarters":0,"finished":2,"hits":9,"made":0}]}"#)
        for query in ["by=day", "window=1h", "limit=0", "limit=101", "by=clip&by=feed", "by=%"] {
            #expect(await gateway.ask(path + "?" + query).status == 400, "\(query)")
        }
    }
}

extension OutgoingRecord {
    /// As it is read back.
    fileprivate func read() -> Record {
        Record(topic: topic, partition: 0, offset: 0, key: key, value: value, headers: headers, timestamp: nil)
    }
}
