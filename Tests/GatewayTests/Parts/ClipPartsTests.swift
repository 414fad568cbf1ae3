import Domain
import Testing

@testable import GatewayService

@Suite("a clip's waveform and transcript in the same answer", .timeLimit(.minutes(1)))
struct ClipPartsTests {
    private let hex = "507f1f77bcf86cd799439011"
    private let target = GatewayUnderTest.clip(1) + "&with=waveform"
    private let both = GatewayUnderTest.clip(1) + "&with=waveform,transcript"

    private func peaks(_ number: Int = 1, _ variant: PeaksVariant = .standard) -> ClipID {
        ClipPart.waveform(variant).id(beside: ClipStateBench.id(number))
    }

    private func url(_ id: ClipID) -> String {
        "https://clips.example/audio_clips/\(hex)/\(id.span)_v2-1a2b3c4d.\(id.format.rawValue)"
    }

    private func pending(_ id: ClipID) -> String {
        #""\#(id.format.name == "transcript" ? "transcript" : "waveform")":{"status":"pending","clip_id":"\#(id)","#
            + #""location":"\#(GatewayAPI.statusPath(of: id))"}"#
    }

    @Test("a hit with all parts is the plain answer and their fields behind it, may be kept, and asks for nothing")
    func hit() async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        let plain = await gateway.ask(GatewayUnderTest.clip(1))
        try gateway.hand.ready(1, as: peaks())
        let said = try SaidInClip()
        try said.resolved(for: gateway)
        try said.stored(for: gateway)
        let reply = await gateway.ask(both)
        #expect(reply.status == 200)
        #expect(
            reply.text == plain.text.dropLast() + #","waveform_url":"\#(url(peaks()))",\#(said.fields)}"#)
        #expect(reply.value("Cache-Control") == plain.value("Cache-Control"))
        #expect(await gateway.ask(GatewayUnderTest.clip(1)).text == plain.text)
        #expect(gateway.topic.sent.isEmpty)
    }

    @Test("a hit never waits for a part: that is asked for, once, and pending in an answer that no cache keeps")
    func missing() async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        let fine = try ClipID(parsing: "\(hex)/1-30001.peaks-256-16-split")
        for _ in 0..<2 {
            let reply = await gateway.ask(target + "&bits=16&channels=split")
            #expect(reply.status == 200)
            #expect(reply.text.hasSuffix(",\(pending(fine))}"), "\(reply.text)")
            #expect(reply.value("Cache-Control") == "no-store")
        }
        _ = try await gateway.topic.sent(1)
        #expect(gateway.topic.clips == [fine.description])
        #expect(gateway.clipState.figures.waiters == 0)
    }

    @Test(
        "a clip that has to be made is asked for first, its parts when the broker has that, and is answered without them"
    )
    func cold() async throws {
        let gateway = GatewayUnderTest(FakeTopic(.holds))
        let first = gateway.begin(both)
        _ = try await gateway.topic.sent(1)
        #expect(gateway.topic.clips == [ClipStateBench.id(1).description])
        gateway.topic.release()
        _ = try await gateway.topic.sent(3)
        let said = try SaidInClip()
        #expect(Set(gateway.topic.clips.dropFirst()) == [peaks().description, said.id.description])
        try gateway.hand.ready(1)
        #expect(await first.answer().text.hasSuffix(",\(pending(peaks())),\(pending(said.id))}"))
        let second = gateway.begin(GatewayUnderTest.clip(2) + "&with=waveform")
        _ = try await gateway.topic.sent(5)
        try gateway.hand.ready(2, as: peaks(2))
        #expect(!second.hasAnswer)
        try gateway.hand.ready(2)
        #expect(await second.answer().text.hasSuffix(#","waveform_url":"\#(url(peaks(2)))"}"#))
    }

    @Test("where there is room for one alone, that is the clip; what a part failed by stands in its place")
    func refused() async throws {
        let gateway = GatewayUnderTest(hand: ClipStateBench(unmeasured: 1))
        let waiting = gateway.begin(target)
        _ = try await gateway.topic.sent(1)
        try gateway.hand.ready(1)
        #expect(await waiting.answer().status == 200)
        #expect(gateway.topic.clips.first == ClipStateBench.id(1).description)
        try gateway.hand.ready(2)
        #expect(gateway.clipState.saw(failure: ClipFault(.unplayableSource, "…"), of: peaks(2)) == nil)
        let failed = await gateway.ask(GatewayUnderTest.clip(2) + "&with=waveform")
        #expect(failed.status == 200)
        #expect(
            failed.text.contains(
                #""waveform":{"status":"failed","clip_id":"\#(peaks(2))","problem":{"type":"urn:cutroom:problem:unplayable-source""#
            ), "\(failed.text)")
        #expect(failed.value("Cache-Control") == "no-store")
    }

    @Test("a failure of the clip is its own, and its parts are not begun then")
    func failed() async throws {
        let gateway = GatewayUnderTest()
        #expect(gateway.clipState.saw(failure: ClipFault(.noAudio, "…"), of: ClipStateBench.id(1)) == nil)
        let reply = await gateway.ask(both)
        #expect(reply.status == 422)
        #expect(!reply.text.contains("waveform"))
        #expect(gateway.topic.sent.isEmpty)
    }

    @Test("parts take no room from clips in a client's share, and wait for a clip that others overtake")
    func share() async throws {
        let access = try AccessSettings.made(["GATEWAY_KEYS": SampleKey.abc.line("a")])
        let gateway = GatewayUnderTest(hand: ClipStateBench(liveOfTenant: 2), access: access)
        for number in 1...3 {
            _ = gateway.begin(
                GatewayUnderTest.clip(number) + "&with=waveform,transcript", headers: ["X-Api-Key": "abc"])
        }
        // Three clips, and the parts of those two that are made in turn with others'.
        _ = try await gateway.topic.sent(7)
        let bulk = gateway.topic.sent.filter { $0.topic == Topics().requested.bulk }
        #expect(bulk.count == 3)
        #expect(gateway.topic.clips.filter { $0.hasSuffix(".mp3") }.count == 3)
        #expect(!gateway.topic.clips.contains(peaks(3).description))
        let deferred = bulk.compactMap { $0.key.map { String(decoding: $0, as: UTF8.self) } }
        #expect(deferred.filter { $0.hasSuffix(".mp3") } == [ClipStateBench.id(3).description])
    }

    @Test(
        "a waveform of another version of the source is none of this clip: the older one of the two is looked at again")
    func versions() async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1, checkedAgo: 5)
        let other = try #require(
            ObjectKey(parsing: "audio_clips/\(hex)/1-30001_v2-deadbeef.peaks"))
        func heard(_ checkedAgo: Int64) throws {
            let event = ClipReady(
                clipID: peaks(), objectKey: other, startMs: 1, durationMs: 30_000, sizeBytes: 1,
                storedAt: ClipStateBench.now, objectExpiresAt: ClipStateBench.now + 2_592_000,
                sourceCheckedAt: ClipStateBench.now - checkedAgo, exact: .reencoded, cut: true)
            gateway.clipState.saw(ready: ReadyClip(event), cut: true, of: peaks(), now: ClipStateBench.now)
        }
        try heard(10)
        #expect(await gateway.ask(target).text.hasSuffix(",\(pending(peaks()))}"))
        _ = try await gateway.topic.sent(1)
        #expect(gateway.topic.clips == [peaks().description])
        try heard(0)
        #expect(await gateway.ask(target).text.hasSuffix(",\(pending(peaks()))}"))
        _ = try await gateway.topic.sent(2)
        #expect(gateway.topic.clips.last == ClipStateBench.id(1).description)
        #expect(gateway.topic.sent.last?.topic == Topics().requested.bulk)
    }

    @Test("the earlier API tells them too")
    func chunk() async throws {
        let gateway = GatewayUnderTest()
        let body = #"{"episode_id":"\#(hex)","chunk_index":3,"with":["waveform"],"samples_per_pixel":512}"#
        let waiting = gateway.begin("POST", "/api/generate-audio-clip", body: body)
        _ = try await gateway.topic.sent(2)
        let part = try ClipID(parsing: "\(hex)/chunk-3.peaks-512-8-mono")
        #expect(gateway.topic.clips == ["\(hex)/chunk-3.mp3", part.description])
        try gateway.hand.ready(1, as: part)
        try gateway.hand.ready(1, as: try ClipID(parsing: "\(hex)/chunk-3.mp3"))
        let text = await waiting.answer().text
        #expect(text.contains(#""cached":false,"waveform_url":"https:"#), "\(text)")
    }

    @Test("an address that plays leads to the clip, whatever is asked for beside it")
    func play() async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        let path = "/api/v1/audio_clips/\(hex)/play?start_time_ms=1"
        let plain = await gateway.ask(path)
        #expect(plain.status == 307)
        #expect(await gateway.ask(path + "&with=waveform").value("Location") == plain.value("Location"))
        #expect(gateway.topic.sent.isEmpty)
    }

    @Test(
        "a part that there is not is refused",
        arguments: [
            ("with=waveforms", "with must name nothing but waveform, transcript"),
            ("with=", "with must name nothing but"), ("with=waveform,", "with must name nothing but"),
            ("with=waveform&with=waveform", "with must be given once"),
            ("with=waveform&bits=7", "bits must be one of 8, 16"),
            ("with=waveform&samplesPerPixel=256", "samples_per_pixel is meant"), ("With=waveform", "with is meant"),
        ])
    func wrong(query: String, detail: String) async throws {
        let reply = await GatewayUnderTest().ask(GatewayUnderTest.clip(1) + "&" + query)
        #expect(reply.status == 400)
        #expect(reply.text.contains(detail), "\(reply.text)")
    }
}
