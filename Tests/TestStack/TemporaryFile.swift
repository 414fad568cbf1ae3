import Glibc

/// A file with a name of its own, deleted with this value.
public final class TemporaryFile: Sendable {
    public struct Fault: Error {
        public let reason: String
    }

    public let path: String

    /// - Parameter suffix: how the name ends, for programs that look at it: `.mp3`.
    public init(holding bytes: [UInt8] = [], suffix: String = "") throws {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        path = "\(folder)/\(TestStack.uniqueName("cutroom-test"))\(suffix)"
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Fault(reason: "\(path): \(String(cString: strerror(errno)))") }
        defer { close(file) }
        guard writeAll(bytes, to: file) else { throw Fault(reason: "\(path): \(String(cString: strerror(errno)))") }
    }

    deinit { unlink(path) }
}

/// Writes everything, or says why not in `errno`.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
        var done = 0
        while done < buffer.count {
            let written = write(descriptor, buffer.baseAddress! + done, buffer.count - done)
            if written < 0 && errno == EINTR { continue }
            if written < 0 { return false }
            done += written
        }
        return true
    }
}

/// All bytes of a file.
func contents(of path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw TemporaryFile.Fault(reason: "\(path): \(String(cString: strerror(errno)))") }
    let output = CapturedOutput()
    output.drain(descriptor)
    return output.bytes
}
