import Domain
import Kafka
import Logging
import Settings

/// How a service reaches Kafka, and what its topics are like where it has to make them.
public struct BrokerSettings: Sendable {
    public var bootstrapServers: String
    public var topics: Topics
    public var partitions: Int
    public var replication: Int
    /// For topics of work: how long what nobody has read is kept.
    public var workRetention: Duration
    /// The same for the bulk lane's topics.
    public var bulkRetention: Duration
    public var deadLetterRetention: Duration
    public var properties: [String: Secret]
    /// On the embedded broker a fetch returns only when its waiting time ends.
    public var isEmbedded = false
    private var privateBrokers: PrivateBrokers?

    public init(from read: inout SettingsReader) {
        bootstrapServers = BrokerList.read(from: &read)
        topics = Topics(
            prefix: read.string(
                "KAFKA_TOPIC_PREFIX", default: "", "put before every topic and group, where deployments share brokers"))
        partitions = read.int(
            "KAFKA_TOPIC_PARTITIONS", default: 12, in: 1...1000, "partitions of topics that have to be made")
        replication = read.int(
            "KAFKA_TOPIC_REPLICATION", default: 1, in: 1...15,
            "replicas of topics that have to be made; 3 in production")
        workRetention = read.duration(
            "KAFKA_WORK_RETENTION", default: .seconds(6 * 3600), in: .seconds(600)...(.seconds(7 * 86_400)),
            "how long requests are kept in topics that have to be made")
        bulkRetention = read.duration(
            "KAFKA_BULK_RETENTION", default: .seconds(6 * 3600), in: .seconds(600)...(.seconds(7 * 86_400)),
            "the same for requests of the bulk lane, which may wait until there is room for them")
        deadLetterRetention = read.duration(
            "KAFKA_DEAD_LETTER_RETENTION", default: .seconds(14 * 86_400),
            in: .seconds(3600)...(.seconds(365 * 86_400)),
            "how long dead letters are kept in topics that have to be made")
        properties = read.map(
            "KAFKA_PROPERTY_",
            "any librdkafka property: KAFKA_PROPERTY_SASL_MECHANISM is sasl.mechanism; for SASL, SSL and tuning")
        for mistake in KafkaSettings.mistakes(in: properties.mapValues { $0.reveal() }) {
            let names = mistake.property.split(separator: ",").map { property in
                let name = property.drop { $0 == " " }.uppercased().map { $0 == "." ? "_" : $0 }
                return "KAFKA_PROPERTY_" + String(name)
            }
            read.mistake("\(names.joined(separator: ", ")): \(mistake.reason)")
        }
    }

    /// The embedded broker: no settings, since everything is in this process.
    public init(embeddedIn broker: MockCluster, partitions: Int) {
        bootstrapServers = broker.bootstrapServers
        privateBrokers = broker.privateBrokers
        topics = Topics()
        self.partitions = partitions
        replication = 1
        workRetention = .seconds(3600)
        bulkRetention = .seconds(3600)
        deadLetterRetention = .seconds(3600)
        properties = [:]
        isEmbedded = true
    }

    /// Settings of one client.
    ///
    /// - Parameter service: with a few random letters it is the client's name on the brokers, one of its own per process.
    public func client(of service: String, log: Log) -> KafkaSettings {
        KafkaSettings(
            bootstrapServers: bootstrapServers,
            clientID: "cutroom-\(service)-\(String(UInt32.random(in: .min ... .max), radix: 36))",
            properties: properties.mapValues { $0.reveal() }, isEmbedded: isEmbedded,
            privateBrokers: privateBrokers
        ) { event in
            let fields: LogFields = [
                "event": .string(event.sentence),
                "fields": .string(event.fields.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: " ")),
            ]
            switch event.level {
            case .debug: log.debug("The Kafka client says", fields)
            case .info: log.info("The Kafka client says", fields)
            case .warning: log.warning("The Kafka client warns", fields)
            case .error: log.error("The Kafka client has met an error", fields)
            }
        }
    }

    /// The name of a consumer group, under the same prefix as the topics.
    public func group(_ name: String) -> String {
        String(topics.requested.live.dropLast("clip.requested".count)) + "cutroom-" + name
    }

    /// Every topic of a process that does all services' work, as it is made where it is missing: all but what gateways tell
    /// each other.
    ///
    /// - Parameter clipLifetime: how long the newest word on a clip is kept: as long as the clip.
    public func topicSpecs(clipLifetime: Duration) -> [TopicSpec] {
        topics.all.filter { $0 != topics.usage }.map { spec(of: $0, clipLifetime: clipLifetime) }
    }

    /// One topic as it is made where it is missing.
    public func spec(of topic: String, clipLifetime: Duration) -> TopicSpec {
        let (policy, retention) =
            switch topic {
            case topics.ready: ("compact,delete", clipLifetime)
            case topics.deadLetter: ("delete", deadLetterRetention)
            // Kept for as long as any work that a purge could void.
            case topics.purged: ("delete", max(workRetention, bulkRetention))
            case topics.usage: ("delete", Self.usageRetention)
            default: ("delete", topics.lane(of: topic) == .bulk ? bulkRetention : workRetention)
            }
        var configuration = [
            // The broker's own time, so that a record's age does not depend on who wrote it.
            "message.timestamp.type": "LogAppendTime", "cleanup.policy": policy,
            "retention.ms": String(retention.wholeMilliseconds),
        ]
        // A segment that is written to is not deleted, and one of a topic with few bytes would be written to for a week.
        if topic == topics.usage { configuration["segment.ms"] = configuration["retention.ms"] }
        return TopicSpec(
            name: topic,
            // Their records are few, and every process that reads them reads all.
            partitions: [topics.purged, topics.usage].contains(topic) ? 1 : partitions, replication: replication,
            configuration: configuration)
    }

    /// Nobody reads what is older than some seconds.
    private static let usageRetention = Duration.seconds(600)
}
