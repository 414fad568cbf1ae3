/// One header of a record; names may repeat, and order is kept.
public struct RecordHeader: Hashable, Sendable {
    public let name: String
    public let value: [UInt8]

    public init(name: String, value: [UInt8]) {
        self.name = name
        self.value = value
    }

    public init(name: String, value: String) {
        self.init(name: name, value: Array(value.utf8))
    }
}

/// One partition of a topic.
public struct TopicPartition: Hashable, Sendable {
    public let topic: String
    public let partition: Int32

    public init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }
}

/// Where a record lies once the broker has it.
public struct RecordPosition: Hashable, Sendable {
    public let topic: String
    public let partition: Int32
    public let offset: Int64

    public init(topic: String, partition: Int32, offset: Int64) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }
}

/// A record's time, in milliseconds since 1970, and whose clock it is.
public enum RecordTimestamp: Hashable, Sendable {
    /// The sender's clock (`message.timestamp.type=CreateTime`, the brokers' default).
    case created(ms: Int64)
    /// The broker's clock (`message.timestamp.type=LogAppendTime`).
    case appended(ms: Int64)
}

/// A record as it was read; all bytes are copies.
public struct Record: Sendable {
    public let topic: String
    public let partition: Int32
    public let offset: Int64
    public let key: [UInt8]?
    /// nil is a tombstone; an empty value is not.
    public let value: [UInt8]?
    private let packedHeaders: PackedHeaders
    public let timestamp: RecordTimestamp?

    /// Made at each call; ``header(_:)`` makes what it is asked for and no more.
    public var headers: [RecordHeader] { packedHeaders.all }

    public init(
        topic: String, partition: Int32, offset: Int64, key: [UInt8]?, value: [UInt8]?,
        headers: [RecordHeader] = [], timestamp: RecordTimestamp? = nil
    ) {
        self.init(
            topic: topic, partition: partition, offset: offset, key: key, value: value, packed: PackedHeaders(headers),
            timestamp: timestamp)
    }

    init(
        topic: String, partition: Int32, offset: Int64, key: [UInt8]?, value: [UInt8]?, packed: PackedHeaders,
        timestamp: RecordTimestamp?
    ) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.key = key
        self.value = value
        packedHeaders = packed
        self.timestamp = timestamp
    }

    public var position: RecordPosition { RecordPosition(topic: topic, partition: partition, offset: offset) }

    /// When the broker appended the record, in milliseconds since 1970; nil where the topic keeps the sender's time.
    public var brokerTimestampMs: Int64? {
        if case .appended(let ms) = timestamp { ms } else { nil }
    }

    /// When the record was written, by whichever clock the topic keeps, in milliseconds since 1970; nil if it says nothing.
    public var timeMs: Int64? {
        switch timestamp {
        case .created(let ms), .appended(let ms): ms
        case nil: nil
        }
    }

    /// The value of the last header of that name, which is the one that counts where a name repeats.
    public func header(_ name: String) -> [UInt8]? { packedHeaders.last(name) }

    /// The last header of that name as text; nil where it is missing or not UTF-8.
    public func headerText(_ name: String) -> String? {
        header(name).flatMap { String(validating: $0, as: UTF8.self) }
    }
}

/// A record to be sent. The key decides the partition; without one it is any.
public struct OutgoingRecord: Sendable {
    public var topic: String
    public var key: [UInt8]?
    /// nil is a tombstone; an empty value is not.
    public var value: [UInt8]?
    public var headers: [RecordHeader]

    public init(topic: String, key: [UInt8]?, value: [UInt8]?, headers: [RecordHeader] = []) {
        self.topic = topic
        self.key = key
        self.value = value
        self.headers = headers
    }
}
