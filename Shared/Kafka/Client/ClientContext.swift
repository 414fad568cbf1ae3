import CRdkafka
import Glibc
import Synchronization

/// What a client's callbacks write to: connection state, events, delivery reports and rebalances.
final class ClientContext: Sendable {
    /// What the group's coordinator wants; the poll thread answers it.
    enum Rebalance: Equatable {
        case assign([TopicPartition])
        case revoke([TopicPartition])
        case failed
    }

    private struct State {
        var isConnected = false
        var lost: KafkaFault?
        var rebalances: [Rebalance] = []
        /// The last refusal for want of a right, and when that was.
        var denial: (fault: KafkaFault, at: ContinuousClock.Instant)?
        /// Since when the group has given this client no valid share; nil while it has one.
        var unassignedSince: ContinuousClock.Instant? = .now
    }

    private let gate: EventGate
    private let group: String?
    private let state = Mutex(State())
    private let told = ToldStatistics()
    /// Nil where brokers are reached over the network.
    let brokers = Mutex<PrivateBrokers?>(nil)
    private let onDelivery: (@Sendable (UInt, Result<RecordPosition, KafkaFault>) -> Void)?

    /// - Parameters:
    ///   - group: of a group consumer.
    ///   - onDelivery: gets each record's ticket and fate; runs on the poll thread.
    init(
        group: String? = nil, onEvent: @escaping @Sendable (KafkaEvent) -> Void,
        onDelivery: (@Sendable (UInt, Result<RecordPosition, KafkaFault>) -> Void)? = nil
    ) {
        self.group = group
        gate = EventGate(deliver: onEvent)
        self.onDelivery = onDelivery
    }

    var isConnected: Bool { state.withLock { $0.isConnected && $0.lost == nil } }

    /// At most a second old; nil until librdkafka has told any.
    var statistics: ClientStatistics? { told.read }

    /// Set once librdkafka says that this client can't go on.
    var lost: KafkaFault? { state.withLock { $0.lost } }

    func report(_ level: KafkaEvent.Level, _ sentence: String, _ fields: [String: String] = [:]) {
        gate.pass(KafkaEvent(level: level, sentence: sentence, fields: fields))
    }

    func takeRebalances() -> [Rebalance] {
        state.withLock { state in
            defer { state.rebalances = [] }
            return state.rebalances
        }
    }

    func noteConnected() { state.withLock { $0.isConnected = true } }

    func noteLost(_ fault: KafkaFault) {
        let isFirst = state.withLock { state in
            defer { state.lost = state.lost ?? fault }
            return state.lost == nil
        }
        if isFirst { report(.error, "Kafka client is lost and has to be replaced", ["fault": "\(fault)"]) }
    }

    /// A right that was refused lately. It is forgotten when what needed it works again, and after a while by itself,
    /// since what does not happen is not refused either.
    var denial: KafkaFault? {
        state.withLock { state in
            state.denial.flatMap { $0.at.duration(to: .now) < .seconds(15) ? $0.fault : nil }
        }
    }

    /// How long the group has given this client no valid share; nil while it has one.
    var unassignedFor: Duration? { state.withLock { $0.unassignedSince.map { $0.duration(to: .now) } } }

    /// - Parameters:
    ///   - reason: librdkafka's words, or which call it was.
    ///   - topic: that it is about, where it is about one.
    func noteError(_ code: ErrorCode, reason: String, topic: String = "") {
        let fault = groupDenial(code) ?? code.fault(topic: topic, right: .read)
        if case .denied = fault { noteDenial(fault) }
        if code.raw == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN { state.withLock { $0.isConnected = false } }
        if case .clientLost = fault { noteLost(fault) }
        var fields = ["code": code.name, "reason": String(reason.prefix(300))]
        if !topic.isEmpty { fields["topic"] = topic }
        if case .denied(_, let what) = fault, !what.isEmpty { fields["denied"] = what }
        report(fault.isTransient ? .warning : .error, "Kafka client met an error", fields)
    }

    /// What a commit was refused with. A member whose group is denied is told so by that, and by nothing else until its
    /// session is over: librdkafka passes over what its heartbeats are answered.
    private func noteRefusedCommit(_ code: ErrorCode) {
        var fields = ["code": code.name]
        if let denial = groupDenial(code) {
            noteDenial(denial)
            if case .denied(_, let what) = denial { fields["denied"] = what }
        }
        report(.warning, "Kafka refused a commit of offsets", fields)
    }

    private func groupDenial(_ code: ErrorCode) -> KafkaFault? {
        guard code.raw == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, let group else { return nil }
        return .denied(code: code.name, what: "Read on group \(group)")
    }

    private func noteDenial(_ fault: KafkaFault) { state.withLock { $0.denial = (fault, .now) } }

    // MARK: callbacks

    func install(in conf: OpaquePointer, opaque: UnsafeMutableRawPointer, isConsumer: Bool) {
        rd_kafka_conf_set_opaque(conf, opaque)
        rd_kafka_conf_set_log_cb(conf) { client, level, facility, text in
            guard let client, let opaque = rd_kafka_opaque(client) else { return }
            ClientContext.at(opaque).log(level: level, facility: facility, text: text)
        }
        rd_kafka_conf_set_error_cb(conf) { _, code, reason, opaque in
            guard let opaque else { return }
            ClientContext.at(opaque).noteError(
                ErrorCode(number: code), reason: reason.map { String(cString: $0) } ?? "")
        }
        rd_kafka_conf_set_stats_cb(conf) { _, json, _, opaque in
            guard let opaque, let json else { return 0 }
            ClientContext.at(opaque).noteStatistics(json)
            return 0
        }
        if isConsumer { installConsumer(in: conf) }
        if onDelivery != nil { installProducer(in: conf) }
    }

    private func installConsumer(in conf: OpaquePointer) {
        rd_kafka_conf_set_rebalance_cb(conf) { _, code, partitions, opaque in
            guard let opaque else { return }
            let context = ClientContext.at(opaque)
            let named = partitions.map { [TopicPartition](copying: $0) } ?? []
            context.state.withLock { state in
                switch code {
                case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS: state.rebalances.append(.assign(named))
                case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS: state.rebalances.append(.revoke(named))
                default: state.rebalances.append(.failed)
                }
            }
        }
        rd_kafka_conf_set_offset_commit_cb(conf) { _, code, _, opaque in
            guard let opaque, code != RD_KAFKA_RESP_ERR_NO_ERROR, code != RD_KAFKA_RESP_ERR__NO_OFFSET else { return }
            ClientContext.at(opaque).noteRefusedCommit(ErrorCode(code))
        }
    }

    private func installProducer(in conf: OpaquePointer) {
        rd_kafka_conf_set_dr_msg_cb(conf) { _, message, opaque in
            guard let opaque, let message else { return }
            ClientContext.at(opaque).noteDelivery(message.pointee)
        }
    }

    private static func at(_ opaque: UnsafeMutableRawPointer) -> ClientContext {
        Unmanaged<ClientContext>.fromOpaque(opaque).takeUnretainedValue()
    }

    private func noteDelivery(_ message: rd_kafka_message_t) {
        let topic = message.rkt.flatMap { rd_kafka_topic_name($0) }.map { String(cString: $0) } ?? ""
        let code = ErrorCode(message.err)
        let ticket = UInt(bitPattern: message._private)
        if code.isFailure {
            let fault = code.fault(topic: topic, right: .write)
            if case .denied = fault { noteDenial(fault) }
            onDelivery?(ticket, .failure(fault))
        } else {
            state.withLock { state in
                state.isConnected = true
                state.denial = nil
            }
            onDelivery?(
                ticket,
                .success(RecordPosition(topic: topic, partition: message.partition, offset: message.offset)))
        }
    }

    /// librdkafka keeps at least one broker connected, also when idle, so none means that none can be reached.
    private func noteStatistics(_ json: UnsafePointer<CChar>) {
        let isUp = strstr(json, "\"state\":\"UP\"") != nil
        // Of a group consumer only. "steady" is the state of a member that has its share, be it nothing.
        let joinState = strstr(json, "\"join_state\":").map { UnsafePointer($0) + strlen("\"join_state\":") }
        let isSteady = joinState.map { strncmp($0 + strspn($0, " "), "\"steady\"", 8) == 0 }
        if let head = ClientStatistics.head(of: json) { told.note(head) }
        state.withLock { state in
            state.isConnected = isUp
            switch isSteady {
            case true?:
                state.unassignedSince = nil
                if let denial = state.denial, denial.at.duration(to: .now) > .seconds(3) { state.denial = nil }
            case false?: state.unassignedSince = state.unassignedSince ?? .now
            case nil: break
            }
        }
    }

    /// Syslog's levels: 3 is an error, 4 a warning, 6 information.
    private func log(level: Int32, facility: UnsafePointer<CChar>?, text: UnsafePointer<CChar>?) {
        let mapped: KafkaEvent.Level =
            switch level {
            case ...3: .warning
            case 4...5: .info
            default: .debug
            }
        report(
            mapped, "Kafka client says",
            [
                "facility": facility.map { String(cString: $0) } ?? "", "text": text.map { String(cString: $0) } ?? "",
            ])
    }
}
