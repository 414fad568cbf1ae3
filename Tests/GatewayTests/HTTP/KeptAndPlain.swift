import Fakes
import HTTPServer
import Synchronization
import TestStack
import Testing
import Traces

@testable import GatewayService
@testable import ObjectStore

/// Credentials that a test changes.
final class ChangingCredentials: CredentialsSource {
    private let credentials = Mutex(Credentials(accessKey: "a", secretKey: "s"))

    func set(_ other: Credentials) { credentials.withLock { $0 = other } }

    func current() throws(ObjectStoreFault) -> Credentials { credentials.withLock { $0 } }
}

/// A gateway behind a socket.
struct Served: Sendable {
    let gateway: GatewayUnderTest
    let server: HTTPServer
    let spans: KeptSpans
    /// Answers of the fast path.
    let fast: Counter
}

/// Two gateways that differ in one thing: one keeps answers.
struct Pair: Sendable {
    let kept: Served
    let plain: Served
    /// Seconds since 1970.
    let now: NowBox
    let credentials: ChangingCredentials

    final class NowBox: Sendable {
        private let seconds = Mutex(ClipStateBench.now)
        var value: Int64 { seconds.withLock { $0 } }
        func set(_ other: Int64) { seconds.withLock { $0 = other } }
    }

    static func with(
        access: [String: String] = [:], origins: [String] = ["*"], bytes: Int = 1 << 20,
        _ body: (Pair) async throws -> Void
    ) async throws {
        let (now, credentials) = (NowBox(), ChangingCredentials())
        let made = try (0..<2).map { place in
            try served(
                access, origins,
                place == 0
                    ? AnswerCache(
                        .init(bytes: bytes),
                        headers: [("Content-Type", "application/json")] + CORS(origins: origins).headers(origin: nil))
                    : nil, now, credentials)
        }
        let pair = Pair(kept: made[0], plain: made[1], now: now, credentials: credentials)
        do {
            try await body(pair)
            for one in made { await one.server.stop(within: .zero) }
        } catch {
            for one in made { await one.server.stop(within: .zero) }
            throw error
        }
    }

    private static func served(
        _ access: [String: String], _ origins: [String], _ answers: AnswerCache?, _ now: NowBox,
        _ credentials: ChangingCredentials
    ) throws -> Served {
        let (spans, fast) = (KeptSpans(), Counter())
        let signer = S3URLSigner(
            try S3Location(bucket: "clips", region: "us-east-1", endpoint: "http://127.0.0.1:7070"),
            credentials: credentials)
        let gateway = GatewayUnderTest(
            signer: signer, origins: origins, access: try .made(access),
            tracer: Tracer(Sampler(ratio: 0, followsParent: true), into: spans, scope: "gateway"), answers: answers,
            clock: { now.value })
        let router = gateway.router
        var settings = ServerSettings(
            refusal: { router.refused(status: $0, detail: $1, head: $2) }, finish: { router.finish(&$0, $1) })
        if let hits = StoredHits(gateway.api.clip, before: router) {
            settings.fastPath = { (request: FastRequest, fields: inout AnswerFields) -> FastReply in
                let reply = hits.answer(request, &fields)
                if case .pass = reply {} else { fast.add() }
                return reply
            }
        }
        let server = try HTTPServer(settings) { router.handle($0, $1) }
        return Served(gateway: gateway, server: server, spans: spans, fast: fast)
    }

    func both(_ body: (ClipStateBench) throws -> Void) rethrows {
        try body(kept.gateway.hand)
        try body(plain.gateway.hand)
    }

    /// Asks both gateways, and compares what they say.
    func ask(_ target: String, _ headers: [String: String] = [:]) async throws -> HTTPReply {
        let headers = ["Prefer": "wait=0"].merging(headers) { $1 }
        var replies: [HTTPReply] = []
        for one in [kept, plain] {
            replies.append(try await HTTPFetch.get("http://127.0.0.1:\(one.server.port)\(target)", headers: headers))
        }
        #expect(replies[0].status == replies[1].status)
        #expect(Self.lines(replies[0], headers) == Self.lines(replies[1], headers))
        #expect(Self.untraced(replies[0]) == Self.untraced(replies[1]))
        return replies[0]
    }

    private static func lines(_ reply: HTTPReply, _ asked: [String: String]) -> [String] {
        reply.headers.map { name, value in
            switch name {
            case "Date": name
            case "X-Request-Id" where asked["X-Request-Id"] == nil: name
            // The rest is the time that it took.
            case "Server-Timing": "\(name): \(value.prefix { $0 != "=" })"
            // That of a problem depends on the ids in it, which differ in length.
            case "Content-Length" where reply.status >= 400: name
            default: "\(name): \(value)"
            }
        }.sorted()
    }

    /// Without what differs from request to request.
    private static func untraced(_ reply: HTTPReply) -> String {
        reply.text.replacing(#/,"trace_id":"[0-9a-f]{32}"/#, with: "")
            .replacing(#/"instance":"[0-9a-z]+-[0-9a-z]+"/#, with: "")
    }

    /// Both have counted the same.
    func compareCounts() throws {
        let (one, other) = (kept.gateway, plain.gateway)
        for route in RouteLabel.allCases {
            #expect(one.metrics.answers.count(route) == other.metrics.answers.count(route))
            for status in StatusClass.allCases {
                for method in MethodClass.allCases {
                    #expect(
                        one.metrics.requests.total(route, method, status)
                            == other.metrics.requests.total(route, method, status))
                }
                for outcome in ClipOutcome.allCases {
                    #expect(
                        one.metrics.clips.total(route, status, outcome)
                            == other.metrics.clips.total(route, status, outcome))
                }
            }
        }
        for outcome in ClipOutcome.allCases {
            #expect(one.metrics.waits.count(outcome) == other.metrics.waits.count(outcome))
        }
        for label in ["a", LimitDecisions.address] {
            for isAllowed in [true, false] {
                let decisions = [one, other].map {
                    $0.router.limit.rates.decisions.total(label, .requests, isAllowed: isAllowed)
                }
                #expect(decisions[0] == decisions[1])
            }
        }
        #expect(one.metrics.clips.total(.clip, .success, .hit) > 0)
    }
}
