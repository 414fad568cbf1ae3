import Domain
import Kafka

/// A record that can't be worked on, as it is put aside: its own bytes and headers, and how it came here.
struct DeadLetter {
    let record: Record
    let reason: String
    let detail: String
    let attempts: Int
    let service: String
    let version: String

    /// Names of the headers that are added; those that the record brought keep theirs.
    static let prefix = "dead_letter_"

    /// - Parameter room: value bytes that are kept, so that a value at the broker's limit still fits with these headers.
    func outgoing(to topic: String, room: Int) -> OutgoingRecord {
        var headers = record.headers.filter { !$0.name.hasPrefix(Self.prefix) }
        func add(_ name: String, _ text: String) { headers.append(RecordHeader(Self.prefix + name, text)) }
        add("reason", reason)
        add("detail", String(detail.prefix(500)))
        add("topic", record.topic)
        add("partition", String(record.partition))
        add("offset", String(record.offset))
        add("attempts", String(attempts))
        add("service", service)
        add("version", version)
        add("time", Timestamp.now())
        var value = record.value
        if let whole = value, whole.count > room {
            add("cut_from_bytes", String(whole.count))
            value = Array(whole.prefix(room))
        }
        return OutgoingRecord(topic: topic, key: record.key, value: value, headers: headers)
    }
}
