import Domain
import Testing

@testable import GatewayService

@Suite("a batch")
struct PostBatchTests {
    private let path = "/api/v1/audio_clips/batch"

    private func entry(_ number: Int, more: String = "") -> String {
        #"{"episode_id":"507f1f77bcf86cd799439011","start_time_ms":\#(number)\#(more)}"#
    }

    private func body(_ entries: [String], make: Bool = false) -> String {
        #"{"clips":[\#(entries.joined(separator: ","))],"make":\#(make)}"#
    }

    @Test("1 to 50 clips are taken, and for another number the answer names the list", arguments: [0, 1, 50, 51])
    func count(count: Int) async {
        let gateway = GatewayUnderTest()
        let reply = await gateway.ask("POST", path, body: body((0..<count).map { entry($0) }))
        if (1...50).contains(count) {
            #expect(reply.status == 200)
            #expect(reply.text.components(#""status":"pending""#) == count)
        } else {
            #expect(reply.status == 400)
            #expect(reply.text.contains(#""name":"clips""#))
        }
        #expect(gateway.topic.sent.isEmpty, "nothing was to be made")
    }

    @Test("each entry has its answer in its place: a clip, pending with where to ask, or its own problem")
    func entries() async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        #expect(gateway.clipState.saw(failure: ClipFault(.noAudio, "…"), of: ClipStateBench.id(3)) == nil)
        let entries = [entry(2), entry(1), entry(3), "7", entry(4, more: #","duration":5"#)]
        let reply = await gateway.ask("POST", path, headers: ["X-Request-Id": "abc"], body: body(entries))
        #expect(reply.status == 200)
        let pieces = [
            #"{"clips":[{"status":"pending","clip_id":"507f1f77bcf86cd799439011/2-30002.mp3","#,
            #""location":"/api/v1/audio_clips/requests/507f1f77bcf86cd799439011%2F2-30002.mp3"},"#,
            #"{"clip_url":"https://clips.example/"#, #""cache_hit":true"#, #""reason":"no-audio"}"#,
            #""instance":"abc","reason":"bad-parameters","errors":[{"name":"clip""#, #""errors":[{"name":"duration""#,
        ]
        var rest = Substring(reply.untraced)
        for piece in pieces {
            let range = try #require(rest.firstRange(of: piece), "\(piece) is not in \(rest)")
            rest = rest[range.upperBound...]
        }
    }

    @Test(
        "what is no batch is refused whole, and says what was expected",
        arguments: [
            ("[]", "malformed-request", "must be a JSON object with clips"),
            (#"{"clip":[]}"#, "bad-parameters", "must be a list of 1 to 50 clips"),
            (#"{"clips":{}}"#, "bad-parameters", "must be a list of 1 to 50 clips"),
            (#"{"clips":[{}],"make":1}"#, "bad-parameters", "must be true or false"),
            (#"{"clips":[{}],"make":"yes"}"#, "bad-parameters", "must be true or false"),
        ])
    func refused(body: String, reason: String, expected: String) async {
        let reply = await GatewayUnderTest().ask("POST", path, body: body)
        #expect(reply.status == 400)
        #expect(reply.text.contains(#""reason":"\#(reason)""#))
        #expect(reply.text.contains(expected))
    }

    @Test("a flag that is null is none, and a stale hit has its source looked at")
    func stale() async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1, checkedAgo: 2 * 86_400)
        let reply = await gateway.ask("POST", path, body: #"{"clips":[\#(entry(1)),\#(entry(2))],"make":null}"#)
        #expect(reply.text.contains(#""cache_hit":true"#))
        #expect(reply.text.components(#""status":"pending""#) == 1)
        _ = try await gateway.topic.sent(1)
        #expect(gateway.topic.clips == [ClipStateBench.id(1).description])
    }

    @Test("what is to be made is asked for once, and what can't be is told so")
    func make() async throws {
        let gateway = GatewayUnderTest(hand: ClipStateBench(unmeasured: 2))
        let entries = [1, 2, 1, 3].map { entry($0) }
        let reply = await gateway.ask("POST", path, body: body(entries, make: true))
        #expect(reply.text.components(#""status":"pending""#) == 3)
        #expect(reply.text.components(#""reason":"overloaded""#) == 1)
        _ = try await gateway.topic.sent(2)
        #expect(Set(gateway.topic.clips) == [ClipStateBench.id(1).description, ClipStateBench.id(2).description])
    }
}

extension String {
    /// How often a text is in it.
    fileprivate func components(_ text: String) -> Int { ranges(of: text).count }
}
