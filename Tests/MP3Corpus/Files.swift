import Glibc

/// Whole files and parts of files, read and written.
package enum Files {
    package struct Failure: Error {
        package let path: String
        package let code: Int32
    }

    package static func read(_ path: String) throws -> [UInt8] {
        try read(path, 0..<size(path))
    }

    package static func size(_ path: String) throws -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw Failure(path: path, code: errno) }
        return Int(status.st_size)
    }

    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The bytes of `range`, as many as there are.
    package static func read(_ path: String, _ range: Range<Int>) throws -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Failure(path: path, code: errno) }
        defer { close(file) }
        var done = 0
        return [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            while done < range.count {
                let got = pread(file, buffer.baseAddress! + done, range.count - done, range.lowerBound + done)
                guard got > 0 else { break }
                done += got
            }
            count = done
        }
    }

    /// Writes beside the place and renames, so that another test run never sees half a file.
    ///
    /// - Parameter acrossDevices: the place may be on another file system than the cache; half a file can be seen there.
    package static func write(_ bytes: [UInt8], to path: String, acrossDevices: Bool = false) throws {
        let beside = acrossDevices ? path : unique("writing")
        let file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw Failure(path: beside, code: errno) }
        defer { close(file) }
        var done = 0
        try bytes.withUnsafeBytes { raw in
            while done < raw.count {
                let put = Glibc.write(file, raw.baseAddress! + done, raw.count - done)
                guard put > 0 else { throw Failure(path: beside, code: errno) }
                done += put
            }
        }
        guard acrossDevices || rename(beside, path) == 0 else { throw Failure(path: path, code: errno) }
    }

    package static func remove(_ path: String) { unlink(path) }

    /// By memcmp: comparing arrays element by element takes long in a debug build.
    package static func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        a.count == b.count && (a.isEmpty || memcmp(a, b, a.count) == 0)
    }

    /// A path in the cache that nobody else has.
    package static func unique(_ name: String) -> String {
        "\(cache)/\(name)-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    }

    /// Where made files are kept from one test run to the next.
    package static let cache: String = {
        let environment = { (name: String) in getenv(name).map { String(cString: $0) } }
        let folder = environment("CUTROOM_TEST_CACHE") ?? "\(environment("TMPDIR") ?? "/tmp")/cutroom-test-cache"
        mkdir(folder, 0o755)
        mkdir("\(folder)/mp3-1", 0o755)
        return "\(folder)/mp3-1"
    }()
}
