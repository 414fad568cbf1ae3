import Glibc

/// A folder of a test's own, removed with all that is in it when the test ends.
struct ScratchFolder: Sendable {
    struct NotMade: Error {}

    let path: String

    static func use<Value>(_ body: (ScratchFolder) async throws -> Value) async throws -> Value {
        var template = Array("/tmp/cutroom-folder-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw NotMade() }
        let folder = ScratchFolder(path: template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) })
        defer { folder.remove() }
        return try await body(folder)
    }

    func write(_ name: String, _ text: String, mode: mode_t = 0o644) throws {
        let file = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, mode)
        guard file >= 0 else { throw NotMade() }
        defer { close(file) }
        guard Glibc.write(file, text, text.utf8.count) == text.utf8.count, fchmod(file, mode) == 0 else {
            throw NotMade()
        }
    }

    /// Everything below the folder, links not followed, sorted.
    func all(_ below: String = "") -> [String] {
        guard let stream = opendir("\(path)/\(below)") else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let bytes = UnsafeRawPointer(entry) + MemoryLayout<dirent>.offset(of: \.d_name)!
            let name = String(cString: bytes.assumingMemoryBound(to: CChar.self))
            if name == "." || name == ".." { continue }
            names.append(below + name)
            if Int(entry.pointee.d_type) == Int(DT_DIR) { names += all("\(below)\(name)/") }
        }
        return names.sorted()
    }

    private func remove() {
        for name in all().reversed() where unlink("\(path)/\(name)") != 0 { rmdir("\(path)/\(name)") }
        rmdir(path)
    }
}
