import Domain
import FoundationEssentials
import Kafka
import Logging
import Text
import Traces

/// Events as records: CloudEvents 1.0 in binary mode, attributes in `ce_*` headers and JSON in the value.
///
/// Source: CloudEvents 1.0.2, Kafka Protocol Binding, 3.2.
public struct EventCodec: Sendable {
    /// The `source` of what is written here, a path such as `/cutter/host-17`.
    public let source: String
    /// Values beyond this are not parsed.
    public let largestValueBytes: Int

    public init(source: String, largestValueBytes: Int = 65_536) {
        self.source = source
        self.largestValueBytes = largestValueBytes
    }

    public func encode(_ event: some ClipEvent, to topic: String, trace: TraceContext) -> OutgoingRecord {
        encode(event, to: topic, origin: EventOrigin(trace: trace))
    }

    public func encode(_ event: some ClipEvent, to topic: String, origin: EventOrigin) -> OutgoingRecord {
        // Every field is a text, a number or a flag, which JSONEncoder can't refuse.
        let value = (try? JSONEncoder().encode(event)).map { Array($0) } ?? []
        let key = event.recordKey
        return OutgoingRecord(
            topic: topic, key: Array(key.utf8), value: value,
            headers: [
                RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", EventCodec.newID()),
                RecordHeader("ce_source", source), RecordHeader("ce_type", type(of: event).type),
                RecordHeader("ce_time", WallTime.now().text), RecordHeader("ce_subject", key),
                RecordHeader("content-type", "application/json"),
                RecordHeader(TraceContext.parentHeader, origin.trace.traceparent),
            ] + (origin.trace.state.map { [RecordHeader(TraceContext.stateHeader, $0.text)] } ?? [])
                + (origin.requestID.map { [RecordHeader(EventOrigin.requestIDHeader, $0)] } ?? []))
    }

    /// - Throws: what makes the record no event of this kind.
    public func decode<Event: ClipEvent>(_ record: Record, as type: Event.Type) throws(EventFault) -> Event {
        guard let value = record.value else { throw .missingValue }
        guard value.count <= largestValueBytes else {
            throw .tooLarge(bytes: value.count, limit: largestValueBytes)
        }
        if let found = record.headerText("ce_type") { try check(found, against: type) }
        if let event = Event(flat: value) { return event }
        do {
            return try JSONDecoder().decode(type, from: Data(value))
        } catch let fault as EventFault {
            throw fault
        } catch let error as DecodingError {
            throw .malformedJSON(error.shortText)
        } catch {
            throw .malformedJSON("unreadable")
        }
    }

    private func check<Event: ClipEvent>(_ found: String, against type: Event.Type) throws(EventFault) {
        guard found != Event.type else { return }
        let prefix = Event.kind + ".v"
        guard found.hasPrefix(prefix), let major = Int(found.dropFirst(prefix.count)) else { throw .unknownType(found) }
        if major > Event.major { throw .newerMajor(found: found, known: Event.type) }
    }

    /// 128 random bits in hex: unique together with the source, as CloudEvents asks.
    static func newID() -> String {
        let (high, low) = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
        return String(high, radix: 16) + "-" + String(low, radix: 16)
    }
}

extension RecordHeader {
    init(_ name: String, _ text: String) { self.init(name: name, value: text) }
}

extension Record {
    /// How long ago the broker took the record, by its clock and ours; nil where the topic keeps the sender's time.
    public var age: Duration? {
        brokerTimestampMs.map { .milliseconds(Int64(WallTime.now().milliseconds)) - .milliseconds($0) }
    }
}

extension DecodingError {
    /// Which field, and what was expected of it; never the value.
    fileprivate var shortText: String {
        func at(_ context: Context) -> String {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return path.isEmpty ? "the value" : path
        }
        return switch self {
        case .typeMismatch(let type, let context): "\(at(context)) is not \(type)"
        case .valueNotFound(let type, let context): "\(at(context)) is null, not \(type)"
        case .keyNotFound(let key, _): "\(key.stringValue) is missing"
        case .dataCorrupted(let context): "\(at(context)) can't be read"
        @unknown default: "unreadable"
        }
    }
}
