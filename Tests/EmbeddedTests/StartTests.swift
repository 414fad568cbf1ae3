import TestStack
import Testing

/// How a program ends that can't start.
@Suite("bad starts")
struct StartTests {
    @Test("cutroom serve that can't start ends with a status that says so, and with the reason")
    func serve() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/keep", "")
            try folder.write("file", "")
            let taken = try WireServer.start { _, _ in }
            defer { taken.stop() }
            let (audio, data) = ("\(folder.path)/audio", "\(folder.path)/data")
            let starts: [(words: [String], environment: [String: String], code: Int32, says: String)] = [
                ([audio, "--data", data], ["FFMPEG_PATH": "/nonexistent/ffmpeg"], 78, "FFMPEG_PATH"),
                ([audio, "--data", data], ["GATEWAY_WAIT": "soon"], 78, "GATEWAY_WAIT"),
                ([audio, "--data", data, "--port", "\(taken.port)"], [:], 1, "in use"),
                (["\(folder.path)/nowhere", "--data", data], [:], 1, "nowhere"),
                (["\(folder.path)/file", "--data", data], [:], 1, "file"),
                ([audio, "--data", "\(folder.path)/file"], [:], 1, "file"),
                ([audio, "--data", data, "--address", "not-an-address"], [:], 1, "not-an-address"),
            ]
            for start in starts {
                let words = ["serve"] + start.words + (start.words.contains("--port") ? [] : ["--port", "0"])
                let cutroom = try await ServiceProcess(
                    TestStack.executable("cutroom"), words, environment: start.environment)
                #expect(try await cutroom.exit() == .code(start.code), "\(words)")
                #expect(cutroom.standardOutput.isEmpty)
                let said = cutroom.lines.joined(separator: "\n")
                #expect(said.contains(start.says), "\(words): \(said)")
            }
        }
    }
}
