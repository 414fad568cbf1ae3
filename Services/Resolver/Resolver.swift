import Domain
import Episodes
import Flow
import Health
import Kafka
import Logging
import Telemetry
import Traces
import Wiring

/// One resolver, from start to the end of its drain.
public struct Resolver: Sendable {
    private let own: ResolverSettings.Own
    private let broker: BrokerSettings
    private let life: LifeSettings
    private let catalog: any EpisodeCatalog
    private let register: any ClipRegister
    private let version: String
    private let tracer: Tracer
    private let log: Log

    public init(
        _ own: ResolverSettings.Own, broker: BrokerSettings, life: LifeSettings, catalog: any EpisodeCatalog,
        register: any ClipRegister, version: String, tracer: Tracer = .off, log: Log
    ) {
        self.own = own
        self.broker = broker
        self.life = life
        self.catalog = catalog
        self.register = register
        self.version = version
        self.tracer = tracer
        self.log = log
    }

    /// Resolves requests until it is stopped, and then finishes what is under way.
    ///
    /// - Parameter vitals: learn what goes on here.
    /// - Throws: what ended a Kafka client for good, after the drain.
    public func run(vitals: HealthRegistry? = nil, stopping: @escaping @Sendable () async -> Void) async throws {
        try await service(vitals).run(until: stopping, drainWithin: own.drainLimit)
    }

    /// The way of a record through this service.
    func service(_ vitals: HealthRegistry? = nil) throws(KafkaFault) -> Flow.Service {
        let (topics, cache) = (broker.topics, cache())
        let stages = ResolverStage.times(in: vitals?.metrics ?? Metrics())
        return try Flow.Service(
            .resolver, broker, clipLifetime: life.clipLifetime, version: version, clockTolerance: own.clockTolerance,
            health: vitals, tracer: tracer, log: log
        )
        .step(
            "requests", from: topics.requested,
            lanes: [
                .live: ConsumerLimits(maxInFlight: own.lookUps * 16),
                .bulk: ConsumerLimits(maxInFlight: own.bulkLookUps),
            ], to: topics.resolved.all, group: "resolver", onFailure: .tell(topic: topics.failed),
            ResolveClip(
                catalog: catalog, cache: cache, topics: topics, chunkDuration: own.chunkClip,
                longestClip: own.longestClip,
                stages: stages
            ).handle
        )
        // Nobody waits for the register: while its database is away the topic keeps what is to be noted.
        .step(
            "register", from: topics.ready, group: "register", onFailure: .putAside,
            limits: ConsumerLimits(maxInFlight: own.lookUps), budget: .seconds(86_400),
            KeepRegister(register: register).handle
        )
        // Purges are rare, and afterwards each episode is looked up anew: whether it is still there, all must know at once.
        .whenPurged { _ in cache.forgetAll() }
    }

    private func cache() -> EpisodeCache {
        EpisodeCache(
            catalog: catalog,
            limits: .init(
                entries: own.cacheEntries, lifetime: own.cacheLifetime, absenceLifetime: own.absenceLifetime),
            lookUps: own.lookUps * 64)
    }
}
