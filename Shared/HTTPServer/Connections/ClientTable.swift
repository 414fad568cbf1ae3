import Glibc
import Synchronization

/// All open connections, to end those that libmicrohttpd would keep too long.
final class ClientTable: Sendable {
    /// A part of the clients, by the number of their socket. A sweep holds one part's lock at a time, for as long as it takes
    /// to look at some hundred numbers, so that no connection that comes or goes waits for it.
    private final class Part: Sendable {
        let clients = Mutex<[Int32: Client]>([:])
    }

    /// `EPOLLRDHUP` and `POLLRDHUP` are one number; glibc shows the second only to _GNU_SOURCE.
    private static let closedByPeer: Int16 = 0x2000
    /// How long a client may take over a request while others wait for a place, in milliseconds.
    private static let patienceMs: Int64 = 2_000
    /// Asks the kernel what became of sockets, at once: `poll(2)`.
    typealias Poll = @Sendable (_ sockets: inout [pollfd]) -> Int32

    private let requestLimitMs: Int64
    private let poll: Poll
    private let parts = (0..<64).map { _ in Part() }
    private let lastSweep = Atomic<Int64>(0)

    /// - Parameter requestTimeout: how long a client may take over one request.
    init(requestTimeout: Duration, poll: @escaping Poll = { Glibc.poll(&$0, nfds_t($0.count), 0) }) {
        requestLimitMs = max(1, requestTimeout.components.seconds) * 1_000
        self.poll = poll
    }

    func add(socket: Int32) -> Client {
        let client = Client(socket: socket)
        part(of: client).clients.withLock { $0[socket] = client }
        return client
    }

    /// Before its socket is closed.
    func remove(_ client: Client) {
        _ = part(of: client).clients.withLock { $0.removeValue(forKey: client.socket) }
    }

    /// Ends connections whose client takes too long over a request, or has closed its side without finishing one: if
    /// that came together with the last bytes, libmicrohttpd misses it and would keep the socket until it times out.
    ///
    /// Does so at most once a second, however often it is called.
    ///
    /// - Parameter makingRoom: whether clients wait for a place: then a quarter of all, those that have been longest without
    ///   a whole request, are ended too.
    func sweep(makingRoom: Bool = false) {
        let now = Client.now()
        guard now - lastSweep.load(ordering: .relaxed) >= 1_000 else { return }
        lastSweep.store(now, ordering: .relaxed)
        var slow: [Client] = []
        var count = 0
        for part in parts {
            let (waiting, open) = part.clients.withLock { clients in
                (clients.values.filter { $0.hasWaited(longerThan: 1_000, now: now) }, clients.count)
            }
            count += open
            let isLate = { (client: Client) in client.hasWaited(longerThan: self.requestLimitMs, now: now) }
            for client in waiting where isLate(client) { end(client, longerThan: requestLimitMs) }
            endThoseWhoLeft(waiting.filter { !isLate($0) })
            if makingRoom { slow += waiting.filter { $0.hasWaited(longerThan: Self.patienceMs, now: now) } }
        }
        slow.sort { $0.waitsSince < $1.waitsSince }
        for client in slow.prefix(max(1, count / 4)) { end(client, longerThan: Self.patienceMs) }
    }

    /// Polled without a lock: a socket may be closed meanwhile and its number be another's, so what is found is looked at
    /// again.
    private func endThoseWhoLeft(_ clients: [Client]) {
        var sockets = clients.map { pollfd(fd: $0.socket, events: Self.closedByPeer, revents: 0) }
        guard poll(&sockets) > 0 else { return }
        for (client, socket) in zip(clients, sockets) where socket.revents & Self.closedByPeer != 0 {
            end(client, longerThan: 1_000) {
                var again = [pollfd(fd: client.socket, events: Self.closedByPeer, revents: 0)]
                return poll(&again) > 0 && again[0].revents & Self.closedByPeer != 0
            }
        }
    }

    /// Under the lock, or the socket could be closed and its number be another's before it is shut down.
    private func end(_ client: Client, longerThan limitMs: Int64, if condition: () -> Bool = { true }) {
        part(of: client).clients.withLock { clients in
            guard clients[client.socket] === client, client.hasWaited(longerThan: limitMs, now: Client.now()),
                condition()
            else { return }
            shutdown(client.socket, Int32(SHUT_RDWR))
        }
    }

    private func part(of client: Client) -> Part { parts[Int(UInt32(bitPattern: client.socket)) % parts.count] }
}
