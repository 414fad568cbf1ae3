/// What a child may use at most. The kernel holds it to all but the wall clock.
public struct ChildLimits: Sendable, Equatable {
    /// Processor time, rounded up to whole seconds, at least 1. Beyond it the kernel kills.
    public var cpuTime: Duration
    /// Address space in bytes (`RLIMIT_AS`): mapped, not only touched, so a program of many libraries needs a gigabyte.
    /// Beyond it the child's own allocations fail.
    public var addressSpaceBytes: Int
    /// The longest file that it may write, in bytes.
    public var fileSizeBytes: Int
    /// Open descriptors, the standard three among them.
    public var openFiles: Int
    /// Time from its start, or for `.later` input from its feeding, to its end. Beyond it its process group is killed.
    public var wallClock: Duration
    /// Added to this process's own niceness: 0…19.
    public var nice: Int32
    /// Whether it works on one processor only, that which fewest others of these have. A program of many threads that hand
    /// each other small pieces then does without most of its switches between them.
    public var onOneProcessor: Bool

    public init(
        cpuTime: Duration = .seconds(60), addressSpaceBytes: Int = 1 << 31, fileSizeBytes: Int = 1 << 28,
        openFiles: Int = 64, wallClock: Duration = .seconds(60), nice: Int32 = 0,
        onOneProcessor: Bool = false
    ) {
        self.cpuTime = cpuTime
        self.addressSpaceBytes = addressSpaceBytes
        self.fileSizeBytes = fileSizeBytes
        self.openFiles = openFiles
        self.wallClock = wallClock
        self.nice = nice
        self.onOneProcessor = onOneProcessor
    }

    var cpuSeconds: UInt64 {
        let (seconds, rest) = cpuTime.components
        return UInt64(max(1, seconds + (rest > 0 ? 1 : 0)))
    }
}
