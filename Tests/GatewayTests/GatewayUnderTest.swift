import Domain
import Fakes
import Flow
import HTTPServer
import Kafka
import Logging
import ObjectStore
import Synchronization
import Telemetry
import TestStack
import Traces

@testable import GatewayService

/// Takes the records that a gateway publishes, and answers as a broker would, or not.
final class FakeTopic: RecordSink {
    enum Mode {
        case takes
        /// Nothing comes back until `release`.
        case holds
        case refuses(KafkaFault)
        /// Of one topic only.
        case refusesOn(String, KafkaFault)
    }

    private struct State {
        var mode: Mode
        var sent: [OutgoingRecord] = []
        var held: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>
    init(_ mode: Mode = .takes) { state = Mutex(State(mode: mode)) }

    var sent: [OutgoingRecord] { state.withLock { $0.sent } }

    /// Clip ids of what was sent, in order.
    var clips: [String] { sent.map { $0.key.map { String(decoding: $0, as: UTF8.self) } ?? "" } }

    func deliver(_ record: OutgoingRecord) async throws(KafkaFault) {
        if (record.value?.count ?? 0) > 1_000_000 { throw .recordTooLarge }
        let mode = state.withLock { state in
            state.sent.append(record)
            return state.mode
        }
        switch mode {
        case .takes: return
        case .refuses(let fault): throw fault
        case .refusesOn(let topic, let fault): if record.topic == topic { throw fault }
        case .holds: await withCheckedContinuation { held in state.withLock { $0.held.append(held) } }
        }
    }

    func release() {
        let held = state.withLock { state in
            state.mode = .takes
            defer { state.held = [] }
            return state.held
        }
        for one in held { one.resume() }
    }

    /// Returns once so many were sent.
    func sent(_ count: Int) async throws -> [OutgoingRecord] {
        try await eventually("\(count) records") { sent.count >= count ? sent : nil }
    }
}

extension OutgoingRecord {
    func header(_ name: String) -> String? {
        headers.last { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) }
    }
}

/// URLs that say what they are for, and end when told.
struct FixedSigner: URLSigner {
    var expiresIn: Int64 = 90_000

    func signedURL(
        key: String, for use: SignedURLUse, atUnixSeconds now: Int64
    ) throws(ObjectStoreFault) -> SignedURL {
        let method = use.method == .head ? "?HEAD" : ""
        let name = use.savedAs.map { "?as=\($0)" } ?? ""
        return SignedURL(url: "https://clips.example/\(key)\(method)\(name)", expiresAtUnixSeconds: now + expiresIn)
    }
}

/// The HTTP contract without a socket and without a broker: requests go in, answers and records come out.
struct GatewayUnderTest: Sendable {
    let hand: ClipStateBench
    let topic: FakeTopic
    let cues: CueCache
    let abouts = AboutCache()
    let lines = LineSink()
    let log: Log
    let router: Router
    let api: GatewayAPI
    let instruments = Metrics()
    let metrics: GatewayMetrics

    var clipState: ClipState { hand.clipState }
    var events: EventStreams { api.events }
    var condition: Readiness { api.readiness }

    init(
        _ topic: FakeTopic = FakeTopic(), hand: ClipStateBench = ClipStateBench(),
        signer: any URLSigner = FixedSigner(),
        waits: GetClip.Waits = .init(standard: .seconds(30), longest: .seconds(60)), origins: [String] = ["*"],
        revalidationsPerMinute: Int = 600, streams: EventStreams.Limits = .init(),
        embedder: GatewayEmbedder = GatewayEmbedder(), access: AccessSettings = .none, tracer: Tracer = .off,
        answers: AnswerCache? = nil, cues: CueCache = CueCache(),
        sharing: SharingSettings = SharingSettings(), console: ConsoleSettings = ConsoleSettings(),
        clock: @escaping @Sendable () -> Int64 = { ClipStateBench.now }
    ) {
        self.hand = hand
        self.cues = cues
        self.topic = topic
        log = Log(service: "gateway", version: "test", level: .debug, sink: lines)
        let metrics = GatewayMetrics(instruments)
        let publisher = RequestPublisher(
            clipState: hand.clipState, sink: topic, codec: EventCodec(source: "/gateway/test"),
            topics: Topics().requested, log: log, revalidations: RateBound(perMinute: revalidationsPerMinute),
            bulkDeadline: .seconds(1800), metrics: metrics, tracer: tracer)
        api = GatewayAPI(
            hand.clipState, publisher, signer,
            readiness: Readiness(clipState: hand.clipState, version: "test") { true },
            query: ClipQuery(longestClip: .seconds(60), defaultDuration: .seconds(30)), waits: waits, streams: streams,
            signingWindow: .seconds(3600), log: log, logsHits: true, clock: clock, answers: answers,
            cues: cues, abouts: abouts, sharing: sharing, console: console)
        self.metrics = metrics
        router = Router(
            routes: api.routes, cors: CORS(origins: origins),
            authenticate: Authenticate(
                keys: access.keyStore(log: log), neededFor: access.neededFor, signatures: access.signatures,
                clock: clock),
            limit: Limit(
                rates: RateLimits(tableBytes: access.tableBytes, clock: { [clock = hand.clock] in clock.now }),
                address: access.address, addressHash: access.addressHash, proxies: access.proxies), log: log,
            embedder: embedder, metrics: metrics,
            tracer: tracer)
    }

    /// The request as its handler gets it, for trying what handlers are made of.
    func routed(_ method: String, _ target: String, _ responder: any Responder) -> RoutedRequest? {
        let found = Mutex<RoutedRequest?>(nil)
        let routes = api.routes.map { route in
            route.handled(by: { request in
                found.withLock { $0 = request }
                return .later
            })
        }
        let router = Router(
            routes: routes, cors: self.router.cors, authenticate: self.router.authenticate, limit: self.router.limit,
            log: log, embedder: self.router.embedder, metrics: metrics)
        _ = router.handle(HTTPRequest(method: method, target: target), responder)
        return found.withLock { $0 }
    }

    /// Hands a request in; the answer is in the recorder, now or later.
    func begin(
        _ method: String, _ target: String, headers: [String: String] = [:], body: String = "", from peer: String? = nil
    ) -> Recorder {
        let recorder = Recorder()
        let typed = body.isEmpty ? headers : ["Content-Type": "application/json"].merging(headers) { $1 }
        let request = HTTPRequest(
            method: method, target: target, headers: typed.map { ($0.key, $0.value) }, body: Array(body.utf8),
            peer: peer.flatMap { IPAddress($0) })
        if case .now(let response) = router.handle(request, recorder) { recorder.complete(response) }
        return recorder
    }

    func ask(
        _ method: String, _ target: String, headers: [String: String] = [:], body: String = "", from peer: String? = nil
    ) async -> HTTPResponse {
        await begin(method, target, headers: headers, body: body, from: peer).answer()
    }

    func begin(_ target: String, headers: [String: String] = [:]) -> Recorder {
        begin("GET", target, headers: headers)
    }

    func ask(_ target: String, headers: [String: String] = [:]) async -> HTTPResponse {
        await ask("GET", target, headers: headers)
    }

    /// The target of a clip of `ClipStateBench`.
    static func clip(_ number: Int) -> String {
        "/api/v1/audio_clips/507f1f77bcf86cd799439011?start_time_ms=\(number)"
    }

    static func progress(_ number: Int) -> String { GatewayAPI.statusPath(of: ClipStateBench.id(number)) }
}

extension RouteLabel {
    static let clip = named("clip")
    static let batch = named("batch")
    static let livez = named("livez")
    static let readyz = named("readyz")

    /// A route of the table by its name there; one that is not there is none.
    private static func named(_ name: String) -> RouteLabel { allCases.first { $0.word == name } ?? .unknown }
}
