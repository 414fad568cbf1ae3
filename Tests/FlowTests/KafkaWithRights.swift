import Glibc
import TestStack

/// A Kafka of its own for one test: at one address everything is allowed, and at the other rights are checked, of users
/// that `scripts/stack --help` names. It is gone once `end` is called, or the process of the tests is gone.
struct KafkaWithRights {
    let open: String
    let secured: String
    private let folder: String
    private let script: String

    /// The environment of the tests, or the stack, does not say where it is.
    struct Missing: Error {
        let name: String
    }

    init() async throws {
        guard let script = getenv("CUTROOM_TEST_STACK").map({ String(cString: $0) }) else {
            throw Missing(name: "CUTROOM_TEST_STACK")
        }
        self.script = script
        let above = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        folder = "\(above)/cutroom-kafka-\(getpid())-\(UInt32.random(in: .min ... .max))"
        try await Self.run(script, folder, ["up", "--acl", "kafka"])
        let told = String(decoding: try await Self.run(script, folder, ["env"]), as: UTF8.self)
        func variable(_ name: String) throws -> String {
            let line = told.split(separator: "\n").first { $0.hasPrefix("export \(name)=") }
            guard let line else { throw Missing(name: name) }
            return String(line.dropFirst("export \(name)=".count))
        }
        open = try variable("KAFKA_BOOTSTRAP_SERVERS")
        secured = try variable("CUTROOM_KAFKA_SASL")
    }

    /// Kafka's own tool, with every right: `topics`, `acls` …, and the tool's words.
    @discardableResult
    func tool(_ words: String...) async throws -> String {
        String(decoding: try await Self.run(script, folder, ["kafka"] + words), as: UTF8.self)
    }

    func end() async throws {
        try await Self.run(script, folder, ["reset"])
        try await Tool.run("rm", ["-r", folder])
    }

    @discardableResult
    private static func run(_ script: String, _ folder: String, _ words: [String]) async throws -> [UInt8] {
        try await Tool.run(
            script, words,
            environment: [
                "CUTROOM_STACK_DIR": folder, "CUTROOM_STACK_PORTS": "auto", "CUTROOM_STACK_TIED_TO": String(getpid()),
            ], within: .seconds(120))
    }
}
