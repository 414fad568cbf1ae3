/// How a child ended, and what it left.
public struct Ended: Sendable, Equatable {
    public enum Status: Sendable, Equatable {
        case exited(Int32)
        /// By a signal that we did not send.
        case signalled(Int32)
        /// By us, or by the kernel for a limit of ours.
        case killed
    }

    public var status: Status
    /// Standard output, as far as captured.
    public var output: [UInt8]
    /// The end of standard error, repaired to valid UTF-8.
    public var errorTail: String
    public var usage: Usage

    public init(status: Status, output: [UInt8], errorTail: String, usage: Usage) {
        self.status = status
        self.output = output
        self.errorTail = errorTail
        self.usage = usage
    }

    public struct Usage: Sendable, Equatable {
        /// Processor time, user and system together, of the child and of those of its own children that it waited for.
        public var cpuTime: Duration
        /// The most memory resident at once. Linux counts from before the exec: never less than this process had then.
        public var peakResidentBytes: Int
        /// From start (or feeding) to end.
        public var wallClock: Duration

        public init(cpuTime: Duration, peakResidentBytes: Int, wallClock: Duration) {
            self.cpuTime = cpuTime
            self.peakResidentBytes = peakResidentBytes
            self.wallClock = wallClock
        }
    }
}

/// Without the output's bytes, of which there may be millions.
extension Ended: CustomStringConvertible {
    public var description: String {
        "\(status), \(output.count) bytes of output, cpu \(usage.cpuTime), wall \(usage.wallClock), "
            + "peak \(usage.peakResidentBytes) bytes; \(errorTail.suffix(500))"
    }
}
