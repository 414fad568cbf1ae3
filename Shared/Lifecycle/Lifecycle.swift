import Glibc
import Logging
import Settings
import Synchronization
import Threads

/// A fault of which whoever threw it has told already: the log says nothing more.
public protocol FaultAlreadyTold: Error {}

/// A program's way from its start to its exit.
public enum Lifecycle {
    /// Runs `body` to its end and exits; call it from a synchronous main, as the first thing.
    ///
    /// The main thread waits here and does nothing else. (An `async` main is no place for this: Swift's runtime parks its
    /// thread with every signal unblocked, so that SIGTERM would end the process there.)
    ///
    /// `body` starts the service, awaits `stopping.requested()` and drains. Exit codes: 0 after a signal and a whole drain,
    /// and when `body` returns by itself; 78 if it throws a `SettingsProblem`; 1 if it throws anything else, after `stopping.fail`, and when `limit` passes before the drain has
    /// ended (the log names the steps that were left); 128 + n at once at the second signal.
    ///
    /// - Parameters:
    ///   - limit: from the request to stop to the end of `body`.
    ///   - leavesCore: whether a crash may leave a core file, which holds all secrets.
    public static func run(
        log: Log, limit: Duration, leavesCore: Bool = false,
        _ body: @escaping @Sendable (StopSignal) async throws -> Void
    ) -> Never {
        if !leavesCore { CoreFiles.forbid(log: log) }
        Signals.block()
        OpenFiles.raiseLimit(log: log)
        let stopping = StopSignal(log: log)
        Signals.listen(for: stopping, log: log)
        let ending = Ending()
        Task {
            await OpenFiles.takeTimers()
            ending.end(await outcome(of: body, stopping: stopping, limit: limit, log: log))
        }
        let end = ending.wait()
        log.flush()
        // Work that the limit cut off still runs on other threads: the process must not tear down beneath it.
        if end.isCutOff { _exit(end.status.code) }
        exit(end.status.code)
    }

    /// How a run ended.
    struct End: Equatable, Sendable {
        let status: ExitStatus
        /// Whether `body` still runs.
        let isCutOff: Bool
    }

    /// Runs `body` until it ends, or until `limit` after the request to stop.
    static func outcome(
        of body: @escaping @Sendable (StopSignal) async throws -> Void, stopping: StopSignal, limit: Duration,
        log: Log
    ) async -> End {
        let (ends, end) = AsyncStream.makeStream(of: End.self, bufferingPolicy: .bufferingOldest(1))
        let work = Task {
            do {
                try await StopSignal.$current.withValue(stopping) { try await body(stopping) }
                end.yield(End(status: finish(stopping, log), isCutOff: false))
            } catch {
                if !(error is any FaultAlreadyTold) { log.error("Ended by a fault", ["fault": .string("\(error)")]) }
                end.yield(End(status: error is any SettingsProblem ? .badSettings : .failed, isCutOff: false))
            }
        }
        let clock = Task {
            await stopping.requested()
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            end.yield(End(status: .failed, isCutOff: true))
        }
        var outcome = End(status: .failed, isCutOff: true)
        for await first in ends {
            outcome = first
            break
        }
        clock.cancel()
        if outcome.isCutOff {
            log.error(
                "The limit passed before everything was finished",
                ["limit": .duration(limit), "unfinished": .string(stopping.unfinished.joined(separator: ", "))])
            work.cancel()
        }
        return outcome
    }

    private static func finish(_ stopping: StopSignal, _ log: Log) -> ExitStatus {
        switch stopping.reason {
        case nil: return .done
        case .fault: return .failed
        case .signal:
            log.info("Stopped", ["uptime": .duration(ContinuousClock.now - ProcessStart.instant)])
            return .done
        }
    }
}

/// What the main thread waits for.
///
/// `@unchecked Sendable`: the semaphore takes calls from any thread, and `end` is in a `Mutex`.
private final class Ending: @unchecked Sendable {
    private let ended = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    private let end = Mutex<Lifecycle.End?>(nil)

    init() { sem_init(ended, 0, 0) }

    deinit {
        sem_destroy(ended)
        ended.deallocate()
    }

    func end(_ end: Lifecycle.End) {
        self.end.withLock { $0 = end }
        sem_post(ended)
    }

    func wait() -> Lifecycle.End {
        while true {
            if let end = end.withLock({ $0 }) { return end }
            sem_wait(ended)
        }
    }
}
