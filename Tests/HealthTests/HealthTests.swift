import Bounded
import Health
import Synchronization
import Telemetry
import TestStack
import Testing

@Suite("Health", .timeLimit(.minutes(1)))
struct HealthTests {
    private let vitals = HealthRegistry(service: "tester", version: "1.2.3")

    private func serve() throws -> OperationsServer {
        try OperationsServer(HealthSettings(address: "127.0.0.1", port: UInt16(TestStack.freePort())), vitals: vitals)
    }

    @Test("/readyz is 503 while a dependency is missing, says which and why, and 200 once all are there")
    func readiness() async throws {
        let there = Mutex(false)
        vitals.depends(on: "kafka") { .present }
        vitals.depends(on: "mongodb") { there.withLock { $0 } ? .present : .missing("it does not answer") }
        let server = try serve()
        let before = try await HTTPFetch.get("http://127.0.0.1:\(server.port)/readyz")
        #expect(before.status == 503)
        #expect(before.header("Retry-After") == "1")
        #expect(
            before.text
                == #"{"dependencies":{"kafka":"present","mongodb":"missing: it does not answer"},"status":"not ready"}"#
        )
        #expect(!SelfCheck.isReady(address: "0.0.0.0", port: server.port))
        there.withLock { $0 = true }
        #expect(try await HTTPFetch.get("http://127.0.0.1:\(server.port)/readyz").status == 200)
        #expect(SelfCheck.isReady(address: "0.0.0.0", port: server.port))
        vitals.stopping()
        let stopping = try await HTTPFetch.get("http://127.0.0.1:\(server.port)/readyz")
        #expect(stopping.status == 503 && stopping.text.contains(#""status":"stopping""#))
        #expect(try await HTTPFetch.get("http://127.0.0.1:\(server.port)/livez").status == 200)
        await server.stop()
        #expect(!SelfCheck.isReady(address: "127.0.0.1", port: server.port))
    }

    @Test("/healthz tells circuits and counts, and is degraded while a circuit is open")
    func health() async throws {
        let circuit = Circuit(.init(failuresInARow: 1, pause: Backoff(base: .seconds(3600), cap: .seconds(3600))))
        vitals.watch(circuit, of: "clips bucket")
        vitals.count("cuts_in_flight") { 7 }
        let server = try serve()
        let well = try await HTTPFetch.get("http://127.0.0.1:\(server.port)/healthz")
        #expect(well.status == 200 && well.text.contains(#""status":"healthy""#), "\(well.text)")
        #expect(well.text.contains(#""cuts_in_flight":7"#) && well.text.contains(#""version":"1.2.3""#))
        if case .pass(let pass) = circuit.enter() { circuit.settle(pass, .failed) }
        let open = try await HTTPFetch.get("http://127.0.0.1:\(server.port)/healthz")
        #expect(open.status == 200 && open.text.contains(#""status":"degraded""#))
        #expect(open.text.contains(#""clips bucket":{"failures":1,"opened":1,"refused":0,"state":"open"}"#))
        #expect(try await HTTPFetch.get("http://127.0.0.1:\(server.port)/other").status == 404)
        await server.stop()
    }

    @Test("a dependency is looked at until it answers, and the log says that it was missed and when it came")
    func watch() async throws {
        let answers = Mutex<[String?]>(["refused", "refused", nil])
        let watch = DependencyWatch("mongodb", every: .milliseconds(1), log: .silent) {
            answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        }
        #expect(watch.presence == .missing("not looked at yet"))
        let running = Task { await watch.run() }
        _ = try await eventually("the dependency") { watch.presence == .present ? true : nil }
        answers.withLock { $0 = ["gone"] }
        _ = try await eventually("its absence") { watch.presence == .missing("gone") ? true : nil }
        running.cancel()
        await running.value
    }

    /// Prometheus, "Exposition formats", and OpenMetrics 1.0, "Protocol negotiation". The first header is that of Prometheus 2.42.
    @Test(
        "/metrics is OpenMetrics for whoever prefers it, and Prometheus's own format for all others",
        arguments: [
            (
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                    + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true
            ),
            ("text/plain;version=0.0.4;q=0.5,application/openmetrics-text;q=0.4", false), ("*/*", false), (nil, false),
            ("application/openmetrics-text", true), ("application/openmetrics-text;q=0", false),
        ] as [(String?, Bool)])
    func metrics(accept: String?, isOpen: Bool) async throws {
        let server = try serve()
        let reply = try await HTTPFetch.get(
            "http://127.0.0.1:\(server.port)/metrics", headers: accept.map { ["Accept": $0] } ?? [:])
        await server.stop()
        #expect(reply.status == 200 && reply.header("Vary") == "Accept")
        #expect(reply.header("Content-Type")?.hasPrefix("application/openmetrics-text; version=1.0.0") == isOpen)
        #expect(reply.header("Content-Type")?.hasPrefix("text/plain; version=0.0.4") != isOpen)
        #expect(reply.text.hasSuffix("# EOF\n") == isOpen)
        #expect(reply.text.contains(#"cutroom_ready{service="tester"} 1.0"#))
    }

    @Test("metrics tell dependencies and circuits as /healthz does")
    func told() throws {
        let circuit = Circuit(.init(failuresInARow: 1, pause: Backoff(base: .seconds(3600), cap: .seconds(3600))))
        vitals.watch(circuit, of: "clips bucket")
        vitals.depends(on: "mongodb") { .missing("gone") }
        if case .pass(let pass) = circuit.enter() { circuit.settle(pass, .failed) }
        _ = circuit.enter()
        let text = String(decoding: MetricsText.prometheus.write(vitals.metrics), as: UTF8.self)
        for line in [
            #"cutroom_ready{service="tester"} 0.0"#,
            #"cutroom_dependency_up{service="tester",dependency="mongodb"} 0.0"#,
            #"cutroom_circuit_open{service="tester",circuit="clips bucket"} 1.0"#,
            #"cutroom_circuit_opened_total{service="tester",circuit="clips bucket"} 1"#,
            #"cutroom_circuit_failures_total{service="tester",circuit="clips bucket"} 1"#,
            #"cutroom_circuit_refused_total{service="tester",circuit="clips bucket"} 1"#,
        ] { #expect(text.contains(line + "\n"), "\(line)") }
    }

    @Test("a service is ready without what it only uses, but degraded, and not without what it includes")
    func parts() {
        let there = Mutex(false)
        let part = HealthRegistry(service: "cutter", version: "1", metrics: vitals.metrics)
        part.uses("kafka") { there.withLock { $0 } ? .present : .missing("no broker is connected") }
        vitals.includes(part)
        #expect(part.report.status == .ready && !part.report.isWell)
        #expect(vitals.report.status == .ready && !vitals.report.isWell)
        there.withLock { $0 = true }
        #expect(part.report.isWell && vitals.report.isWell)
        part.depends(on: "ffmpeg") { .missing("it was not looked for yet") }
        #expect(vitals.report.status == .notReady)
        #expect(vitals.report.dependencies.first?.presence == .missing("ffmpeg: it was not looked for yet"))
        part.depends(on: "ffmpeg") { .present }
        part.stopping()
        #expect(vitals.report.status == .notReady)
    }

    @Test("a port that is taken keeps no service from its work, and is taken once it is free")
    func takenPort() async throws {
        let server = try serve()
        let settings = HealthSettings(address: "127.0.0.1", port: server.port)
        let value = await OperationsServer.serving(settings, vitals: vitals, log: .silent) { 42 }
        #expect(value == 42)
        await server.stop()
    }
}
