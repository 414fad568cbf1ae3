import Domain
import HTTPServer
import Health
import Kafka
import Logging
import Synchronization
import Telemetry
import Text

/// Whether this gateway lives, is ready for traffic, and is well: from what it already knows, without a probe per call.
final class Readiness: Sendable {
    private let clipState: ClipState
    private let topicProblems: @Sendable () -> [String]
    private let signingProblem: @Sendable () -> String?
    private let brokerIsConnected: @Sendable () -> Bool
    private let version: String
    private let parts: @Sendable () -> [GatewayPart]
    private let tableIsLoaded = Atomic(false)
    private let lost = Mutex<KafkaFault?>(nil)
    private let isStopping = Atomic(false)

    /// - Parameters:
    ///   - topicProblems: what the brokers say is wrong with the gateway's topics and rights.
    ///   - signingProblem: why no URL can be signed at present.
    init(
        clipState: ClipState, version: String, topicProblems: @escaping @Sendable () -> [String] = { [] },
        signingProblem: @escaping @Sendable () -> String? = { nil },
        parts: @escaping @Sendable () -> [GatewayPart] = { [] },
        brokerIsConnected: @escaping @Sendable () -> Bool
    ) {
        self.topicProblems = topicProblems
        self.signingProblem = signingProblem
        self.clipState = clipState
        self.version = version
        self.parts = parts
        self.brokerIsConnected = brokerIsConnected
    }

    func tableLoaded() {
        lost.withLock { $0 = nil }
        tableIsLoaded.store(true, ordering: .releasing)
    }

    /// The table is frozen until it has been read again.
    func readerLost(_ fault: KafkaFault) {
        lost.withLock { $0 = fault }
        tableIsLoaded.store(false, ordering: .releasing)
    }

    func stopping() { isStopping.store(true, ordering: .releasing) }

    func alive(_ context: RequestContext) -> HTTPResponse { answer(200, context) { $0.field("status", "alive") } }

    /// 200 once the table has been read; 503 with what is missing before that, while its reader has to be made anew, while
    /// stopping, and while a topic of the gateway is missing or a right to it, as the brokers say: no clip is made then
    /// until somebody mends it. So it is while there are no credentials to sign with: even a hit is refused then.
    ///
    /// A broker that goes away afterwards does not change it: hits need none, and taking every gateway out of service
    /// for its outage would take the hits with it. `health` says `degraded` then.
    func readiness(_ context: RequestContext) -> HTTPResponse {
        let stopping = isStopping.load(ordering: .acquiring)
        let loaded = tableIsLoaded.load(ordering: .acquiring)
        let connected = brokerIsConnected()
        let problems = topicProblems()
        let signing = signingProblem()
        let isReady = loaded && !stopping && problems.isEmpty && signing == nil
        return answer(isReady ? 200 : 503, context) {
            $0.field("status", stopping ? "stopping" : isReady ? "ready" : "not ready")
            $0.field("broker", connected ? "connected" : "unreachable")
            $0.field("topics", problems.isEmpty ? "present" : "missing: \(problems.joined(separator: "; "))")
            $0.field("table", loaded ? "loaded" : "loading")
            $0.field("reader", readerState)
            if let signing { $0.field("signing", "missing: \(signing)") }
        }
    }

    /// The same for the operations server, with the same meaning of ready and degraded.
    func tell(_ health: HealthRegistry) {
        health.depends(on: "table") { [self] in
            if tableIsLoaded.load(ordering: .acquiring) { return .present }
            return .missing(lost.withLock { $0.map { "its reader is lost: \($0.slug)" } } ?? "it is being read")
        }
        health.depends(on: "topics") { [self] in
            let problems = topicProblems()
            return problems.isEmpty ? .present : .missing(problems.joined(separator: "; "))
        }
        health.depends(on: "signing") { [self] in signingProblem().map { .missing($0) } ?? .present }
        health.uses("kafka") { [self] in brokerIsConnected() ? .present : .missing("no broker is connected") }
        for part in parts() {
            health.uses("\(part.name)") { [self] in
                let now = parts().first { "\($0.name)" == "\(part.name)" }
                return now.map { $0.isWell ? .present : .missing($0.state) } ?? .missing("unknown")
            }
        }
        let counts: [(String, @Sendable (ClipState.Figures) -> Int)] = [
            ("table_clips", { $0.entries }), ("table_bytes", { $0.tableBytes }), ("waiting", { $0.waiters }),
            ("in_flight", { $0.flights }), ("ahead", { $0.backlog }), ("following", { $0.followers }),
            ("refused", { Int(clamping: $0.refused) }), ("asked_again", { Int(clamping: $0.hedged) }),
        ]
        for (name, figure) in counts { health.count(name) { [clipState] in figure(clipState.figures) } }
        clipState.tell(health.metrics)
        health.metrics.gauge(
            Metric("cutroom_clip_table_loaded", "1 once all of clip.ready has been read, else 0.")
        ) { [weak self] in self.map { $0.tableIsLoaded.load(ordering: .acquiring) ? 1 : 0 } }
    }

    private var readerState: String { lost.withLock { $0.map { "lost: \($0.slug)" } ?? "running" } }

    func health(_ context: RequestContext) -> HTTPResponse {
        let figures = clipState.figures
        let connected = brokerIsConnected()
        let parts = parts()
        return answer(200, context) {
            let isHealthy =
                connected && tableIsLoaded.load(ordering: .acquiring) && topicProblems().isEmpty
                && signingProblem() == nil && parts.allSatisfy(\.isWell)
            $0.field("status", isHealthy ? "healthy" : "degraded")
            $0.field("timestamp", WallTime.now().text)
            $0.field("version", version)
            $0.field("broker", connected ? "connected" : "unreachable")
            for part in parts { $0.field(part.name, part.state) }
            $0.field("reader", readerState)
            $0.object("table") {
                $0.field("clips", figures.entries)
                $0.field("bytes", figures.tableBytes)
            }
            $0.field("waiting", figures.waiters)
            $0.field("in_flight", figures.flights)
            $0.field("ahead", figures.backlog)
            $0.field("following", figures.followers)
            $0.field("refused", figures.refused)
            $0.field("asked_again", figures.hedged)
        }
    }

    private func answer(
        _ status: Int, _ context: RequestContext, _ write: (inout JSONWriter) -> Void
    ) -> HTTPResponse {
        var json = JSONWriter()
        json.object(write)
        var headers = Responses.headers(mediaType: "application/json", cacheControl: "no-store", context: context)
        if status == 503 { headers.append(("Retry-After", "1")) }
        return HTTPResponse(status: status, headers: headers, body: .bytes(json.bytes))
    }
}
