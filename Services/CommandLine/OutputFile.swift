import Domain
import Glibc

/// Where a command writes its result: a file that is there whole or not at all, or whatever else has that name.
///
/// Its calls block: not for Swift's own threads.
struct OutputFile: Sendable {
    private enum Place {
        case standardOutput
        /// A regular file, or nothing yet. `path` leads through no link, so that a link stays one.
        case file(path: String)
        /// A device, a pipe: written to as it is.
        case other
    }

    /// As it was given; `-` is standard output.
    let path: String
    private let place: Place

    /// - Parameter source: what is read meanwhile, and must not be written over; nil: nothing.
    /// - Throws: `.badParameters` if the two are one file, by whatever names, or `path` can't be written to.
    init(_ path: String, source: String?) throws(ClipFault) {
        self.path = path
        let shown = SafeName.of(path)
        if path == "-" {
            place = .standardOutput
            if let read = source.flatMap({ FileIdentity($0) }), read == FileIdentity(STDOUT_FILENO) {
                throw ClipFault(.badParameters, "standard output is the file that is read")
            }
            return
        }
        guard let status = Self.status(of: path) else {
            // Nothing there, or a link to nothing: the file is made where the name is.
            place = .file(path: path)
            return
        }
        if let source, FileIdentity(source) == FileIdentity(status) {
            throw ClipFault(.badParameters, "\(shown) is the file that is read; write the clip to another one")
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            guard let real = realpath(path, nil) else { throw Self.fault(path) }
            defer { free(real) }
            place = .file(path: String(cString: real))
        case S_IFDIR: throw ClipFault(.badParameters, "\(shown) is a folder")
        default: place = .other
        }
    }

    func write(_ bytes: [UInt8]) throws(ClipFault) {
        switch place {
        case .standardOutput:
            if let fault = Self.writeAll(bytes, to: STDOUT_FILENO, named: "standard output") { throw fault }
        case .other:
            let descriptor = open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw fault() }
            try write(bytes, into: descriptor)
        case .file(let path): try replace(path, by: bytes)
        }
    }

    /// Under another name first, in the same folder: a short one, since the file's own may be as long as names get.
    private func replace(_ path: String, by bytes: [UInt8]) throws(ClipFault) {
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        let temporary = "\(folder).cutroom-\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36)).part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw fault() }
        do throws(ClipFault) {
            try write(bytes, into: descriptor)
            guard rename(temporary, path) == 0 else { throw fault() }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Closes the descriptor in any case.
    private func write(_ bytes: [UInt8], into descriptor: Int32) throws(ClipFault) {
        let problem = Self.writeAll(bytes, to: descriptor, named: path)
        let isClosed = close(descriptor) == 0
        if let problem { throw problem }
        guard isClosed else { throw fault() }
    }

    private func fault() -> ClipFault { Self.fault(path) }

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
        ClipFault(.storeUnavailable, "\(SafeName.of(name)) can't be written: \(String(cString: strerror(errno)))")
    }

    private static func status(of path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }
}

/// Which file it is, by whatever name or link.
private struct FileIdentity: Equatable {
    let device: UInt64
    let inode: UInt64

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init?(_ descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }
}
