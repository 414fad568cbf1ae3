import Glibc

/// A Unix socket that has no name: only this process can connect to it.
///
/// It is bound in a folder of its own that nobody else may enter, and the name is removed at once. What is left is a
/// descriptor for the nameless socket, which `connect` reaches through `/proc/self/fd` (unix(7), proc_pid_fd(5)). A
/// another user has no path to it: entries below `/proc/{pid}/fd` are followed for the same user only.
final class PrivateSocket: Sendable {
    /// Why there is none.
    struct Fault: Error, Equatable, CustomStringConvertible {
        let step: String
        let reason: String
        var description: String { "no private socket can be made: \(step): \(reason)" }
    }

    /// Bound, and not listening yet.
    private let bound: Int32
    /// The socket's place in the file system, which `connect` needs.
    private let place: Int32

    /// Blocks on the disk for a moment.
    ///
    /// - Parameter folders: tried in this order; the first that takes a socket is used.
    init(in folders: [String]) throws(Fault) {
        var fault = Fault(step: "looking for a folder", reason: "none is given")
        for folder in folders {
            do throws(Fault) {
                (bound, place) = try Self.make(in: folder)
                return
            } catch { fault = error }
        }
        throw fault
    }

    deinit {
        close(bound)
        close(place)
    }

    /// Puts the socket in the place of another descriptor, which is closed by that.
    func replace(_ descriptor: Int32) throws(Fault) {
        guard dup2(bound, descriptor) == descriptor else { throw Self.fault("dup2") }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    /// How many connections may wait to be accepted. Only after somebody else called `listen` on the same socket.
    func setBacklog(_ count: Int32) throws(Fault) {
        guard listen(bound, count) == 0 else { throw Self.fault("listen") }
    }

    /// Connects a socket that `open` made.
    ///
    /// - Returns: 0, or the `errno`.
    func connect(_ socket: Int32) -> Int32 {
        Self.withAddress(of: "/proc/self/fd/\(place)") { address, length in
            Glibc.connect(socket, address, length) == 0 ? 0 : errno
        } ?? ENAMETOOLONG
    }

    /// A socket of the kind that can be connected; -1 and `errno` if there is none.
    static func open() -> Int32 {
        socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    }

    /// `O_PATH` and `O_DIRECTORY`, which glibc shows to _GNU_SOURCE only (asm-generic/fcntl.h).
    private static let pathOnly: Int32 = 0o10_000_000

    private static func make(in folder: String) throws(Fault) -> (bound: Int32, place: Int32) {
        var template = Array("\(folder)/cutroom-XXXXXX".utf8CString)
        // Made with mode 0700.
        guard mkdtemp(&template) != nil else { throw fault("mkdtemp in \(folder)") }
        let own = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer { rmdir(own) }
        // By the folder's descriptor, because a socket's address holds only 107 bytes of path.
        let inside = Glibc.open(own, pathOnly | O_CLOEXEC)
        guard inside >= 0 else { throw fault("open") }
        defer { close(inside) }
        let path = "\(own)/broker"
        let descriptor = open()
        guard descriptor >= 0 else { throw fault("socket") }
        let isBound = withAddress(of: "/proc/self/fd/\(inside)/broker") { bind(descriptor, $0, $1) == 0 } ?? false
        guard isBound else {
            defer { close(descriptor) }
            throw fault("bind in \(folder)")
        }
        defer { unlink(path) }
        let place = Glibc.open(path, pathOnly | O_CLOEXEC | O_NOFOLLOW)
        guard place >= 0 else {
            defer { close(descriptor) }
            throw fault("open")
        }
        return (descriptor, place)
    }

    private static func withAddress<Value>(
        of path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8CString)
        guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { room in
            bytes.withUnsafeBytes { room.copyMemory(from: $0) }
        }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func fault(_ step: String) -> Fault {
        Fault(step: step, reason: String(cString: strerror(errno)))
    }
}
