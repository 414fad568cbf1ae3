import CRdkafka

/// librdkafka's error number, inside this room only.
struct ErrorCode: Equatable {
    let raw: rd_kafka_resp_err_t

    init(_ raw: rd_kafka_resp_err_t) { self.raw = raw }
    init(number: Int32) { raw = rd_kafka_resp_err_t(rawValue: number) }

    var isFailure: Bool { raw != RD_KAFKA_RESP_ERR_NO_ERROR }

    /// Its constant name, such as `_ALL_BROKERS_DOWN`.
    var name: String { rd_kafka_err2name(raw).map { String(cString: $0) } ?? String(raw.rawValue) }

    /// What it means to the caller of this room.
    ///
    /// - Parameters:
    ///   - topic: the one that the call was about.
    ///   - right: what the call needs there, for the fault to name it where it is denied.
    func fault(topic: String = "", right: KafkaRight? = nil) -> KafkaFault {
        switch raw {
        case RD_KAFKA_RESP_ERR__QUEUE_FULL: .queueFull
        case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT: .timedOut
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE: .recordTooLarge
        case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
            RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
            .unknownTopic(topic)
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
            .denied(code: name, what: "\(right?.rawValue ?? "a right") on topic \(topic.isEmpty ? "?" : topic)")
        case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED where right == .create:
            .denied(code: name, what: "Create on topic \(topic) or on the cluster")
        case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL,
            RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM,
            RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE, RD_KAFKA_RESP_ERR_SECURITY_DISABLED:
            .denied(code: name)
        case RD_KAFKA_RESP_ERR__FATAL, RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE:
            .clientLost(code: name)
        case RD_KAFKA_RESP_ERR__DESTROY, RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT: .closed
        case _ where Self.passing.contains(raw.rawValue): .unavailable(code: name)
        default: .rejected(code: name)
        }
    }

    /// Whether the same commit may succeed a moment later. A member that its group has let go of, or that has to join
    /// anew first, gets nowhere by trying again.
    var passesForCommits: Bool {
        switch raw {
        case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
            RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
            false
        default: Self.passing.contains(raw.rawValue)
        }
    }

    /// Codes that pass by themselves: no connection, no leader or coordinator, elections, load.
    private static let passing: Set<Int32> = Set(
        [
            RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
            RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR__WAIT_COORD,
            RD_KAFKA_RESP_ERR__WAIT_CACHE, RD_KAFKA_RESP_ERR__IN_PROGRESS,
            RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS, RD_KAFKA_RESP_ERR__NODE_UPDATE, RD_KAFKA_RESP_ERR__RETRY,
            RD_KAFKA_RESP_ERR__STATE, RD_KAFKA_RESP_ERR__NOENT, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
            RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
            RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
            RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
            RD_KAFKA_RESP_ERR_NOT_CONTROLLER, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR,
            RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
            RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED,
            RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH,
            RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH, RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR,
        ].map(\.rawValue))
}
