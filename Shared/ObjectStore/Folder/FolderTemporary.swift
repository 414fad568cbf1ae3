import Glibc

/// A file that is being written, and is gone unless it is given a name. A crash leaves it behind for `removeStale`.
struct FolderTemporary: ~Copyable {
    let path: String
    private let descriptor: Int32

    /// An empty file in `folder`, locked for as long as this value lives.
    init(in folder: String) throws(ObjectStoreFault) {
        while true {
            let path = "\(folder)/\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw ObjectStoreFault(errno: errno) }
            var status = stat()
            // Another process that starts just now may have found it unlocked and taken it for stale: then a new one.
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &status) == 0, status.st_nlink > 0 {
                self.path = path
                self.descriptor = descriptor
                return
            }
            close(descriptor)
        }
    }

    deinit {
        unlink(path)
        close(descriptor)
    }

    /// Writes the bytes to the disk itself, and sets the time to now as finely as the file system keeps it.
    borrowing func write(_ bytes: [UInt8]) throws(ObjectStoreFault) -> FolderFile.Version {
        let written = bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = Glibc.write(descriptor, buffer.baseAddress! + done, buffer.count - done)
                if count < 0 && errno == EINTR { continue }
                if count < 0 { return false }
                done += count
            }
            return true
        }
        guard written else { throw ObjectStoreFault(errno: errno) }
        // The kernel's own stamp is as coarse as its clock tick, and two versions must differ in it.
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var status = stat()
        guard futimens(descriptor, [now, now]) == 0, fdatasync(descriptor) == 0, fstat(descriptor, &status) == 0 else {
            throw ObjectStoreFault(errno: errno)
        }
        return FolderFile.Version(status)
    }

    /// Removes what crashed processes left in `folder`: files that nobody has locked.
    static func removeStale(in folder: String) throws(ObjectStoreFault) {
        for entry in try FolderEntry.all(in: folder) where entry.kind == .file {
            let path = "\(folder)/\(entry.name)"
            let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
            guard descriptor >= 0 else { continue }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
            close(descriptor)
        }
    }
}
