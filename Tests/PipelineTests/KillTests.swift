import Glibc
import TestStack
import Testing

/// Services that end in the middle of work.
@Suite("ends", .serialized)
struct KillTests {
    @Test("no ffmpeg outlives a cutter that is killed in the middle of a cut")
    func orphans() async throws {
        let pipeline = try await Pipeline.make()
        let resolver = try await pipeline.resolver()
        let cutter = try await pipeline.cutter()
        let gateway = try await pipeline.gateway()
        let pid = cutter.pid
        let asking = Task {
            try await gateway.get(
                "\(Pipeline.episode)?start_time_ms=0&duration_ms=60000&format=m4a", headers: ["Prefer": "wait=1"])
        }
        let children = try await eventually("an encoding child") {
            let children = Processes.children(of: pid)
            return children.contains { Processes.arguments(of: $0).contains("aac") } ? children : nil
        }
        cutter.kill(SIGKILL)
        _ = try await eventually("every child to be gone", within: .seconds(1)) {
            children.allSatisfy { !Processes.isAlive($0) } ? true : nil
        }
        _ = try await asking.value
        withExtendedLifetime(resolver) {}
    }

    @Test("three cutters share the partitions; killing one loses nothing")
    func killedCutter() async throws {
        let pipeline = try await Pipeline.make()
        let resolver = try await pipeline.resolver()
        let cutters = [try await pipeline.cutter(), try await pipeline.cutter(), try await pipeline.cutter()]
        let gateway = try await pipeline.gateway()
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<60 {
                group.addTask {
                    try await gateway.clip(start: number * 1000, duration: 5000, headers: ["Prefer": "wait=60"]).status
                }
            }
            try await cutters[0].line(containing: "The clip is cut and stored")
            cutters[0].kill(SIGKILL)
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(statuses.filter { $0 == 200 }.count == 60, "\(statuses)")
        for cutter in cutters[1...] {
            #expect(cutter.lines.contains { $0.contains("The clip is cut and stored") })
        }
        withExtendedLifetime(resolver) {}
    }

    @Test("SIGTERM lets a held request have its answer, and every service ends with 0")
    func drain() async throws {
        let pipeline = try await Pipeline.make()
        let resolver = try await pipeline.resolver()
        let gateway = try await pipeline.gateway()
        async let held = gateway.clip(start: 5000, headers: ["Prefer": "wait=20"])
        try await gateway.process.line(containing: "Asked for a clip")
        gateway.process.kill(SIGTERM)
        let cutter = try await pipeline.cutter()
        #expect(try await held.status == 200)
        #expect(try await gateway.process.exit() == .code(0))
        #expect(try await cutter.stop() == .code(0))
        #expect(try await resolver.stop() == .code(0))
    }
}

/// What /proc tells about other processes.
enum Processes {
    static func children(of parent: pid_t) -> [pid_t] {
        var found: [pid_t] = []
        for task in names(in: "/proc/\(parent)/task") {
            let text = read("/proc/\(parent)/task/\(task)/children")
            found += text.split(separator: " ").compactMap { pid_t($0) }
        }
        return found
    }

    static func arguments(of pid: pid_t) -> [String] {
        read("/proc/\(pid)/cmdline").split(separator: "\0").map(String.init)
    }

    /// A zombie does not count: it runs nothing any more.
    static func isAlive(_ pid: pid_t) -> Bool {
        let status = read("/proc/\(pid)/stat")
        guard let end = status.lastIndex(of: ")") else { return false }
        return status[end...].split(separator: " ").dropFirst().first.map { $0 != "Z" } ?? false
    }

    private static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private static func read(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += piece[..<count]
        }
    }
}
