import CPosix
import Glibc

/// One open file descriptor, closed with its last reference.
final class Descriptor: Sendable {
    let raw: Int32

    init(adopting raw: Int32) { self.raw = raw }

    deinit { close(raw) }

    /// (read end, write end).
    static func pipe() throws(ChildFault) -> (Descriptor, Descriptor) {
        var ends: [Int32] = [-1, -1]
        guard cposix_pipe(&ends) == 0 else { throw .notStarted(call: "pipe2", errno: errno) }
        return (Descriptor(adopting: ends[0]), Descriptor(adopting: ends[1]))
    }

    static func null() throws(ChildFault) -> Descriptor {
        let raw = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard raw >= 0 else { throw .notStarted(call: "open /dev/null", errno: errno) }
        return Descriptor(adopting: raw)
    }

    /// An empty file in memory.
    static func memoryFile(named name: String) throws(ChildFault) -> Descriptor {
        let raw = cposix_memory_file(name)
        guard raw >= 0 else { throw .notStarted(call: "memfd_create", errno: errno) }
        return Descriptor(adopting: raw)
    }

    /// A sealed file in memory, at its beginning.
    static func memoryFile(holding bytes: [UInt8]) throws(ChildFault) -> Descriptor {
        let file = try memoryFile(named: "child-input")
        var done = 0
        while done < bytes.count {
            let wrote = bytes.withUnsafeBytes {
                pwrite(file.raw, $0.baseAddress! + done, bytes.count - done, off_t(done))
            }
            if wrote < 0 && errno == EINTR { continue }
            guard wrote > 0 else { throw .notStarted(call: "pwrite", errno: errno) }
            done += wrote
        }
        guard cposix_seal(file.raw) == 0 else { throw .notStarted(call: "F_ADD_SEALS", errno: errno) }
        return file
    }

    /// A file's bytes from its beginning, at most `limit`.
    func contents(limit: Int) -> [UInt8] {
        var status = stat()
        guard fstat(raw, &status) == 0, status.st_size > 0 else { return [] }
        let size = min(Int(status.st_size), limit)
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            while filled < size {
                let got = pread(raw, buffer.baseAddress! + filled, size - filled, off_t(filled))
                if got < 0 && errno == EINTR { continue }
                guard got > 0 else { return }
                filled += got
            }
        }
    }

    /// For this process's end of a pipe: the flag belongs to the end, so the child's goes on blocking.
    func dontBlock() { _ = fcntl(raw, F_SETFL, fcntl(raw, F_GETFL, 0) | O_NONBLOCK) }
}
