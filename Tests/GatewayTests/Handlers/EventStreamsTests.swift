import Domain
import HTTPServer
import Synchronization
import TestStack
import Testing

@testable import GatewayService

@Suite("a clip's status as events", .timeLimit(.minutes(1)))
struct EventStreamsTests {
    private let path = GatewayUnderTest.progress(1) + "/events"

    /// The events in a piece of a stream: `id` and `data` of each.
    private func events(_ stream: ByteStream) -> [(id: String, data: String)] {
        let text = String(decoding: stream.takeBuffered(), as: UTF8.self)
        return text.split(separator: "\n\n").compactMap { block in
            var fields: [Substring: String] = [:]
            for line in block.split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2 { fields[parts[0]] = String(parts[1].dropFirst()) }
            }
            guard fields["event"] == "status", let id = fields["id"], let data = fields["data"] else { return nil }
            return (id, data)
        }
    }

    @Test("every change is told, the last with the clip and what it took, and then the stream ends")
    func ready() async throws {
        let gateway = GatewayUnderTest()
        gateway.hand.ask(1)
        let reply = await gateway.ask(path)
        #expect(reply.status == 200)
        #expect(reply.value("Content-Type") == "text/event-stream")
        let stream = try #require(reply.stream)
        #expect(events(stream).map(\.id) == ["queued"])
        gateway.clipState.saw(.resolving, of: ClipStateBench.id(1))
        gateway.clipState.saw(.cutting, of: ClipStateBench.id(1))
        gateway.hand.clock.advance(by: .milliseconds(1500))
        #expect(events(stream).map(\.id) == ["resolving", "cutting"])
        #expect(!stream.hasEnded)
        try gateway.hand.ready(1)
        let last = events(stream)
        #expect(last.map(\.id) == ["ready"])
        let data = try #require(last.first?.data)
        #expect(data.contains(#""clip_url":"https://clips.example/"#))
        #expect(data.contains(#""cache_hit":false"#), "it was cut for this")
        #expect(data.contains(#""generation_time_ms":1500"#))
        #expect(stream.hasEnded)
        #expect(gateway.clipState.figures.followers == 0)
    }

    @Test("a failure is the last event")
    func failed() async throws {
        let gateway = GatewayUnderTest()
        gateway.hand.ask(1)
        let stream = try #require(await gateway.ask(path).stream)
        #expect(gateway.clipState.saw(failure: ClipFault(.noAudio, "…"), of: ClipStateBench.id(1)) == nil)
        let told = events(stream)
        #expect(told.map(\.id) == ["queued", "failed"])
        #expect(told.last?.data.contains(#""reason":"no-audio""#) == true)
        #expect(stream.hasEnded)
    }

    @Test(
        "a browser that connects again after the last event is told that there is no more",
        arguments: ["ready", "failed"])
    func noMore(id: String) async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        #expect(await gateway.ask(path, headers: ["Last-Event-ID": id]).status == 204)
        let again = await gateway.ask(path, headers: ["Last-Event-ID": "cutting"])
        #expect(events(try #require(again.stream)).map(\.id) == ["ready"])
    }

    @Test("what is not known is 404, a HEAD opens no stream, and too many streams are refused with a time")
    func others() async throws {
        let gateway = GatewayUnderTest()
        #expect(await gateway.ask(path).status == 404)
        gateway.hand.ask(1)
        let head = await gateway.ask("HEAD", path)
        #expect(head.status == 200)
        #expect(head.stream == nil)
        for _ in 0..<1000 { #expect(gateway.clipState.follow(ClipStateBench.id(1)) {} != nil) }
        let full = await gateway.ask(path)
        #expect(full.status == 503)
        #expect(full.value("Retry-After") != nil)
    }

    /// HTML Standard, 9.2.6: a line that begins with a colon is a comment; 9.2.5: `retry` in milliseconds.
    @Test("a stream on which nothing happens is kept open by comments, and ends when its time is up")
    func silent() async throws {
        let limits = EventStreams.Limits(heartbeat: .milliseconds(1), longest: .seconds(3600))
        let gateway = GatewayUnderTest(streams: limits)
        gateway.hand.ask(1)
        let stream = try #require(await gateway.ask(path).stream)
        var text = ""
        try await eventually("three comments") {
            text += String(decoding: stream.takeBuffered(), as: UTF8.self)
            return text.ranges(of: ": still here\n\n").count >= 3
        }
        #expect(text.hasPrefix("retry: 2000\n\nid: queued\nevent: status\ndata: {"))
        #expect(text.ranges(of: "event: status").count == 1, "nothing has changed")
        gateway.events.stop()

        let short = GatewayUnderTest(streams: .init(heartbeat: .seconds(3600), longest: .milliseconds(1)))
        short.hand.ask(1)
        let ending = try #require(await short.ask(path).stream)
        try await eventually("the end of its time") { ending.hasEnded }
        try await eventually("its follower to be gone") { short.clipState.figures.followers == 0 }
    }

    @Test("a client that reads nothing is let go of, and one that leaves frees its place")
    func unread() async throws {
        let limits = EventStreams.Limits(heartbeat: .microseconds(10), longest: .seconds(3600))
        let gateway = GatewayUnderTest(streams: limits)
        gateway.hand.ask(1)
        // 32 KiB of comments that nobody takes.
        let stream = try #require(await gateway.ask(path).stream)
        try await eventually("the stream to break") { stream.hasEnded }
        gateway.events.stop()
    }

    @Test("when the gateway stops its streams end, those that come late too")
    func stop() async throws {
        let gateway = GatewayUnderTest()
        gateway.hand.ask(1)
        let stream = try #require(await gateway.ask(path).stream)
        gateway.events.stop()
        #expect(stream.hasEnded)
        let late = try #require(await gateway.ask(path).stream)
        #expect(late.hasEnded)
        #expect(gateway.clipState.figures.followers == 0)
    }

    @Test("the resource itself tells the same, and whoever asks by an id that is none is told which")
    func resource() async throws {
        let gateway = GatewayUnderTest()
        gateway.hand.ask(1)
        try gateway.hand.ready(1)
        let reply = await gateway.ask(GatewayUnderTest.progress(1))
        #expect(reply.text.contains(#""status":"ready""#))
        #expect(reply.text.contains(#""cache_hit":false"#))
        let wrong = await gateway.ask("/api/v1/audio_clips/requests/%FF")
        #expect(wrong.status == 400)
        #expect(wrong.text.contains(#""name":"clip_id""#))
    }
}
