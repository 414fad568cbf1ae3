import CRdkafka

extension Record {
    /// Copies what librdkafka lends; `message` carries no error.
    init(copying message: UnsafePointer<rd_kafka_message_t>, topic: String) {
        let lent = message.pointee
        self.init(
            topic: topic, partition: lent.partition, offset: lent.offset,
            key: lent.key.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: lent.key_len)) },
            value: lent.payload.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: lent.len)) },
            headers: Record.headers(of: message), timestamp: Record.timestamp(of: message))
    }

    private static func headers(of message: UnsafePointer<rd_kafka_message_t>) -> [RecordHeader] {
        var headers: OpaquePointer?
        guard rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR, let headers else { return [] }
        let count = rd_kafka_header_cnt(headers)
        var copies: [RecordHeader] = []
        copies.reserveCapacity(count)
        for index in 0..<count {
            var name: UnsafePointer<CChar>?
            var value: UnsafeRawPointer?
            var size = 0
            guard rd_kafka_header_get_all(headers, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR,
                let name
            else { break }
            copies.append(
                RecordHeader(
                    name: String(cString: name), value: [UInt8](UnsafeRawBufferPointer(start: value, count: size))))
        }
        return copies
    }

    private static func timestamp(of message: UnsafePointer<rd_kafka_message_t>) -> RecordTimestamp? {
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let ms = rd_kafka_message_timestamp(message, &kind)
        return switch kind {
        case RD_KAFKA_TIMESTAMP_CREATE_TIME: .created(ms: ms)
        case RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME: .appended(ms: ms)
        default: nil
        }
    }
}
