import Glibc
import Synchronization

/// All open connections, to end those that libmicrohttpd would keep too long.
final class ClientTable: Sendable {
    /// `EPOLLRDHUP` and `POLLRDHUP` are one number; glibc shows the second only to _GNU_SOURCE.
    private static let closedByPeer: Int16 = 0x2000
    private let requestLimitMs: Int64
    private let clients = Mutex<[ObjectIdentifier: Client]>([:])
    private let lastSweep = Atomic<Int64>(0)

    /// - Parameter requestTimeout: how long a client may take over one request.
    init(requestTimeout: Duration) {
        requestLimitMs = max(1, requestTimeout.components.seconds) * 1_000
    }

    func add(socket: Int32) -> Client {
        let client = Client(socket: socket)
        clients.withLock { $0[ObjectIdentifier(client)] = client }
        return client
    }

    /// Before its socket is closed.
    func remove(_ client: Client) {
        _ = clients.withLock { $0.removeValue(forKey: ObjectIdentifier(client)) }
    }

    /// Ends connections whose client takes too long over a request, or has closed its side without finishing one: if
    /// that came together with the last bytes, libmicrohttpd misses it and would keep the socket until it times out.
    ///
    /// Does so at most once a second, however often it is called.
    func sweep() {
        let now = Client.now()
        guard now - lastSweep.load(ordering: .relaxed) >= 1_000 else { return }
        lastSweep.store(now, ordering: .relaxed)
        // All under the lock, or a socket could be closed and its number be another's before it is shut down.
        clients.withLock { clients in
            var waiting: [pollfd] = []
            for client in clients.values {
                if client.hasWaited(longerThan: requestLimitMs, now: now) {
                    shutdown(client.socket, Int32(SHUT_RDWR))
                } else if client.hasWaited(longerThan: 1_000, now: now) {
                    waiting.append(pollfd(fd: client.socket, events: Self.closedByPeer, revents: 0))
                }
            }
            guard poll(&waiting, nfds_t(waiting.count), 0) > 0 else { return }
            for client in waiting where client.revents & Self.closedByPeer != 0 {
                shutdown(client.fd, Int32(SHUT_RDWR))
            }
        }
    }
}
