import Domain
import Kafka
import Synchronization
import Testing

@testable import GatewayService

@Suite("fair shares of what is made")
struct FairShareTests {
    private let heavy = Tenant.key("heavy")
    private let other = Tenant.key("other")

    @Test("of 500 clips that a key asks for at once four are in turn, so that another's one is the fifth")
    func fifth() {
        let bench = ClipStateBench()
        var live: [Int] = []
        for number in 0..<500 {
            let found = bench.ask(number, by: heavy)
            if found.isPublished { live.append(number) } else { #expect(found.isDeferred) }
        }
        #expect(live == [0, 1, 2, 3])
        #expect(bench.ask(1000, by: other).isPublished)
        #expect(bench.ask(1001, by: .address(7)).isPublished)
        // Whom nobody tells from others has no share, as before.
        for number in 2000..<2010 { #expect(bench.ask(number).isPublished) }
        #expect(bench.clipState.figures.deferred == 496 && bench.clipState.figures.flights == 512)
    }

    @Test("a clip that ends, however it ends, makes room in its tenant's share; a deferred one makes none")
    func room() throws {
        let bench = ClipStateBench(busyFrom: 1000)
        for number in 0..<6 { bench.ask(number, by: heavy) }
        try bench.ready(5)
        #expect(bench.clipState.figures.deferred == 1)
        #expect(bench.ask(10, by: heavy).isDeferred)
        try bench.ready(0)
        #expect(bench.ask(11, by: heavy).isPublished)
        _ = bench.clipState.saw(failure: ClipFault(.noAudio, "…"), of: ClipStateBench.id(1))
        #expect(bench.ask(12, by: heavy).isPublished)
        bench.clipState.settle(ClipStateBench.id(2), published: .failure(.edge(.brokerUnavailable, "…")))
        #expect(bench.ask(13, by: heavy).isPublished)
        #expect(bench.ask(14, by: heavy).isDeferred)
        // Work that is past its deadline, and for which nobody waits, ends too.
        let quiet = ClipStateBench()
        for number in 0..<6 {
            _ = quiet.clipState.askInBackground(
                ClipStateBench.id(number), now: ClipStateBench.now, permit: Permit(tenant: heavy))
        }
        #expect(quiet.clipState.figures.deferred == 2)
        quiet.clock.advance(by: .seconds(121))
        #expect(quiet.ask(20, by: heavy).isPublished)
        #expect(quiet.clipState.figures.deferred == 0 && quiet.clipState.figures.flights == 1)
    }

    @Test("who joins a deferred clip and has room has it asked for in turn, once")
    func joined() throws {
        let bench = ClipStateBench(busyFrom: 1000)
        for number in 0..<6 { bench.ask(number, by: heavy) }
        #expect(!bench.ask(5, by: heavy).isPublished)
        #expect(bench.ask(5, by: other).isPublished)
        #expect(!bench.ask(5, by: other).isPublished && bench.ask(5, by: .key("third")).isWaiting)
        #expect(bench.clipState.figures.deferred == 1)
        // It counts in the share of who has it made now.
        for number in 100..<103 { #expect(bench.ask(number, by: other).isPublished) }
        #expect(bench.ask(103, by: other).isDeferred)
        try bench.ready(5)
        #expect(bench.ask(104, by: other).isPublished)
    }

    @Test("a failure of the bulk lane ends the wait for a deferred clip; one that has expired is asked for in turn")
    func failures() {
        let bench = ClipStateBench(liveOfTenant: 1)
        let told = Mutex<[String]>([])
        bench.ask(0, by: heavy)
        for number in 1...2 {
            bench.ask(number, wait: .seconds(60), by: heavy) { result in
                if case .failed(let problem) = result { told.withLock { $0.append("\(number) \(problem.slug)") } }
            }
        }
        #expect(
            bench.clipState.saw(failure: ClipFault(.storeUnavailable, "…"), of: ClipStateBench.id(1), in: .bulk) == nil)
        #expect(told.withLock { $0 } == ["1 store-unavailable"])
        let again = bench.clipState.saw(failure: ClipFault(.expired, "…"), of: ClipStateBench.id(2), in: .bulk)
        #expect(again?.clipID == ClipStateBench.id(2))
        #expect(bench.clipState.figures.deferred == 0)
        // From then on it is live, and what the bulk lane says of it ends nothing.
        _ = bench.clipState.saw(failure: ClipFault(.storeUnavailable, "…"), of: ClipStateBench.id(2), in: .bulk)
        #expect(told.withLock { $0 } == ["1 store-unavailable"])
    }

    @Test("nothing is heard of a deferred clip before its end, so it is not asked for a second time")
    func noHedge() {
        let bench = ClipStateBench(liveOfTenant: 1)
        for number in 0...1 {
            bench.ask(number, wait: .seconds(60), by: heavy)
            bench.clipState.settle(ClipStateBench.id(number), published: .success(()))
        }
        bench.clock.advance(by: .seconds(30))
        func isAsked(_ number: Int) -> Bool {
            if case .ask = bench.clipState.hedge(ClipStateBench.id(number), wait: .seconds(60)) { true } else { false }
        }
        #expect(isAsked(0) && !isAsked(1))
    }

    /// One clip a second, worked out by hand: 100 ahead are late for anybody who waits 30 s, and 4 are not.
    @Test("what is overtaken makes nobody else late, and its own tenant is refused what could not be ready")
    func late() throws {
        let bench = ClipStateBench()
        for number in 0..<100 { bench.ask(number, by: heavy) }
        for number in 0..<8 {
            bench.clock.advance(by: .seconds(1))
            try bench.ready(number)
        }
        for number in 500..<504 { #expect(bench.ask(number, by: heavy).isPublished) }
        let expected = try #require(bench.ask(504, by: heavy).expected)
        #expect(expected > .seconds(20))
        #expect(bench.ask(1000, by: other).isPublished)
        // Before anything is measured, too.
        let fresh = ClipStateBench(unmeasured: 10)
        for number in 0..<10 { #expect(fresh.ask(number, by: heavy).isUnmeasured == false) }
        #expect(fresh.ask(10, by: heavy).isUnmeasured)
        #expect(fresh.ask(1000, by: other).isPublished)
    }

    // MARK: - On the topics

    private static let keys = SampleKey.abc.line("web") + "," + SampleKey.other.line("app")

    @Test("a key's clips beyond its share go to the bulk lane's topic, by GET and by batch, and another's do not")
    func topics() async throws {
        let gateway = GatewayUnderTest(access: try .made(["GATEWAY_KEYS": Self.keys]))
        let entries = (0..<6).map { #"{"episode_id":"507f1f77bcf86cd799439011","start_time_ms":\#($0)}"# }
        let body = #"{"make":true,"clips":[\#(entries.joined(separator: ","))]}"#
        let batch = await gateway.ask(
            "POST", "/api/v1/audio_clips/batch", headers: ["X-Api-Key": "abc"], body: body)
        #expect(batch.status == 200)
        let reply = gateway.begin("GET", GatewayUnderTest.clip(50), headers: ["X-Api-Key": "abc"])
        _ = gateway.begin("GET", GatewayUnderTest.clip(60), headers: ["X-Api-Key": "cutroom_other"])
        let topics = Dictionary(grouping: try await gateway.topic.sent(8), by: \.topic).mapValues(\.count)
        #expect(topics == ["clip.requested": 5, "clip.requested.bulk": 3])
        let bulk = Set(gateway.topic.sent.filter { $0.topic == "clip.requested.bulk" }.map { $0.key ?? [] })
        #expect(bulk == Set([4, 5, 50].map { Array(ClipStateBench.id($0).description.utf8) }))
        try gateway.hand.ready(50)
        #expect(await reply.answer().status == 200)
    }

    @Test("without the bulk lane's topic, or a right to it, all goes by the live one, and the log says so")
    func withoutBulk() async throws {
        let topic = FakeTopic(.refusesOn("clip.requested.bulk", .unknownTopic("clip.requested.bulk")))
        let gateway = GatewayUnderTest(topic, access: try .made(["GATEWAY_KEYS": Self.keys]))
        let replies = (0..<5).map { gateway.begin("GET", GatewayUnderTest.clip($0), headers: ["X-Api-Key": "abc"]) }
        let sent = try await topic.sent(6)
        #expect(sent.filter { $0.topic == "clip.requested" }.count == 5)
        #expect(gateway.lines.holds("the bulk lane does not take it", "warning"))
        #expect(gateway.clipState.figures.deferred == 0)
        for number in 0..<5 { try gateway.hand.ready(number) }
        for reply in replies { #expect(await reply.answer().status == 200) }
    }
}
