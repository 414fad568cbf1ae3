import Glibc
import Synchronization
import Threads

/// What a server's threads share.
final class ServerCore: Sendable {
    let settings: ServerSettings
    /// Nil once the server has stopped, so that a handler and the exchanges that it keeps do not keep each other.
    ///
    /// `nonisolated(unsafe)`: read by libmicrohttpd's threads, and changed when they have been joined.
    nonisolated(unsafe) private(set) var handler: HTTPServer.Handler?
    let watcher: HangUpWatcher
    /// From then on each answer closes its connection.
    let draining = Atomic(false)
    let openConnections = Atomic(0)
    /// Begun and not over, suspended ones included.
    let requestsUnderWay = Atomic(0)
    let suspended = Atomic(0)
    let requestsBegun = Atomic(0)
    /// Called when a connection has gone; the acceptor may be waiting for that.
    let onClosed: @Sendable () -> Void

    private let clients = Mutex<[ObjectIdentifier: Client]>([:])
    private let lastSweep = Atomic<Int64>(0)

    init(
        _ settings: ServerSettings, _ handler: @escaping HTTPServer.Handler, _ watcher: HangUpWatcher,
        onClosed: @escaping @Sendable () -> Void
    ) {
        self.settings = settings
        self.handler = handler
        self.watcher = watcher
        self.onClosed = onClosed
    }

    /// When libmicrohttpd's threads have ended.
    func stopped() { handler = nil }

    var stopping: HTTPResponse { settings.refusal(503, "The server is stopping.") }

    func opened(socket: Int32) -> Client {
        let client = Client(socket: socket)
        clients.withLock { $0[ObjectIdentifier(client)] = client }
        return client
    }

    /// Before its socket is closed.
    func closed(_ client: Client) {
        _ = clients.withLock { $0.removeValue(forKey: ObjectIdentifier(client)) }
        openConnections.subtract(1, ordering: .sequentiallyConsistent)
        onClosed()
    }

    /// Ends connections whose client has been sending one request for too long. At most once a second.
    func sweep() {
        let now = Client.now()
        guard now - lastSweep.load(ordering: .relaxed) >= 1_000 else { return }
        lastSweep.store(now, ordering: .relaxed)
        let limitMs = max(1, settings.requestTimeout.components.seconds) * 1_000
        // Under the lock, or a socket could be closed and its number taken by another before it is shut down.
        clients.withLock { clients in
            for client in clients.values where client.hasWaited(longerThan: limitMs, now: now) {
                shutdown(client.socket, Int32(SHUT_RDWR))
            }
        }
    }
}
