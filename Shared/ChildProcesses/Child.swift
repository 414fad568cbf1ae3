import Glibc

/// A running child process. It is killed when nobody holds this any more.
///
/// It leads a process group of its own, which dies with it: what it started itself is killed when it ends. It inherits
/// nothing but what `start` names, and it is killed by the kernel when this process ends in whatever way.
public final class Child: Sendable {
    public let pid: Int32
    private let key: UInt64
    private let outcome: ChildOutcome

    /// Children of this process that have started, or are about to, and are not yet collected.
    public static var count: Int { ChildInbox.shared.count }

    private init(pid: Int32, key: UInt64, outcome: ChildOutcome) {
        self.pid = pid
        self.key = key
        self.outcome = outcome
    }

    deinit { kill() }

    /// Starts `command` and returns once its program runs.
    ///
    /// - Parameters:
    ///   - input: what it reads; with `.later` the wall clock stands until `feed`.
    ///   - output: what becomes of its standard output.
    ///   - errorTailBytes: how much of the end of its standard error is kept; the rest is read and dropped.
    /// - Throws: any `ChildFault` but `.overLimit` and `.cancelled`.
    public static func start(
        _ command: Command, input: ChildInput = .none, output: ChildOutput = .discard, errorTailBytes: Int = 4096,
        limits: ChildLimits = ChildLimits()
    ) async throws(ChildFault) -> Child {
        let inbox = ChildInbox.shared
        let key = inbox.nextKey()
        let outcome = ChildOutcome()
        let started: Result<pid_t, ChildFault> = await withCheckedContinuation { continuation in
            inbox.send(
                .start(
                    StartOrder(
                        key: key, command: command, input: input, output: output, errorTailBytes: errorTailBytes,
                        limits: limits, outcome: outcome, started: continuation)))
        }
        return Child(pid: try started.get(), key: key, outcome: outcome)
    }

    /// Gives a child started with `.later` all of its input, and starts its wall clock. Only the first call counts.
    ///
    /// - Parameter wallClock: instead of the limit that it was started with.
    public func feed(_ bytes: [UInt8], wallClock: Duration? = nil) {
        ChildInbox.shared.send(.feed(key: key, bytes, wallClock: wallClock))
    }

    /// Kills the child and its process group. `ended()` then throws `.cancelled`, unless it had ended before.
    public func kill() { ChildInbox.shared.send(.kill(key: key)) }

    /// Waits until the child has ended and is collected. If the waiting task is cancelled, the child is killed first.
    ///
    /// - Throws: `.overLimit` or `.cancelled`.
    public func ended() async throws(ChildFault) -> Ended {
        let result = await withTaskCancellationHandler {
            await outcome.wait()
        } onCancel: {
            kill()
        }
        return try result.get()
    }

    /// Runs `command` to its end. If the task is cancelled, the child is killed, and this returns when it is gone.
    ///
    /// - Parameters: as for `start`.
    /// - Throws: any `ChildFault`.
    public static func run(
        _ command: Command, input: ChildInput = .none, output: ChildOutput = .discard, errorTailBytes: Int = 4096,
        limits: ChildLimits = ChildLimits()
    ) async throws(ChildFault) -> Ended {
        if Task.isCancelled { throw .cancelled }
        return try await start(
            command, input: input, output: output, errorTailBytes: errorTailBytes, limits: limits
        ).ended()
    }
}
