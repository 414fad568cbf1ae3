import Synchronization

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

    let clients: ClientTable

    init(
        _ settings: ServerSettings, _ handler: @escaping HTTPServer.Handler, _ watcher: HangUpWatcher,
        onClosed: @escaping @Sendable () -> Void
    ) {
        self.settings = settings
        self.handler = handler
        self.watcher = watcher
        self.onClosed = onClosed
        clients = ClientTable(requestTimeout: settings.requestTimeout)
    }

    /// When libmicrohttpd's threads have ended.
    func stopped() { handler = nil }

    func stopping(_ head: RequestHead) -> HTTPResponse { settings.refusal(503, "The server is stopping.", head) }

    /// Before its socket is closed.
    func closed(_ client: Client) {
        clients.remove(client)
        openConnections.subtract(1, ordering: .sequentiallyConsistent)
        onClosed()
    }
}
