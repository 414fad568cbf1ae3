import Glibc
import Logging
import Threads

/// Takes SIGTERM and SIGINT on a thread of its own. Nothing is done inside a signal handler: there is none.
enum Signals {
    /// Blocks the signals in this thread and in all that it starts later, and ignores SIGPIPE.
    ///
    /// The main thread must call this before it starts another: a signal goes to any thread that does not block it, and would
    /// end the process there.
    static func block() {
        var set = terminating()
        pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Hands each signal on to `stopping`, as long as the process lives.
    static func listen(for stopping: StopSignal, log: Log) {
        OwnThread.atStart(named: "signals") {
            var set = terminating()
            while true {
                var number: Int32 = 0
                guard sigwait(&set, &number) == 0 else { continue }
                guard case .endAtOnce(let status) = stopping.received(number) else { continue }
                log.warning("Ended at once by a second signal", ["signal": .string(signalName(number))])
                log.flush(atMost: .milliseconds(100))
                _exit(status.code)
            }
        }
    }

    private static func terminating() -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        return set
    }
}

func signalName(_ number: Int32) -> String {
    switch number {
    case SIGTERM: "SIGTERM"
    case SIGINT: "SIGINT"
    default: "signal \(number)"
    }
}
