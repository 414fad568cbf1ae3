import Domain
import Flow
import Glibc
import HTTPServer
import Kafka
import Lifecycle
import Logging
import ObjectStore
import Settings
import Wiring

/// One gateway, from start to the end of its drain.
public final class Gateway: Sendable {
    private let own: GatewaySettings.Own
    private let broker: BrokerSettings
    private let life: LifeSettings
    private let server: HTTPServer
    private let clipState: ClipState
    private let condition: Readiness
    private let events: EventStreams
    private let producer: KafkaProducer
    private let projection: TopicProjection
    private let kafka: KafkaSettings
    private let watch: TopicWatch
    private let log: Log

    /// Opens the port; `connect` has still to be called. Until the table is read `/readyz` says so.
    ///
    /// - Parameters:
    ///   - signer: signs the clips bucket's URLs without I/O.
    ///   - parts: what else the embedder needs to do its work, for `health`.
    ///   - embedder: what it refuses, and the routes of its own.
    public init(
        _ own: GatewaySettings.Own, broker: BrokerSettings, life: LifeSettings, signer: any URLSigner,
        version: String, log: Log,
        parts: @escaping @Sendable () -> [GatewayPart] = { [] },
        embedder: GatewayEmbedder = GatewayEmbedder()
    ) throws {
        self.own = own
        self.broker = broker
        self.life = life
        self.log = log
        let topics = broker.topics
        kafka = broker.client(of: "gateway", log: log)
        watch = try TopicWatch(
            broker.needs(of: .gateway, clipLifetime: life.clipLifetime), of: broker, kafka: kafka, log: log)
        producer = try KafkaProducer(
            kafka, messageTimeout: own.workDeadline,
            queueLimit: QueueLimit(records: max(1000, own.maxFlights), bytes: 64 << 20))
        let looks = RateBound(perMinute: own.revalidationsPerMinute)
        clipState = ClipState(
            limits: .init(
                tableBytes: own.tableBytes, waiters: own.maxWaiters, flights: own.maxFlights,
                rememberedFailures: own.rememberedFailures, failureLifetime: own.failureLifetime,
                workDeadline: own.workDeadline, signedSeconds: life.signedSeconds,
                revalidateAfterSeconds: own.revalidateAfter.components.seconds, standardWait: own.wait,
                busyFrom: own.busyFrom, unmeasured: own.unmeasuredClips, recheckInterval: own.recheckInterval,
                hedgeDefault: own.hedgeDefault, watchers: own.maxEventStreams),
            looks: looks)
        let clock: @Sendable () -> Int64 = { Int64(time(nil)) }
        let codec = EventCodec(source: "/gateway/\(kafka.clientID)")
        let publisher = RequestPublisher(
            clipState: clipState, sink: producer, codec: codec, topic: topics.requested, log: log,
            revalidations: looks)
        projection = TopicProjection(
            clipState: clipState, topics: topics, codec: codec, log: log, clock: clock,
            askAgain: { event, id, origin in publisher.publish(event, id: id, origin: origin) })
        condition = Readiness(
            clipState: clipState, version: version, topicProblems: { [watch] in watch.problems }, parts: parts,
            brokerIsConnected: { [producer] in producer.isConnected })
        let responses = Responses(signer: signer)
        let status = RequestStatus(clipState: clipState, responses: responses, clock: clock)
        events = EventStreams(clipState: clipState, status: status, limits: .init(longest: own.longestEventStream))
        let query = ClipQuery(longestClip: own.longestClip, defaultDuration: own.defaultClip)
        let clips = GetClip(
            query: query, clipState: clipState, responses: responses, publisher: publisher,
            waits: .init(standard: own.wait, longest: own.longestWait, acknowledgement: own.acknowledgementWait),
            log: log, logsHits: own.logsHits, clock: clock)
        let batch = PostBatch(
            clipState: clipState, responses: responses, publisher: publisher, query: query, clock: clock)
        let api = GatewayAPI(
            clip: clips, chunk: PostChunk(query: query, clips: clips), batch: batch, status: status, events: events,
            readiness: condition)
        let router = Router(routes: api.routes, cors: CORS(origins: own.corsOrigins), log: log, embedder: embedder)
        server = try HTTPServer(
            ServerSettings(
                address: own.address, port: own.port, threads: own.threads, maxConnections: own.maxConnections,
                maxHeaderBytes: own.maxHeaderBytes, maxBodyBytes: own.maxBodyBytes, idleTimeout: own.idleTimeout,
                refusal: { router.refused(status: $0, detail: $1, head: $2) },
                finish: { router.finish(&$0, $1) }),
            handler: { router.handle($0, $1) })
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
        guard await watch.begin(stopping: stopping) else {
            await drain()
            await producer.close(flushingWithin: .zero)
            await watch.end()
            return
        }
        let topics = broker.topics
        let open: @Sendable () throws(KafkaFault) -> any TableReader = {
            [kafka, projection, watch] () throws(KafkaFault) in
            let reader = try TopicReader(
                kafka,
                topics: [
                    (topics.ready, .beginning), (topics.failed, .end), (topics.requested, .end),
                    (topics.resolved, .end),
                ]
            ) { record in projection.handle(record) }
            watch.whenReplaced { [weak reader] in reader?.topicWasReplaced($0) }
            return reader
        }
        let supervisor = ReaderSupervisor(
            condition: condition, log: log, warmUpMax: own.warmUpMax,
            entries: { [clipState] in clipState.figures.entries },
            open: open)
        let first = try open()
        let reading = Task { await supervisor.run(first) }
        do throws(KafkaFault) {
            try await producer.prepare(topics: [topics.requested], within: .seconds(10))
        } catch {
            log.warning("The broker did not tell about the topics in time", ["detail": .string(error.description)])
        }
        await stopping()
        await drain()
        await StopSignal.drainStep("gateway: end reading the topics") {
            reading.cancel()
            await reading.value
        }
        await StopSignal.drainStep("gateway: publish what is left") {
            await producer.close(flushingWithin: .seconds(2))
        }
        await StopSignal.drainStep("gateway: end looking at topics") { [watch] in await watch.end() }
    }

    /// Says so on `/readyz` and by `Connection: close`, takes no new connections, and lets those who wait have their
    /// answer within the limit.
    private func drain() async {
        condition.stopping()
        server.announceStop()
        log.info("The gateway stops", ["waiting": .int(clipState.figures.waiters)])
        events.stop()
        if own.stopDelay > .zero { try? await Task.sleep(for: own.stopDelay) }
        let limit = own.drainLimit - own.stopDelay
        let stopping = ClipFault(.stopping, "this gateway is stopping; ask again")
        // A little before the server gives up on those who still wait, so that they read a problem with their request's id.
        let last = Task { [clipState] in
            guard (try? await Task.sleep(for: limit * 9 / 10)) != nil else { return }
            clipState.endAll(with: stopping)
        }
        await StopSignal.drainStep("gateway: answers under way") { await server.stop(within: limit) }
        last.cancel()
        clipState.endAll(with: stopping)
    }
}

extension Gateway {
    /// The gateway as a service of its own, signing for the clips bucket; it never talks to it.
    public static func onS3(
        _ settings: GatewaySettings, version: String, log: Log, stopping: @escaping @Sendable () async -> Void
    ) async throws {
        guard let signer = settings.clips.signer(settings.life.urls) else {
            throw SettingMissing("S3_CLIPS_BUCKET and its credentials")
        }
        let gateway = try Gateway(
            settings.own, broker: settings.broker, life: settings.life, signer: signer, version: version, log: log)
        try await gateway.run(stopping: stopping)
    }
}
