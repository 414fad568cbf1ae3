import Domain
import Testing

@testable import GatewayService

/// As `StoredHitsTests`: a gateway that keeps answers beside one that keeps none.
@Suite("answers with parts that are kept", .timeLimit(.minutes(2)))
struct KeptPartsTests {
    private static let target = GatewayUnderTest.clip(1) + "&with=waveform,transcript"

    private static let peaks = ClipPart.waveform(.standard).id(beside: ClipStateBench.id(1))

    private static func ready(_ pair: Pair) throws {
        for one in [pair.kept.gateway, pair.plain.gateway] {
            try one.hand.ready(1)
            try one.hand.ready(1, as: peaks)
            try SaidInClip().resolved(for: one)
            try SaidInClip().stored(for: one)
        }
    }

    @Test("a second hit with parts is answered from memory, as the first was, and one without is another answer")
    func kept() async throws {
        try await Pair.with { pair in
            try Self.ready(pair)
            for round in 0..<3 {
                let reply = try await pair.ask(Self.target)
                #expect(reply.text.contains("waveform_url") && reply.text.contains("Is 1 < 2?"), "\(reply.text)")
                #expect(pair.kept.fast.count == round)
            }
            #expect(try await pair.ask(GatewayUnderTest.clip(1)).text.contains("waveform") == false)
            try pair.compareCounts()
        }
    }

    @Test("an answer in which a part is missing is not kept")
    func missing() async throws {
        try await Pair.with { pair in
            try Self.ready(pair)
            pair.both { $0.clipState.sawRemoval(of: Self.peaks) }
            for _ in 0..<3 {
                #expect(try await pair.ask(Self.target).text.contains(#""waveform":{"status":"pending""#))
            }
            #expect(pair.kept.fast.count == 0)
        }
    }

    /// What ends a part, or changes it.
    @Test("nothing outlives the parts that it was made of")
    func freshness() async throws {
        let other = try SaidInClip(1, "Corrected.")
        let events: [@Sendable (GatewayUnderTest, Pair) throws -> Void] = [
            { gateway, _ in gateway.clipState.sawRemoval(of: Self.peaks) },
            { gateway, _ in try gateway.hand.ready(1, as: Self.peaks) },
            { gateway, _ in gateway.clipState.sawGone(try ClipStateBench.key(1, .peaks())) },
            { gateway, _ in try gateway.hand.ready(1, as: Self.peaks) },
            { gateway, _ in
                try other.resolved(for: gateway)
                try other.stored(for: gateway)
            },
            { gateway, _ in gateway.clipState.sawRemoval(of: try SaidInClip().id) },
            { gateway, _ in try SaidInClip().stored(for: gateway) },
            { gateway, _ in gateway.clipState.sawRemoval(of: ClipStateBench.id(1)) },
            { gateway, _ in try gateway.hand.ready(1) },
            { _, pair in pair.now.set(ClipStateBench.now + 3_600) },
        ]
        try await Pair.with { pair in
            try Self.ready(pair)
            for event in events {
                for _ in 0..<3 { _ = try await pair.ask(Self.target) }
                for one in [pair.kept, pair.plain] { try event(one.gateway, pair) }
                for _ in 0..<2 { _ = try await pair.ask(Self.target) }
            }
            #expect(pair.kept.fast.count > events.count)
            try pair.compareCounts()
            // Of one answer's parts each is asked for by a task of its own.
            let asked = [pair.kept, pair.plain].map { $0.gateway.topic.clips.sorted() }
            #expect(asked[0] == asked[1] && !asked[0].isEmpty)
        }
    }
}
