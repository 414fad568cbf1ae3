import Domain
import Glibc

/// The file that a command writes: whole, or not there at all.
enum OutputFile {
    /// Blocks: not for Swift's own threads.
    ///
    /// - Parameter path: `-` is standard output.
    static func write(_ bytes: [UInt8], to path: String) -> ClipFault? {
        if path == "-" { return writeAll(bytes, to: STDOUT_FILENO, named: "standard output") }
        let temporary = "\(path).\(getpid()).part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { return fault(path) }
        var problem = writeAll(bytes, to: descriptor, named: path)
        if close(descriptor) != 0, problem == nil { problem = fault(path) }
        if problem == nil, rename(temporary, path) != 0 { problem = fault(path) }
        if problem != nil { unlink(temporary) }
        return problem
    }

    static func writeAll(_ bytes: [UInt8], to descriptor: Int32, named name: String) -> ClipFault? {
        var done = 0
        while done < bytes.count {
            let written = bytes[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return fault(name) }
            done += written
        }
        return nil
    }

    private static func fault(_ name: String) -> ClipFault {
        ClipFault(.storeUnavailable, "\(name) can't be written: \(String(cString: strerror(errno)))")
    }
}
