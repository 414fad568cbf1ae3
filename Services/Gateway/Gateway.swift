import Domain
import Flow
import Glibc
import HTTPServer
import Health
import Kafka
import Lifecycle
import Logging
import ObjectStore
import Settings
import Telemetry
import Text
import Traces
import Wiring

/// One gateway, from start to the end of its drain.
public final class Gateway: Sendable {
    private let own: GatewaySettings.Own
    private let server: HTTPServer
    private let clipState: ClipState
    private let condition: Readiness
    private let health: HealthRegistry
    private let events: EventStreams
    private let keys: KeyStore
    private let usage: UsageExchange?
    /// The way of records through this service.
    let service: Flow.Service
    private let log: Log

    /// Opens the port; `run` has still to be called. Until the table is read `/readyz` says so.
    ///
    /// - Parameters:
    ///   - signer: signs the clips bucket's URLs without I/O.
    ///   - health: learns what goes on here; nil: nobody asks.
    ///   - tracer: records requests and what comes of them.
    ///   - parts: what else the embedder needs to do its work, for `health`.
    ///   - signingProblem: why no URL can be signed at present, for `/readyz`.
    ///   - embedder: what it refuses, and the routes of its own.
    public init(
        _ own: GatewaySettings.Own, broker: BrokerSettings, life: LifeSettings, signer: any URLSigner,
        version: String, health: HealthRegistry? = nil, tracer: Tracer = .off, log: Log,
        parts: @escaping @Sendable () -> [GatewayPart] = { [] },
        signingProblem: @escaping @Sendable () -> String? = { nil },
        embedder: GatewayEmbedder = GatewayEmbedder()
    ) throws {
        let health = health ?? HealthRegistry(service: "gateway", version: version)
        (self.own, self.log, self.health) = (own, log, health)
        let metrics = GatewayMetrics(health.metrics)
        let topics = broker.topics
        let service = try own.service(broker, life, health.metrics, version: version, tracer: tracer, log: log)
        let tracer = tracer.scoped("gateway")
        let checks = RateBound(perMinute: own.revalidationsPerMinute)
        let clock: @Sendable () -> Int64 = { WallTime.now().seconds }
        clipState = ClipState(own.clipState(life), checks: checks)
        let keys = own.access.keyStore(log: log)
        self.keys = keys
        condition = Readiness(
            clipState: clipState, version: version, topicProblems: { service.topicProblems },
            signingProblem: signingProblem, parts: { parts() + keys.parts },
            brokerIsConnected: { service.producer.isConnected })
        condition.tell(health)
        let publisher = RequestPublisher(
            own, clipState, service, topics.requested, revalidations: checks, metrics: metrics, tracer: tracer, log: log
        )
        let (cues, abouts) = (CueCache(own.cues), AboutCache(bytes: own.sharing.aboutBytes))
        let projection = TopicProjection(
            clipState: clipState, topics: topics, codec: service.codec, cues: cues, abouts: abouts, log: log,
            clock: clock,
            askAgain: { event, id, origin in publisher.publish(event, id: id, origin: origin) })
        let rates = own.access.rateLimits(telling: health.metrics)
        usage = own.access.usageExchange(rates, keys, service, topics, metrics, log: log)
        self.service =
            service
            .sends(to: topics.requested.all)
            .reader(
                [(topics.ready, .beginning)]
                    + [topics.failed, topics.requested.live, topics.resolved.live].map { ($0, .end) },
                watch: condition.watch(patience: own.warmUpMax, clipState, log), projection.handle
            )
            .shares(usage, by: topics.usage)
        let api = GatewayAPI(
            own, clipState, publisher, signer, readiness: condition, signingWindow: life.urls.window,
            answers: own.answerCache(embedder), cues: cues, abouts: abouts, log: log, clock: clock)
        events = api.events
        let router = Router(
            own, api, keys: keys, rates: rates, embedder: embedder, log: log, metrics: metrics, tracer: tracer)
        server = try HTTPServer(own.server(router, api.clip), handler: { router.handle($0, $1) })
        server.tell(health.metrics)
        sayWhatIsOpen(version)
    }

    private func sayWhatIsOpen(_ version: String) {
        if server.maxConnections < own.maxConnections {
            log.warning(
                "Fewer connections than configured are taken: the process may not open so many files",
                ["connections": .int(server.maxConnections), "configured": .int(own.maxConnections)])
        }
        log.info(
            "The gateway listens",
            ["address": .string(own.address), "port": .int(Int(server.port)), "version": .string(version)])
    }

    /// Says that the object under a key is gone, as whoever serves it has found: from here on no clip that leads to it is a
    /// hit, so that asking again has it made again. What is no key of a clip changes nothing.
    public func forget(objectKey: String) {
        if let key = ObjectKey(parsing: objectKey) { clipState.sawGone(key) }
    }

    /// A problem document like the API's own (RFC 9457), for routes of whoever embeds the gateway.
    public static func problem(_ problem: Problem, for request: HTTPRequest) -> HTTPResponse {
        // What the gateway's CORS settings say is added to every answer on its way out.
        Responses.problem(problem, context: RequestContext(request.head, cors: CORS(origins: [])))
    }

    /// The port that is really open.
    public var port: UInt16 { server.port }

    /// Waits for the broker, makes missing topics, and reads the table, until the gateway is stopped.
    ///
    /// - Throws: only what waiting does not mend.
    public func run(stopping: @escaping @Sendable () async -> Void) async throws {
        let watching = Task { await keys.watch() }
        let telling = Task { await usage?.run() }
        defer {
            watching.cancel()
            telling.cancel()
        }
        try await service
            .atStop("answers under way") { await self.drain() }
            .details { [clipState] in ["waiting": .int(clipState.figures.waiters)] }
            .run(until: stopping)
    }

    /// Says so on `/readyz` and by `Connection: close`, takes no new connections, and lets those who wait have their
    /// answer within the limit.
    private func drain() async {
        condition.stopping()
        health.stopping()
        server.announceStop()
        events.stop()
        if own.stopDelay > .zero { try? await Task.sleep(for: own.stopDelay) }
        let limit = own.drainLimit - own.stopDelay
        let stopping = ClipFault(.stopping, "this gateway is stopping; ask again")
        // A little before the server gives up on those who still wait, so that they read a problem with their request's id.
        let last = Task { [clipState] in
            guard (try? await Task.sleep(for: limit * 9 / 10)) != nil else { return }
            clipState.endAll(with: stopping)
        }
        await server.stop(within: limit)
        last.cancel()
        clipState.endAll(with: stopping)
    }
}

extension Gateway {
    /// The gateway as a service of its own, signing for the clips bucket; it never talks to it.
    public static func onS3(
        _ settings: GatewaySettings, version: String, log: Log, stopping: @escaping @Sendable () async -> Void
    ) async throws {
        let (signer, credentials) = try await signer(settings, log: log)
        let health = HealthRegistry(service: "gateway", version: version, metrics: .ofProcess("gateway"))
        credentials?.tell(health.metrics, of: "gateway")
        let tracing = Tracing(settings.tracing, service: "gateway", version: version, log: log)
        tracing.tell(health.metrics)
        try await tracing.exporting { tracer in
            let gateway = try Gateway(
                settings.own, broker: settings.broker, life: settings.life, signer: signer, version: version,
                health: health, tracer: tracer, log: log, signingProblem: { credentials?.problem })
            try await OperationsServer.serving(settings.health, vitals: health, log: log) {
                try await gateway.run(stopping: stopping)
            }
        }
    }
}

extension Gateway {
    /// What signs, and what it signs with: nothing of the store's where a CDN is before it.
    private static func signer(
        _ settings: GatewaySettings, log: Log
    ) async throws -> (any URLSigner, (any CredentialsSource)?) {
        if let signer = settings.cdn.signer(settings.life.urls) { return (signer, nil) }
        let credentials = try await settings.clips.credentials.source(log: log)
        guard let signer = settings.clips.signer(settings.life.urls, as: credentials) else {
            throw SettingMissing("S3_CLIPS_BUCKET")
        }
        return (signer, credentials)
    }
}

extension Flow.Service {
    /// Reads what the other gateways tell from now on, and tells them.
    fileprivate func shares(_ usage: UsageExchange?, by topic: String) -> Flow.Service {
        guard let usage else { return self }
        return sends(to: [topic]).reader([(topic, .end)], watch: usage.watch, usage.take)
    }
}

extension HTTPServer {
    /// Has its figures told, as long as it is there.
    fileprivate func tell(_ metrics: Metrics) {
        metrics.gauge(Metric("cutroom_http_connections", "Connections that are open.")) { [weak self] in
            self.map { Double($0.openConnections) }
        }
        metrics.gauge(Metric("cutroom_http_connections_limit", "So many connections are taken at once.")) {
            [weak self] in self.map { Double($0.maxConnections) }
        }
        metrics.gauge(
            Metric("cutroom_http_requests_in_flight", "Requests begun and not answered to the last byte.")
        ) { [weak self] in self.map { Double($0.requestsUnderWay) } }
    }
}
