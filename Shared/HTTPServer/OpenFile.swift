import Glibc

/// A regular file open for reading; closed with the last reference.
public final class OpenFile: Sendable {
    public enum Fault: Error, Equatable, Sendable {
        case missing
        case notARegularFile
        case refusedBySystem(code: Int32)
    }

    /// Bytes, when it was opened.
    public let size: UInt64
    private let descriptor: Int32

    public init(path: String) throws(Fault) {
        // Without O_NONBLOCK a FIFO would hold this thread until somebody writes to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw errno == ENOENT || errno == ENOTDIR ? .missing : .refusedBySystem(code: errno)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size >= 0 else {
            close(descriptor)
            throw .notARegularFile
        }
        self.descriptor = descriptor
        self.size = UInt64(status.st_size)
    }

    deinit { close(descriptor) }

    /// Whether these bytes are there now.
    func holds(_ length: UInt64, from offset: UInt64) -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        let size = UInt64(max(0, status.st_size))
        return offset <= size && length <= size - offset
    }

    /// A descriptor of its own for whoever closes it; -1 if there are too many.
    func duplicate() -> Int32 { fcntl(descriptor, F_DUPFD_CLOEXEC, 0) }
}
