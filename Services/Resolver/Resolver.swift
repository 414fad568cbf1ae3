import Domain
import Episodes
import Flow
import Health
import Kafka
import Lifecycle
import Logging
import Wiring

/// One resolver, from start to the end of its drain.
public struct Resolver: Sendable {
    private let own: ResolverSettings.Own
    private let broker: BrokerSettings
    private let life: LifeSettings
    private let catalog: any EpisodeCatalog
    private let register: any ClipRegister
    private let version: String
    private let log: Log

    public init(
        _ own: ResolverSettings.Own, broker: BrokerSettings, life: LifeSettings, catalog: any EpisodeCatalog,
        register: any ClipRegister, version: String, log: Log
    ) {
        self.own = own
        self.broker = broker
        self.life = life
        self.catalog = catalog
        self.register = register
        self.version = version
        self.log = log
    }

    /// Resolves requests until it is stopped, and then finishes what is under way.
    ///
    /// - Parameter vitals: learn what goes on here.
    /// - Throws: what ended a Kafka client for good, after the drain.
    public func run(vitals: HealthRegistry? = nil, stopping: @escaping @Sendable () async -> Void) async throws {
        vitals?.awaitsKafka()
        let topics = broker.topics
        let kafka = broker.client(of: "resolver", log: log)
        let watch = try TopicWatch(
            broker.needs(of: .resolver, clipLifetime: life.clipLifetime), of: broker, kafka: kafka, log: log)
        vitals?.awaits(watch)
        guard await watch.begin(stopping: stopping) else {
            await watch.end()
            return
        }
        let producer = try KafkaProducer(kafka, messageTimeout: .seconds(30))
        do throws(KafkaFault) {
            try await producer.prepare(topics: [topics.resolved, topics.failed], within: .seconds(10))
        } catch {
            log.warning("The broker did not tell about the topics in time", ["detail": .string(error.description)])
        }
        let codec = EventCodec(source: "/resolver/\(kafka.clientID)")
        let settings = StepSettings(service: "resolver", version: version, clockTolerance: own.clockTolerance)
        let cache = EpisodeCache(
            catalog: catalog,
            limits: .init(
                entries: own.cacheEntries, lifetime: own.cacheLifetime, absenceLifetime: own.absenceLifetime),
            lookUps: own.lookUps * 64)
        // Purges are rare, and afterwards each episode is looked up anew: whether it is still there, all must know at once.
        let purges = PurgeMarks(log: log) { _ in cache.forgetAll() }
        let purgeReader = try purges.follow(broker, kafka)
        guard await purges.isRead(by: purgeReader, stopping: stopping) else {
            await purgeReader?.close()
            await producer.close(flushingWithin: .zero)
            await watch.end()
            return
        }
        let resolve = ResolveClip(
            catalog: catalog, cache: cache, topics: topics, chunkDuration: own.chunkClip)
        let step = Step<ClipRequested>(
            settings, codec: codec, producer: producer, deadLetters: topics.deadLetter,
            onFailure: .tell(topic: topics.failed), log: log, work: resolve.handle)
        // Nobody waits for the register: while its database is away the topic keeps what is to be noted.
        var patient = settings
        patient.defaultBudget = .seconds(86_400)
        let keep = Step<ClipReady>(
            patient, codec: codec, producer: producer, deadLetters: topics.deadLetter, onFailure: .putAside, log: log,
            work: KeepRegister(register: register, purges: purges).handle)
        let consumers = [
            try GroupConsumer(
                kafka, group: broker.group("resolver"), topics: [topics.requested],
                limits: ConsumerLimits(maxInFlight: own.lookUps * 16)
            ) { record, turn in await step.handle(record, turn: turn) },
            try GroupConsumer(
                kafka, group: broker.group("register"), topics: [topics.ready],
                limits: ConsumerLimits(maxInFlight: own.lookUps)
            ) { record, turn in await keep.handle(record, turn: turn) },
        ]
        watch.whenReplaced { topic in
            for consumer in consumers { consumer.topicWasReplaced(topic) }
            purgeReader?.topicWasReplaced(topic)
        }
        vitals?.follow(producer, consumers, watch)
        vitals?.follow(step.counters, consumers[0], as: "requests")
        vitals?.follow(keep.counters, consumers[1], as: "register")
        log.info("The resolver runs", ["version": .string(version)])
        let loss = await ConsumerLoss.orStop(consumers, stopping: stopping)
        vitals?.stopping()
        log.info("The resolver stops")
        await StopSignal.drainStep("resolver: records under way") {
            await withTaskGroup(of: Void.self) { group in
                for consumer in consumers { group.addTask { [own] in await consumer.drain(within: own.drainLimit) } }
            }
        }
        await StopSignal.drainStep("resolver: end reading purges") { await purgeReader?.close() }
        await StopSignal.drainStep("resolver: publish what is left") {
            await producer.close(flushingWithin: .seconds(2))
        }
        await StopSignal.drainStep("resolver: end looking at topics") { await watch.end() }
        if let loss { throw loss }
    }
}
