import Bounded
import Domain
import Flow
import Health
import Kafka
import Lifecycle
import Logging
import ObjectStore
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
    private let log: Log

    /// - Parameter tools: over `sources` and `clips`, of whoever embeds the cutter and closes it; nil: one of its own.
    public init(
        _ own: CutterSettings.Own, broker: BrokerSettings, life: LifeSettings, sources: any ObjectStore,
        clips: any ObjectStore, tools: CutterTools? = nil, version: String, log: Log
    ) {
        self.own = own
        self.broker = broker
        self.life = life
        self.sources = sources
        self.clips = clips
        self.tools = tools
        self.version = version
        self.log = log
    }

    /// Cuts clips until it is stopped, and then finishes what is under way.
    ///
    /// - Parameter vitals: learn what goes on here.
    /// - Throws: what ended a Kafka client for good, after the drain.
    public func run(vitals: HealthRegistry? = nil, stopping: @escaping @Sendable () async -> Void) async throws {
        vitals?.awaitsKafka()
        vitals?.depends(on: "ffmpeg") { .missing("it was not looked for yet") }
        MallocTuning.keep()
        let topics = broker.topics
        let kafka = broker.client(of: "cutter", log: log)
        let maker: CutterTools
        if let tools {
            maker = tools
        } else {
            maker = try await CutterTools.open(own, sources: sources, clips: clips, log: log)
        }
        vitals?.depends(on: "ffmpeg") { .present }
        let watch = try TopicWatch(
            broker.needs(of: .cutter, clipLifetime: life.clipLifetime), of: broker, kafka: kafka, log: log)
        vitals?.awaits(watch)
        guard await watch.begin(stopping: stopping) else {
            await watch.end()
            if tools == nil { await maker.close() }
            return
        }
        let producer = try KafkaProducer(kafka, messageTimeout: .seconds(30))
        do throws(KafkaFault) {
            try await producer.prepare(topics: [topics.ready, topics.failed], within: .seconds(10))
        } catch {
            log.warning("The broker did not tell about the topics in time", ["detail": .string(error.description)])
        }
        let inHand = own.slots * (1 + own.queued)
        // What waits for its next try holds no place; afterwards it must find one.
        let resting = 4 * inHand
        let clipStore = ClipStore(
            store: clips, lifetimeSeconds: life.clipLifetime.components.seconds,
            neededSeconds: life.signedSeconds + LifeSettings.margin.components.seconds)
        let codec = EventCodec(source: "/cutter/\(kafka.clientID)")
        let audit = ClipAudit(
            every: own.auditEvery, checker: maker.checker, remaker: maker.decoding, clipStore: clipStore, log: log
        ) { [log] ready, trace in
            do throws(KafkaFault) {
                try await producer.deliver(codec.encode(ready, to: topics.ready, trace: trace))
            } catch {
                log.warning("A clip that was made again is not announced", ["detail": .string(error.description)])
            }
        }
        let purges = PurgeMarks(log: log)
        let purgeReader = try purges.follow(broker, kafka)
        guard await purges.isRead(by: purgeReader, stopping: stopping) else {
            await purgeReader?.close()
            await producer.close(flushingWithin: .zero)
            await watch.end()
            if tools == nil { await maker.close() }
            return
        }
        let cut = CutClip(
            sources: SourceFinder(
                store: sources,
                limits: .init(
                    entries: own.sourceEntries, lifetime: own.sourceLifetime, absenceLifetime: own.absenceLifetime,
                    lookUps: inHand + resting, listing: own.sourceListing)),
            clipStore: clipStore, maker: maker, slots: WorkSlots(count: own.slots, queueLimit: inHand + resting),
            flightLimit: inHand + resting, topics: topics, link: own.link,
            audit: audit, purges: purges)
        let step = Step<ClipResolved>(
            StepSettings(service: "cutter", version: version, clockTolerance: own.clockTolerance),
            codec: codec, producer: producer, deadLetters: topics.deadLetter,
            onFailure: .tell(topic: topics.failed), log: log, work: cut.handle)
        let consumer = try GroupConsumer(
            kafka, group: broker.group("cutter"), topics: [topics.resolved],
            limits: ConsumerLimits(maxInFlight: inHand, maxResting: resting)
        ) { record, turn in await step.handle(record, turn: turn) }
        log.info("The cutter runs", ["version": .string(version), "slots": .int(own.slots)])
        watch.whenReplaced { topic in
            consumer.topicWasReplaced(topic)
            purgeReader?.topicWasReplaced(topic)
        }
        vitals?.follow(producer, [consumer], watch)
        vitals?.follow(step.counters, consumer, as: "cuts")
        vitals?.follow(audit)
        let loss = await ConsumerLoss.orStop([consumer], stopping: stopping)
        vitals?.stopping()
        log.info("The cutter stops", ["in_flight": .int(consumer.inFlight)])
        await StopSignal.drainStep("cutter: clips under way") { await consumer.drain(within: own.drainLimit) }
        await StopSignal.drainStep("cutter: audit of clips") { await audit.close() }
        await StopSignal.drainStep("cutter: end reading purges") { await purgeReader?.close() }
        await StopSignal.drainStep("cutter: publish what is left") { await producer.close(flushingWithin: .seconds(2)) }
        await StopSignal.drainStep("cutter: end looking at topics") { await watch.end() }
        await StopSignal.drainStep("cutter: end ffmpeg") { if tools == nil { await maker.close() } }
        if let loss { throw loss }
    }
}
