import Bounded
import Domain
import Flow
import Health
import Kafka
import Logging
import ObjectStore
import Telemetry
import Traces
import Wiring

/// One cutter, from start to the end of its drain.
public struct Cutter: Sendable {
    private let own: CutterSettings.Own
    private let broker: BrokerSettings
    private let life: LifeSettings
    private let sources: any ObjectStore
    private let clips: any ObjectStore
    private let tools: CutterTools?
    private let version: String
    private let tracer: Tracer
    private let log: Log

    /// - Parameter tools: over `sources` and `clips`, of whoever embeds the cutter and closes it; nil: one of its own.
    public init(
        _ own: CutterSettings.Own, broker: BrokerSettings, life: LifeSettings, sources: any ObjectStore,
        clips: any ObjectStore, tools: CutterTools? = nil, version: String, tracer: Tracer = .off, log: Log
    ) {
        self.own = own
        self.broker = broker
        self.life = life
        self.sources = sources
        self.clips = clips
        self.tools = tools
        self.version = version
        self.tracer = tracer
        self.log = log
    }

    /// Cuts clips until it is stopped, and then finishes what is under way.
    ///
    /// - Parameter vitals: learn what goes on here.
    /// - Throws: what ended a Kafka client for good, after the drain.
    public func run(vitals: HealthRegistry? = nil, stopping: @escaping @Sendable () async -> Void) async throws {
        MallocTuning.keep()
        vitals?.depends(on: "ffmpeg") { .missing("it was not looked for yet") }
        let service = try Flow.Service(
            .cutter, broker, clipLifetime: life.clipLifetime, version: version, clockTolerance: own.clockTolerance,
            health: vitals, tracer: tracer, log: log)
        let opened = tools == nil ? try await open(vitals) : nil
        vitals?.depends(on: "ffmpeg") { .present }
        guard let tools = tools ?? opened else { return }
        try await route(service, tools, vitals)
            .whenDrained("end ffmpeg") { await opened?.close() }
            .details { [own] in ["slots": .int(own.slots)] }
            .run(until: stopping, drainWithin: own.drainLimit)
    }

    /// The way of a record through this service.
    func route(_ service: Flow.Service, _ tools: CutterTools, _ vitals: HealthRegistry? = nil) -> Flow.Service {
        let (topics, clipStore) = (broker.topics, clipStore)
        let audit = audit(tools, clipStore, service)
        vitals?.follow(audit)
        tools.metrics.metrics.follow(audit)
        let slots = WorkSlots(count: own.slots, reserved: own.reservedSlots, queueLimit: mostWorks)
        tools.metrics.metrics.follow(slots)
        return
            service
            .step(
                "cuts", from: topics.resolved, lanes: [.live: limits(.live), .bulk: limits(.bulk)],
                to: [topics.ready], group: "cutter", onFailure: .tell(topic: topics.failed),
                CutClip(
                    sources: finder, clipStore: clipStore, maker: tools, slots: slots, flightLimit: mostWorks,
                    topics: topics, link: own.link, audit: audit, metrics: tools.metrics
                ).handle
            )
            .whenDrained("audit of clips") { await audit.close() }
    }

    private func open(_ vitals: HealthRegistry?) async throws -> CutterTools {
        try await CutterTools.open(
            own, sources: sources, clips: clips, metrics: vitals?.metrics ?? Metrics(), log: log)
    }

    private func limits(_ lane: Lane) -> ConsumerLimits {
        let inHand =
            switch lane {
            case .live: own.slots * (1 + own.queued)
            // One waits for each slot that the lane may have: what is taken ahead of that would only age here.
            case .bulk: 2 * max(1, own.slots - own.reservedSlots)
            }
        return ConsumerLimits(maxInFlight: inHand, maxResting: 4 * inHand)
    }

    /// Of both lanes. What waits for its next try holds no place; afterwards it must find one.
    private var mostWorks: Int {
        Lane.allCases.map(limits).reduce(0) { $0 + $1.maxInFlight + $1.maxResting }
    }

    private var finder: SourceFinder {
        SourceFinder(
            store: sources,
            limits: .init(
                entries: own.sourceEntries, lifetime: own.sourceLifetime, absenceLifetime: own.absenceLifetime,
                lookUps: mostWorks, listing: own.sourceListing))
    }

    private var clipStore: ClipStore {
        ClipStore(
            store: clips, lifetimeSeconds: life.clipLifetime.components.seconds,
            neededSeconds: life.signedSeconds + LifeSettings.margin.components.seconds)
    }

    private func audit(_ tools: CutterTools, _ clipStore: ClipStore, _ service: Flow.Service) -> ClipAudit {
        let topic = broker.topics.ready
        return ClipAudit(
            every: own.auditEvery, checker: tools.checker, remaker: tools.decoding, clipStore: clipStore, log: log
        ) { [log, producer = service.producer, codec = service.codec] ready, trace in
            // Not the service as a whole: its health knows the audit.
            do throws(KafkaFault) {
                try await producer.deliver(codec.encode(ready, to: topic, trace: trace))
            } catch {
                log.warning("A clip that was made again is not announced", ["detail": .string(error.description)])
            }
        }
    }
}
