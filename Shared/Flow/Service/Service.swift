import Domain
import Health
import Kafka
import Logging
import Telemetry
import Traces
import Wiring

/// A service of records as a route map: what it reads, by which step, what that writes, and where failures go.
///
/// What every service must do alike is here, and in no service: its topics at the start and while it runs, the purges before
/// the first record, health, the loss of a client, and the drain in order.
///
///     try await Flow.Service(.cutter, broker, …)
///         .step("cuts", from: topics.resolved, lanes: […], to: [topics.ready], …, cut.handle)
///         .run(until: stopping, drainWithin: limit)
public struct Service: Sendable {
    public let name: ServiceName
    /// Sends what the steps cause, and what a service sends by itself.
    public let producer: KafkaProducer
    /// Signs events with this process's name.
    public let codec: EventCodec
    let broker: BrokerSettings
    let kafka: KafkaSettings
    let watch: TopicWatch
    /// What topics lack that live work does without is said in the log, and keeps no service from it.
    let otherWatch: TopicWatch
    let purges: PurgeMarks
    let health: HealthRegistry?
    let metrics: Metrics
    let log: Log
    let version: String
    let tracer: Tracer
    var routes: [Route] = []
    var wholeTopics: [WholeTopics] = []
    /// When it is to stop, before anything else.
    var atStop: [Ending] = []
    /// When no record is under way any more.
    var whenDrained: [Ending] = []
    /// What its first and its last line tell beside the version.
    var details: @Sendable () -> LogFields = { [:] }
    private let clipLifetime: Duration
    private let clockTolerance: Duration
    private var rights: [(topic: String, rights: Set<KafkaRight>)] = []

    /// - Parameters:
    ///   - clipLifetime: how long the newest word on a clip is kept in a topic that has to be made.
    ///   - clockTolerance: how much of a record's age by two clocks is believed.
    ///   - messageTimeout: how long one record may wait for its acknowledgement.
    ///   - queueLimit: of records that wait for it.
    ///   - health: learns what goes on here.
    ///   - metrics: the instruments of the process; nil: those of `health`.
    ///   - tracer: records what is done with each record.
    /// - Throws: `.settingRefused`, `.clientNotStarted`. A broker that is away is no error here.
    public init(
        _ name: ServiceName, _ broker: BrokerSettings, clipLifetime: Duration, version: String,
        clockTolerance: Duration = .seconds(5), messageTimeout: Duration = .seconds(30),
        queueLimit: QueueLimit = QueueLimit(), health: HealthRegistry? = nil, metrics: Metrics? = nil,
        tracer: Tracer = .off, log: Log
    ) throws(KafkaFault) {
        self.name = name
        self.broker = broker
        self.clipLifetime = clipLifetime
        self.clockTolerance = clockTolerance
        self.version = version
        self.tracer = tracer.scoped(name.rawValue)
        self.health = health
        self.metrics = metrics ?? health?.metrics ?? Metrics()
        self.log = log
        kafka = broker.client(of: name.rawValue, log: log)
        codec = EventCodec(source: "/\(name.rawValue)/\(kafka.clientID)")
        purges = PurgeMarks(log: log)
        watch = try TopicWatch(of: broker, kafka: kafka, log: log)
        otherWatch = TopicWatch(beside: watch, log: log)
        health?.awaits(watch)
        producer = try KafkaProducer(kafka, messageTimeout: messageTimeout, queueLimit: queueLimit)
        self.metrics.follow(producer, of: name)
    }

    /// One step: a consumer group on a topic, each record of which `work` handles.
    ///
    /// Records of episodes that were purged after they were written are void: see ``Step``.
    ///
    /// - Parameters:
    ///   - step: begins the names of its counts in health.
    ///   - written: topics of what `work` comes to.
    ///   - group: without the prefix that all groups have.
    ///   - budget: how long work on an event is worth doing that does not say it itself.
    public func step<Event: ClipEvent>(
        _ step: String, from topic: String, to written: [String] = [], group: String,
        onFailure: Step<Event>.OnFailure, limits: ConsumerLimits, budget: Duration = .seconds(120),
        _ work: @escaping Handler<Event>
    ) -> Service {
        let handler = Step<Event>(
            StepSettings(
                service: name.rawValue, version: version, clockTolerance: clockTolerance, defaultBudget: budget,
                lane: broker.topics.lane(of: topic), tracer: tracer),
            codec: codec, producer: producer, deadLetters: broker.topics.deadLetter, onFailure: onFailure,
            purges: purges, metrics: StepMetrics(metrics, step: step), log: log, work: work)
        let group = broker.group(group)
        let lane = handler.settings.lane
        var service = self
        service.routes.append(
            Route(name: step, lane: lane, metrics: handler.metrics) { (kafka) throws(KafkaFault) in
                try GroupConsumer(lane.client(kafka), group: group, topics: [topic], limits: limits) { record, turn in
                    await handler.handle(record, turn: turn)
                }
            })
        service.need(.read, on: topic)
        for topic in written { service.need(.write, on: topic) }
        if case .tell(let topic) = onFailure { service.need(.write, on: topic) }
        service.need(.write, on: broker.topics.deadLetter)
        service.need(.read, on: broker.topics.purged)
        return service
    }

    /// One step for work of both lanes: a consumer group of its own on each lane's topic, so that neither the lag of bulk work
    /// nor trouble with its topic keeps live work waiting.
    ///
    /// The bulk lane's group and its counts in health have the same names with `bulk` behind them.
    ///
    /// - Parameter lanes: which are read, and how much of each is in hand.
    public func step<Event: ClipEvent>(
        _ step: String, from topics: LaneTopics, lanes: [Lane: ConsumerLimits], to written: [String] = [],
        group: String, onFailure: Step<Event>.OnFailure, budget: Duration = .seconds(120),
        _ work: @escaping Handler<Event>
    ) -> Service {
        Lane.allCases.reduce(self) { service, lane in
            guard let limits = lanes[lane] else { return service }
            return service.step(
                lane.named(step, separator: "_"), from: topics[lane], to: written,
                group: lane.named(group, separator: "-"), onFailure: onFailure, limits: limits, budget: budget, work)
        }
    }

    /// Topics that this process reads as a whole, outside any group, as long as it runs.
    ///
    /// - Parameter handle: called on the reader's own thread, one record after another; it must not block.
    public func reader(
        _ topics: [(name: String, from: TopicReader.Start)], watch: ReaderWatch,
        _ handle: @escaping @Sendable (Record) -> Void
    ) -> Service {
        var service = self
        service.wholeTopics.append(WholeTopics(topics: topics, watch: watch, handle: handle))
        for topic in topics { service.need(.read, on: topic.name) }
        return service
    }

    /// Topics that the service itself sends to, beside what its steps cause.
    public func sends(to topics: [String]) -> Service {
        var service = self
        for topic in topics { service.need(.write, on: topic) }
        return service
    }

    /// - Parameter body: called with each episode that is purged, on a reader's thread; it must not block.
    public func whenPurged(_ body: @escaping @Sendable (ObjectID) -> Void) -> Service {
        purges.whenPurged(body)
        return self
    }

    /// - Parameter body: run when the service is to stop, before it takes no more records.
    public func atStop(_ name: String, _ body: @escaping @Sendable () async -> Void) -> Service {
        var service = self
        service.atStop.append(Ending(name: name, body: body))
        return service
    }

    /// - Parameter body: run at the end, when no record is under way any more and what there is to send can still be sent.
    public func whenDrained(_ name: String, _ body: @escaping @Sendable () async -> Void) -> Service {
        var service = self
        service.whenDrained.append(Ending(name: name, body: body))
        return service
    }

    /// What the first and the last line of the service tell beside its version.
    public func details(_ details: @escaping @Sendable () -> LogFields) -> Service {
        var service = self
        service.details = details
        return service
    }

    /// The topics of this service and no other, and what it does with them: they follow from its steps and readers.
    public var needs: [TopicNeed] { essentialNeeds + otherNeeds }

    var essentialNeeds: [TopicNeed] { needs { broker.topics.isEssential($0) } }
    var otherNeeds: [TopicNeed] { needs { !broker.topics.isEssential($0) } }

    private func needs(where isMeant: (String) -> Bool) -> [TopicNeed] {
        rights.filter { isMeant($0.topic) }.map {
            TopicNeed(broker.spec(of: $0.topic, clipLifetime: clipLifetime), $0.rights)
        }
    }

    /// This process among all of its kind.
    public var instance: String { kafka.clientID }

    /// What the brokers say is wrong with them, in words for operators; empty where nothing keeps the service from its work.
    public var topicProblems: [String] { watch.problems }

    private mutating func need(_ right: KafkaRight, on topic: String) {
        if let place = rights.firstIndex(where: { $0.topic == topic }) {
            rights[place].rights.insert(right)
        } else {
            rights.append((topic, [right]))
        }
    }
}
