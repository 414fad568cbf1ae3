import CRdkafka

extension Client {
    /// Queues the record; `ticket` comes back with its delivery report. Doesn't block.
    ///
    /// - Returns: why the record was not queued, or nil.
    func produce(_ record: OutgoingRecord, ticket: UInt) -> KafkaFault? {
        let headers = record.headers.isEmpty ? nil : rd_kafka_headers_new(record.headers.count)
        for header in record.headers {
            header.value.withUnsafeBytes { value in
                _ = rd_kafka_header_add(headers, header.name, -1, value.baseAddress, value.count)
            }
        }
        let error = (record.key ?? []).withUnsafeBytes { key in
            (record.value ?? []).withUnsafeBytes { value in
                cutroom_produce(
                    raw, record.topic, record.key == nil ? 0 : 1, key.baseAddress, key.count,
                    record.value == nil ? 0 : 1, value.baseAddress, value.count, headers,
                    UnsafeMutableRawPointer(bitPattern: ticket))
            }
        }
        guard let error else { return nil }
        let code = ErrorCode(rd_kafka_error_code(error))
        rd_kafka_error_destroy(error)
        if let headers { rd_kafka_headers_destroy(headers) }
        // A client that is lost answers with whatever ended it.
        if rd_kafka_fatal_error(raw, nil, 0) != RD_KAFKA_RESP_ERR_NO_ERROR { return .clientLost(code: code.name) }
        return code.fault(topic: record.topic, right: .write)
    }

    /// Serves delivery reports and other callbacks on the calling thread, which waits for the first at most `limit`.
    func poll(atMost limit: Duration) { rd_kafka_poll(raw, limit.milliseconds) }

    /// Makes a `poll` that waits on another thread return.
    func wake() {
        guard let queue = rd_kafka_queue_get_main(raw) else { return }
        rd_kafka_queue_yield(queue)
        rd_kafka_queue_destroy(queue)
    }

    /// Waits on the calling thread until every record has its report, at most for `limit`; then gives up the rest.
    func flush(within limit: Duration) {
        guard rd_kafka_flush(raw, limit.milliseconds) != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        rd_kafka_purge(raw, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        rd_kafka_flush(raw, 1000)
    }

    /// Makes this client meet a fatal error, as librdkafka offers for tests.
    func simulateFatalError() {
        rd_kafka_test_fatal_error(raw, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "asked for by a test")
    }
}
