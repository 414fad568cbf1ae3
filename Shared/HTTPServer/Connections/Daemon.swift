import CMicrohttpd
import Glibc

/// libmicrohttpd's threads, until `stop()`.
///
/// `@unchecked Sendable`: the pointers never change; libmicrohttpd takes `add` from any thread, and `stop` is called
/// once, when nobody adds any more.
final class Daemon: @unchecked Sendable {
    private let raw: OpaquePointer
    private let callbacks: UnsafeMutablePointer<cmhd_callbacks>
    private let core: ServerCore

    init(_ core: ServerCore) throws(HTTPServerFault) {
        let settings = core.settings
        callbacks = .allocate(capacity: 1)
        // Unretained: `core` lives as long as this object, and this object until `stop` has returned.
        callbacks.initialize(
            to: cmhd_callbacks(
                owner: Unmanaged.passUnretained(core).toOpaque(), target: Self.target, request: Self.request,
                completed: Self.completed, opened: Self.opened, closed: Self.closed, refused: Self.refused))
        let seconds = settings.idleTimeout.components
        let timeout = max(1, seconds.seconds + (seconds.attoseconds > 0 ? 1 : 0))
        // The acceptor keeps the limit; libmicrohttpd divides its own among the threads, so it needs slack.
        let limit = core.descriptors.connections + settings.threads * 16
        guard
            let raw = cmhd_start(
                callbacks, UInt32(settings.threads), UInt32(clamping: limit), UInt32(clamping: timeout),
                settings.connectionBytes)
        else {
            let code = errno
            callbacks.deallocate()
            throw .refusedBySystem(step: "MHD_start_daemon", code: code)
        }
        self.raw = raw
        self.core = core
    }

    deinit { callbacks.deallocate() }

    /// Takes the socket over, also if it returns false: then it has been closed.
    func add(_ socket: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Bool {
        cmhd_add(raw, socket, address, length) != 0
    }

    /// Waits on the calling thread for the handlers at work, and closes all connections.
    ///
    /// - Precondition: nothing is suspended, and nothing will be: libmicrohttpd ends the process otherwise.
    func stop() { MHD_stop_daemon(raw) }

    // MARK: Called by libmicrohttpd on its threads

    private static let opened: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?) -> UnsafeMutableRawPointer? = {
        owner, connection in
        guard let owner, let connection else { return nil }
        let core = Unmanaged<ServerCore>.fromOpaque(owner).takeUnretainedValue()
        let client = core.clients.add(socket: Connection(raw: connection).socket)
        return Unmanaged.passRetained(client).toOpaque()
    }

    private static let closed: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void = {
        owner, client in
        guard let owner, let client else { return }
        let core = Unmanaged<ServerCore>.fromOpaque(owner).takeUnretainedValue()
        core.closed(Unmanaged<Client>.fromOpaque(client).takeRetainedValue())
    }

    private static let target:
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) -> UnsafeMutableRawPointer? = {
            owner, target, connection in
            guard let owner, let target, let connection, let client = cmhd_client(connection) else { return nil }
            let core = Unmanaged<ServerCore>.fromOpaque(owner).takeUnretainedValue()
            core.requestsUnderWay.add(1, ordering: .sequentiallyConsistent)
            core.requestsBegun.add(1, ordering: .relaxed)
            if core.settings.fastPath != nil, let held = HeldRequest.hold(target, client) { return held }
            let exchange = Exchange(
                core, Connection(raw: connection), Unmanaged<Client>.fromOpaque(client).takeUnretainedValue(),
                Target(target))
            return Unmanaged.passRetained(exchange).toOpaque()
        }

    private static let request:
        @convention(c) (
            UnsafeMutableRawPointer?, OpaquePointer?, UnsafePointer<CChar>?, UnsafePointer<CChar>?,
            UnsafeMutablePointer<Int>?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        ) -> Int32 = { owner, connection, method, bytes, size, request in
            guard let owner, let connection, let method, let size, let request, let exchange = request.pointee else {
                return 0
            }
            if let client = HeldRequest.client(of: exchange) {
                return Unmanaged<ServerCore>.fromOpaque(owner)._withUnsafeGuaranteedRef { core in
                    client._withUnsafeGuaranteedRef {
                        core.receive(held: $0, Connection(raw: connection), method, bytes, &size.pointee, request)
                            ? 1 : 0
                    }
                }
            }
            return Unmanaged<Exchange>.fromOpaque(exchange)._withUnsafeGuaranteedRef {
                $0.receive(method, bytes, &size.pointee) ? 1 : 0
            }
        }

    private static let refused:
        @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<UInt32>?) -> OpaquePointer? = {
            owner, connection, status in
            guard let owner, let connection, let status else { return nil }
            return Unmanaged<ServerCore>.fromOpaque(owner)._withUnsafeGuaranteedRef {
                Connection(raw: connection).refusal(&status.pointee, $0.settings)
            }
        }

    private static let completed: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void = {
        owner, exchange in
        guard let owner, let exchange else { return }
        if let client = HeldRequest.client(of: exchange) {
            client._withUnsafeGuaranteedRef { $0.waits() }
        } else {
            Unmanaged<Exchange>.fromOpaque(exchange).takeRetainedValue().completed()
        }
        Unmanaged<ServerCore>.fromOpaque(owner)._withUnsafeGuaranteedRef {
            _ = $0.requestsUnderWay.subtract(1, ordering: .sequentiallyConsistent)
        }
    }
}
