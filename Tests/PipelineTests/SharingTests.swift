import Glibc
import TestStack
import Testing

/// One cut per clip, and what the gateways remember.
@Suite("sharing work", .serialized)
struct SharingTests {
    /// Answers to the same question from many clients at once, half by ObjectId and half by guid, over all gateways.
    private func ask(_ gateways: [GatewayProcess], times: Int, start: Int) async throws -> [HTTPReply] {
        try await withThrowingTaskGroup(of: HTTPReply.self) { group in
            for number in 0..<times {
                let gateway = gateways[number % gateways.count]
                let id = number / gateways.count % 2 == 0 ? Pipeline.episode : Pipeline.guid
                group.addTask { try await gateway.clip(id, start: start) }
            }
            var replies: [HTTPReply] = []
            for try await reply in group { replies.append(reply) }
            return replies
        }
    }

    @Test("200 requests at once over two gateways are one cut, one PUT and 200 answers")
    func oneCut() async throws {
        let pipeline = try await Pipeline.make()
        async let resolving = pipeline.resolver()
        async let cutting = pipeline.cutter()
        async let one = pipeline.gateway()
        async let two = pipeline.gateway()
        let (resolver, cutter, gateways) = try await (resolving, cutting, [one, two])
        let replies = try await ask(gateways, times: 200, start: 20_000)
        #expect(replies.filter { $0.status == 200 }.count == 200)
        #expect(Set(try replies.map { try $0.json(ClipAnswer.self).clipUrl }).count == 1)
        #expect(try pipeline.clipPuts().count == 1)
        try await cutter.line(containing: "The clip is cut and stored")
        #expect(cutter.lines.filter { $0.contains("The clip is cut and stored") }.count == 1)
        withExtendedLifetime(resolver) {}
    }

    @Test("with three cutters the same is at most two cuts, and the bytes are the same")
    func threeCutters() async throws {
        let pipeline = try await Pipeline.make()
        let resolver = try await pipeline.resolver()
        let cutters = [try await pipeline.cutter(), try await pipeline.cutter(), try await pipeline.cutter()]
        let gateways = [try await pipeline.gateway(), try await pipeline.gateway()]
        let replies = try await ask(gateways, times: 60, start: 21_000)
        #expect(replies.filter { $0.status == 200 }.count == 60)
        #expect(Set(try replies.map { try $0.json(ClipAnswer.self).clipUrl }).count == 1)
        #expect(try pipeline.clipPuts().filter { $0.status == 200 }.count == 1)
        // A line may come a moment after the answer that it tells of.
        let cuts = try await eventually("a cutter to say that it cut") {
            let cuts = cutters.map { $0.lines }.joined().filter {
                $0.contains("The clip is cut and stored") || $0.contains("Another cutter stored the same clip first")
            }
            return cuts.isEmpty ? nil : cuts.count
        }
        #expect(cuts <= 2)
        withExtendedLifetime(resolver) {}
    }

    @Test("a gateway that starts again answers old clips as hits from its first ready second")
    func restart() async throws {
        let pipeline = try await Pipeline.make()
        let others = [try await pipeline.resolver(), try await pipeline.cutter()]
        let first = try await pipeline.gateway()
        let made = try await first.clip(start: 22_000).json(ClipAnswer.self)
        #expect(try await first.process.stop() == .code(0))
        for other in others { #expect(try await other.stop() == .code(0)) }
        let second = try await pipeline.gateway()
        let hit = try await second.clip(start: 22_000).json(ClipAnswer.self)
        #expect(hit.cacheHit)
        #expect(hit.generationTimeMs == 0)
        #expect(hit.clipUrl == made.clipUrl)
    }

    @Test("a clip whose object is near its end is made anew")
    func nearItsEnd() async throws {
        // An object is handed out while it lives an hour and five seconds longer: from its fifth second on it does not.
        let pipeline = try await Pipeline.make([
            "URL_LIFETIME": "4s", "SIGNING_WINDOW": "1s", "CLIP_LIFETIME": "3610s",
        ])
        let others = [try await pipeline.resolver(), try await pipeline.cutter()]
        let gateway = try await pipeline.gateway()
        #expect(try await !gateway.clip(start: 23_000).json(ClipAnswer.self).cacheHit)
        #expect(try await gateway.clip(start: 23_000).json(ClipAnswer.self).cacheHit)
        _ = try await eventually("the clip to be made anew") {
            try await gateway.clip(start: 23_000).json(ClipAnswer.self).cacheHit ? nil : true
        }
        #expect(try pipeline.clipPuts().count == 2)
        withExtendedLifetime(others) {}
    }

    @Test("a waiter with a longer wait gets its clip, not the first one's time-out")
    func longerWait() async throws {
        let pipeline = try await Pipeline.make()
        let resolver = try await pipeline.resolver()
        let gateway = try await pipeline.gateway()
        async let patient = gateway.clip(start: 24_000, headers: ["Prefer": "wait=60"])
        let hasty = try await gateway.clip(start: 24_000, headers: ["Prefer": "wait=1"])
        #expect(hasty.status == 202)
        let cutter = try await pipeline.cutter()
        #expect(try await patient.status == 200)
        withExtendedLifetime((resolver, cutter)) {}
    }
}
