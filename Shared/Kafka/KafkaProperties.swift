import CRdkafka

extension KafkaSettings {
    /// What is wrong with properties that an operator gave, by their names: an unknown name, a value that librdkafka
    /// refuses, one that is not theirs to set, or all together. No reason shows a value.
    ///
    /// It blocks for some milliseconds: for the start only.
    public static func mistakes(in properties: [String: String]) -> [(property: String, reason: String)] {
        guard !properties.isEmpty, let conf = rd_kafka_conf_new() else { return [] }
        defer { rd_kafka_conf_destroy(conf) }
        var found: [(property: String, reason: String)] = []
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
            if let reason = reserved[name] {
                found.append((name, "must not be set: \(reason)"))
                continue
            }
            switch rd_kafka_conf_set(conf, name, value, nil, 0) {
            case RD_KAFKA_CONF_OK: break
            case RD_KAFKA_CONF_UNKNOWN: found.append((name, "librdkafka knows no property \(name)"))
            default: found.append((name, "librdkafka refuses this value for \(name)"))
            }
        }
        guard found.isEmpty else { return found }
        // Each may be right and all together wrong: a mechanism without a password, a certificate that can't be read.
        let settings = KafkaSettings(bootstrapServers: "", clientID: "check", properties: properties)
        do throws(KafkaFault) {
            _ = try Client(.producer, settings, properties: [:], context: ClientContext(onEvent: { _ in }))
        } catch {
            found.append((properties.keys.sorted().joined(separator: ", "), error.description))
        }
        return found
    }

    /// Properties on which the services' promises rest, or that a setting of ours stands for, and why each is not to be set.
    static let reserved: [String: String] = {
        let once = "a record may count as done only when its results are acknowledged"
        let safe = "a record may count as sent only when all replicas in sync have it, once and in order"
        let keys = "all writers must send a key to the same partition"
        let known = "whether a client is connected and has partitions is read from them"
        let bound = "the services' own bounds count what is unacknowledged"
        let setting = "KAFKA_BOOTSTRAP_SERVERS says where the brokers are"
        return [
            "enable.auto.offset.store": once, "enable.auto.commit": once, "auto.commit.enable": once,
            "auto.offset.reset": "what nobody has read must be read from the beginning",
            "enable.idempotence": safe, "acks": safe, "request.required.acks": safe, "transactional.id": safe,
            "partitioner": keys, "partitioner_cb": keys,
            "group.id": "each service has its groups, under KAFKA_TOPIC_PREFIX",
            "enable.partition.eof": "the end of a table is known by it",
            "allow.auto.create.topics": "topics made by asking for them have the wrong settings",
            "statistics.interval.ms": known,
            "queue.buffering.max.messages": bound, "queue.buffering.max.kbytes": bound,
            "message.timeout.ms": "each service says how long its records may wait",
            "delivery.timeout.ms": "each service says how long its records may wait",
            "bootstrap.servers": setting, "metadata.broker.list": setting,
        ]
    }()
}
