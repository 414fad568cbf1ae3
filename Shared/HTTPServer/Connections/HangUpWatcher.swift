import CPosix
import Glibc
import Synchronization
import Threads

/// Notices clients that go away while their connection is suspended, which libmicrohttpd does not.
///
/// One thread waits on an epoll of our own; it holds every suspended exchange. Sockets are taken out before their
/// connection is resumed, because from then on their number may be another's.
final class HangUpWatcher: Sendable {
    /// Numbers are never used twice, so an event that comes late finds nothing.
    typealias Watch = UInt64

    private struct State {
        var watched: [Watch: Exchange] = [:]
        var last: Watch = 0
        var closed = false
    }

    private static let wakeUp: Watch = 0
    private let epoll: Int32
    private let wake: Int32
    private let state = Mutex(State())
    private let ending = Atomic(false)
    private let last = Mutex<(@Sendable () -> Void)?>(nil)

    init() throws(HTTPServerFault) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw .refusedBySystem(step: "epoll_create1", code: errno) }
        wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wake >= 0 else {
            let code = errno
            Glibc.close(epoll)
            throw .refusedBySystem(step: "eventfd", code: code)
        }
        control(EPOLL_CTL_ADD, wake, EPOLLIN.rawValue, Self.wakeUp)
    }

    deinit {
        Glibc.close(wake)
        Glibc.close(epoll)
    }

    /// Calls `everySecond` about once a second, until `end(then:)`.
    func run(everySecond: @escaping @Sendable () -> Void) throws(HTTPServerFault) -> OwnThread {
        try OwnThread.ofServer(named: "http-hang-ups") { [self] in
            var events = [epoll_event](repeating: epoll_event(), count: 256)
            while !ending.load(ordering: .acquiring) {
                let count = epoll_wait(epoll, &events, Int32(events.count), 1_000)
                for event in events.prefix(Int(max(0, count))) where event.data.u64 != Self.wakeUp {
                    hungUp(event.data.u64)
                }
                everySecond()
            }
            last.withLock { $0.take() }?()
        }
    }

    /// - Parameter last: what this thread does before it ends; it may block. A stop needs no thread of its own for it,
    ///   which there might be no room for.
    func end(then last: @escaping @Sendable () -> Void) {
        self.last.withLock { $0 = last }
        ending.store(true, ordering: .releasing)
        eventfd_write(wake, 1)
    }

    /// - Returns: nil once closed: then the connection must not be suspended.
    func add(_ exchange: Exchange, socket: Int32) -> Watch? {
        let watch: Watch? = state.withLock { state in
            guard !state.closed else { return nil }
            state.last += 1
            state.watched[state.last] = exchange
            return state.last
        }
        // Edge-triggered, but a client that has gone already is reported at once.
        if let watch { control(EPOLL_CTL_ADD, socket, EPOLLRDHUP.rawValue | EPOLLET.rawValue, watch) }
        return watch
    }

    func remove(_ watch: Watch, socket: Int32) {
        control(EPOLL_CTL_DEL, socket, 0, watch)
        _ = state.withLock { $0.watched.removeValue(forKey: watch) }
    }

    /// Lets no further connection be suspended.
    ///
    /// - Returns: those that are.
    func close() -> [(Watch, Exchange)] {
        state.withLock { state in
            state.closed = true
            return state.watched.map { ($0.key, $0.value) }
        }
    }

    private func hungUp(_ watch: Watch) {
        let exchange = state.withLock { $0.watched[watch] }
        exchange?.hungUp(watch)
    }

    private func control(_ operation: Int32, _ socket: Int32, _ events: UInt32, _ watch: Watch) {
        var event = epoll_event()
        event.events = events
        event.data.u64 = watch
        epoll_ctl(epoll, operation, socket, &event)
    }
}
