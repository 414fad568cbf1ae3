/// Something that a Kafka client met and a person may want to read: a constant sentence with named fields.
public struct KafkaEvent: Sendable, Equatable {
    public enum Level: Int, Comparable, Sendable {
        case debug
        case info
        case warning
        case error

        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    public var level: Level
    /// Constant for each kind of event, so that logs can be counted by it.
    public var sentence: String
    public var fields: [String: String]

    public init(level: Level, sentence: String, fields: [String: String] = [:]) {
        self.level = level
        self.sentence = sentence
        self.fields = fields
    }
}
