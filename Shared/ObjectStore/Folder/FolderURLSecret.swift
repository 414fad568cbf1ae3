import Glibc

/// The key of a folder's URL signatures: random, made once, and kept in a file that only its owner may read.
///
/// Printing it shows nothing of it.
public struct FolderURLSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public enum Fault: Error, Hashable, Sendable {
        /// The file can't be read or made; why.
        case unusable(path: String, reason: String)
        /// Others than the owner may read or write it, so it may be known.
        case open(path: String)

        public var problem: String {
            switch self {
            case .unusable(let path, let reason): "\(path): \(reason)"
            case .open(let path):
                "\(path) can be read or written by others: delete it, and a new one is made (URLs given out so far then end)"
            }
        }
    }

    private static let byteCount = 32

    let bytes: [UInt8]

    /// For tests, and for gateways that get their key from elsewhere.
    ///
    /// - Returns: nil for fewer than 32 bytes.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// Reads the secret of a folder, or makes one there. Blocks: it is for the start of a process.
    ///
    /// - Parameter folder: exists and is writable the first time.
    public init(keptIn folder: String) throws(Fault) {
        let path = "\(folder)/url-secret"
        if access(path, F_OK) != 0 { try Self.make(path) }
        bytes = try Self.read(path)
    }

    private static func read(_ path: String) throws(Fault) -> [UInt8] {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unusable(path: path, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .unusable(path: path, reason: "is no regular file")
        }
        guard status.st_mode & 0o077 == 0 else { throw .open(path: path) }
        let bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            count = max(0, Glibc.read(descriptor, buffer.baseAddress, byteCount))
        }
        guard bytes.count == byteCount, status.st_size == byteCount else {
            throw .unusable(path: path, reason: "does not hold \(byteCount) bytes")
        }
        return bytes
    }

    /// Appears whole or not at all; where two processes start at once, the first one's stays.
    private static func make(_ path: String) throws(Fault) {
        var secret = [UInt8](repeating: 0, count: byteCount)
        guard getentropy(&secret, byteCount) == 0 else { throw .unusable(path: path, reason: "no random bytes") }
        let temporary = "\(path).\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let descriptor = Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unusable(path: path, reason: String(cString: strerror(errno))) }
        defer {
            close(descriptor)
            unlink(temporary)
        }
        guard write(descriptor, secret, byteCount) == byteCount, fsync(descriptor) == 0,
            link(temporary, path) == 0 || errno == EEXIST
        else { throw .unusable(path: path, reason: String(cString: strerror(errno))) }
    }

    public var description: String { "‹secret›" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
