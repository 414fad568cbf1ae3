import Flow
import Kafka
import Logging
import Synchronization
import Text
import Wiring

/// A dead letter and where it lies.
public struct StoredDeadLetter: Sendable {
    public let record: Record
    public let story: DeadLetterStory
    /// Whether a receipt says that it was put back.
    public var isReplayed = false

    /// `{partition}/{offset}` in the dead letters' topic.
    public var position: String { "\(record.partition)/\(record.offset)" }
    /// When the broker took it, in milliseconds since 1970.
    public var timeMs: Int64 { record.timeMs ?? 0 }
    /// The same as text: RFC 3339 in UTC, to the millisecond. Letters are in this order; the service that put the record
    /// aside has another clock, and other work between its look at it and the broker's answer.
    public var writtenAt: String { WallTime(milliseconds: Int(clamping: timeMs)).text }
}

/// Which letters are wanted.
public struct LetterFilter: Sendable {
    public var reason: String?
    /// The topic that the record had come from, with or without the deployment's prefix.
    public var topic: String?
    /// In milliseconds since 1970.
    public var sinceMs: Int64?
    /// `{partition}/{offset}`; empty: any.
    public var positions: Set<String> = []
    /// The newest so many; 1 or more.
    public var limit: Int

    public init(
        reason: String? = nil, topic: String? = nil, sinceMs: Int64? = nil, positions: Set<String> = [],
        limit: Int = 100
    ) {
        self.reason = reason
        self.topic = topic
        self.sinceMs = sinceMs
        self.positions = positions
        self.limit = max(1, limit)
    }

    func takes(_ letter: StoredDeadLetter) -> Bool {
        if let reason, letter.story.reason != reason { return false }
        if let topic, letter.story.topic != topic, !letter.story.topic.hasSuffix("." + topic) { return false }
        if let sinceMs, letter.timeMs < sinceMs { return false }
        return positions.isEmpty || positions.contains(letter.position)
    }
}

/// The dead letters' topic, read as a whole.
public struct DeadLetterReader: Sendable {
    private let broker: BrokerSettings
    private let kafka: KafkaSettings

    public init(_ broker: BrokerSettings, log: Log) {
        self.broker = broker
        kafka = broker.client(of: "dead-letters", log: log)
    }

    private struct Pages {
        var letters: [String: StoredDeadLetter] = [:]
        var receipts: Set<String> = []
    }

    /// The letters that the filter takes, in the order in which the brokers took them.
    ///
    /// - Parameter limit: for reaching the broker and reading the topic.
    /// - Throws: `.timedOut` if the topic was not read to its end in time.
    public func read(_ filter: LetterFilter, within limit: Duration) async throws(KafkaFault) -> [StoredDeadLetter] {
        let pages = Mutex(Pages())
        let topic = broker.topics.deadLetter
        let reader = try TopicReader(kafka, topics: [(topic, .beginning)]) { record in
            pages.withLock { pages in
                if let position = DeadLetterStory.replayed(by: record) {
                    pages.receipts.insert(position)
                } else if let story = DeadLetterStory(record) {
                    let letter = StoredDeadLetter(record: record, story: story)
                    guard filter.takes(letter) else { return }
                    pages.letters[letter.position] = letter
                    Self.trim(&pages.letters, to: filter.limit)
                }
            }
        }
        let isRead = await reader.caughtUp(within: limit)
        await reader.close()
        guard isRead else { throw .timedOut }
        return pages.withLock { pages in
            var letters = pages.letters.values.sorted(by: Self.isOlder)
            letters.removeFirst(max(0, letters.count - filter.limit))
            return letters.map { letter in
                var letter = letter
                letter.isReplayed = pages.receipts.contains(letter.position)
                return letter
            }
        }
    }

    /// Partitions are read side by side, so the newest are known only at the end; until then twice as many are kept.
    private static func trim(_ letters: inout [String: StoredDeadLetter], to limit: Int) {
        guard letters.count > 2 * limit + 64 else { return }
        for letter in letters.values.sorted(by: isOlder).dropLast(limit) { letters[letter.position] = nil }
    }

    private static func isOlder(_ one: StoredDeadLetter, _ other: StoredDeadLetter) -> Bool {
        (one.timeMs, one.record.partition, one.record.offset)
            < (other.timeMs, other.record.partition, other.record.offset)
    }
}
