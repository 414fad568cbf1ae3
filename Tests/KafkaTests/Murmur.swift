/// Keys and the partition, of twelve, that Kafka's Java client (kafka-clients 4.1.0) picks for them.
enum Murmur {
    static let partitionsOf12: [(String, Int32)] = [
        ("a", 4),
        ("507f1f77bcf86cd799439011/30000-60000.mp3", 5),
        ("507f1f77bcf86cd799439011/chunk-7.mp3", 0),
        ("ü", 2),
        ("clip", 9),
    ]
}
