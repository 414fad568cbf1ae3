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
    /// Answers under way whose body is a file, which takes a descriptor beside the connection's.
    let filesSent = Atomic(0)
    let descriptors: DescriptorBudget
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
        descriptors = DescriptorBudget(settings)
    }

    /// Whether one more connection can be taken.
    var hasRoom: Bool {
        let connections = openConnections.load(ordering: .sequentiallyConsistent)
        return connections < descriptors.connections
            && connections + filesSent.load(ordering: .sequentiallyConsistent) < descriptors.all
    }

    /// Takes a descriptor for an answer's file; false if connections and files have all that there are.
    func beginFile() -> Bool {
        let files = filesSent.add(1, ordering: .sequentiallyConsistent).newValue
        // The last connection was let in for its request, so one file has always a place in the reserve.
        if openConnections.load(ordering: .sequentiallyConsistent) + files <= descriptors.all + 1 { return true }
        endFile()
        return false
    }

    func endFile() {
        filesSent.subtract(1, ordering: .sequentiallyConsistent)
        onClosed()
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
