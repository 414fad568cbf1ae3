import Glibc

/// A folder with a name of its own, removed with all that is in it when its use ends.
public struct TemporaryFolder: Sendable {
    public let path: String

    public static func use<Value>(_ body: (TemporaryFolder) async throws -> Value) async throws -> Value {
        let above = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let folder = TemporaryFolder(path: "\(above)/\(TestStack.uniqueName("cutroom-test"))")
        guard mkdir(folder.path, 0o700) == 0 else { throw folder.fault() }
        defer { folder.remove() }
        return try await body(folder)
    }

    /// Writes a file, and the folders above it.
    public func write(_ name: String, _ text: String, mode: mode_t = 0o644) throws {
        var above = path
        for part in name.split(separator: "/").dropLast() {
            above += "/\(part)"
            mkdir(above, 0o755)
        }
        let file = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard file >= 0 else { throw fault() }
        defer { close(file) }
        guard writeAll(Array(text.utf8), to: file), fchmod(file, mode) == 0 else { throw fault() }
    }

    /// Everything below, links not followed, sorted.
    public func all(_ below: String = "") -> [String] {
        guard let stream = opendir("\(path)/\(below)") else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // Not by copying the field: the record may be shorter than the type says.
            let bytes = UnsafeRawPointer(entry) + MemoryLayout<dirent>.offset(of: \.d_name)!
            let name = String(cString: bytes.assumingMemoryBound(to: CChar.self))
            if name == "." || name == ".." { continue }
            names.append(below + name)
            if Int(entry.pointee.d_type) == Int(DT_DIR) { names += all("\(below)\(name)/") }
        }
        return names.sorted()
    }

    private func fault() -> TemporaryFile.Fault {
        TemporaryFile.Fault(reason: "\(path): \(String(cString: strerror(errno)))")
    }

    private func remove() {
        for name in all().reversed() where unlink("\(path)/\(name)") != 0 { rmdir("\(path)/\(name)") }
        rmdir(path)
    }
}
