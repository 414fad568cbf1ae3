import Glibc
import Threads

/// Waits for the end of one child.
///
/// The ended child is left as a zombie until `release`: so its number belongs to nobody else, and a late signal to it or
/// to its group can hit no stranger.
struct Ending: Sendable {
    private struct State {
        var exit: ServiceProcess.Exit?
        var released = false
    }

    private let pid: pid_t
    private let state = Monitor(State())

    /// - Parameter crashed: called with the signal, on a thread of its own, if the child ends by one that tells a fault of its
    ///   own: a trap, a bad address, an abort.
    init(of pid: pid_t, crashed: @escaping @Sendable (_ signal: Int32) -> Void) {
        self.pid = pid
        let state = state
        OwnThread.atStart(named: "wait") {
            var info = siginfo_t()
            while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
            let status = info._sifields._sigchld.si_status
            state.with { $0.exit = info.si_code == CLD_EXITED ? .code(status) : .signal(status) }
            if info.si_code != CLD_EXITED, [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV].contains(status) {
                crashed(status)
            }
            _ = state.wait(until: nil) { $0.released ? true : nil }
            var ignored: Int32 = 0
            waitpid(pid, &ignored, 0)
        }
    }

    /// How it ended; nil while it runs.
    var exit: ServiceProcess.Exit? { state.with { $0.exit } }

    /// Waits on the calling thread; nil when the time is up before.
    func wait(until deadline: ContinuousClock.Instant) -> ServiceProcess.Exit? {
        state.wait(until: deadline) { $0.exit }
    }

    func send(_ signal: Int32) { kill(pid, signal) }

    func killGroup() { kill(-pid, SIGKILL) }

    /// No signal may be sent after this.
    func release() { state.with { $0.released = true } }
}
