import Domain
import Fakes
import HTTPServer
import ObjectStore
import Synchronization
import TestStack
import Testing
import Traces

@testable import GatewayService

/// A gateway that keeps answers beside one that keeps none: whatever happens to both, clients are told the same.
@Suite("answers that are kept", .timeLimit(.minutes(2)))
struct StoredHitsTests {
    @Test("a second hit is answered from memory, as the first was")
    func kept() async throws {
        try await Pair.with { pair in
            try pair.both { try $0.ready(1) }
            for round in 0..<3 {
                let reply = try await pair.ask(GatewayUnderTest.clip(1))
                #expect(reply.status == 200 && reply.text.contains(#""cache_hit":true"#))
                #expect(pair.kept.fast.count == round)
            }
        }
    }

    @Test(
        "a client's own fields change kept answers as they change others",
        arguments: [
            ["X-Request-Id": "abc"], ["Origin": "https://a.example"], ["Cache-Control": "no-cache"],
            ["Cache-Control": "max-age=0"], ["Prefer": "respond-async"], ["Accept": "audio/ogg"],
            ["Range": "bytes=0-1"],
            ["Traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"], ["X-Api-Key": "abc"],
            ["X-Api-Key": "wrong"], ["Authorization": "Bearer abc"], ["X-Forwarded-For": "192.0.2.7"],
            ["Host": "elsewhere.example"],
        ])
    func fields(headers: [String: String]) async throws {
        let access: [[String: String]] = [
            [:], ["GATEWAY_KEYS": SampleKey.abc.line("a", "requests=3/min")],
            ["GATEWAY_KEYS": SampleKey.abc.line("a"), "GATEWAY_KEYS_NEEDED_FOR": "everything"],
            ["GATEWAY_TRUSTED_PROXIES": "127.0.0.1", "GATEWAY_LIMIT_ADDRESS_REQUESTS": "3/min"],
        ]
        for environment in access {
            for origins in [["*"], [], ["https://a.example", "https://b.example"]] {
                try await Pair.with(access: environment, origins: origins) { pair in
                    try pair.both { try $0.ready(1) }
                    _ = try await pair.ask(GatewayUnderTest.clip(1), ["X-Api-Key": "abc"])
                    // The quota of three ends within these.
                    for _ in 0..<4 { _ = try await pair.ask(GatewayUnderTest.clip(1), headers) }
                    try pair.compareCounts()
                }
            }
        }
    }

    @Test("keys, limits, origins and traces don't stand in the way of a kept answer")
    func used() async throws {
        let keys = ["GATEWAY_KEYS": SampleKey.abc.line("a", "requests=9/min")]
        let limits = ["GATEWAY_TRUSTED_PROXIES": "127.0.0.1", "GATEWAY_LIMIT_ADDRESS_REQUESTS": "9/min"]
        for (access, headers) in [
            (keys, ["X-Api-Key": "abc"]), (limits, ["X-Forwarded-For": "192.0.2.7"]),
            ([:], ["Origin": "https://a.example"]),
            ([:], ["Traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"]),
        ] {
            try await Pair.with(access: access) { pair in
                try pair.both { try $0.ready(1) }
                for _ in 0..<3 { _ = try await pair.ask(GatewayUnderTest.clip(1), headers) }
                #expect(pair.kept.fast.count == 2, "\(headers)")
            }
        }
    }

    /// What ends a hit, or changes its answer.
    @Test("nothing outlives what it was made of")
    func freshness() async throws {
        let events: [@Sendable (ClipStateBench, Pair) throws -> Void] = [
            // The source was replaced.
            { bench, _ in try bench.ready(2, as: ClipStateBench.id(1)) },
            { bench, _ in try bench.ready(1) },
            // Purged, or found to be gone.
            { bench, _ in bench.clipState.sawRemoval(of: ClipStateBench.id(1)) },
            { bench, _ in try bench.ready(1) },
            { bench, _ in bench.clipState.sawGone(try ClipStateBench.key(1)) },
            { bench, _ in try bench.ready(1) },
            // The next signing window, other credentials, and none.
            { _, pair in pair.now.set(ClipStateBench.now + 3_600) },
            { _, pair in pair.credentials.set(Credentials(accessKey: "other", secretKey: "s")) },
            { _, pair in
                pair.credentials.set(
                    Credentials(
                        accessKey: "c", secretKey: "s", sessionToken: "t",
                        expiresAtUnixSeconds: ClipStateBench.now + 5_000))
            },
            { _, pair in pair.now.set(ClipStateBench.now + 4_000) },
            { _, pair in pair.now.set(ClipStateBench.now + 5_001) },
            { _, pair in pair.credentials.set(Credentials(accessKey: "a", secretKey: "s")) },
            // The source was looked at long ago: one client makes it be looked at again.
            { bench, _ in bench.clipState.sawRemoval(of: ClipStateBench.id(1)) },
            { bench, _ in try bench.ready(1, checkedAgo: 90_000) },
            // The object ends too early to be signed.
            { _, pair in pair.now.set(ClipStateBench.now + 2_592_000 - 93_600 + 1) },
        ]
        try await Pair.with { pair in
            try pair.both { try $0.ready(1) }
            var statuses: [Int] = []
            for event in events {
                for _ in 0..<3 { _ = try await pair.ask(GatewayUnderTest.clip(1)) }
                try pair.both { try event($0, pair) }
                for _ in 0..<2 {
                    statuses.append(try await pair.ask(GatewayUnderTest.clip(1)).status)
                }
            }
            #expect(statuses.contains(202) && statuses.contains(503) && statuses.last == 202)
            #expect(pair.kept.fast.count > events.count)
            try pair.compareCounts()
            let asked = [pair.kept, pair.plain].map(\.gateway.topic.clips)
            #expect(asked[0] == asked[1] && !asked[0].isEmpty)
        }
    }

    @Test(
        "other forms of a target are requests of their own",
        arguments: [
            "&format=auto", "&format=opus", "&duration_ms=30000", "&x=1", "&start_time_ms=2", "&duration=3", "%31",
        ])
    func forms(suffix: String) async throws {
        try await Pair.with { pair in
            try pair.both { try $0.ready(1) }
            for target in [GatewayUnderTest.clip(1), GatewayUnderTest.clip(1) + suffix] {
                for accept in ["audio/mpeg", "audio/ogg"] {
                    for _ in 0..<2 { _ = try await pair.ask(target, ["Accept": accept]) }
                }
            }
        }
    }

    @Test("answers beyond the limit go, the least recently used first, and a limit of 0 keeps none")
    func limit() async throws {
        try await Pair.with(bytes: 16 * 3_000) { pair in
            for number in 0..<200 { try pair.both { try $0.ready(number) } }
            for number in 0..<200 { _ = try await pair.ask(GatewayUnderTest.clip(number)) }
            let before = pair.kept.fast.count
            for number in 0..<200 { _ = try await pair.ask(GatewayUnderTest.clip(number)) }
            #expect(pair.kept.fast.count - before < 100)
            _ = try await pair.ask(GatewayUnderTest.clip(199))
            #expect(pair.kept.fast.count > before)
        }
        #expect(AnswerCache(.init(bytes: 0), headers: []) == nil)
    }

    @Test("a recorded hit has the same span either way")
    func spans() async throws {
        try await Pair.with { pair in
            try pair.both { try $0.ready(1) }
            let headers = [
                "Traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "X-Request-Id": "abc",
            ]
            for _ in 0..<3 { _ = try await pair.ask(GatewayUnderTest.clip(1), headers) }
            #expect(pair.kept.fast.count == 2)
            let spans = [pair.kept, pair.plain].map { served in served.spans.all }
            #expect(spans[0].count == 3)
            #expect(spans[0].map(\.name) == spans[1].map(\.name))
            #expect(spans[0].map(\.attributes) == spans[1].map(\.attributes))
        }
    }
}
