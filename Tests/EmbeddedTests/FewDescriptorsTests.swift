import FoundationEssentials
import Glibc
import TestStack
import Testing

/// `cutroom serve` where the process may open few files.
@Suite("cutroom with few descriptors", .serialized)
struct FewDescriptorsTests {
    private struct Serving: Decodable { let url: String }

    /// - Parameter limits: for bash's `ulimit`.
    private func serve(
        _ limits: String, _ body: (ServiceProcess, _ port: Int) async throws -> Void
    ) async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/keep", "")
            let cutroom = try await ServiceProcess(
                "bash",
                [
                    "-c", "ulimit \(limits) && exec \"$0\" \"$@\"", try TestStack.executable("cutroom"), "serve",
                    "\(folder.path)/audio", "--port", "0", "--data", "\(folder.path)/data",
                ])
            let serving = try await eventually("cutroom to serve") { () -> Serving? in
                let output = cutroom.standardOutput
                guard output.last == UInt8(ascii: "\n") else { return nil }
                return try JSONDecoder().decode(Serving.self, from: Data(output))
            }
            let port = try #require(serving.url.split(separator: ":").last.flatMap { Int($0) })
            try await cutroom.ready(port: port)
            try await body(cutroom, port)
            #expect(try await cutroom.stop() == .code(0))
        }
    }

    @Test("half requests beyond all descriptors end nothing: others are answered, and the bound is told")
    func halfRequests() async throws {
        try await serve("-n 256") { cutroom, port in
            try await cutroom.line(containing: "Fewer connections than configured")
            var half: [Int32] = []
            defer { for socket in half { close(socket) } }
            for _ in 0..<300 {
                let client = try HalfRequest.open(port)
                half.append(client)
            }
            for _ in 0..<3 {
                let answer = try await HTTPFetch.get("http://127.0.0.1:\(port)/livez", within: .seconds(30))
                #expect(answer.status == 200)
            }
            // A miss needs the broker in memory, the files and Swift's timers.
            let missing = try await HTTPFetch.get(
                "http://127.0.0.1:\(port)/api/v1/audio_clips/000000000000000000000000?start_time_ms=0",
                within: .seconds(60))
            #expect(missing.status == 404, "\(missing.text)")
            #expect(cutroom.isRunning)
        }
    }

    /// The kernel tells: proc(5), /proc/pid/limits.
    @Test("the soft limit is raised to the hard one, and no further than 65,536")
    func raised() async throws {
        for (limits, soft) in [("-Sn 300", nil as Int?), ("-Sn 300 && ulimit -Hn 2000", 2_000)] {
            try await serve(limits) { cutroom, _ in
                let text = String(
                    decoding: try Data(contentsOf: URL(filePath: "/proc/\(cutroom.pid)/limits")), as: UTF8.self)
                let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("Max open files") })
                let numbers = line.split(separator: " ").compactMap { Int($0) }
                #expect(numbers.count == 2)
                #expect(numbers.first == soft ?? min(numbers.last ?? 0, 65_536))
            }
        }
    }
}

/// A connection that begins a request and sends no more.
private enum HalfRequest {
    struct Refused: Error { let code: Int32 }

    static func open(_ port: Int) throws -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw Refused(code: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        let text = Array("GET / HTTP/1.1\r\nHos".utf8)
        guard connected == 0, send(socket, text, text.count, Int32(MSG_NOSIGNAL)) == text.count else {
            let code = errno
            close(socket)
            throw Refused(code: code)
        }
        return socket
    }
}
