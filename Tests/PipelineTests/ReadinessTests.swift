import TestStack
import Testing

/// What services say of themselves while something that they need is not there.
@Suite("readiness")
struct ReadinessTests {
    /// A service that answers about its health.
    private struct Watched {
        let process: ServiceProcess
        let port: Int

        init(_ name: String, _ environment: [String: String]) async throws {
            port = TestStack.freePort()
            let prefix = name.uppercased()
            process = try await ServiceProcess.service(
                name,
                environment: environment.merging([
                    "\(prefix)_HEALTH_PORT": String(port), "\(prefix)_HEALTH_ADDRESS": "127.0.0.1",
                    "KAFKA_TOPIC_PARTITIONS": "3",
                ]) { $1 })
        }

        /// Returns once exactly these are missing.
        func lacks(_ names: String...) async throws {
            struct Readiness: Decodable {
                let status: String
                let dependencies: [String: String]
            }
            _ = try await eventually("missing: \(names)", within: .seconds(40)) { () -> Bool? in
                guard let reply = try? await HTTPFetch.get("http://127.0.0.1:\(port)/readyz", within: .seconds(5)),
                    let said = try? reply.json(Readiness.self)
                else { return nil }
                let missing = said.dependencies.filter { $0.value != "present" }.keys
                guard Set(missing) == Set(names) else { return nil }
                return reply.status == (names.isEmpty ? 200 : 503) ? true : nil
            }
        }
    }

    @Test("services start whatever is absent, say what they wait for, and go on when it comes", .timeLimit(.minutes(3)))
    func absences() async throws {
        let stack = try await OwnStack([.mongoDB])
        let resolver = try await Watched("resolver", stack.environment)
        let cutter = try await Watched("cutter", stack.environment)
        try await resolver.lacks("kafka")
        try await cutter.lacks("kafka", "source bucket", "clips bucket")
        try await resolver.process.line(containing: "Waiting for the broker")
        try await cutter.process.line(containing: "Waiting for a dependency")

        try await stack.start(.kafka)
        try await resolver.lacks()
        try await cutter.lacks("source bucket", "clips bucket")

        try await stack.stop(.mongoDB)
        let late = try await Watched("resolver", stack.environment)
        try await late.lacks("mongodb")
        try await resolver.lacks("mongodb")
        try await late.process.line(containing: "Waiting for MongoDB")
        try await stack.start(.mongoDB)
        try await late.lacks()
        try await resolver.lacks()

        try await stack.start(.s3)
        for bucket in ["S3_SOURCE_BUCKET", "S3_CLIPS_BUCKET"] {
            try await stack.s3.makeBucket(named: try #require(stack.environment[bucket]))
        }
        try await cutter.lacks()
        #expect(cutter.process.lines.contains { $0.contains("A dependency answers") })
        for service in [resolver, late, cutter] {
            #expect(try await service.process.stop() == .code(0))
        }
        try await stack.end()
    }

    @Test("--health exits 0 only if the service is ready")
    func selfCheck() async throws {
        let broken = ["CUTTER_HEALTH_PORT": String(TestStack.freePort()), "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"]
        #expect(try await ServiceProcess.service("cutter", ["--health"], environment: broken).exit() == .code(1))
        let pipeline = try await Pipeline.make()
        let port = String(TestStack.freePort())
        let cutter = try await pipeline.cutter(["CUTTER_HEALTH_PORT": port])
        _ = try await eventually("the cutter to be ready") {
            let check = try await ServiceProcess.service(
                "cutter", ["--health"], environment: pipeline.environment.merging(["CUTTER_HEALTH_PORT": port]) { $1 })
            return try await check.exit() == .code(0) ? true : nil
        }
        withExtendedLifetime(cutter) {}
    }
}
