import Domain
import Kafka
import Traces

extension Step {
    /// Runs `body` as the work on a record, which goes on with the trace that the record names.
    ///
    /// Names and attributes are OpenTelemetry's, [Kafka](https://opentelemetry.io/docs/specs/semconv/messaging/kafka/).
    func traced(_ record: Record, _ body: (EventOrigin) async -> RecordOutcome) async -> RecordOutcome {
        let received = settings.tracer.receive(
            "process \(record.topic)", .consumer, from: TraceContext(of: record),
            [
                "messaging.system": "kafka", "messaging.operation.type": "process",
                "messaging.operation.name": "process", "messaging.destination.name": .string(record.topic),
                "messaging.destination.partition.id": .string(String(record.partition)),
                "messaging.kafka.offset": .int(Int(record.offset)),
            ])
        let origin = EventOrigin(of: record, trace: received.context)
        guard let span = received.span else { return await body(origin) }
        if let key = record.key {
            span.set(["messaging.kafka.message.key": .string(String(decoding: key, as: UTF8.self))])
        }
        if let id = origin.requestID { span.set(["cutroom.request_id": .string(id)]) }
        defer { span.end() }
        let outcome = await span.during { await body(origin) }
        // It comes again, here or elsewhere, as another span of the same parent.
        if outcome == .abandoned { span.fail("abandoned", "the service stops before the work is done") }
        return outcome
    }

    /// One try has failed; whether there is another, the span's end tells.
    func noteFailure(_ fault: ClipFault, of attempt: Int) {
        Span.current?.event(
            "attempt failed",
            [
                "cutroom.attempt": .int(attempt), "error.type": .string(fault.reason.rawValue),
                "exception.message": .string(fault.detail),
            ])
    }
}

/// Records on their way out, which name the span of their sending as what they come of.
struct Sending {
    let records: [OutgoingRecord]
    private let span: Span?

    init(_ origin: EventOrigin, _ encode: (EventOrigin) -> [OutgoingRecord]) {
        let span = Span.current?.child("send", .producer)
        records = encode(origin.from(span))
        guard let first = records.first else {
            // Nothing was sent, and a span that never ends is not told of.
            self.span = nil
            return
        }
        self.span = span
        span?.rename("send \(first.topic)")
        span?.set(.sending(to: first.topic))
        if records.count > 1 { span?.set(["messaging.batch.message_count": .int(records.count)]) }
    }

    func fail(_ fault: KafkaFault) { span?.fail(fault.slug, fault.description) }

    func end() { span?.end() }
}

extension SpanAttributes {
    /// Of the sending of records to a topic.
    public static func sending(to topic: String) -> SpanAttributes {
        [
            "messaging.system": "kafka", "messaging.operation.type": "send", "messaging.operation.name": "send",
            "messaging.destination.name": .string(topic),
        ]
    }
}
