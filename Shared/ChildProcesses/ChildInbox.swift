import CPosix
import Glibc
import Synchronization
import Threads

/// All that is needed to start a child.
struct StartOrder: Sendable {
    let key: UInt64
    let command: Command
    let input: ChildInput
    let output: ChildOutput
    let errorTailBytes: Int
    let limits: ChildLimits
    let outcome: ChildOutcome
    /// Told once the program runs, or why it doesn't.
    let started: CheckedContinuation<Result<pid_t, ChildFault>, Never>
}

enum ChildRequest: Sendable {
    case start(StartOrder)
    case feed(key: UInt64, [UInt8], wallClock: Duration?)
    case kill(key: UInt64)
}

/// The way from any task to the loop's thread. Callers bound it: each waits for its own child.
final class ChildInbox: Sendable {
    private struct State {
        var requests: [ChildRequest] = []
        var lastKey: UInt64 = 0
        var children = 0
    }

    /// The loop starts with the first child, which a service starts before it takes work, and never ends.
    static let shared = ChildInbox()

    /// Readable when there is a request.
    let bell: Int32
    /// What the loop waits on.
    let epoll: Int32
    private let state = Mutex(State())

    private init() {
        bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard bell >= 0, epoll >= 0 else {
            // As with a thread that can't be started: this happens when the process starts, or never.
            fatalError("cannot watch child processes: \(String(cString: strerror(errno)))")
        }
        OwnThread.atStart(named: "children") { [self] in ChildLoop(inbox: self).run() }
    }

    /// Children started, or about to be, and not yet collected.
    var count: Int { state.withLock(\.children) }

    func nextKey() -> UInt64 {
        state.withLock { state in
            state.lastKey += 1
            state.children += 1
            return state.lastKey
        }
    }

    func forget() { state.withLock { $0.children -= 1 } }

    func send(_ request: ChildRequest) {
        state.withLock { $0.requests.append(request) }
        _ = eventfd_write(bell, 1)
    }

    func takeAll() -> [ChildRequest] {
        var rings: eventfd_t = 0
        _ = eventfd_read(bell, &rings)
        return state.withLock { state in
            defer { state.requests = [] }
            return state.requests
        }
    }
}
