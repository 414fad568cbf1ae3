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

    /// A start that must fail: variables set, or taken away where nil.
    struct BadStart: Sendable {
        let changes: [String: String?]
        let code: Int32
        /// What the reason names.
        let says: String

        init(_ changes: [String: String?], code: Int32 = 78, says: String) {
            (self.changes, self.code, self.says) = (changes, code, says)
        }
    }

    /// Enough for each of them to start, if nobody answered at these addresses.
    private static let settings = [
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "MONGODB_URI": "mongodb://127.0.0.1:1/",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1", "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret",
        "GATEWAY_PORT": "0", "GATEWAY_HEALTH_PORT": "0", "RESOLVER_HEALTH_PORT": "0", "CUTTER_HEALTH_PORT": "0",
    ]

    private static let forAll = [
        BadStart(["KAFKA_PROPERTY_NO_SUCH_THING": "x"], says: "KAFKA_PROPERTY_NO_SUCH_THING"),
        BadStart(
            ["KAFKA_PROPERTY_SECURITY_PROTOCOL": "ssl", "KAFKA_PROPERTY_SSL_CA_LOCATION": "/nonexistent/ca.pem"],
            says: "KAFKA_PROPERTY_SSL_CA_LOCATION"),
        BadStart(["KAFKA_BOOTSTRAP_SERVERS": nil], says: "KAFKA_BOOTSTRAP_SERVERS"),
        BadStart(["SHUTDOWN_LIMIT": "soon"], says: "SHUTDOWN_LIMIT"),
    ]

    private static let unreadable = BadStart(
        ["AWS_SECRET_ACCESS_KEY": nil, "AWS_SECRET_ACCESS_KEY_FILE": "/nonexistent/secret"], says: "/nonexistent/secret"
    )

    /// Nothing is named, and the instance must not be asked: each source that was looked at is in the message.
    private static func keyless(_ says: String) -> BadStart {
        BadStart(
            [
                "AWS_ACCESS_KEY_ID": nil, "AWS_SECRET_ACCESS_KEY": nil, "HOME": "/nonexistent",
                "AWS_EC2_METADATA_DISABLED": "true",
            ], says: says)
    }

    private static let keyless = [
        keyless("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"),
        keyless("AWS_WEB_IDENTITY_TOKEN_FILE is not set"),
        keyless("no profile 'default' in /nonexistent/.aws/credentials or /nonexistent/.aws/config"),
        keyless("AWS_CONTAINER_CREDENTIALS_FULL_URI are not set"), keyless("AWS_EC2_METADATA_DISABLED keeps from"),
    ]

    private static let own = [
        "gateway": [
            unreadable, BadStart(["AWS_ACCESS_KEY_ID": nil], says: "AWS_ACCESS_KEY_ID"),
            // Of no machine (RFC 5737, 3).
            BadStart(["GATEWAY_ADDRESS": "203.0.113.1"], code: 1, says: "203.0.113.1"),
            BadStart(["GATEWAY_ADDRESS": "not-an-address"], code: 1, says: "not-an-address"),
        ] + keyless,
        "resolver": [
            BadStart(["MONGODB_URI": nil, "MONGODB_URI_FILE": "/nonexistent/uri"], says: "/nonexistent/uri")
        ],
        "cutter": [
            unreadable, BadStart(["AWS_ACCESS_KEY_ID": nil], says: "AWS_ACCESS_KEY_ID"),
            BadStart(["FFMPEG_PATH": "/nonexistent/ffmpeg"], says: "FFMPEG_PATH"),
        ] + keyless,
    ]

    @Test(
        "a service that can't start ends with a status that says so, and with the reason",
        arguments: ["gateway", "resolver", "cutter"])
    func services(name: String) async throws {
        for start in Self.forAll + (Self.own[name] ?? []) {
            var environment = Self.settings
            for (variable, value) in start.changes { environment[variable] = value }
            let service = try await ServiceProcess(TestStack.executable(name), environment: environment)
            #expect(try await service.exit() == .code(start.code), "\(start.changes)")
            let said = service.lines.joined(separator: "\n")
            #expect(said.contains(start.says), "\(start.changes): \(said)")
            #expect(!said.contains("\"secret\""))
        }
    }

    @Test("a gateway whose port is taken ends with 1 and says so")
    func port() async throws {
        let taken = try WireServer.start { _, _ in }
        defer { taken.stop() }
        let environment = Self.settings.merging(["GATEWAY_PORT": "\(taken.port)"]) { $1 }
        let gateway = try await ServiceProcess(TestStack.executable("gateway"), environment: environment)
        #expect(try await gateway.exit() == .code(1))
        #expect(gateway.lines.joined().contains("in use"), "\(gateway.lines)")
    }
}
