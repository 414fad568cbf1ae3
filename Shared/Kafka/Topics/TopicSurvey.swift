import CRdkafka

/// Questions about topics, by their names. None makes a topic, and everything here blocks.
struct TopicSurvey {
    let client: Client

    /// - Parameters:
    ///   - limit: for each question to a broker; there are as many as names, and one for the rights.
    ///   - withRights: whether ids and rights are asked for too.
    /// - Returns: an entry for each name; the fault where no broker answered.
    func states(of names: [String], within limit: Duration, withRights: Bool = false) -> Result<
        [String: TopicState], KafkaFault
    > {
        client.poll(atMost: .zero)
        guard !names.isEmpty else { return .success([:]) }
        var found = [cutroom_topic_t](repeating: cutroom_topic_t(), count: names.count)
        let code = withCStrings(names) { pointers in
            let code = ErrorCode(
                number: cutroom_look_for_topics(
                    client.raw, &pointers, names.count, max(1, limit.milliseconds), &found))
            // One broker alone is asked for these, and it may be the one that is away: they are missed then.
            if !code.isFailure, withRights {
                cutroom_add_rights(
                    client.raw, &pointers, names.count, max(1, min(limit, .seconds(1)).milliseconds), &found)
            }
            return code
        }
        if code.isFailure { return .failure(code.fault()) }
        client.context.noteConnected()
        return .success(Dictionary(zip(names, found.map(TopicState.init)), uniquingKeysWith: { $1 }))
    }

    /// The settings that are in force for topics.
    ///
    /// - Returns: for each name its settings, or why they are not told; the fault where no broker answered.
    func configurations(
        of names: [String], within limit: Duration
    ) -> Result<[String: Result<[String: String], KafkaFault>], KafkaFault> {
        guard !names.isEmpty, let queue = rd_kafka_queue_new(client.raw) else { return .success([:]) }
        defer { rd_kafka_queue_destroy(queue) }
        let options = rd_kafka_AdminOptions_new(client.raw, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS)
        defer { rd_kafka_AdminOptions_destroy(options) }
        rd_kafka_AdminOptions_set_request_timeout(options, max(1, limit.milliseconds), nil, 0)
        var resources = names.map { rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, $0) }
        defer { for resource in resources { rd_kafka_ConfigResource_destroy(resource) } }
        rd_kafka_DescribeConfigs(client.raw, &resources, resources.count, options, queue)

        guard let event = rd_kafka_queue_poll(queue, limit.milliseconds + 100) else { return .failure(.timedOut) }
        defer { rd_kafka_event_destroy(event) }
        let code = ErrorCode(rd_kafka_event_error(event))
        guard !code.isFailure else { return .failure(code.fault()) }
        var count = 0
        guard let result = rd_kafka_event_DescribeConfigs_result(event),
            let told = rd_kafka_DescribeConfigs_result_resources(result, &count)
        else { return .failure(.rejected(code: "NO_RESULT")) }
        var configurations: [String: Result<[String: String], KafkaFault>] = [:]
        for index in 0..<count {
            guard let resource = told[index], let name = rd_kafka_ConfigResource_name(resource) else { continue }
            let topic = String(cString: name)
            let code = ErrorCode(rd_kafka_ConfigResource_error(resource))
            configurations[topic] =
                code.isFailure
                ? .failure(code.fault(topic: topic, right: .describeConfigs)) : .success(Self.entries(of: resource))
        }
        return .success(configurations)
    }

    private static func entries(of resource: OpaquePointer) -> [String: String] {
        var count = 0
        guard let entries = rd_kafka_ConfigResource_configs(resource, &count) else { return [:] }
        var found: [String: String] = [:]
        for index in 0..<count {
            guard let entry = entries[index], let name = rd_kafka_ConfigEntry_name(entry),
                let value = rd_kafka_ConfigEntry_value(entry)
            else { continue }
            found[String(cString: name)] = String(cString: value)
        }
        return found
    }

    /// Makes a topic. One that is there already is no fault: another service was quicker.
    ///
    /// - Returns: whether it was made here.
    func create(_ spec: TopicSpec, within limit: Duration) -> Result<Bool, KafkaFault> {
        var reason = [CChar](repeating: 0, count: 256)
        var topic = rd_kafka_NewTopic_new(
            spec.name, Int32(clamping: spec.partitions), Int32(clamping: spec.replication), &reason, reason.count)
        guard topic != nil else { return .failure(.rejected(code: "INVALID_TOPIC")) }
        defer { rd_kafka_NewTopic_destroy(topic) }
        for (name, value) in spec.configuration { rd_kafka_NewTopic_set_config(topic, name, value) }
        guard let queue = rd_kafka_queue_new(client.raw) else { return .failure(.clientNotStarted(reason: "no queue")) }
        defer { rd_kafka_queue_destroy(queue) }
        let options = rd_kafka_AdminOptions_new(client.raw, RD_KAFKA_ADMIN_OP_CREATETOPICS)
        defer { rd_kafka_AdminOptions_destroy(options) }
        rd_kafka_AdminOptions_set_request_timeout(options, max(1, limit.milliseconds), nil, 0)
        rd_kafka_CreateTopics(client.raw, &topic, 1, options, queue)

        guard let event = rd_kafka_queue_poll(queue, limit.milliseconds + 100) else { return .failure(.timedOut) }
        defer { rd_kafka_event_destroy(event) }
        let overall = ErrorCode(rd_kafka_event_error(event))
        if overall.isFailure { return .failure(overall.fault(topic: spec.name, right: .create)) }
        var count = 0
        guard let result = rd_kafka_event_CreateTopics_result(event),
            let topics = rd_kafka_CreateTopics_result_topics(result, &count), count == 1
        else { return .failure(.rejected(code: "NO_RESULT")) }
        let code = ErrorCode(rd_kafka_topic_result_error(topics[0]))
        if code.raw == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS { return .success(false) }
        return code.isFailure ? .failure(code.fault(topic: spec.name, right: .create)) : .success(true)
    }

    private func withCStrings<Value>(
        _ texts: [String], _ body: (inout [UnsafePointer<CChar>?]) -> Value
    ) -> Value {
        let copies = texts.map { Array($0.utf8CString) }
        // One allocation for all, so that every pointer is valid at once.
        let joined = copies.flatMap { $0 }
        return joined.withUnsafeBufferPointer { bytes in
            var offset = 0
            var pointers: [UnsafePointer<CChar>?] = []
            for copy in copies {
                pointers.append(bytes.baseAddress.map { $0 + offset })
                offset += copy.count
            }
            return body(&pointers)
        }
    }
}

extension TopicState {
    init(_ found: cutroom_topic_t) {
        let code = ErrorCode(number: found.error)
        switch code.raw {
        case RD_KAFKA_RESP_ERR_NO_ERROR where found.partitions > 0: self = .present(TopicFacts(found))
        case RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
            RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
            self = .missing
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED: self = .denied
        default: self = .trouble(code.name)
        }
    }
}

extension TopicFacts {
    init(_ found: cutroom_topic_t) {
        let id = withUnsafeBytes(of: found.id) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
        self.init(
            id: id.isEmpty ? nil : id, partitions: Int(found.partitions), leaderless: Int(found.leaderless),
            replicas: Int(found.fewest_replicas), replicasInSync: Int(found.fewest_in_sync),
            rights: found.rights == 0
                ? nil : Set(KafkaRight.allCases.filter { found.rights & (1 << $0.operation) != 0 }))
    }
}
