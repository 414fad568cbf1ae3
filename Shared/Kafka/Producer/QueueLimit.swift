/// How much a producer holds that the broker has not acknowledged yet.
public struct QueueLimit: Sendable {
    /// 1 or more.
    public var records: Int
    /// Keys, values and headers together; rounded up to 1,024.
    public var bytes: Int

    public init(records: Int = 10_000, bytes: Int = 16 << 20) {
        self.records = records
        self.bytes = bytes
    }
}
