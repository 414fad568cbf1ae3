import CMicrohttpd
import CPosix
import Glibc
import Synchronization
import Threads

/// Accepts connections on a thread of its own and hands them to libmicrohttpd.
///
/// libmicrohttpd could accept them itself, but `MHD_quiesce_daemon`, its only way to stop accepting, races with its own
/// threads under load and then ends the process (its `daemon.c`, 1.0.1: "Failed to remove listen FD from epoll set").
final class Acceptor: Sendable {
    private let listener: Mutex<Listener?>
    private let wake: Int32
    private let ending = Atomic(false)
    /// Whether the thread waits for a connection to go.
    private let full = Atomic(false)
    private let keepsWaiting = Atomic(false)

    /// Whether there is no place for another connection, and a client that wants one.
    var keepsSomebodyWaiting: Bool { keepsWaiting.load(ordering: .relaxed) }

    init(_ listener: Listener) throws(HTTPServerFault) {
        wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wake >= 0 else { throw .refusedBySystem(step: "eventfd", code: errno) }
        self.listener = Mutex(listener)
    }

    deinit { close(wake) }

    /// Runs until `end()`; then the port is free again.
    func run(_ core: ServerCore, _ daemon: Daemon) throws(HTTPServerFault) -> OwnThread {
        try OwnThread.ofServer(named: "http-accept") { [self] in
            guard let listener = listener.withLock({ $0.take() }) else { return }
            while !ending.load(ordering: .acquiring) {
                let pause = accept(listener, core, daemon)
                wait(listener, core, pause)
            }
            // Who is in the kernel's queue already would be reset without an answer.
            _ = accept(listener, core, daemon)
        }
    }

    func end() {
        ending.store(true, ordering: .releasing)
        eventfd_write(wake, 1)
    }

    /// A connection has gone.
    func roomAgain() {
        if full.load(ordering: .sequentiallyConsistent) { eventfd_write(wake, 1) }
    }

    private func wait(_ listener: Listener, _ core: ServerCore, _ pauseMs: Int32) {
        full.store(true, ordering: .sequentiallyConsistent)
        let isFull = !core.hasRoom
        if !isFull { full.store(false, ordering: .sequentiallyConsistent) }
        let listens = !isFull && pauseMs == 0
        var events = [
            pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
            pollfd(fd: listens ? listener.socket : -1, events: Int16(POLLIN), revents: 0),
        ]
        // Without room only a connection that goes ends the wait, and now and then a look at who wants to come in.
        keepsWaiting.store(isFull && Self.hasVisitor(listener), ordering: .relaxed)
        poll(&events, nfds_t(events.count), pauseMs > 0 ? pauseMs : isFull ? 500 : -1)
        full.store(false, ordering: .sequentiallyConsistent)
        var count: eventfd_t = 0
        if events[0].revents != 0 { eventfd_read(wake, &count) }
    }

    private static func hasVisitor(_ listener: Listener) -> Bool {
        var waiting = pollfd(fd: listener.socket, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, 0) > 0
    }

    /// - Returns: for how many milliseconds there is no sense in trying again; 0 as a rule.
    private func accept(_ listener: Listener, _ core: ServerCore, _ daemon: Daemon) -> Int32 {
        while core.hasRoom {
            var address = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let accepted = withUnsafeMutablePointer(to: &address) { storage in
                storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    let socket = cmhd_accept(listener.socket, address, &length)
                    guard socket >= 0 else { return errno }
                    core.openConnections.add(1, ordering: .sequentiallyConsistent)
                    if !daemon.add(socket, address, length) {
                        core.openConnections.subtract(1, ordering: .sequentiallyConsistent)
                    }
                    return 0
                }
            }
            switch accepted {
            case 0, EINTR, ECONNABORTED: continue
            // No descriptors or memory left: others must let go first.
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return 50
            default: return 0
            }
        }
        return 0
    }
}
