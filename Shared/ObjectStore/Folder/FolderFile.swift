import Glibc
import Hashing
import Text

/// One open regular file, closed with this value, that notices when it is changed while it is read.
///
/// Its calls block: make them on a `BlockingPool`.
public final class FolderFile: Sendable {
    /// What changes whenever a file is replaced, and nearly always when it is written to.
    public struct Version: Hashable, Sendable {
        public let sizeBytes: UInt64
        /// Since 1970, as finely as the file system keeps it.
        public let modifiedNanoseconds: Int64
        public let inode: UInt64

        public var modifiedUnixSeconds: Int64 { modifiedNanoseconds / 1_000_000_000 }

        /// A tag whose first characters are as good as all of it.
        public var etag: ETag? { ETag(hashing: "\(sizeBytes) \(modifiedNanoseconds) \(inode)") }

        /// What lies at `path` now, links followed; nil if nothing does. Blocks.
        public init?(path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            self.init(status)
        }

        init(_ status: stat) {
            sizeBytes = UInt64(clamping: status.st_size)
            let (seconds, overflow) = Int64(status.st_mtim.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
            modifiedNanoseconds = overflow ? 0 : seconds &+ Int64(status.st_mtim.tv_nsec)
            inode = UInt64(status.st_ino)
        }
    }

    /// As it was when the file was opened.
    public let version: Version
    private let descriptor: Int32

    /// - Parameters:
    ///   - path: of a regular file; a symbolic link is followed.
    ///   - folder: the real path of the folder in which the file must really lie; nil: anywhere.
    /// - Throws: `.missingObject`, `.denied` (also for a file that lies outside), `.storage`.
    public init(opening path: String, inside folder: String? = nil) throws(ObjectStoreFault) {
        // Non-blocking, because opening a pipe would wait for its writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw ObjectStoreFault(errno: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let reason = errno
            Glibc.close(descriptor)
            throw ObjectStoreFault(errno: reason)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            Glibc.close(descriptor)
            throw .missingObject
        }
        // Asked of the open file, so that nobody can exchange a link between the question and the opening.
        if let folder,
            !(realPath("/proc/self/fd/\(descriptor)")?.hasPrefix(folder == "/" ? "/" : folder + "/") ?? false)
        {
            Glibc.close(descriptor)
            throw .denied(code: "OutsideFolder")
        }
        self.descriptor = descriptor
        version = Version(status)
    }

    deinit { Glibc.close(descriptor) }

    /// All bytes of a range that lies within the file.
    ///
    /// - Throws: `.sourceChanged` if the file is no longer the version that was opened; `.truncated`; `.storage`.
    public func read(_ range: Range<UInt64>) throws(ObjectStoreFault) -> [UInt8] {
        guard let count = Int(exactly: range.upperBound - range.lowerBound) else { throw .tooLarge(limitBytes: .max) }
        try checkUnchanged()
        var fault: ObjectStoreFault?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(
                    descriptor, buffer.baseAddress! + filled, count - filled,
                    off_t(clamping: range.lowerBound + UInt64(filled)))
                if got < 0, errno == EINTR { continue }
                if got < 0 { fault = ObjectStoreFault(errno: errno) }
                if got <= 0 { break }
                filled += got
            }
        }
        if let fault { throw fault }
        try checkUnchanged()
        guard bytes.count == count else {
            throw .truncated(gotBytes: UInt64(bytes.count), expectedBytes: UInt64(count))
        }
        return bytes
    }

    private func checkUnchanged() throws(ObjectStoreFault) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw ObjectStoreFault(errno: errno) }
        guard Version(status) == version else { throw .sourceChanged }
    }
}

/// A path without links, `.` and `..`; nil if nothing is there.
func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(validatingCString: real)
}

extension ETag {
    init?(hashing text: String) {
        self.init("\"\(Hex.encode(SHA256.digest(text).prefix(16)))\"")
    }
}

extension ObjectStoreFault {
    /// What a failed call on a file means for the object in it.
    public init(errno code: Int32) {
        switch code {
        case ENOENT, ENOTDIR, ELOOP: self = .missingObject
        case EACCES, EPERM, EROFS: self = .denied(code: String(cString: strerror(code)))
        default: self = .storage(errno: code)
        }
    }
}
