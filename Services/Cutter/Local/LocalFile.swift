import Domain
import Glibc

/// What is wrong with a path that should be an audio file, before anything of it is read.
enum LocalFile {
    /// Blocks.
    ///
    /// - Returns: nil for a regular file that may be read and holds something.
    static func fault(at path: String) -> ClipFault? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let reason = errno
            var link = stat()
            if reason == ENOENT, lstat(path, &link) == 0 { return fault(path, "is a link to nothing") }
            if reason == ENOENT, path.isEmpty { return ClipFault(.noAudio, "the file's name is empty") }
            if reason == ENOENT { return ClipFault(.noAudio, "there is no file \(path)") }
            return fault(path, "can't be reached: \(String(cString: strerror(reason)))")
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: return fault(path, "is a folder")
        case S_IFIFO: return fault(path, "is a pipe, in which nothing can be looked for; write it to a file first")
        case S_IFSOCK: return fault(path, "is a socket")
        default: return fault(path, "is a device")
        }
        guard access(path, R_OK) == 0 else {
            return ClipFault(.storeUnavailable, "\(path) can't be read: \(String(cString: strerror(errno)))")
        }
        return status.st_size == 0 ? fault(path, "is empty") : nil
    }

    private static func fault(_ path: String, _ problem: String) -> ClipFault {
        ClipFault(.noAudio, "\(path) \(problem)")
    }
}
