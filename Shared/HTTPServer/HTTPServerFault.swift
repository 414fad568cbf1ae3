import Glibc
import Threads

/// Why a server did not start.
public enum HTTPServerFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not an IPv4 or IPv6 address in figures.
    case malformedAddress(String)
    /// Another socket listens there.
    case portInUse(address: String, port: UInt16)
    /// The address is not one of this machine's.
    case addressNotHere(String)
    /// The port is one that only root may take.
    case portNotAllowed(UInt16)
    /// The kernel refused something else; `code` is its `errno`.
    case refusedBySystem(step: String, code: Int32)

    public var description: String {
        switch self {
        case .malformedAddress(let address): "'\(address)' is not an IP address"
        case .portInUse(let address, let port): "port \(port) of \(address) is in use"
        case .addressNotHere(let address): "\(address) is not an address of this machine"
        case .portNotAllowed(let port): "this user may not listen on port \(port)"
        case .refusedBySystem(let step, let code): "\(step): \(String(cString: strerror(code)))"
        }
    }
}

extension OwnThread {
    static func ofServer(
        named name: String, _ body: @escaping @Sendable () -> Void
    ) throws(HTTPServerFault) -> OwnThread {
        do throws(ThreadFault) { return try OwnThread(named: name, body) } catch {
            throw .refusedBySystem(step: "a thread '\(name)'", code: error.code)
        }
    }
}
