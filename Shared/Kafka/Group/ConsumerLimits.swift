/// How much a group consumer has in hand, and how long it may finish what it must hand over.
public struct ConsumerLimits: Sendable {
    /// Records being handled at once, over all partitions; 1 or more.
    public var maxInFlight: Int
    /// So many more may be in hand while handlers rest between two tries; 0 or more.
    public var maxResting: Int
    /// Records between the committed offset and the newest taken, for each partition; 1 or more.
    public var maxUncommittedPerPartition: Int
    /// How long the handlers of a partition that goes to another consumer may go on.
    ///
    /// The whole group waits for it, and below `session.timeout.ms` (15 s) it has to stay.
    public var revokeGrace: Duration

    public init(
        maxInFlight: Int = 64, maxResting: Int = 256, maxUncommittedPerPartition: Int = 64,
        revokeGrace: Duration = .seconds(3)
    ) {
        self.maxInFlight = maxInFlight
        self.maxResting = maxResting
        self.maxUncommittedPerPartition = maxUncommittedPerPartition
        self.revokeGrace = revokeGrace
    }
}

/// What became of a record that a handler got.
public enum Settlement: Sendable {
    /// All that it caused is done and acknowledged: its offset may be committed.
    case settled
    /// It was given up because its task was cancelled: the partition's next owner gets it again.
    ///
    /// Its partition commits nothing beyond it, and so stops at the bound unless it is handed over soon.
    case abandoned
}

/// A handler's place among the records in flight, which it may leave for a while.
public struct Turn: Sendable {
    private let control: GroupControl?

    init(_ control: GroupControl) { self.control = control }

    /// Belongs to no consumer, for calling a handler without one.
    public init() { control = nil }

    /// Another record may be taken meanwhile: for the time between two tries.
    public func rest<Failure: Error>(_ pause: () async throws(Failure) -> Void) async throws(Failure) {
        control?.rest()
        defer { control?.resume() }
        try await pause()
    }
}

/// A partition that a group consumer owns, as it was at most a second ago.
public struct PartitionStatus: Hashable, Sendable {
    public let partition: TopicPartition
    /// Records that the broker has and this group has not settled; nil until the first fetch answered.
    public let lag: Int64?
    /// Whether nothing more is taken from it until a record is settled.
    public let isFull: Bool
}
