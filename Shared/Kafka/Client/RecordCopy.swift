import CRdkafka
import Glibc

extension Record {
    /// Copies what librdkafka lends; `message` carries no error.
    init(copying message: UnsafePointer<rd_kafka_message_t>, topic: String) {
        let lent = message.pointee
        self.init(
            topic: topic, partition: lent.partition, offset: lent.offset,
            key: lent.key.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: lent.key_len)) },
            value: lent.payload.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: lent.len)) },
            packed: Record.headers(of: message), timestamp: Record.timestamp(of: message))
    }

    private static func headers(of message: UnsafePointer<rd_kafka_message_t>) -> PackedHeaders {
        var headers: OpaquePointer?
        var copies = PackedHeaders()
        guard rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR, let headers else {
            return copies
        }
        for index in 0..<rd_kafka_header_cnt(headers) {
            var name: UnsafePointer<CChar>?
            var value: UnsafeRawPointer?
            var size = 0
            guard rd_kafka_header_get_all(headers, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR,
                let name
            else { break }
            copies.append(
                name: UnsafeRawBufferPointer(start: name, count: strlen(name)),
                value: UnsafeRawBufferPointer(start: value, count: size))
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
