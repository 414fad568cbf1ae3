import Domain
import Kafka
import Text

/// A record that can't be worked on, as it is put aside: its own bytes and headers, and how it came here.
public struct DeadLetter: Sendable {
    let record: Record
    let reason: String
    let detail: String
    let attempts: Int
    let service: String
    let version: String

    /// Begins the names of the headers that are added.
    public static let prefix = "dead_letter_"
    /// Key, value and headers together: below the usual limits of client and broker (1,000,000 and 1,048,588 bytes).
    static let largestBytes = 900_000
    private static let largestKeyBytes = 16_384
    private static let largestHeadersBytes = 131_072

    /// Everything as it was, as far as it fits: what is cut or left out says so in a header.
    func outgoing(to topic: String) -> OutgoingRecord {
        var story = story
        var own = record.headers.filter { !$0.name.hasPrefix(Self.prefix) }
        let headerBytes = own.reduce(0) { $0 + $1.name.utf8.count + $1.value.count + 16 }
        if headerBytes > Self.largestHeadersBytes {
            story.append(RecordHeader(Self.prefix + "headers_left_out", String(own.count)))
            own = []
        }
        var key = record.key
        if let whole = key, whole.count > Self.largestKeyBytes {
            story.append(RecordHeader(Self.prefix + "key_cut_from_bytes", String(whole.count)))
            key = Array(whole.prefix(Self.largestKeyBytes))
        }
        var value = record.value
        let room = Self.largestBytes - Self.largestKeyBytes - Self.largestHeadersBytes
        if let whole = value, whole.count > room {
            story.append(RecordHeader(Self.prefix + "cut_from_bytes", String(whole.count)))
            value = Array(whole.prefix(room))
        }
        return OutgoingRecord(topic: topic, key: key, value: value, headers: own + story)
    }

    /// The story alone, for where the broker refuses the whole.
    func withoutContent(to topic: String) -> OutgoingRecord {
        let left = RecordHeader(Self.prefix + "content_left_out", "true")
        return OutgoingRecord(topic: topic, key: nil, value: [], headers: story + [left])
    }

    private var story: [RecordHeader] {
        var headers: [RecordHeader] = []
        func add(_ name: String, _ text: String) { headers.append(RecordHeader(Self.prefix + name, text)) }
        add("reason", reason)
        add("detail", String(detail.prefix(500)))
        add("topic", record.topic)
        add("partition", String(record.partition))
        add("offset", String(record.offset))
        if let timeMs = record.timeMs { add("record_time_ms", String(timeMs)) }
        add("attempts", String(attempts))
        add("service", service)
        add("version", version)
        add("time", WallTime.now().text)
        return headers
    }
}
