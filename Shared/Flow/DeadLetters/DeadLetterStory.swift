import Domain
import Kafka
import Text

/// What a dead letter tells of the record in it: why it was put aside, by whom, and where it had come from.
public struct DeadLetterStory: Hashable, Sendable {
    public let reason: String
    public let detail: String
    public let topic: String
    public let partition: Int32
    public let offset: Int64
    public let attempts: Int
    public let service: String
    public let version: String
    /// When it was put aside, RFC 3339.
    public let time: String
    /// How often the record had been put back before.
    public let replays: Int
    /// What did not fit: such a record can't be put back.
    public let leftOut: [String]

    /// Nil for a record that is no dead letter of ours.
    public init?(_ record: Record) {
        func text(_ name: String) -> String? { record.headerText(DeadLetter.prefix + name) }
        guard let reason = text("reason"), let topic = text("topic"),
            let partition = text("partition").flatMap({ Int32($0) }), let offset = text("offset").flatMap({ Int64($0) })
        else { return nil }
        self.reason = reason
        self.topic = topic
        self.partition = partition
        self.offset = offset
        detail = text("detail") ?? ""
        attempts = text("attempts").flatMap { Int($0) } ?? 0
        service = text("service") ?? ""
        version = text("version") ?? ""
        time = text("time") ?? ""
        replays = Self.replays(of: record)
        leftOut = ["headers_left_out", "key_cut_from_bytes", "cut_from_bytes", "content_left_out"].filter {
            text($0) != nil
        }
    }

    /// The record as it was before, with how often it was put back in a header of its own.
    public static func original(of letter: Record, to topic: String) -> OutgoingRecord {
        var headers = letter.headers.filter { !$0.name.hasPrefix(DeadLetter.prefix) && $0.name != replaysHeader }
        headers.append(RecordHeader(replaysHeader, String(replays(of: letter) + 1)))
        return OutgoingRecord(topic: topic, key: letter.key, value: letter.value, headers: headers)
    }

    /// Says in the dead letters' topic that a letter was put back.
    public static func receipt(for letter: Record) -> OutgoingRecord {
        OutgoingRecord(
            topic: letter.topic, key: letter.key, value: [],
            headers: [
                RecordHeader(DeadLetter.prefix + "replayed", "\(letter.partition)/\(letter.offset)"),
                RecordHeader(DeadLetter.prefix + "time", WallTime.now().text),
            ])
    }

    /// `{partition}/{offset}` of the letter that a receipt is for; nil for anything else.
    public static func replayed(by receipt: Record) -> String? { receipt.headerText(DeadLetter.prefix + "replayed") }

    public static let replaysHeader = "cutroom_replays"

    private static func replays(of record: Record) -> Int {
        max(0, record.headerText(replaysHeader).flatMap { Int($0) } ?? 0) % 1_000_000
    }
}
