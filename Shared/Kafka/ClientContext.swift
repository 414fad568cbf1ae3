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
    }

    private let gate: EventGate
    private let state = Mutex(State())
    /// Nil where brokers are reached over the network.
    let brokers = Mutex<PrivateBrokers?>(nil)
    private let onDelivery: (@Sendable (UInt, Result<RecordPosition, KafkaFault>) -> Void)?

    /// - Parameter onDelivery: gets each record's ticket and fate; runs on the poll thread.
    init(
        onEvent: @escaping @Sendable (KafkaEvent) -> Void,
        onDelivery: (@Sendable (UInt, Result<RecordPosition, KafkaFault>) -> Void)? = nil
    ) {
        gate = EventGate(deliver: onEvent)
        self.onDelivery = onDelivery
    }

    var isConnected: Bool { state.withLock { $0.isConnected && $0.lost == nil } }

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

    func noteError(_ code: ErrorCode, reason: String) {
        let fault = code.fault()
        if code.raw == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN { state.withLock { $0.isConnected = false } }
        if case .clientLost = fault { noteLost(fault) }
        report(
            fault.isTransient ? .warning : .error, "Kafka client met an error", ["code": code.name, "reason": reason])
    }

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
            ClientContext.at(opaque).report(
                .warning, "Kafka refused a commit of offsets", ["code": ErrorCode(code).name])
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
            onDelivery?(ticket, .failure(code.fault(topic: topic)))
        } else {
            noteConnected()
            onDelivery?(
                ticket,
                .success(RecordPosition(topic: topic, partition: message.partition, offset: message.offset)))
        }
    }

    /// librdkafka keeps at least one broker connected, also when idle, so none means that none can be reached.
    private func noteStatistics(_ json: UnsafePointer<CChar>) {
        let isUp = strstr(json, "\"state\":\"UP\"") != nil
        state.withLock { $0.isConnected = isUp }
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
