import CPosix
import Glibc

/// The process's environment and the files that it points to.
public enum Environment {
    /// The variables now; what is not UTF-8 is repaired with U+FFFD.
    ///
    /// Call it at start, before other threads: the C library lets nobody read while another changes the environment.
    public static func current() -> [String: String] {
        var variables: [String: String] = [:]
        guard var entry = cposix_environment() else { return variables }
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return variables
    }

    /// Largest file that a setting is read from, in bytes.
    public static let largestFile = 65_536

    /// The whole of a small file of UTF-8. It waits on the calling thread: for the start only.
    public static func readFile(_ path: String) -> Result<String, SettingsFileFault> {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return .failure(SettingsFileFault(String(cString: strerror(errno)))) }
        defer { close(file) }
        var bytes: [UInt8] = []
        while true {
            let (count, failure) = withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
                let count = read(file, buffer.baseAddress, buffer.count)
                let failure = errno
                if count > 0 { bytes.append(contentsOf: buffer[..<count]) }
                return (count, failure)
            }
            if count < 0, failure == EINTR { continue }
            if count < 0 { return .failure(SettingsFileFault(String(cString: strerror(failure)))) }
            if count == 0 { break }
            if bytes.count > largestFile { return .failure(SettingsFileFault("larger than \(largestFile) bytes")) }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return .failure(SettingsFileFault("not UTF-8"))
        }
        return .success(text)
    }
}
