import CRdkafka
import Synchronization

/// One librdkafka client. Destroying it blocks, so the last to let go is its poll thread, or another that may block.
///
/// `@unchecked Sendable`: `raw` never changes, and librdkafka takes calls from any thread
/// (its INTRODUCTION.md, "Threads and callbacks").
final class Client: @unchecked Sendable {
    enum Kind {
        case producer
        case consumer
    }

    let raw: OpaquePointer
    let context: ClientContext
    private let topics = Mutex<[String: TopicHandle]>([:])

    /// `@unchecked Sendable`: librdkafka takes a topic's handle from any thread, and only `deinit` destroys it.
    private struct TopicHandle: @unchecked Sendable {
        let raw: OpaquePointer
    }

    /// - Parameter properties: ours for this kind of client, over those that all have; `settings.properties` win.
    init(
        _ kind: Kind, _ settings: KafkaSettings, properties: [String: String], context: ClientContext
    ) throws(KafkaFault) {
        guard let conf = rd_kafka_conf_new() else { throw .clientNotStarted() }
        // Not merged by name before: many properties have two names, and what is set last counts, under whichever.
        for layer in [Client.common(settings), properties, settings.properties] {
            for (name, value) in layer.sorted(by: { $0.key < $1.key }) {
                guard rd_kafka_conf_set(conf, name, value, nil, 0) == RD_KAFKA_CONF_OK else {
                    rd_kafka_conf_destroy(conf)
                    throw .settingRefused(property: name)
                }
            }
        }
        let retained = Unmanaged.passRetained(context)
        context.install(in: conf, opaque: retained.toOpaque(), isConsumer: kind == .consumer)
        if let brokers = settings.privateBrokers { context.connect(by: brokers, in: conf) }
        var reason = [CChar](repeating: 0, count: 512)
        guard
            let raw = rd_kafka_new(
                kind == .producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf, &reason, reason.count)
        else {
            rd_kafka_conf_destroy(conf)
            retained.release()
            let text = reason.prefix { $0 != 0 }.prefix(300).map { UInt8(bitPattern: $0) }
            throw .clientNotStarted(reason: String(decoding: text, as: UTF8.self))
        }
        self.raw = raw
        self.context = context
        // The main queue would not be served: everything comes through the consumer's own.
        if kind == .consumer, properties["group.id"] != nil { rd_kafka_poll_set_consumer(raw) }
    }

    deinit {
        for topic in topics.withLock({ Array($0.values) }) { rd_kafka_topic_destroy(topic.raw) }
        rd_kafka_destroy_flags(raw, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
        Unmanaged.passUnretained(context).release()
    }

    /// librdkafka's handle of that topic, kept as long as the client, so that what it learnt of the topic is kept too.
    func handle(of topic: String) -> Result<OpaquePointer, KafkaFault> {
        let held: Result<TopicHandle, KafkaFault> = topics.withLock { topics in
            if let known = topics[topic] { return .success(known) }
            guard let made = rd_kafka_topic_new(raw, topic, nil) else {
                return .failure(ErrorCode(rd_kafka_last_error()).fault(topic: topic))
            }
            topics[topic] = TopicHandle(raw: made)
            return .success(TopicHandle(raw: made))
        }
        return held.map(\.raw)
    }

    private static func common(_ settings: KafkaSettings) -> [String: String] {
        [
            "bootstrap.servers": settings.bootstrapServers,
            "client.id": settings.clientID,
            // A Unix socket has no such option, and librdkafka would warn of each connection.
            "socket.nagle.disable": settings.privateBrokers == nil ? "true" : "false",
            "socket.keepalive.enable": "true",
            "socket.connection.setup.timeout.ms": "4000",
            // A broker that takes a request and never answers is left after this long; the default is a minute. Several
            // requests may have to find that out one after the other, so it counts more than once.
            "socket.timeout.ms": "6000",
            "reconnect.backoff.ms": "50",
            // The default of 10 s would add as much to each outage.
            "reconnect.backoff.max.ms": "1000",
            "log.connection.close": "false",
            // How soon a client learns who leads what, also one that has nothing to send or to fetch: with the default of
            // five minutes it would send to a broker that hangs, and find that out by `socket.timeout.ms` at each hop.
            "topic.metadata.refresh.interval.ms": "2000",
            // How a client knows whether any broker is connected; about 50 µs a second.
            "statistics.interval.ms": "1000",
        ]
    }
}
