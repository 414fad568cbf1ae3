import FoundationEssentials
import Glibc

/// Servers that belong to one test, which may take them away and bring them back. They start in 4 s and are gone, with
/// their data, once this value or the process of the tests is.
public final class OwnStack: Sendable {
    public enum Component: String, Sendable, CaseIterable {
        case kafka
        case mongoDB = "mongodb"
        case s3
    }

    /// The bootstrap servers of this Kafka.
    public let kafka: String
    public let mongoDB: MongoServer
    public let s3: S3Server
    /// The settings with which one of our services finds this stack, buckets and database included (not made yet).
    public let environment: [String: String]

    private let folder: String
    private let script: String

    /// Starts some of the servers, or all; the addresses of the others are known and refuse connections.
    public init(_ components: [Component] = Component.allCases) async throws {
        let script = try TestStack.value(of: .script)
        let temporary = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let folder = "\(temporary)/\(TestStack.uniqueName("cutroom-stack"))"
        try await Self.run(script, folder, ["up"] + components.map(\.rawValue))
        let told = String(decoding: try await Self.run(script, folder, ["env"]), as: UTF8.self)
        var variables: [String: String] = [:]
        for line in told.split(separator: "\n") {
            let parts = line.dropFirst("export ".count).split(separator: "=", maxSplits: 1)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
        }
        func variable(_ part: TestStack.Part) throws -> String {
            guard let value = variables[part.rawValue] else { throw TestStack.Missing(part: part) }
            return value
        }
        kafka = try variable(.kafka)
        mongoDB = MongoServer(uri: try variable(.mongoDB))
        s3 = S3Server(
            endpoint: try variable(.s3), accessKey: try variable(.s3AccessKey), secretKey: try variable(.s3SecretKey),
            accessLog: try variable(.s3AccessLog))
        environment = variables.filter { !$0.key.hasPrefix("CUTROOM_") }
        self.folder = folder
        self.script = script
    }

    deinit {
        let (script, folder) = (script, folder)
        Task.detached { try? await Self.end(script, folder) }
    }

    /// Ends a server in its own way; its data stay.
    public func stop(_ component: Component) async throws {
        try await Self.run(script, folder, ["down", component.rawValue])
    }

    /// Brings a server back, at its old address and with its old data.
    public func start(_ component: Component) async throws {
        try await Self.run(script, folder, ["up", component.rawValue])
    }

    /// Lets a server hang: it accepts connections and answers nothing.
    public func pause(_ component: Component) async throws {
        let pid = try signal(component, SIGSTOP)
        // A thread that runs on the other core stops a moment later, and may have answered until then.
        _ = try await eventually("\(component.rawValue) stands still") { try Self.isStopped(pid) ? true : nil }
    }

    /// Ends the pause.
    public func resume(_ component: Component) throws { try signal(component, SIGCONT) }

    /// Ends all servers and deletes their data, waited for.
    public func end() async throws { try await Self.end(script, folder) }

    @discardableResult
    private func signal(_ component: Component, _ signal: Int32) throws -> pid_t {
        let file = "\(folder)/run/\(component.rawValue).pid"
        let text = String(decoding: try contents(of: file), as: UTF8.self).prefix { $0.isNumber }
        guard let pid = pid_t(text), kill(pid, signal) == 0 else {
            throw TemporaryFile.Fault(reason: "no such process: \(file) says \(text)")
        }
        return pid
    }

    /// Whether every thread of a process is stopped (proc(5), `/proc/pid/task/tid/stat`).
    private static func isStopped(_ pid: pid_t) throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task").allSatisfy { thread in
            let stat = String(decoding: try contents(of: "/proc/\(pid)/task/\(thread)/stat"), as: UTF8.self)
            // The name before the state may hold brackets and blanks itself.
            return stat.split(separator: ")").last?.hasPrefix(" T") == true
        }
    }

    @discardableResult
    private static func run(_ script: String, _ folder: String, _ words: [String]) async throws -> [UInt8] {
        try await Tool.run(
            script, words,
            environment: [
                "CUTROOM_STACK_DIR": folder,
                "CUTROOM_STACK_PORTS": "auto",
                "CUTROOM_STACK_TIED_TO": String(getpid()),
            ],
            within: .seconds(120))
    }

    private static func end(_ script: String, _ folder: String) async throws {
        try await run(script, folder, ["reset"])
        try await Tool.run("rm", ["-r", folder])
    }
}
