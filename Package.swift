// swift-tools-version: 6.0
import PackageDescription

/// A C library of the system, found by its header and linked by its module map.
func system(_ name: String, apt package: String) -> Target {
    .systemLibrary(name: name, path: "Shared/\(name)", providers: [.apt([package])])
}

/// libmongoc's headers lie off the compiler's path. Its pkg-config file would name them, but SwiftPM warns at each build
/// about a definition in that file, so the folders stand here; a later Debian may move them.
let flags: [SwiftSetting] = [
    .unsafeFlags(["-Xcc", "-isystem/usr/include/libmongoc-1.0", "-Xcc", "-isystem/usr/include/libbson-1.0"])
]

/// A room under `Shared/`: one idea that more than one service needs.
func shared(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Shared/\(name)", exclude: ["README.md"],
        swiftSettings: flags)
}

/// A service: a library, so that `cutroom` can hold all three and the tests can hold one.
func service(_ folder: String, _ dependencies: Target.Dependency...) -> Target {
    .target(
        name: "\(folder)Service", dependencies: dependencies, path: "Services/\(folder)", exclude: ["README.md"],
        swiftSettings: flags)
}

/// A program is linked with the commit that it is built from; nobody imports that.
func program(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies + ["BuildCommit"], path: "Services/Executables/\(name)",
        swiftSettings: flags)
}

func tests(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: flags)
}

let package = Package(
    name: "cutroom",
    products: [
        .executable(name: "gateway", targets: ["gateway"]),
        .executable(name: "resolver", targets: ["resolver"]),
        .executable(name: "cutter", targets: ["cutter"]),
        .executable(name: "cutroom", targets: ["cutroom"]),
    ],
    targets: [
        system("CRdkafka", apt: "librdkafka-dev"),
        system("CMongoc", apt: "libmongoc-dev"),
        system("CCurl", apt: "libcurl4-openssl-dev"),
        .target(
            name: "CMicrohttpd", path: "Shared/CMicrohttpd", exclude: ["README.md"],
            linkerSettings: [.linkedLibrary("microhttpd")]),
        system("COpenSSL", apt: "libssl-dev"),
        system("CExpat", apt: "libexpat1-dev"),
        system("CZlib", apt: "zlib1g-dev"),
        system("CSQLite", apt: "libsqlite3-dev"),
        .target(name: "CPosix", path: "Shared/CPosix", exclude: ["README.md"]),

        .target(name: "CBuildCommit", path: "Shared/BuildCommit/CBuildCommit"),
        .target(name: "BuildCommit", path: "Shared/BuildCommit/BuildCommit", plugins: ["WriteCommit"]),
        .plugin(name: "WriteCommit", capability: .buildTool(), path: "Shared/BuildCommit/Plugin"),

        shared("Text"),
        shared("SourceText"),
        .target(name: "YAML", dependencies: ["Text"], path: "Shared/APIDescription/YAML"),
        .executableTarget(
            name: "embed-description", dependencies: ["SourceText", "Text", "YAML"], path: "Shared/APIDescription/Embed"
        ),
        .plugin(
            name: "EmbedDescription", capability: .buildTool(), dependencies: ["embed-description"],
            path: "Shared/APIDescription/Plugin"),
        .target(name: "APIDescription", path: "Shared/APIDescription/APIDescription", plugins: ["EmbedDescription"]),
        .executableTarget(name: "embed-assets", dependencies: ["SourceText"], path: "Shared/WebAssets/Embed"),
        .plugin(
            name: "EmbedAssets", capability: .buildTool(), dependencies: ["embed-assets"],
            path: "Shared/WebAssets/Plugin"),
        .target(name: "WebAssets", path: "Shared/WebAssets/WebAssets", plugins: ["EmbedAssets"]),
        shared("Transcripts", "Text"),
        shared("Domain", "Text", "Transcripts"),
        shared("Audio"),
        .target(name: "Telemetry", path: "Shared/Telemetry/Metrics", swiftSettings: flags),
        shared("Threads", "CPosix"),
        shared("Bounded"),
        shared("Hashing", "COpenSSL"),
        shared("Logging", "Text", "Threads"),
        shared("Settings", "CPosix"),
        shared("Lifecycle", "CBuildCommit", "CPosix", "Logging", "Settings", "Telemetry", "Threads"),
        shared("Kafka", "CRdkafka", "Threads"),
        .target(
            name: "Traces", dependencies: ["Bounded", "HTTPClient", "Logging", "Settings", "Telemetry", "Text"],
            path: "Shared/Telemetry/Traces", swiftSettings: flags),
        shared(
            "Flow", "Bounded", "Domain", "Health", "Kafka", "Lifecycle", "Logging", "Telemetry", "Text", "Traces",
            "Wiring"),
        shared(
            "Wiring", "Bounded", "Domain", "HTTPClient", "Hashing", "Kafka", "Logging", "ObjectStore", "Settings",
            "Telemetry", "Text"),
        shared("Health", "Bounded", "HTTPServer", "Logging", "Settings", "Telemetry", "Text"),
        shared("HTTPServer", "CMicrohttpd", "CPosix", "Text", "Threads"),
        shared("HTTPClient", "CCurl", "Text", "Threads"),
        shared(
            "ObjectStore", "Bounded", "Domain", "HTTPClient", "Hashing", "CExpat", "Telemetry", "Text",
            "Threads", "Traces"),
        shared(
            "Episodes", "Audio", "Bounded", "Domain", "CMongoc", "Hashing", "ObjectStore", "Settings", "Telemetry",
            "Text", "Threads", "Traces", "Transcripts"),
        shared("ChildProcesses", "CPosix", "Threads"),
        shared("Compression", "CZlib"),
        shared("SQLite", "CSQLite", "Threads"),
        shared("MP3", "Audio", "Compression"),

        service(
            "Gateway", "APIDescription", "Compression", "Domain", "Bounded", "Flow", "HTTPServer", "Hashing", "Health",
            "Kafka",
            "Lifecycle", "Logging",
            "ObjectStore", "Settings", "Telemetry", "Text", "Threads", "Traces", "Transcripts", "WebAssets", "Wiring"),
        service(
            "Resolver", "Domain", "Bounded", "Episodes", "Flow", "Health", "Kafka", "Lifecycle", "Logging", "Settings",
            "Telemetry", "Traces", "Transcripts", "Wiring"),
        service(
            "Cutter", "Audio", "CPosix", "Compression", "Domain", "Bounded", "ChildProcesses", "Flow", "Hashing",
            "HTTPClient",
            "HTTPServer",
            "Health",
            "Kafka",
            "Lifecycle",
            "Logging", "MP3", "ObjectStore", "Settings", "Telemetry", "Text", "Threads", "Traces", "Transcripts",
            "Wiring"),
        service(
            "Operations", "Bounded", "Domain", "Episodes", "Flow", "HTTPClient", "Kafka", "Logging", "ObjectStore",
            "Settings", "Text", "Traces", "Wiring"),
        service(
            "Embedded", "GatewayService", "ResolverService", "CutterService", "Domain", "Episodes", "HTTPServer",
            "Health",
            "Kafka", "Lifecycle", "Logging", "ObjectStore", "SQLite", "Settings", "Telemetry", "Text", "Threads",
            "Traces",
            "Transcripts", "Wiring"),
        service(
            "CommandLine", "CutterService", "EmbeddedService", "GatewayService", "OperationsService", "Domain",
            "Episodes",
            "Flow", "HTTPClient", "Kafka", "Lifecycle", "Logging", "MP3", "ObjectStore", "Settings", "Text", "Threads",
            "Wiring"),

        program("gateway", "GatewayService", "Lifecycle"),
        program("resolver", "ResolverService", "Lifecycle"),
        program("cutter", "CutterService", "Lifecycle"),
        program("cutroom", "CommandLineService", "Lifecycle"),

        .target(
            name: "Fakes",
            dependencies: [
                "Domain", "Episodes", "Flow", "HTTPServer", "Kafka", "Logging", "ObjectStore", "TestStack", "Text",
                "Traces", "Transcripts",
            ],
            path: "Tests/Fakes",
            swiftSettings: flags),
        .target(name: "TestStack", dependencies: ["CPosix", "Threads"], path: "Tests/TestStack"),
        tests("TestStackTests", "TestStack"),
        tests("TextTests", "Text"),
        tests("APIDescriptionTests", "TestStack", "Text", "YAML"),
        tests("TranscriptsTests", "TestStack", "Transcripts"),
        tests("DomainTests", "Domain", "Transcripts"),
        tests("AudioTests", "Audio", "TestStack"),
        tests("BoundedTests", "Bounded", "Fakes", "TestStack"),
        tests("ThreadsTests", "TestStack", "Threads"),
        tests("TelemetryTests", "Telemetry", "TestStack"),
        tests("HashingTests", "Hashing", "Text"),
        tests("SQLiteTests", "SQLite", "TestStack"),
        tests("SettingsTests", "Settings"),
        tests("LoggingTests", "Fakes", "Logging", "Text"),
        tests(
            "TracesTests", "Fakes", "HTTPClient", "HTTPServer", "Logging", "Settings", "Telemetry", "TestStack", "Text",
            "Traces"),
        .executableTarget(
            name: "lifecycle-host", dependencies: ["BuildCommit", "Lifecycle", "Logging", "Settings"],
            path: "Tests/LifecycleHost"),
        tests("LifecycleTests", "Lifecycle", "TestStack", "Threads", "lifecycle-host"),
        .executableTarget(
            name: "sample-records", dependencies: ["Domain", "Flow", "Kafka", "Text", "Traces"],
            path: "Tests/SampleRecords", swiftSettings: flags),
        tests("KafkaTests", "Kafka", "TestStack"),
        tests(
            "FlowTests", "Bounded", "Domain", "Fakes", "Flow", "Health", "Kafka", "Logging", "Settings", "Telemetry",
            "TestStack", "Text", "Traces", "Wiring", "sample-records"),
        tests(
            "WiringTests", "Domain", "Fakes", "HTTPClient", "Kafka", "Logging", "ObjectStore", "Settings", "Telemetry",
            "TestStack",
            "Wiring"),
        tests("HealthTests", "Bounded", "Health", "Logging", "Telemetry", "TestStack"),
        tests("HTTPServerTests", "HTTPServer", "TestStack"),
        tests("HTTPClientTests", "HTTPClient", "HTTPServer", "TestStack"),
        tests("ObjectStoreTests", "Fakes", "Hashing", "ObjectStore", "HTTPServer", "Telemetry", "TestStack", "Text"),
        tests(
            "EpisodesTests", "Audio", "Bounded", "Domain", "Episodes", "Fakes", "Telemetry", "TestStack", "Transcripts"),
        .executableTarget(name: "child-host", dependencies: ["ChildProcesses"], path: "Tests/ChildHost"),
        tests("ChildProcessesTests", "ChildProcesses", "TestStack", "child-host"),
        .target(
            name: "MP3Corpus", dependencies: ["MP3", "TestStack", "Threads"], path: "Tests/MP3Corpus",
            swiftSettings: flags),
        .executableTarget(
            name: "mp3-fuzz", dependencies: ["CPosix", "MP3", "MP3Corpus"], path: "Tests/Fuzz", swiftSettings: flags),
        tests("MP3Tests", "MP3", "MP3Corpus", "TestStack", "mp3-fuzz"),
        tests(
            "ExactnessTests", "CutterService", "Domain", "Logging", "MP3", "MP3Corpus", "ObjectStore", "Settings",
            "Threads"),
        tests(
            "GatewayTests", "Bounded", "Domain", "Fakes", "Flow", "GatewayService", "HTTPServer", "Hashing", "Health",
            "Kafka",
            "Logging",
            "ObjectStore", "Settings", "Telemetry", "TestStack", "Text", "Traces", "Transcripts", "WebAssets", "Wiring"),
        tests(
            "ResolverTests", "Domain", "Episodes", "Fakes", "Flow", "Kafka", "Logging", "ObjectStore",
            "ResolverService",
            "Settings",
            "TestStack", "Traces", "Transcripts", "Wiring"),
        tests(
            "CutterTests", "Audio", "Bounded", "CutterService", "Domain", "Fakes", "Flow", "HTTPClient", "Kafka",
            "Logging",
            "MP3",
            "ObjectStore", "Settings", "Telemetry", "TestStack", "Text", "Threads", "Traces", "Transcripts", "Wiring"),
        tests(
            "EmbeddedTests", "EmbeddedService", "Episodes", "HTTPServer", "Logging", "ObjectStore", "Telemetry",
            "TestStack", "Transcripts", "Wiring"),
        tests(
            "CommandLineTests", "CommandLineService", "Domain", "EmbeddedService", "HTTPClient", "HTTPServer",
            "Settings",
            "TestStack", "Text"),
        tests("PipelineTests", "Fakes", "Kafka", "TestStack"),
    ]
)

// The tests of one room with what they need and nothing else: `scripts/coverage` compiles everything anew, with counters.
if let name = Context.environment["CUTROOM_ONLY_TESTS"] {
    var needed: Set<String> = [name]
    var unseen = needed
    while let next = unseen.popFirst() {
        let target = package.targets.first { $0.name == next }
        for case .byNameItem(let dependency, _) in target?.dependencies ?? []
        where needed.insert(dependency).inserted { unseen.insert(dependency) }
        for case .plugin(let plugin, _) in target?.plugins ?? [] where needed.insert(plugin).inserted {
            unseen.insert(plugin)
        }
    }
    package.targets.removeAll { !needed.contains($0.name) }
    package.products = []
}
