import Glibc
import Synchronization
import Threads

/// An HTTP server of which a test writes every byte: for answers that no well-behaved server gives.
///
/// Each connection has a thread of its own, so a handler may block. Deinit or `stop()` ends all connections.
public final class WireServer: Sendable {
    private struct State {
        var open: Set<Int32> = []
        var stopped = false
        var requests: [WireRequest] = []
        var connections = 0
    }

    private let listener: Int32
    private let state = Mutex(State())
    private let handler: @Sendable (WireRequest, WireConnection) -> Void
    public let port: Int

    /// - Parameter handler: writes the answer. Returning keeps the connection alive, unless it was closed.
    public static func start(
        _ handler: @escaping @Sendable (WireRequest, WireConnection) -> Void
    ) throws -> WireServer {
        let server = try WireServer(handler)
        OwnThread.atStart(named: "wire-accept") { [listener = server.listener, weak server] in
            while true {
                let accepted = accept(listener, nil, nil)
                if accepted < 0 && errno == EINTR { continue }
                guard accepted >= 0, let server, server.adopt(accepted) else {
                    if accepted >= 0 { close(accepted) }
                    break
                }
                OwnThread.atStart(named: "wire") { server.serve(accepted) }
            }
            close(listener)
        }
        return server
    }

    private init(_ handler: @escaping @Sendable (WireRequest, WireConnection) -> Void) throws {
        self.handler = handler
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 128) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard bound else { throw WireFault.cannotListen(errno: errno) }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { stop() }

    /// `http://127.0.0.1:port`
    public var url: String { "http://127.0.0.1:\(port)" }
    /// Everything that was asked so far.
    public var requests: [WireRequest] { state.withLock { $0.requests } }
    /// How many connections were made so far.
    public var connections: Int { state.withLock { $0.connections } }

    public func stop() {
        let wasStopped = state.withLock { state in
            for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
            defer { state.stopped = true }
            return state.stopped
        }
        if !wasStopped { shutdown(listener, Int32(SHUT_RDWR)) }
    }

    private func adopt(_ descriptor: Int32) -> Bool {
        state.withLock { state in
            guard !state.stopped else { return false }
            state.open.insert(descriptor)
            state.connections += 1
            return true
        }
    }

    private func serve(_ descriptor: Int32) {
        let connection = WireConnection(descriptor)
        while let request = connection.nextRequest() {
            state.withLock { $0.requests.append(request) }
            handler(request, connection)
        }
        // Forgotten before the number is given free, so that `stop` can't shut down someone else's.
        state.withLock { _ = $0.open.remove(descriptor) }
        close(descriptor)
    }
}

public enum WireFault: Error {
    case cannotListen(errno: Int32)
}

/// A request as it came.
public struct WireRequest: Sendable {
    public let method: String
    /// Path and query, byte for byte.
    public let target: String
    /// Names in lower case.
    public let headers: [String: String]
    public let body: [UInt8]
}
