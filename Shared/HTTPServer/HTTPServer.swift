import Glibc
import Synchronization
import Threads

/// An HTTP/1.1 server. It serves until `stop(within:)`, or until the last reference to it is gone.
public final class HTTPServer: Sendable {
    /// Called on one of the server's own threads, which serves nobody else meanwhile: it must not block.
    public typealias Handler = @Sendable (HTTPRequest, Exchange) -> Reply

    public let port: UInt16
    private let engine: Engine

    /// Listens and serves at once.
    public init(_ settings: ServerSettings, handler: @escaping Handler) throws(HTTPServerFault) {
        let listener = try Listener(
            address: settings.address, port: settings.port, sendBufferBytes: settings.sendBufferBytes)
        port = listener.port
        engine = try Engine(settings, listener, handler)
    }

    deinit {
        let engine = engine
        Task.detached { await engine.stop(within: .zero) }
    }

    /// From now on each answer closes its connection, so that clients which keep theirs make a new one, elsewhere if they
    /// can. New connections are still taken.
    public func announceStop() { engine.core.draining.store(true, ordering: .relaxed) }

    /// Stops accepting and lets requests under way finish; then answers what still waits with 503, breaks open streams
    /// and closes all connections. Every call returns when all that is done.
    ///
    /// - Parameter limit: how long requests under way may take. Up to a second more goes by in sending what is left.
    public func stop(within limit: Duration) async { await engine.stop(within: limit) }

    /// How many connections are taken at once: as many as the settings say, or as the process has descriptors for.
    public var maxConnections: Int { engine.core.descriptors.connections }

    /// Connections accepted and not closed.
    public var openConnections: Int { engine.core.openConnections.load(ordering: .relaxed) }

    /// Requests begun and not yet answered to the last byte.
    public var requestsUnderWay: Int { engine.core.requestsUnderWay.load(ordering: .relaxed) }

    /// Connections that wait for an answer, or for a stream's next bytes.
    public var suspendedConnections: Int { engine.core.suspended.load(ordering: .relaxed) }

    /// Requests begun since the start.
    public var requestsBegun: Int { engine.core.requestsBegun.load(ordering: .relaxed) }
}
