import Domain
import Flow
import HTTPServer
import Kafka
import Logging
import ObjectStore
import Telemetry
import Text
import Traces
import Wiring

/// What the settings say to each part of the gateway.
extension GatewaySettings.Own {
    func clipState(_ life: LifeSettings) -> ClipState.Settings {
        ClipState.Settings(
            signedSeconds: life.signedSeconds, standardWait: waits.standard, table: table, failures: failures,
            flights: flights, admission: admission, rechecks: rechecks, followers: followers,
            bulk: bulk)
    }

    /// The way of records, without what is read and written.
    ///
    /// - Throws: `.settingRefused`, `.clientNotStarted`. A broker that is away is no error here.
    func service(
        _ broker: BrokerSettings, _ life: LifeSettings, _ metrics: Metrics, version: String, tracer: Tracer, log: Log
    ) throws(KafkaFault) -> Flow.Service {
        try Flow.Service(
            .gateway, broker, clipLifetime: life.clipLifetime, version: version, messageTimeout: flights.workDeadline,
            queueLimit: QueueLimit(records: max(1000, flights.limit), bytes: 64 << 20), metrics: metrics,
            tracer: tracer,
            log: log)
    }

    func server(_ router: Router, _ clip: GetClip) -> ServerSettings {
        var settings = ServerSettings(
            address: address, port: port, threads: threads, maxConnections: maxConnections,
            maxHeaderBytes: maxHeaderBytes, maxBodyBytes: maxBodyBytes, idleTimeout: idleTimeout,
            refusal: { router.refused(status: $0, detail: $1, head: $2) }, finish: { router.finish(&$0, $1) })
        if let hits = StoredHits(clip, before: router) { settings.fastPath = { hits.answer($0, &$1) } }
        return settings
    }

    /// Nil where each request has to be looked at as a whole: by the embedder, for its URL's signature, or for the log.
    func answerCache(_ embedder: GatewayEmbedder) -> AnswerCache? {
        guard embedder.refusal == nil, access.signatures == nil, !logsHits else { return nil }
        return AnswerCache(
            answers, headers: [("Content-Type", "application/json")] + CORS(origins: corsOrigins).headers(origin: nil))
    }
}

extension AccessSettings {
    func keyStore(log: Log) -> KeyStore {
        KeyStore(keys, path: keyFile, defaults: (keyRequests, keyMisses), log: log)
    }

    /// - Parameter metrics: tell what the limits decide.
    func rateLimits(telling metrics: Metrics) -> RateLimits {
        let rates = RateLimits(tableBytes: tableBytes, isShared: exchange != nil)
        rates.decisions.tell(metrics)
        return rates
    }

    /// Nil: each gateway counts for itself.
    func usageExchange(
        _ rates: RateLimits, _ keys: KeyStore, _ service: Flow.Service, _ topics: Topics, _ metrics: GatewayMetrics,
        log: Log
    ) -> UsageExchange? {
        guard let exchange, let ledger = rates.ledger else { return nil }
        return UsageExchange(
            .init(name: service.instance, topic: topics.usage, sink: service.producer, codec: service.codec),
            every: exchange, rates, ledger, limits: .init(address: address, key: { keys.limits(of: $0) }),
            records: metrics.usage, log: log)
    }
}

extension RequestPublisher {
    /// Sends by a service's producer.
    init(
        _ own: GatewaySettings.Own, _ clipState: ClipState, _ service: Flow.Service, _ topics: LaneTopics,
        revalidations: RateBound, metrics: GatewayMetrics, tracer: Tracer, log: Log
    ) {
        self.init(
            clipState: clipState, sink: service.producer, codec: service.codec, topics: topics, log: log,
            revalidations: revalidations, bulkDeadline: own.bulkDeadline, metrics: metrics, tracer: tracer)
    }
}

extension Router {
    /// The chain that every request passes.
    init(
        _ own: GatewaySettings.Own, _ api: GatewayAPI, keys: KeyStore, rates: RateLimits, embedder: GatewayEmbedder,
        log: Log, metrics: GatewayMetrics, tracer: Tracer
    ) {
        let access = own.access
        self.init(
            routes: api.routes, cors: CORS(origins: own.corsOrigins),
            authenticate: Authenticate(
                keys: keys, neededFor: access.neededFor, signatures: access.signatures,
                clock: { WallTime.now().seconds }),
            limit: Limit(
                rates: rates, address: access.address, addressHash: access.addressHash, proxies: access.proxies),
            log: log, embedder: embedder, metrics: metrics, tracer: tracer)
    }
}

extension GatewayAPI {
    /// The handlers over one state of clips, as the settings want them.
    init(
        _ own: GatewaySettings.Own, _ clipState: ClipState, _ publisher: RequestPublisher, _ signer: any URLSigner,
        readiness: Readiness, signingWindow: Duration, answers: AnswerCache?, cues: CueCache,
        abouts: AboutCache, log: Log,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.init(
            clipState, publisher, signer, readiness: readiness,
            query: ClipQuery(longestClip: own.longestClip, defaultDuration: own.defaultClip), waits: own.waits,
            streams: own.streams, signingWindow: signingWindow, log: log, logsHits: own.logsHits, clock: clock,
            answers: answers, cues: cues, abouts: abouts, sharing: own.sharing, console: own.console)
    }
}
