import Domain
import Testing

@testable import GatewayService

@Suite("a batch with parts, and in the shape of search results", .timeLimit(.minutes(1)))
struct PartsOfBatchTests {
    private static let hex = "507f1f77bcf86cd799439011"
    private let path = "/api/v1/audio_clips/batch"

    private func peaks(_ number: Int = 1) -> ClipID {
        ClipPart.waveform(.standard).id(beside: ClipStateBench.id(number))
    }

    private func body(_ numbers: ClosedRange<Int>, _ more: String) -> String {
        let entries = numbers.map { #"{"episode_id":"\#(Self.hex)","start_time_ms":\#($0)}"# }.joined(separator: ",")
        return #"{"clips":[\#(entries)],\#(more)}"#
    }

    private func url(_ key: ObjectKey) -> String { "https://clips.example/\(key)" }

    @Test("tells them of each clip that is there, and has them made where what is missing is to be made")
    func batch() async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        try gateway.hand.ready(1, as: peaks())
        try gateway.hand.ready(2)
        let quiet = await gateway.ask("POST", path, body: body(1...3, #""with":["waveform"]"#))
        let key = try ClipStateBench.key(1, .peaks())
        #expect(quiet.text.contains(#","waveform_url":"\#(url(key))"},"#))
        #expect(
            quiet.text.contains(
                #","waveform":{"status":"pending","clip_id":"\#(peaks(2))","location":"\#(GatewayAPI.statusPath(of: peaks(2)))"}},"#
            ), "\(quiet.text)")
        #expect(gateway.topic.sent.isEmpty)
        _ = await gateway.ask("POST", path, body: body(1...3, #""with":["waveform"],"make":true"#))
        _ = try await gateway.topic.sent(3)
        #expect(
            Set(gateway.topic.clips)
                == [ClipStateBench.id(3).description, peaks(2).description, peaks(3).description])
    }

    @Test("where there is not room for all, clips of later entries come before parts of earlier ones")
    func order() async throws {
        let gateway = GatewayUnderTest(hand: ClipStateBench(unmeasured: 2))
        try gateway.hand.ready(1)
        let reply = await gateway.ask("POST", path, body: body(1...3, #""with":["waveform"],"make":true"#))
        _ = try await gateway.topic.sent(2)
        #expect(
            Set(gateway.topic.clips.prefix(2)) == [ClipStateBench.id(2).description, ClipStateBench.id(3).description])
        #expect(reply.text.contains(#""waveform":{"status":"failed","#) && reply.text.contains("overloaded"))
    }

    @Test("an entry's own list of parts counts before that of the whole")
    func own() async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        let entry = #"{"episode_id":"\#(Self.hex)","start_time_ms":1"#
        let reply = await gateway.ask(
            "POST", path, body: #"{"clips":[\#(entry),"with":[]},\#(entry),"with":null}],"with":["waveform"]}"#)
        #expect(reply.text.ranges(of: #""waveform":"#).count == 1)
    }

    @Test("in the shape audio_clip each entry is what search results of the old API had")
    func shape() async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        #expect(gateway.clipState.saw(failure: ClipFault(.noAudio, "…"), of: ClipStateBench.id(3)) == nil)
        let reply = await gateway.ask(
            "POST", path,
            body:
                #"{"clips":[{"episode_id":"\#(Self.hex)","start_time_ms":1},{"episode_id":"\#(Self.hex)","start_time_ms":2},"#
                + #"{"episode_id":"\#(Self.hex)","start_time_ms":3},7],"shape":"audio_clip","make":true}"#)
        let none = #"{"available":false,"url":null,"duration":null}"#
        let one = #"{"available":true,"url":"\#(url(try ClipStateBench.key(1)))","duration":30}"#
        #expect(reply.text == #"{"clips":[\#(one),\#(none),\#(none),\#(none)]}"#)
        _ = try await gateway.topic.sent(1)
        #expect(gateway.topic.clips == [ClipStateBench.id(2).description])
    }

    @Test("the shape audio_clip has parts too, where they are asked for")
    func shapeWithParts() async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        let said = try SaidInClip()
        try said.resolved(for: gateway)
        try said.stored(for: gateway)
        let reply = await gateway.ask(
            "POST", path, body: body(1...1, #""shape":"audio_clip","with":["transcript"]"#))
        #expect(reply.text.hasSuffix(#""duration":30,\#(said.fields)}]}"#), "\(reply.text)")
    }

    @Test(
        "what is neither a part nor a shape is refused whole",
        arguments: [
            (#""with":"waveform""#, "with must be a list of waveform, transcript"),
            (#""with":[1]"#, "with must be a list of"), (#""with":["peaks"]"#, "with must name nothing but"),
            (#""shape":"clip""#, "shape must be audio_clip"), (#""shape":1"#, "shape must be audio_clip"),
        ])
    func wrong(more: String, detail: String) async {
        let reply = await GatewayUnderTest().ask("POST", path, body: body(1...1, more))
        #expect(reply.status == 400)
        #expect(reply.text.contains(detail), "\(reply.text)")
    }

    @Test("null is as if it were not there, and an empty list asks for nothing")
    func null() async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        let plain = await gateway.ask("POST", path, body: body(1...2, #""make":false"#)).text
        for more in [#""with":null,"shape":null"#, #""with":[]"#] {
            #expect(await gateway.ask("POST", path, body: body(1...2, more)).text == plain)
        }
    }
}
